//! Files for each row of the contract's tables, made by `python/hard_cases.py`: sound, odd, broken and hostile.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::{differences, files_below, index, listed, parse, python, scratch, text};

/// Writes the cases, under names that `salt` decides, and returns where.
fn cases(name: &str, salt: &str) -> PathBuf {
    let folder = scratch(name);
    python("hard_cases.py", &[text(&folder), salt]);
    folder
}

fn agrees(folder: &Path) {
    let expected = parse(&fs::read_to_string(folder.join("expected.json")).expect("written"));
    let found = differences(&index(&folder.join("files")), &expected);
    assert!(found.is_empty(), "{}", listed(&found));
}

#[test]
fn each_file_ends_as_the_contract_says() {
    agrees(&cases("hard-cases", ""));
}

/// The same files in another path order: other duplicates stay, other first values count, and nothing else changes.
#[test]
fn the_same_files_under_other_names_end_as_the_contract_says() {
    let mut reasons = BTreeSet::new();
    for salt in ["one", "two"] {
        let folder = cases(&format!("hard-cases-{salt}"), salt);
        agrees(&folder);
        reasons.insert(files_below(&folder.join("files")));
    }
    assert_eq!(reasons.len(), 2, "the names are the same");
}

/// A folder lists its files in the order in which they came, on many file systems: what is told must not.
#[test]
fn the_order_in_which_a_folder_lists_its_files_changes_nothing() {
    let files = cases("hard-cases-ordered", "").join("files");
    let copy = scratch("hard-cases-reversed");
    for path in files_below(&files).iter().rev() {
        let target = copy.join(path);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::copy(files.join(path), target).expect("copied");
    }
    let found = differences(&index(&copy), &index(&files));
    assert!(found.is_empty(), "{}", listed(&found));
}
