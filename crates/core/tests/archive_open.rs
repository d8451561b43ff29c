//! Directories of dropped archives: every shape that writers give them, and every way they can be broken.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod archive_support;

use std::io::{Cursor, Write};

use archive_support::{Archive, Raw, archive, content, open, open_as, read, reasons, u64s};
use auraloader_core::archive::Listed;
use auraloader_core::content::Packing;
use auraloader_core::dicom::Reason;
use proptest::prelude::*;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

fn two() -> Vec<Raw> {
    vec![
        Raw::deflated("CD/IM1", &content(1, 5000)),
        Raw::stored("CD/", b""),
        Raw::stored("CD/IM2", &content(2, 300)),
    ]
}

/// The entries of [`two`] with their bytes.
fn assert_two(bytes: &[u8]) {
    let listed = open(bytes).expect("an archive");
    let files: Vec<_> = listed
        .iter()
        .map(|Listed { path, entry }| {
            (path.as_str(), read(bytes, entry.as_ref().expect("sound")).expect("sound"))
        })
        .collect();
    assert_eq!(files, [("CD/IM1", content(1, 5000)), ("CD/IM2", content(2, 300))]);
    for entry in listed.iter().filter_map(|listed| listed.entry.as_ref().ok()) {
        let unpacked = read(bytes, entry).expect("sound");
        assert_eq!((entry.size(), entry.crc()), (unpacked.len() as u64, crc32fast::hash(&unpacked)));
    }
}

#[test]
fn files_are_listed_with_their_place_and_folders_are_not() {
    assert_two(&archive(&two()));
}

#[test]
fn a_small_archive_takes_one_read_and_a_large_one_its_end_and_its_directory() {
    let small = archive(&two());
    assert_eq!(open_as(small.len() as u64, &small, |len| len).reads.len(), 1);
    let entries: Vec<_> = (0..3000).map(|i| Raw::stored(format!("{i:0>80}"), &[7; 100])).collect();
    let large = archive(&entries);
    let opened = open_as(large.len() as u64, &large, |len| len);
    assert_eq!(opened.listed.expect("an archive").len(), 3000);
    let read: u64 = opened.reads.iter().map(|range| range.end - range.start).sum();
    assert!(read < 3000 * (46 + 80 + 3) + 66_000, "{read} bytes read");
    assert!(opened.reads.iter().all(|range| range.end - range.start <= 66_000));
}

#[test]
fn what_the_zip_crate_writes() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let deflated = options.compression_method(CompressionMethod::Deflated);
    writer.start_file("CD/IM1", deflated.large_file(true)).expect("written");
    writer.write_all(&content(1, 5000)).expect("written");
    writer.add_directory("CD", options).expect("written");
    let stored = options.compression_method(CompressionMethod::Stored);
    writer.start_file("CD/IM2", stored.large_file(true).with_alignment(512)).expect("written");
    writer.write_all(&content(2, 300)).expect("written");
    writer.set_comment("with a comment").expect("short enough");
    assert_two(&writer.finish().expect("written").into_inner());
}

#[test]
fn a_comment_of_any_length_and_with_any_signature() {
    for len in [0, 1, 21, 22, 1000, 65_535] {
        assert_two(&Archive { comment: vec![b'x'; len], ..Archive::default() }.bytes(&two()));
    }
    let mut comment = archive(&[Raw::stored("another", b"one")]);
    comment.push(0);
    assert_two(&Archive { comment, ..Archive::default() }.bytes(&two()));
}

#[test]
fn an_archive_stored_in_an_archive_is_not_taken_for_it() {
    let inner = archive(&[Raw::stored("inner", &content(3, 100))]);
    let mut entries = two();
    entries.push(Raw::stored("more.ZIP", &inner));
    let bytes = archive(&entries);
    assert_eq!(reasons(&bytes), Ok(vec![None, None, Some(Reason::NestedArchive)]));
    // Cut off in the directory, the inner one's end is the last that is left.
    let cut = &bytes[..bytes.len() - 40];
    assert_eq!(open(cut), Err(Reason::DamagedArchive));
}

