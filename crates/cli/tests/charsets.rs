//! Whole files in each script, written by pydicom: the names come back; and what a person reads without `--json`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::fs;

use support::{auraloader, differences, index, listed, parse, python, scratch, text};

#[test]
fn names_come_back_in_every_script() {
    let folder = scratch("charsets");
    python("charset_cases.py", &[text(&folder)]);
    let expected = parse(&fs::read_to_string(folder.join("expected.json")).expect("written"));
    let found = differences(&index(&folder.join("files")), &expected);
    assert!(found.is_empty(), "{}", listed(&found));
}

#[test]
fn without_json_a_person_reads_whose_studies_there_are_and_what_is_left_out() {
    let folder = scratch("charsets-read");
    python("charset_cases.py", &[text(&folder)]);
    let (files, few) = (folder.join("files"), folder.join("few"));
    fs::create_dir_all(&few).expect("a folder");
    for name in ["Japanese.dcm", "Greek.dcm"] {
        fs::copy(files.join(name), few.join(name)).expect("copied");
    }
    fs::copy(few.join("Greek.dcm"), few.join("second Greek.dcm")).expect("copied");
    fs::write(few.join("letter.txt"), "Dear colleague").expect("written");
    fs::write(few.join("nothing.dcm"), "").expect("written");

    let said = auraloader(&["index", text(&few)]);
    for wanted in ["Tarou", "Yamada", "胸部単純", "Διονυσιος", "Θώραξ", "CT"] {
        assert!(said.contains(wanted), "no {wanted} in:\n{said}");
    }
    for left_out in ["letter.txt", "nothing.dcm", "second Greek.dcm"] {
        assert!(said.contains(left_out), "no {left_out} in:\n{said}");
    }
    // In words or by their keys.
    for [words, key] in [["Not an imaging file", "not-dicom"], ["empty", "empty"], ["twice", "duplicate"]] {
        assert!(said.contains(words) || said.contains(key), "no {key} in:\n{said}");
    }
    let counts: Vec<_> =
        said.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).collect();
    for (count, what) in [("2", "studies"), ("3", "files left out"), ("1", "image in a study")] {
        assert!(counts.contains(&count), "no {count} {what} in:\n{said}");
    }
    assert!(!said.contains('\u{1b}'), "escape sequences where no terminal reads:\n{said}");
}

/// Nobody who reads it can take a failure for an empty folder.
#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let missing = scratch("charsets-missing").join("nowhere");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_auraloader"))
        .args(["index", text(&missing), "--json"])
        .output()
        .expect("starts");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere"));
}
