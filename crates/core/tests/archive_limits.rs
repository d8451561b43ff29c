//! Each limit against archive bombs, from both sides.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod archive_support;

use archive_support::{Archive, Raw, archive, content, deflate, open, open_as, reasons};
use auraloader_core::dicom::Reason;

const LIMIT: Option<Reason> = Some(Reason::ArchiveLimit);

#[test]
fn a_hundred_thousand_entries() {
    let mut entries: Vec<_> = (0..100_000).map(|i| Raw::stored(i.to_string(), b"")).collect();
    let zip64 = Archive { zip64: Some(Vec::new()), count: Some(0xFFFF), ..Archive::default() };
    assert_eq!(open(&zip64.bytes(&entries)).expect("an archive").len(), 100_000);
    assert_eq!(open(&archive(&entries)).expect("an archive").len(), 100_000);
    // Folders count too: they cost as much.
    entries.push(Raw::stored("folder/", b""));
    assert_eq!(open(&archive(&entries)), Err(Reason::ArchiveLimit));
    let bytes = zip64.bytes(&entries);
    let opened = open_as(bytes.len() as u64, &bytes, |len| len);
    assert_eq!(opened.listed, Err(Reason::ArchiveLimit));
    assert_eq!(opened.reads.len(), 1, "the number alone is enough");
}

#[test]
fn a_directory_of_64_mib() {
    let sized = |len: u32| {
        let archive = Archive {
            behind_directory: vec![0; 64 * 1024 * 1024 + 1],
            directory_len: Some(len),
            directory_offset: Some(0),
            count: Some(1),
            ..Archive::default()
        };
        let bytes = archive.bytes(&[]);
        let opened = open_as(bytes.len() as u64, &bytes, |len| len);
        (opened.listed, opened.reads.len())
    };
    // It is looked at, and is none: at its place, and where the end says that it is.
    assert_eq!(sized(64 * 1024 * 1024), (Err(Reason::DamagedArchive), 3));
    assert_eq!(sized(64 * 1024 * 1024 + 1), (Err(Reason::ArchiveLimit), 1));
}

#[test]
fn a_directory_as_long_as_the_file() {
    let entry = [Raw::stored("a", b"a")];
    let in_front = archive(&entry).len() - 22;
    let sized = |len: usize| {
        let archive =
            Archive { directory_len: Some(len as u32), directory_offset: Some(0), ..Archive::default() };
        open(&archive.bytes(&entry))
    };
    assert_eq!(sized(in_front), Err(Reason::DamagedArchive));
    assert_eq!(sized(in_front + 1), Err(Reason::ArchiveLimit));
}

#[test]
fn entries_may_touch_but_not_overlap() {
    let data = content(1, 1000);
    let three = |offset: Option<u32>| {
        let second = Raw::stored("b", &data).with(|entry| entry.offset = offset);
        let entries = [Raw::stored("a", &data), second, Raw::stored("c", &data)];
        reasons(&archive(&entries))
    };
    assert_eq!(three(None), Ok(vec![None, None, None]));
    assert_eq!(three(Some(1031)), Ok(vec![None, None, None]));
    // One byte less than a header and the data of the one in front take; the name's is only known once it is read.
    assert_eq!(three(Some(1029)), Ok(vec![LIMIT, LIMIT, None]));
    // Both are the same bytes.
    assert_eq!(three(Some(0)), Ok(vec![LIMIT, LIMIT, None]));
    assert_eq!(three(Some(1033)), Ok(vec![None, LIMIT, LIMIT]));
}

#[test]
fn an_entry_may_not_reach_into_the_directory() {
    let reaching = |more: u32| {
        let entry = Raw::stored("", b"abc").with(|entry| {
            entry.packed_len += more;
            entry.size += more;
        });
        reasons(&archive(&[entry]))
    };
    assert_eq!(reaching(0), Ok(vec![None]));
    assert_eq!(reaching(1), Ok(vec![LIMIT]));
    let behind = 46 + 3 + 22;
    assert_eq!(reaching(behind), Ok(vec![LIMIT]));
    assert_eq!(reaching(behind + 1), Ok(vec![Some(Reason::DamagedArchive)]));
}

/// Entries that all end in the same kernel, each quoting the local headers of those behind it.
#[test]
fn an_overlapping_bomb() {
    let kernel = deflate(&vec![0; 1_000_000]);
    let count = 100;
    let mut entries: Vec<_> = (0..count).map(|_| Raw::stored("a", b"")).collect();
    entries[count - 1].data = kernel.clone();
    for (at, entry) in entries.iter_mut().enumerate() {
        let behind = (count - 1 - at) * 31;
        (entry.method, entry.local_method) = (8, 8);
        (entry.packed_len, entry.size) = ((behind + kernel.len()) as u32, 1_000_000);
    }
    assert_eq!(reasons(&archive(&entries)), Ok(vec![LIMIT; count]));
    // The kernel alone is as good as any entry.
    assert_eq!(reasons(&archive(&entries[count - 1..])), Ok(vec![None]));
}

#[test]
fn an_entry_claims_no_more_than_deflate_can_give() {
    let claiming = |size: u32| {
        let entry = Raw::deflated("a", b"")
            .with(|entry| (entry.data, entry.packed_len, entry.size) = (vec![0; 10], 10, size));
        reasons(&archive(&[entry]))
    };
    assert_eq!(claiming(10_320), Ok(vec![None]));
    assert_eq!(claiming(10_321), Ok(vec![LIMIT]));
    // And it can give that much.
    let zeros = deflate(&vec![0; 10_000_000]);
    assert!(10_000_000 > zeros.len() * 1020, "{}", zeros.len());
}

#[test]
fn all_entries_together_claim_no_more_than_honest_ones_do() {
    let gib = 1024 * 1024 * 1024;
    // An archive of `len` bytes, with two entries that claim `total`.
    let claiming = |len: usize, total: u32| {
        let frame = archive(&[Raw::stored("a", b""), Raw::stored("b", b"")]).len();
        let half = (len - frame) / 2;
        let entry = |name, packed: usize, size| {
            Raw::stored(name, b"").with(|entry| {
                (entry.method, entry.data) = (8, vec![0; packed]);
                (entry.packed_len, entry.size) = (packed as u32, size);
            })
        };
        let bytes =
            archive(&[entry("a", half, total / 2), entry("b", len - frame - half, total - total / 2)]);
        assert_eq!(bytes.len(), len);
        open(&bytes).map(|listed| listed.len())
    };
    // Far more than 200 times, but not much; then too much.
    assert_eq!(claiming(2_000_000, gib), Ok(2));
    assert_eq!(claiming(2_000_000, gib + 1), Err(Reason::ArchiveLimit));
    // Much, but not more than 200 times; then more.
    assert_eq!(claiming(6_000_000, 1_200_000_000), Ok(2));
    assert_eq!(claiming(6_000_000, 1_200_000_001), Err(Reason::ArchiveLimit));
}

#[test]
fn stored_entries_have_one_size_and_all_lie_within_the_file() {
    let sound = Raw::stored("a", b"abc");
    let damaged = Some(Reason::DamagedArchive);
    let other = sound.clone().with(|entry| entry.size = 4);
    let beyond = sound.clone().with(|entry| entry.offset = Some(u32::MAX - 1));
    let entries = [sound.clone(), other, beyond, sound];
    assert_eq!(reasons(&archive(&entries)), Ok(vec![None, damaged, damaged, None]));
}
