//! The planned archive against the `zip` crate and our own reading, and against itself: any cutting gives the same bytes.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod archive_support;

use std::io::Read;
use std::ops::Range;

use archive_support::{Raw, archive, content, deflate, open};
use auraloader_core::archive::{Part, Plan, PlanError};
use auraloader_core::content::{Content, FileId, ItemId, Packing};
use auraloader_core::dicom::{Accepted, NativeDecoder};
use proptest::prelude::*;

/// An item whose bytes are a whole dropped file.
fn whole(file: FileId, study: &str, path: &str, size: u64) -> Accepted {
    item(file.into(), study, path, Content::whole(file, size), None)
}

fn item(item: ItemId, study: &str, path: &str, content: Content, crc: Option<u32>) -> Accepted {
    Accepted { item, study_uid: study.to_owned(), path: path.to_owned(), content, crc }
}

/// A dropped file for each of these, as it is or an archive with it as the second entry, and the items.
fn dropped(contents: &[(&str, &str, Vec<u8>, Option<bool>)]) -> (Vec<Vec<u8>>, Vec<Accepted>) {
    let mut files = Vec::new();
    let mut items = Vec::new();
    for (at, (study, path, bytes, archived)) in contents.iter().enumerate() {
        let file = at as FileId;
        let Some(deflated) = archived else {
            files.push(bytes.clone());
            items.push(whole(file, study, path, bytes.len() as u64));
            continue;
        };
        let entry = if *deflated { Raw::deflated("b", bytes) } else { Raw::stored("b", bytes) };
        let archive = archive(&[Raw::stored("a", b"other"), entry]);
        let entry = open(&archive).expect("an archive").remove(1).entry.expect("sound");
        let start = entry.start_range().start as usize;
        let (place, _) = entry.content(file, &archive[start..]).expect("sound");
        items.push(item(ItemId { file, entry: 2 }, study, path, place, Some(entry.crc())));
        files.push(archive);
    }
    (files, items)
}

/// A plan that knows every checksum: of whole files they are told, of entries the archive knew.
fn with_checksums(files: &[Vec<u8>], items: &[Accepted]) -> Plan {
    let mut plan = Plan::new(items, &NativeDecoder);
    let missing: Vec<_> = plan.missing(&(0..plan.len())).collect();
    for (item, content) in missing {
        assert_eq!((item.entry, content.packing), (0, Packing::Stored));
        plan.set_crc(item, crc32fast::hash(&files[item.file as usize]));
    }
    plan
}

fn bytes(plan: &Plan, files: &[Vec<u8>], range: Range<u64>) -> Vec<u8> {
    let mut out = Vec::new();
    for part in plan.parts(&range).expect("checksums are known") {
        match part {
            Part::Bytes(bytes) => out.extend(bytes),
            Part::File { file, range } => {
                out.extend(&files[file as usize][range.start as usize..range.end as usize]);
            }
        }
    }
    out
}

#[test]
fn a_common_reader_finds_every_file_unchanged() {
    let contents = [
        ("1.2.3", "CD/IM1.dcm", content(4, 700), None),
        ("1.2.3", "CD/Größe 画像", Vec::new(), None),
        ("1.2.3", "a.zip/b", content(5, 40_000), Some(true)),
        ("1.9", "../../IM1.dcm", content(9, 70_000), Some(false)),
    ];
    let (files, items) = dropped(&contents);
    let plan = with_checksums(&files, &items);
    let whole = bytes(&plan, &files, 0..plan.len());
    assert_eq!(whole.len() as u64, plan.len());
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(whole)).expect("a ZIP");
    let names = ["1.2.3/CD-IM1.dcm", "1.2.3/CD-Größe 画像", "1.2.3/a.zip-b", "1.9/__-__-IM1.dcm"];
    assert_eq!(archive.len(), 4);
    for (at, (_, _, expected, archived)) in contents.iter().enumerate() {
        let mut entry = archive.by_index(at).expect("an entry");
        assert_eq!(entry.name().expect("UTF-8"), names[at]);
        assert_eq!(entry.compression() == zip::CompressionMethod::Deflated, *archived == Some(true));
        let mut read = Vec::new();
        entry.read_to_end(&mut read).expect("CRC-32 is right");
        assert_eq!(read, *expected);
    }
    let spans: Vec<_> = plan.spans().iter().map(|span| (span.study_uid.as_str(), span.start)).collect();
    assert_eq!(spans, [("1.2.3", 0), ("1.9", plan.spans()[0].end)]);
}