#[test]
fn something_behind_the_archive() {
    for zip64 in [None, Some(Vec::new())] {
        for len in [1, 512, 60_000] {
            let count = zip64.as_ref().map(|_| 0xFFFF);
            let archive =
                Archive { zip64: zip64.clone(), count, comment: b"comment".to_vec(), ..Archive::default() };
            assert_two(&[archive.bytes(&two()), vec![0; len]].concat());
        }
    }
    // In front too: this may as well be an entry of an archive that is cut off.
    let between = Archive { in_front: vec![b'M'; 30], ..Archive::default() }.bytes(&two());
    assert_eq!(open(&[between, vec![0; 20]].concat()), Err(Reason::DamagedArchive));
}

#[test]
fn something_in_front_of_the_archive() {
    for zip64 in [None, Some(Vec::new())] {
        for len in [1, 22, 10_000, 70_000] {
            let in_front = vec![b'M'; len];
            let count = zip64.as_ref().map(|_| 0xFFFF);
            let unaware = Archive { in_front, zip64: zip64.clone(), count, ..Archive::default() };
            assert_two(&unaware.bytes(&two()));
        }
    }
}

#[test]
fn something_in_front_that_the_offsets_know_of() {
    let sound = two();
    let mut at = 10;
    let aware = sound.iter().map(|entry| {
        let aware = entry.clone().with(|entry| entry.offset = Some(at));
        at += (30 + entry.name.len() + entry.data.len()) as u32;
        aware
    });
    let entries: Vec<_> = aware.collect();
    let archive = Archive { in_front: vec![b'M'; 10], directory_offset: Some(at), ..Archive::default() };
    assert_two(&archive.bytes(&entries));
}

fn directory_len(entries: &[Raw]) -> u32 {
    entries.iter().map(|entry| 46 + entry.name.len() as u32 + 3).sum()
}

/// Ten entries of 1 GiB, but for their headers and their last bytes never looked at.
#[test]
fn more_than_4_gib_without_zip64() {
    let gib = 1_u64 << 30;
    let first = Raw::stored("a", b"");
    let entries: Vec<_> = (0..10)
        .map(|i: u64| {
            first.clone().with(|entry| {
                (entry.packed_len, entry.size) = (gib as u32 - 31, gib as u32 - 31);
                entry.offset = Some((i * gib) as u32);
            })
        })
        .collect();
    let end = archive(&entries).split_off(10 * 31);
    let start = 10 * gib;
    let mut end_record = end[..end.len() - 6].to_vec();
    end_record.extend((start as u32).to_le_bytes());
    end_record.extend([0, 0]);
    let mut opening = auraloader_core::archive::Opening::new(start + end_record.len() as u64);
    while let Some(range) = opening.want() {
        let front = vec![0; start.saturating_sub(range.start) as usize];
        opening.supply(&[front, end_record.clone()].concat());
    }
    let listed = opening.finish().expect("an archive");
    let starts: Vec<_> =
        listed.into_iter().map(|listed| listed.entry.expect("sound").start_range().start / gib).collect();
    assert_eq!(starts, (0..10).collect::<Vec<_>>());
}

#[test]
fn something_between_the_directory_and_its_end() {
    for len in [1, 5, 100, 70_000] {
        let behind_directory = vec![0; len];
        assert_two(&Archive { behind_directory, ..Archive::default() }.bytes(&two()));
    }
}

#[test]
fn something_between_the_entries_and_the_directory() {
    assert_two(&Archive { before_directory: vec![1; 4096], ..Archive::default() }.bytes(&two()));
}

#[test]
fn a_signed_directory() {
    let signature = b"PK\x05\x05\x04\0sign";
    let len = directory_len(&two()) + signature.len() as u32;
    let signed =
        Archive { behind_directory: signature.to_vec(), directory_len: Some(len), ..Archive::default() };
    assert_two(&signed.bytes(&two()));
}

