//! pydicom's own test files: every one of them accepted or left out as the contract says, and every field as
//! pydicom reads it; dicom-object as a second witness.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use dicom_core::Tag;
use dicom_object::{DefaultDicomObject, OpenFileOptions};
use serde_json::Value;
use support::{Difference, differences, files_below, index, listed, parse, pydicom, python, text};

fn folder(name: &str) -> PathBuf {
    pydicom().join("pydicom/data").join(name)
}

/// Compares a folder of `count` files with what pydicom says of it.
fn agrees_with_pydicom(name: &str, count: usize) {
    let folder = folder(name);
    let theirs = parse(&python("ground_truth.py", &[text(&folder)]));
    assert_eq!(theirs["files"].as_array().expect("files").len(), count);
    // No disagreement is known. One that appears is to be listed here, with who is right by the standard.
    let found = differences(&index(&folder), &theirs);
    assert!(found.is_empty(), "{}", listed(&found));
}

#[test]
fn test_files_are_read_as_pydicom_reads_them() {
    agrees_with_pydicom("test_files", 176);
}

#[test]
fn charset_files_are_read_as_pydicom_reads_them() {
    agrees_with_pydicom("charset_files", 18);
}

/// Not given to dicom-object: it allocates 1.2 GB by a length that the file merely claims.
const TOO_MUCH_FOR_DICOM_OBJECT: [&str; 1] = ["SC_rgb_jpeg.dcm"];

/// Accepted by us, but refused by dicom-object: no meta group (the first two), a meta group that is not true.
const REFUSED_BY_DICOM_OBJECT: [&str; 4] =
    ["ExplVR_BigEndNoMeta.dcm", "ExplVR_LitEndNoMeta.dcm", "image_dfl.dcm", "rtstruct.dcm"];

/// The values that stand in plain ASCII, whatever the character set.
const ASCII_FIELDS: [(&str, Tag); 22] = [
    ("sop_class_uid", Tag(0x0008, 0x0016)),
    ("instance_uid", Tag(0x0008, 0x0018)),
    ("study_uid", Tag(0x0020, 0x000D)),
    ("series_uid", Tag(0x0020, 0x000E)),
    ("study_date", Tag(0x0008, 0x0020)),
    ("series_date", Tag(0x0008, 0x0021)),
    ("study_time", Tag(0x0008, 0x0030)),
    ("series_time", Tag(0x0008, 0x0031)),
    ("patient_birth_date", Tag(0x0010, 0x0030)),
    ("patient_sex", Tag(0x0010, 0x0040)),
    ("modality", Tag(0x0008, 0x0060)),
    ("body_part", Tag(0x0018, 0x0015)),
    ("series_number", Tag(0x0020, 0x0011)),
    ("tz_offset", Tag(0x0008, 0x0201)),
    ("accession_no", Tag(0x0008, 0x0050)),
    ("patient_id", Tag(0x0010, 0x0020)),
    ("study_id", Tag(0x0020, 0x0010)),
    ("protocol_name", Tag(0x0018, 0x1030)),
    ("study_description", Tag(0x0008, 0x1030)),
    ("series_description", Tag(0x0008, 0x103E)),
    ("institution_name", Tag(0x0008, 0x0080)),
    ("patient_name", Tag(0x0010, 0x0010)),
];

/// A value as dicom-object has it, under the contract's rules; `""` if it has none.
fn value(object: &DefaultDicomObject, key: &str, tag: Tag) -> String {
    let Ok(element) = object.element(tag) else { return String::new() };
    // As bytes, because what stands there as UN is not text for it.
    let bytes = element.value().to_bytes().expect("a value").into_owned();
    let values = String::from_utf8_lossy(&bytes).into_owned();
    let trimmed = values.split('\\').map(|value| value.trim_matches([' ', '\0']));
    if key.ends_with("_uid") {
        return trimmed.take(1).collect();
    }
    trimmed.collect::<Vec<_>>().join("\\")
}

fn compare_with_dicom_object(file: &Value, object: &DefaultDicomObject) -> Vec<Difference> {
    let path = file["path"].as_str().expect("a path");
    let mut found = Vec::new();
    let mut differs = |key: &str, ours: &str, theirs: String| {
        if ours.is_ascii() && theirs.is_ascii() && ours != theirs {
            found.push(Difference { path: path.into(), key: key.into(), ours: ours.into(), theirs });
        }
    };
    let syntax = object.meta().transfer_syntax().trim_end_matches(['\0', ' ']).to_owned();
    differs("transfer_syntax", file["transfer_syntax"].as_str().unwrap_or_default(), syntax);
    for (key, tag) in ASCII_FIELDS {
        let mut theirs = value(object, key, tag);
        if theirs.is_empty() && key == "sop_class_uid" {
            theirs = object.meta().media_storage_sop_class_uid().trim_end_matches('\0').to_owned();
        }
        if theirs.is_empty() && key == "instance_uid" {
            theirs = object.meta().media_storage_sop_instance_uid().trim_end_matches('\0').to_owned();
        }
        differs(key, file["fields"][key].as_str().unwrap_or_default(), theirs);
    }
    found
}

#[test]
fn accepted_files_are_read_as_dicom_object_reads_them() {
    let (mut compared, mut refused, mut found) = (0, Vec::new(), Vec::new());
    for folder in [folder("test_files"), folder("charset_files")] {
        let answer = index(&folder);
        for file in answer["files"].as_array().expect("files") {
            let path = file["path"].as_str().expect("a path");
            if file["status"] != "accepted" || TOO_MUCH_FOR_DICOM_OBJECT.contains(&path) {
                continue;
            }
            let opened = OpenFileOptions::new().read_until(Tag(0x0028, 0x0000)).open_file(folder.join(path));
            match opened {
                Ok(object) => {
                    compared += 1;
                    found.extend(compare_with_dicom_object(file, &object));
                }
                Err(_) => refused.push(path.to_owned()),
            }
        }
    }
    assert!(found.is_empty(), "{}", listed(&found));
    assert_eq!(refused, REFUSED_BY_DICOM_OBJECT);
    assert!(compared > 100, "only {compared} files compared");
}

#[test]
fn every_file_is_told_of_once() {
    for folder in [folder("test_files"), folder("charset_files")] {
        let answer = index(&folder);
        let paths: Vec<_> = answer["files"].as_array().expect("files").iter().collect();
        let paths: Vec<_> =
            paths.iter().filter_map(|file| file["path"].as_str()).map(str::to_owned).collect();
        assert_eq!(paths.iter().cloned().collect::<BTreeSet<_>>(), files_below(&folder));
        assert_eq!(paths.len(), files_below(&folder).len());
    }
}