#[test]
fn only_the_checksums_of_a_range_are_needed_for_it() {
    let mut files = [whole(0, "1", "a", 1000), whole(1, "1", "b", 1000), whole(2, "1", "c", 1000)];
    let mut plan = Plan::new(&files, &NativeDecoder);
    let missing = |plan: &Plan, range| plan.missing(&range).map(|(item, _)| item.file).collect::<Vec<_>>();
    assert_eq!(plan.missing(&(0..500)).collect::<Vec<_>>(), [(0.into(), Content::whole(0, 1000))]);
    assert!(missing(&plan, 500..600).is_empty());
    assert_eq!(missing(&plan, 500..1500), [1]);
    assert_eq!(missing(&plan, 0..plan.len()), [0, 1, 2]);
    assert_eq!(plan.parts(&(0..10)), Err(PlanError::MissingCrc { item: 0.into() }));
    plan.set_crc(0.into(), 1);
    assert!(plan.parts(&(0..10)).is_ok());
    files[1].crc = Some(7);
    let plan = Plan::new(&files, &NativeDecoder);
    assert_eq!(missing(&plan, 0..plan.len()), [0, 2]);
}

#[test]
fn entries_of_one_dropped_file_are_told_apart() {
    let content =
        |start| Content { file: 3, range: start..start + 10, packing: Packing::Deflated { size: 50 } };
    let id = |entry| ItemId { file: 3, entry };
    let items = [item(id(1), "1", "a", content(100), None), item(id(2), "1", "b", content(200), None)];
    let mut plan = Plan::new(&items, &NativeDecoder);
    plan.set_crc(id(2), 0);
    assert_eq!(plan.missing(&(0..plan.len())).collect::<Vec<_>>(), [(id(1), content(100))]);
    plan.set_crc(id(1), 0);
    let parts = plan.parts(&(0..plan.len())).expect("checksums are known");
    let ranges = parts.into_iter().filter_map(|part| match part {
        Part::File { file, range } => Some((file, range)),
        Part::Bytes(_) => None,
    });
    assert_eq!(ranges.collect::<Vec<_>>(), [(3, 100..110), (3, 200..210)]);
}

/// The records that need ZIP64 are the ones that say so: version, the maximum in their place, and the extra field.
#[test]
fn zip64_where_it_must_be_and_only_there() {
    const FULL: u64 = 0xFFFF_FFFF;
    let ends_wide = |size: u64, count: u32| {
        let files: Vec<_> = (0..count).map(|i| whole(i, "1", &i.to_string(), size)).collect();
        let mut plan = Plan::new(&files, &NativeDecoder);
        files.iter().for_each(|accepted| plan.set_crc(accepted.item, 0));
        let directory_start = plan.spans()[0].end;
        let parts = plan.parts(&(directory_start..plan.len())).expect("checksums are known");
        let Some(Part::Bytes(bytes)) = parts.first() else { panic!("one part of bytes") };
        bytes.windows(4).any(|window| window == b"PK\x06\x06")
    };
    assert!(!ends_wide(FULL - 2001, 1));
    assert!(ends_wide(FULL, 1));
    assert!(!ends_wide(0, 65_534));
    assert!(ends_wide(0, 65_535));
    assert!(ends_wide(0x8000_0000, 3));
}

/// Headers of the last entry of a plan, without names: local and central.
fn headers(before: u64, packed_len: u64, size: u64) -> (Vec<u8>, Vec<u8>) {
    let deflated = Content { file: 1, range: 7..7 + packed_len, packing: Packing::Deflated { size } };
    let items = [
        item(0.into(), "0", "0", Content::whole(0, before), Some(0)),
        item(1.into(), "1", "1", deflated, Some(1)),
    ];
    let plan = Plan::new(&items, &NativeDecoder);
    let made = |range| match plan.parts(&range).expect("checksums are known").swap_remove(0) {
        Part::Bytes(bytes) => bytes,
        Part::File { .. } => panic!("a header"),
    };
    let span = &plan.spans()[1];
    let local = made(span.start..span.end - packed_len);
    let directory = made(span.end..plan.len());
    let at = directory.windows(4).rposition(|window| window == b"PK\x01\x02").expect("a header");
    let end = directory.windows(3).rposition(|window| window == b"1/1").expect("a name");
    let extra = usize::from(u16::from_le_bytes([directory[at + 30], directory[at + 31]]));
    (local, directory[at..end + 3 + extra].to_vec())
}