#[test]
fn zip64_records_count_where_the_end_is_full() {
    let zip64 = Archive { zip64: Some(Vec::new()), zip64_version: 45, ..Archive::default() };
    let untrue = Archive { count: Some(0xFFFF), ..zip64.clone() };
    assert_two(&untrue.bytes(&two()));
    let untrue = Archive { directory_len: Some(u32::MAX), directory_offset: Some(u32::MAX), ..untrue };
    assert_two(&untrue.bytes(&two()));
    // Extensions, with the record further in front than usual.
    assert_two(&Archive { zip64: Some(vec![7; 900]), ..untrue.clone() }.bytes(&two()));
    assert_two(&Archive { zip64: Some(vec![7; 70_000]), ..untrue.clone() }.bytes(&two()));
    // There, but not needed.
    assert_two(&zip64.bytes(&two()));
    // Needed, but not there.
    let lost = Archive { zip64: Some(vec![7; 9]), zip64_offset: Some(3), ..untrue };
    assert_eq!(open(&lost.bytes(&two())), Err(Reason::DamagedArchive));
    // Full by chance.
    let full: Vec<_> = (0..65_535).map(|i| Raw::stored(i.to_string(), b"")).collect();
    assert_eq!(open(&archive(&full)).expect("an archive").len(), 65_535);
    // More, without ZIP64: the number has run over.
    let over: Vec<_> = (0..65_540).map(|i| Raw::stored(i.to_string(), b"")).collect();
    assert_eq!(open(&archive(&over)).expect("an archive").len(), 65_540);
}

/// The ZIP64 extra field with these values.
fn wide(values: &[u64], rest: &[u8]) -> Vec<u8> {
    let mut field = Vec::new();
    u64s(&mut field, values);
    field.extend(rest);
    [b"UT\x05\0\x03aaaa\x01\0".to_vec(), (field.len() as u16).to_le_bytes().to_vec(), field].concat()
}

#[test]
fn zip64_fields_count_where_the_header_is_full_and_in_their_order() {
    let first = Raw::deflated("CD/IM1", &content(1, 5000));
    let (packed, size) = (u64::from(first.packed_len), u64::from(first.size));
    let full = u32::MAX;
    let rest = || two().into_iter().skip(1);
    let assert_wide = |first: Raw| {
        let entries: Vec<_> = std::iter::once(first).chain(rest()).collect();
        assert_two(&archive(&entries));
    };
    assert_wide(first.clone().with(|e| (e.size, e.central_extra) = (full, wide(&[size], &[]))));
    assert_wide(first.clone().with(|e| (e.packed_len, e.central_extra) = (full, wide(&[packed], &[]))));
    assert_wide(first.clone().with(|e| (e.offset, e.central_extra) = (Some(full), wide(&[0], &[]))));
    assert_wide(first.clone().with(|e| {
        (e.size, e.packed_len, e.offset, e.disk) = (full, full, Some(full), 0xFFFF);
        e.central_extra = wide(&[size, packed, 0], &[0; 4]);
    }));
    // Values beyond what is full say nothing.
    assert_wide(first.clone().with(|e| (e.size, e.central_extra) = (full, wide(&[size, 9, 9], &[]))));
    assert_wide(first.clone().with(|e| e.central_extra = wide(&[9, 9, 9], &[])));
    // A folder is one by its true size.
    let folder = Raw::stored("CD/", b"").with(|e| (e.size, e.central_extra) = (full, wide(&[0], &[])));
    assert_eq!(open(&archive(&[folder])), Err(Reason::Empty));
    // Too short; another disk; or no such field, and so 4 GiB that are not there.
    let reason = |entry: Raw| reasons(&archive(&[entry])).map(|all| all[0]);
    let short = first.clone().with(|e| (e.size, e.central_extra) = (full, wide(&[], &[0; 7])));
    assert_eq!(reason(short), Ok(Some(Reason::DamagedArchive)));
    let disk = first.clone().with(|e| (e.disk, e.central_extra) = (0xFFFF, wide(&[], &[1, 0, 0, 0])));
    assert_eq!(reason(disk), Ok(Some(Reason::UnsupportedArchive)));
    let none = first.with(|e| e.packed_len = full);
    assert_eq!(reason(none), Ok(Some(Reason::DamagedArchive)));
}

