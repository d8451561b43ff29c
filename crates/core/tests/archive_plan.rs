//! The planned archive against the `zip` crate, and against itself: any cutting gives the same bytes.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::io::Read;

use auraloader_core::archive::{Part, Plan, PlanError};
use auraloader_core::content::FileId;
use auraloader_core::dicom::Accepted;
use proptest::prelude::*;

fn file(file: FileId, study: &str, path: &str, size: u64) -> Accepted {
    Accepted { file, study_uid: study.to_owned(), path: path.to_owned(), size }
}

fn content(file: FileId, size: u64) -> Vec<u8> {
    (0..size).map(|i| (i * 31 + u64::from(file) * 7) as u8).collect()
}

fn with_checksums(files: &[Accepted]) -> Plan {
    let mut plan = Plan::new(files);
    for accepted in files {
        plan.set_crc(accepted.file, crc32fast::hash(&content(accepted.file, accepted.size)));
    }
    plan
}

fn bytes(plan: &Plan, files: &[Accepted], range: std::ops::Range<u64>) -> Vec<u8> {
    let mut out = Vec::new();
    for part in plan.parts(&range).expect("checksums are known") {
        match part {
            Part::Bytes(bytes) => out.extend(bytes),
            Part::File { file, range } => {
                let size = files.iter().find(|accepted| accepted.file == file).expect("known").size;
                out.extend(&content(file, size)[range.start as usize..range.end as usize]);
            }
        }
    }
    out
}

#[test]
fn a_common_reader_finds_every_file_unchanged() {
    let files = [
        file(4, "1.2.3", "CD/IM1.dcm", 700),
        file(2, "1.2.3", "CD/Größe 画像", 0),
        file(9, "1.9", "../../IM1.dcm", 70_000),
    ];
    let plan = with_checksums(&files);
    let whole = bytes(&plan, &files, 0..plan.len());
    assert_eq!(whole.len() as u64, plan.len());
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(whole)).expect("a ZIP");
    let names = ["1.2.3/CD-IM1.dcm", "1.2.3/CD-Größe 画像", "1.9/__-__-IM1.dcm"];
    assert_eq!(archive.len(), 3);
    for (at, accepted) in files.iter().enumerate() {
        let mut entry = archive.by_index(at).expect("an entry");
        assert_eq!(entry.name().expect("UTF-8"), names[at]);
        let mut read = Vec::new();
        entry.read_to_end(&mut read).expect("CRC-32 is right");
        assert_eq!(read, content(accepted.file, accepted.size));
    }
    let spans: Vec<_> = plan.spans().iter().map(|span| (span.study_uid.as_str(), span.start)).collect();
    assert_eq!(spans, [("1.2.3", 0), ("1.9", plan.spans()[0].end)]);
}

#[test]
fn only_the_checksums_of_a_range_are_needed_for_it() {
    let files = [file(0, "1", "a", 1000), file(1, "1", "b", 1000), file(2, "1", "c", 1000)];
    let mut plan = Plan::new(&files);
    assert_eq!(plan.missing(&(0..500)).collect::<Vec<_>>(), [0]);
    assert_eq!(plan.missing(&(500..600)).count(), 0);
    assert_eq!(plan.missing(&(500..1500)).collect::<Vec<_>>(), [1]);
    assert_eq!(plan.missing(&(0..plan.len())).count(), 3);
    assert_eq!(plan.parts(&(0..10)), Err(PlanError::MissingCrc { file: 0 }));
    plan.set_crc(0, 1);
    assert!(plan.parts(&(0..10)).is_ok());
}

/// Where ZIP64 is needed the archive can't be made in a test, but its records can, and they must say so.
#[test]
fn zip64_where_it_must_be_and_only_there() {
    let records = |size: u64, count: u32| {
        let files: Vec<_> = (0..count).map(|i| file(i, "1", &i.to_string(), size)).collect();
        let mut plan = Plan::new(&files);
        files.iter().for_each(|accepted| plan.set_crc(accepted.file, 0));
        let directory_start = plan.spans()[0].end;
        let parts = plan.parts(&(directory_start..plan.len())).expect("checksums are known");
        let Some(Part::Bytes(bytes)) = parts.first() else { panic!("one part of bytes") };
        bytes.windows(4).any(|window| window == b"PK\x06\x06")
    };
    assert!(!records(0xFFFF_FFFE - 2000, 1));
    assert!(records(0xFFFF_FFFF, 1));
    assert!(!records(0, 65_534));
    assert!(records(0, 65_535));
    assert!(records(0x8000_0000, 3));
}

#[test]
fn a_reader_finds_its_way_through_65_535_entries() {
    let files: Vec<_> = (0..65_535).map(|i| file(i, "1", &i.to_string(), 0)).collect();
    let mut plan = Plan::new(&files);
    let offsets = plan.missing(&(0..plan.len())).collect::<Vec<_>>();
    assert_eq!(offsets.len(), files.len());
    // Empty files: CRC-32 is 0.
    for accepted in files.iter().rev() {
        plan.set_crc(accepted.file, 0);
    }
    let whole = bytes(&plan, &files, 0..plan.len());
    let archive = zip::ZipArchive::new(std::io::Cursor::new(whole)).expect("a ZIP64");
    assert_eq!(archive.len(), 65_535);
}

proptest! {
    #[test]
    fn any_cutting_gives_the_same_bytes(sizes in prop::collection::vec(0u64..300, 1..12), step in 1u64..200) {
        let files: Vec<_> = sizes.iter().enumerate().map(|(i, size)| file(i as u32, "1.2", "x", *size)).collect();
        let plan = with_checksums(&files);
        let whole = bytes(&plan, &files, 0..plan.len());
        let mut cut = Vec::new();
        let mut at = 0;
        while at < plan.len() {
            cut.extend(bytes(&plan, &files, at..at + step));
            at += step;
        }
        prop_assert_eq!(whole, cut);
    }
}