#[test]
fn zip64_fields_of_sizes_and_offset_each_for_itself() {
    const FULL: u64 = 0xFFFF_FFFF;
    let u16_at = |bytes: &[u8], at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let u32_at =
        |bytes: &[u8], at: usize| u64::from(u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4")));
    let wide = |extra: &[u8]| -> Vec<u64> {
        let Some((head, values)) = extra.split_first_chunk::<4>() else { return Vec::new() };
        assert_eq!([1, 0, values.len() as u8, 0], *head);
        values.chunks(8).map(|value| u64::from_le_bytes(value.try_into().expect("8"))).collect()
    };
    // The header of the first entry is 33 bytes, or with its size in ZIP64 53.
    for (before, offset) in [(9, 42), (FULL - 34, FULL - 1), (FULL - 33, FULL), (FULL + 5, FULL + 58)] {
        for packed_len in [5, FULL - 1, FULL] {
            for size in [5, FULL - 1, FULL, FULL * 40] {
                let (local, central) = headers(before, packed_len, size);
                let large = packed_len >= FULL || size >= FULL;
                assert_eq!((u16_at(&local, 4), u16_at(&local, 8)), (if large { 45 } else { 20 }, 8));
                let expected = if large { (FULL, FULL) } else { (packed_len, size) };
                assert_eq!((u32_at(&local, 18), u32_at(&local, 22)), expected);
                assert_eq!(wide(&local[33..]), if large { vec![size, packed_len] } else { vec![] });
                let expected: Vec<_> =
                    [size, packed_len, offset].into_iter().filter(|value| *value >= FULL).collect();
                assert_eq!(u16_at(&central, 6), if expected.is_empty() { 20 } else { 45 });
                let stated = (u32_at(&central, 20), u32_at(&central, 24), u32_at(&central, 42));
                assert_eq!(stated, (packed_len.min(FULL), size.min(FULL), offset.min(FULL)));
                assert_eq!(wide(&central[49..]), expected);
            }
        }
    }
}

#[test]
fn a_reader_finds_its_way_through_65_535_entries() {
    let files: Vec<_> = (0..65_535).map(|i| whole(i, "1", &i.to_string(), 0)).collect();
    let mut plan = Plan::new(&files, &NativeDecoder);
    let missing = plan.missing(&(0..plan.len())).collect::<Vec<_>>();
    assert_eq!(missing.len(), files.len());
    // Empty files: CRC-32 is 0.
    for accepted in files.iter().rev() {
        plan.set_crc(accepted.item, 0);
    }
    let whole = bytes(&plan, &[], 0..plan.len());
    assert_eq!(open(&whole).expect("an archive").len(), 65_535);
    let archive = zip::ZipArchive::new(std::io::Cursor::new(whole)).expect("a ZIP64");
    assert_eq!(archive.len(), 65_535);
}

proptest! {
    #[test]
    fn any_plan_reads_back_the_same_however_it_is_cut(
        contents in prop::collection::vec((0u8..3, prop::collection::vec(0u8..6, 0..400), any::<Option<bool>>()), 1..10),
        step in 1u64..300,
        from in any::<prop::sample::Index>(),
        len in 0u64..2000,
    ) {
        let mut contents: Vec<_> =
            contents.into_iter().map(|(study, bytes, archived)| (["1", "2", "3"][usize::from(study)], "x/y", bytes, archived)).collect();
        contents.sort_by_key(|content| content.0);
        let (files, items) = dropped(&contents);
        let plan = with_checksums(&files, &items);
        let whole = bytes(&plan, &files, 0..plan.len());
        prop_assert_eq!(whole.len() as u64, plan.len());
        let cut: Vec<_> = (0..plan.len()).step_by(step as usize).flat_map(|at| bytes(&plan, &files, at..at + step)).collect();
        prop_assert!(whole == cut, "cut in steps of {}", step);
        let from = from.index(whole.len()) as u64;
        let end = plan.len().min(from + len);
        prop_assert!(bytes(&plan, &files, from..from + len) == whole[from as usize..end as usize]);

        let listed = open(&whole).expect("an archive");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&whole)).expect("a ZIP");
        prop_assert_eq!((archive.len(), listed.len()), (contents.len(), contents.len()));
        for (at, (_, _, expected, archived)) in contents.iter().enumerate() {
            let mut entry = archive.by_index(at).expect("an entry");
            let mut read = Vec::new();
            entry.read_to_end(&mut read).expect("CRC-32 is right");
            prop_assert_eq!(&read, expected);
            let ours = listed[at].entry.as_ref().expect("sound");
            prop_assert_eq!(listed[at].path.as_str(), entry.name().expect("UTF-8"));
            prop_assert_eq!((ours.size(), ours.crc()), (entry.size(), entry.crc32()));
            let read = archive_support::read(&whole, ours);
            prop_assert_eq!(read.as_ref(), Ok(expected));
            // Raw copy: the very same stream.
            let (place, _) = ours.content(0, archive_support::slice(&whole, &ours.start_range())).expect("sound");
            let packed = if *archived == Some(true) { deflate(expected) } else { expected.clone() };
            prop_assert_eq!(archive_support::slice(&whole, &place.range), packed);
        }
    }
}