#[test]
fn volumes_are_not_read() {
    let split = Archive { disk: 1, ..Archive::default() };
    assert_eq!(open(&split.bytes(&two())), Err(Reason::UnsupportedArchive));
    let entries = [two()[0].clone(), two()[2].clone().with(|entry| entry.disk = 1)];
    assert_eq!(reasons(&archive(&entries)), Ok(vec![None, Some(Reason::UnsupportedArchive)]));
}

#[test]
fn nothing_to_read() {
    assert_eq!(open(b""), Err(Reason::Empty));
    assert_eq!(open(&archive(&[])), Err(Reason::Empty));
    assert_eq!(open(&archive(&[Raw::stored("a/", b""), Raw::stored("a\\b\\", b"")])), Err(Reason::Empty));
    assert_eq!(open(b"PK"), Err(Reason::DamagedArchive));
    assert_eq!(open(&[0; 100_000]), Err(Reason::DamagedArchive));
    // Has content, whatever it is called.
    assert_eq!(open(&archive(&[Raw::stored("a.dcm/", b"x")])).expect("a file")[0].path, "a.dcm");
}

#[test]
fn a_directory_that_does_not_hold() {
    let damaged = |change: Archive| assert_eq!(open(&change.bytes(&two())), Err(Reason::DamagedArchive));
    damaged(Archive { count: Some(2), ..Archive::default() });
    damaged(Archive { count: Some(4), ..Archive::default() });
    damaged(Archive { count: Some(3), directory_len: Some(0), ..Archive::default() });
    damaged(Archive { directory_len: Some(7), ..Archive::default() });
    damaged(Archive { directory_offset: Some(1_000_000), ..Archive::default() });
    let mut garbled = archive(&two());
    let at = garbled.windows(4).rposition(|window| window == b"PK\x01\x02").expect("a header");
    garbled[at] = b'Q';
    assert_eq!(open(&garbled), Err(Reason::DamagedArchive));
    // The file ends before the length that was told.
    assert_eq!(open_as(100_000, &garbled, |len| len).listed, Err(Reason::DamagedArchive));
}

#[test]
fn encrypted_entries_are_told_and_the_others_read() {
    let sound = Raw::deflated("a", &content(1, 100));
    let flagged = |flag: u16| sound.clone().with(|entry| entry.flags = flag);
    let aes = sound.clone().with(|entry| entry.method = 99);
    let entries = [flagged(1), flagged(0x41), flagged(1 << 13), aes, flagged(1 << 11)];
    let told = Some(Reason::EncryptedArchive);
    assert_eq!(reasons(&archive(&entries)), Ok(vec![told, told, told, told, None]));
    // Only the local header says so.
    let bytes = archive(&[sound.with(|entry| entry.local_flags = 1)]);
    let listed = open(&bytes).expect("an archive");
    assert_eq!(read(&bytes, listed[0].entry.as_ref().expect("listed")), Err(Reason::EncryptedArchive));
}

#[test]
fn an_encrypted_directory() {
    let sealed = |directory: &[u8], change: Archive| {
        let archive = Archive {
            behind_directory: directory.to_vec(),
            directory_len: Some(directory.len() as u32),
            directory_offset: Some(0),
            count: Some(1),
            ..change
        };
        open(&archive.bytes(&[]))
    };
    assert_eq!(sealed(b"PK\x06\x08........", Archive::default()), Err(Reason::EncryptedArchive));
    assert_eq!(sealed(b"secret.........", Archive::default()), Err(Reason::DamagedArchive));
    let record = Archive { zip64: Some(vec![0; 28]), zip64_version: 62, ..Archive::default() };
    assert_eq!(sealed(b"secret.........", record), Err(Reason::EncryptedArchive));
}

#[test]
fn other_methods_are_told_and_the_others_read() {
    let entries = [1, 6, 9, 12, 14, 93, 0xFFFF, 8]
        .map(|method| Raw::deflated("a", &content(1, 100)).with(|entry| entry.method = method));
    let told = Some(Reason::UnsupportedArchive);
    assert_eq!(reasons(&archive(&entries)), Ok(vec![told, told, told, told, told, told, told, None]));
}

#[test]
fn nested_archives_by_name() {
    let entries = ["a.zip", "b/A.Zip", ".zip", "zip", "a.zip.dcm", "é.z"].map(|name| Raw::stored(name, b"x"));
    let told = Some(Reason::NestedArchive);
    assert_eq!(reasons(&archive(&entries)), Ok(vec![told, told, told, None, None, None]));
}

#[test]
fn the_local_header_has_the_last_word_on_where_data_begins() {
    let data = content(1, 5000);
    let entry = |change: &dyn Fn(&mut Raw)| Raw::stored("a", &data).with(|entry| change(entry));
    for entry in [
        entry(&|e| e.local_name = b"another name".to_vec()),
        entry(&|e| e.local_name = Vec::new()),
        entry(&|e| e.local_extra = vec![0; 20]),
        entry(&|e| e.local_extra = vec![0; 65_535]),
        entry(&|e| e.central_extra = vec![0; 65_535]),
    ] {
        let bytes = archive(&[entry.clone(), entry]);
        for listed in open(&bytes).expect("an archive") {
            let entry = listed.entry.expect("sound");
            assert_eq!(read(&bytes, &entry).as_ref(), Ok(&data));
            let start = entry.start_range();
            let (content, at) = entry.content(3, &bytes[start.start as usize..]).expect("sound");
            assert_eq!((content.file, content.packing), (3, Packing::Stored));
            assert_eq!(start.start + at as u64, content.range.start);
        }
    }
    // Too long to leave room for the data.
    let cut = Raw::stored("a", &data).with(|entry| {
        entry.local_extra = vec![0; 50];
        entry.data.truncate(4980);
    });
    let bytes = archive(&[cut, Raw::stored("b", b"")]);
    let listed = open(&bytes).expect("an archive");
    assert_eq!(read(&bytes, listed[0].entry.as_ref().expect("listed")), Err(Reason::DamagedArchive));
}

#[test]
fn a_local_header_that_does_not_fit() {
    let damaged = |change: &dyn Fn(&mut Raw)| {
        let bytes = archive(&[Raw::deflated("a", &content(1, 100)).with(|entry| change(entry))]);
        let listed = open(&bytes).expect("an archive");
        let entry = listed[0].entry.as_ref().expect("listed");
        assert_eq!(read(&bytes, entry), Err(Reason::DamagedArchive));
    };
    damaged(&|entry| entry.local_signature = *b"PK\x03\x05");
    damaged(&|entry| entry.local_method = 0);
    damaged(&|entry| entry.local_method = 12);
    let bytes = archive(&[Raw::deflated("a", &content(1, 100))]);
    let entry = open(&bytes).expect("an archive").remove(0).entry.expect("listed");
    for len in 0..30 {
        assert_eq!(entry.content(0, &bytes[..len]), Err(Reason::DamagedArchive));
    }
    assert!(entry.content(0, &bytes[..30]).is_ok());
}

#[test]
fn the_first_read_is_of_the_entry_alone() {
    let long = Raw::stored("a", &vec![1; 200_000]);
    let bytes = archive(&[Raw::stored("b", b"bb"), long]);
    let ranges: Vec<_> = open(&bytes)
        .expect("an archive")
        .into_iter()
        .map(|listed| listed.entry.expect("sound").start_range())
        .collect();
    assert_eq!(ranges[0], 0..33);
    assert!(
        ranges[1].start == 33 && ranges[1].end > 33 + 31 + 65_536 && ranges[1].end < 66_000,
        "{ranges:?}"
    );
}

/// Name, content, whether deflated.
fn entries() -> impl Strategy<Value = Vec<(String, Vec<u8>, bool)>> {
    let entry = ("[a-dé画/.]{1,12}", prop::collection::vec(0u8..4, 0..300), any::<bool>());
    prop::collection::vec(entry, 1..8)
}

fn made(entries: &[(String, Vec<u8>, bool)], comment: &[u8], zip64: bool) -> Vec<u8> {
    let raw: Vec<_> = entries
        .iter()
        .map(
            |(name, data, deflated)| {
                if *deflated { Raw::deflated(name, data) } else { Raw::stored(name, data) }
            },
        )
        .collect();
    let count = zip64.then_some(0xFFFF);
    Archive { comment: comment.to_vec(), zip64: zip64.then(Vec::new), count, ..Archive::default() }
        .bytes(&raw)
}

/// Whatever the bytes are: a bounded number of reads, no more entries than they have room for, and each entry within.
fn assert_bounded(len: u64, bytes: &[u8]) {
    let opened = open_as(len, bytes, |len| len);
    let read: u64 = opened.reads.iter().map(|range| range.end - range.start).sum();
    // The tail, a ZIP64 record, and the directory at two places.
    assert!(
        read <= 66_000 + 3 * len && opened.reads.len() as u64 <= 6 + 2 * len / 65_536,
        "{:?}",
        opened.reads
    );
    let Ok(listed) = opened.listed else { return };
    assert!(listed.len() <= bytes.len() / 46);
    let mut furthest = 0;
    let mut entries: Vec<_> = listed.into_iter().filter_map(|listed| listed.entry.ok()).collect();
    entries.sort_by_key(|entry| entry.start_range().start);
    for entry in entries {
        let start = entry.start_range();
        assert!(start.start >= furthest && start.end <= len);
        if let Ok((content, _)) = entry.content(0, archive_support::slice(bytes, &start)) {
            assert!(content.range.start >= start.start && content.range.end <= len);
            furthest = content.range.end;
        }
    }
}

proptest! {
    #[test]
    fn any_cutting_gives_the_same_listing(entries in entries(), comment in prop::collection::vec(any::<u8>(), 0..50), zip64 in any::<bool>(), cuts in prop::collection::vec(1usize..400, 1..20)) {
        let bytes = made(&entries, &comment, zip64);
        let mut at = 0;
        let cut = |len: usize| {
            at += 1;
            len.min(cuts[at % cuts.len()])
        };
        let listed = open_as(bytes.len() as u64, &bytes, cut).listed;
        prop_assert_eq!(&listed, &open(&bytes));
        let files = entries.iter().filter(|(name, data, _)| !(name.ends_with('/') && data.is_empty()));
        for (listed, (_, data, _)) in listed.unwrap_or_default().iter().zip(files) {
            let unpacked = read(&bytes, listed.entry.as_ref().expect("sound"));
            prop_assert_eq!(unpacked.as_ref(), Ok(data));
        }
    }

    #[test]
    fn any_damage_ends_within_bounds(entries in entries(), zip64 in any::<bool>(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), keep in any::<prop::sample::Index>(), told in -3i64..70_000) {
        let mut bytes = made(&entries, b"", zip64);
        for (at, value) in &flips {
            let at = at.index(bytes.len());
            bytes[at] ^= value;
        }
        assert_bounded(bytes.len() as u64, &bytes);
        // Shorter or longer than was told.
        assert_bounded((bytes.len() as i64 + told).max(0) as u64, &bytes);
        bytes.truncate(keep.index(bytes.len() + 1));
        assert_bounded(bytes.len() as u64, &bytes);
    }

    #[test]
    fn damage_to_the_records_ends_within_bounds(entries in entries(), zip64 in any::<bool>(), back in 0usize..200, values in prop::collection::vec(prop::sample::select(vec![0u8, 1, 2, 0x7F, 0x80, 0xFE, 0xFF]), 1..10)) {
        let mut bytes = made(&entries, b"", zip64);
        let from = bytes.len().saturating_sub(back + values.len());
        let to = (from + values.len()).min(bytes.len());
        bytes[from..to].copy_from_slice(&values[..to - from]);
        assert_bounded(bytes.len() as u64, &bytes);
    }
}
