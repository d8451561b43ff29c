//! The planned archive against the `zip` crate, Python and our own reading, and against itself: any cutting gives the same
//! bytes, in whatever order it is decided what is deflated.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "these run natively")]

mod archive_support;

use std::io::Read;
use std::ops::Range;
use std::time::Duration;

use archive_support::{Raw, archive, content, deflate, open};
use auraloader_core::archive::{Deflating, Need, Packed, Part, Plan, PlanError};
use auraloader_core::content::{Content, FileId, ItemId, Packing};
use auraloader_core::dicom::{Accepted, NativeDecoder};
use proptest::prelude::*;

/// An item whose bytes are a whole dropped file.
fn whole(file: FileId, study: &str, path: &str, size: u64) -> Accepted {
    item(file.into(), study, path, Content::whole(file, size), None)
}

fn item(item: ItemId, study: &str, path: &str, content: Content, crc: Option<u32>) -> Accepted {
    Accepted { item, study_uid: study.to_owned(), path: path.to_owned(), content, crc, is_native: true }
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
    let mut plan = Plan::new(items, &NativeDecoder, false);
    for (item, content, need) in needs(&plan) {
        assert_eq!((item.entry, content.packing, need), (0, Packing::Stored, Need::Checksum));
        plan.set_crc(item, crc32fast::hash(&files[item.file as usize]));
    }
    plan
}

/// What has to be done before all of it can be made.
fn needs(plan: &Plan) -> Vec<(ItemId, Content, Need)> {
    let entries = (0..plan.entry_count()).map(|at| plan.entry(at).expect("an entry"));
    entries.filter_map(|(item, content, need)| Some((item, content.clone(), need?))).collect()
}

fn length(plan: &Plan) -> u64 {
    plan.len().expect("decided")
}

/// An item's bytes deflated by us, and what came of it.
fn pack(bytes: &[u8], level: u8) -> (Packed, Vec<u8>) {
    let mut made = Vec::new();
    let mut deflating = Deflating::new(bytes.len() as u64, level);
    deflating.update(bytes, &mut |more| made.extend_from_slice(more));
    let packed = deflating.finish(&mut |more| made.extend_from_slice(more));
    (packed, made)
}

/// Each item has a level of its own.
fn level_of(item: ItemId) -> u8 {
    [1, 3, 6][item.file as usize % 3]
}

fn bytes(plan: &Plan, files: &[Vec<u8>], range: Range<u64>) -> Vec<u8> {
    let mut out = Vec::new();
    for part in plan.parts(&range).expect("checksums are known") {
        match part {
            Part::Bytes(bytes) => out.extend(bytes),
            Part::File { file, range } => {
                out.extend(&files[file as usize][range.start as usize..range.end as usize]);
            }
            Part::Packed { item, range } => {
                let (_, packed) = pack(&files[item.file as usize], level_of(item));
                out.extend(&packed[range.start as usize..range.end as usize]);
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
    let whole = bytes(&plan, &files, 0..length(&plan));
    assert_eq!(whole.len() as u64, length(&plan));
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
    let mut plan = Plan::new(&files, &NativeDecoder, false);
    assert_eq!(needs(&plan)[0], (0.into(), Content::whole(0, 1000), Need::Checksum));
    let missing = |file: FileId| Err(PlanError::MissingCrc { item: file.into() });
    assert_eq!(plan.parts(&(0..10)), missing(0));
    assert_eq!(
        plan.parts(&(500..600)),
        Ok(vec![Part::File { file: 0, range: 467..567 }]),
        "in the middle of a file"
    );
    assert_eq!(plan.parts(&(500..1500)), missing(1));
    plan.set_crc(0.into(), 1);
    assert!(plan.parts(&(0..10)).is_ok());
    plan.set_crc(1.into(), 1);
    assert!(plan.parts(&(500..1500)).is_ok());
    let directory = plan.spans()[0].end;
    assert_eq!(plan.parts(&(directory..length(&plan))), missing(2));
    assert!(plan.parts(&(length(&plan) - 22..length(&plan))).is_ok(), "the end holds none");
    files[1].crc = Some(7);
    let plan = Plan::new(&files, &NativeDecoder, false);
    assert_eq!(needs(&plan).iter().map(|(item, ..)| item.file).collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn entries_of_one_dropped_file_are_told_apart() {
    let content =
        |start| Content { file: 3, range: start..start + 10, packing: Packing::Deflated { size: 50 } };
    let id = |entry| ItemId { file: 3, entry };
    let items = [item(id(1), "1", "a", content(100), None), item(id(2), "1", "b", content(200), None)];
    let mut plan = Plan::new(&items, &NativeDecoder, true);
    plan.set_crc(id(2), 0);
    assert_eq!(needs(&plan), [(id(1), content(100), Need::Checksum)]);
    plan.set_crc(id(1), 0);
    let parts = plan.parts(&(0..length(&plan))).expect("checksums are known");
    let ranges = parts.into_iter().filter_map(|part| match part {
        Part::File { file, range } => Some((file, range)),
        Part::Bytes(_) | Part::Packed { .. } => None,
    });
    assert_eq!(ranges.collect::<Vec<_>>(), [(3, 100..110), (3, 200..210)]);
}

/// The records that need ZIP64 are the ones that say so: version, the maximum in their place, and the extra field.
#[test]
fn zip64_where_it_must_be_and_only_there() {
    const FULL: u64 = 0xFFFF_FFFF;
    let ends_wide = |size: u64, count: u32| {
        let files: Vec<_> = (0..count).map(|i| whole(i, "1", &i.to_string(), size)).collect();
        let mut plan = Plan::new(&files, &NativeDecoder, false);
        files.iter().for_each(|accepted| plan.set_crc(accepted.item, 0));
        let directory_start = plan.spans()[0].end;
        let parts = plan.parts(&(directory_start..length(&plan))).expect("checksums are known");
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
    let plan = Plan::new(&items, &NativeDecoder, false);
    let made = |range| match plan.parts(&range).expect("checksums are known").swap_remove(0) {
        Part::Bytes(bytes) => bytes,
        Part::File { .. } | Part::Packed { .. } => panic!("a header"),
    };
    let span = &plan.spans()[1];
    let local = made(span.start..span.end - packed_len);
    let directory = made(span.end..length(&plan));
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
    let mut plan = Plan::new(&files, &NativeDecoder, false);
    assert_eq!(needs(&plan).len(), files.len());
    // Empty files: CRC-32 is 0.
    for accepted in files.iter().rev() {
        plan.set_crc(accepted.item, 0);
    }
    let whole = bytes(&plan, &[], 0..length(&plan));
    assert_eq!(open(&whole).expect("an archive").len(), 65_535);
    let archive = zip::ZipArchive::new(std::io::Cursor::new(whole)).expect("a ZIP64");
    assert_eq!(archive.len(), 65_535);
}

/// Tells the plan what came of packing this item, or that it is not packed.
fn decide(plan: &mut Plan, files: &[Vec<u8>], item: ItemId, stored: bool) {
    let content = &files[item.file as usize];
    if stored {
        plan.store(item);
        plan.set_crc(item, crc32fast::hash(content));
    } else {
        plan.set_packed(item, level_of(item), pack(content, level_of(item)).0).expect("unchanged");
    }
}

#[test]
fn deflated_entries_are_what_they_were() {
    let contents = [
        ("1.2.3", "a", content(4, 100_000), None),
        ("1.2.3", "empty", Vec::new(), None),
        ("1.2.3", "tiny", b"x".to_vec(), None),
        ("1.2.3", "from an archive", content(5, 40_000), Some(true)),
        ("1.9", "b", content(9, 300_000), None),
    ];
    let (files, mut items) = dropped(&contents);
    items[4].is_native = false;
    let mut plan = Plan::new(&items, &NativeDecoder, true);
    assert_eq!((plan.len(), plan.decided_len()), (None, 0));
    for (item, _, need) in needs(&plan) {
        // Neither what is empty nor what is compressed already.
        let open = [0, 2].contains(&item.file);
        assert_eq!(need, if open { Need::Decision } else { Need::Checksum }, "{item:?}");
        decide(&mut plan, &files, item, !open);
    }
    let whole = bytes(&plan, &files, 0..length(&plan));
    assert_eq!(whole.len() as u64, length(&plan));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&whole)).expect("a ZIP");
    for (at, (.., expected, _)) in contents.iter().enumerate() {
        let mut entry = archive.by_index(at).expect("an entry");
        let deflated = entry.compression() == zip::CompressionMethod::Deflated;
        assert_eq!(deflated, [0, 3].contains(&at), "what does not shrink is stored");
        let mut read = Vec::new();
        entry.read_to_end(&mut read).expect("CRC-32 is right");
        assert_eq!(read, *expected);
    }
}

#[test]
fn ranges_end_where_it_is_not_decided_yet() {
    let files = [content(1, 5000), content(2, 5000), content(3, 5000)];
    let items: Vec<_> = (0..3).map(|file| whole(file, "1", &file.to_string(), 5000)).collect();
    let mut plan = Plan::new(&items, &NativeDecoder, true);
    decide(&mut plan, &files, 1.into(), false);
    assert_eq!((plan.decided_len(), plan.index_at(99)), (0, 0));
    decide(&mut plan, &files, 0.into(), false);
    let two = plan.decided_len();
    assert!(two > 0 && two < 10_000 && plan.len().is_none());
    assert_eq!(plan.parts(&(0..two + 1)), Err(PlanError::Undecided { end: two + 1 }));
    let before = bytes(&plan, &files, 0..two);
    decide(&mut plan, &files, 2.into(), true);
    assert!(bytes(&plan, &files, 0..length(&plan)).starts_with(&before));
    assert_eq!(plan.plain_offset(length(&plan)), plan.plain_len());
}

#[test]
fn what_was_let_go_of_has_to_be_packed_again_and_to_be_the_same() {
    let files = [content(1, 5000)];
    let mut plan = Plan::new(&[whole(0, "1", "a", 5000)], &NativeDecoder, true);
    decide(&mut plan, &files, 0.into(), false);
    let before = bytes(&plan, &files, 0..length(&plan));
    assert_eq!((plan.let_go(0), plan.let_go(0)), (Some(0.into()), None));
    assert_eq!(needs(&plan)[0].2, Need::Packing(level_of(0.into())));
    assert_eq!(plan.parts(&(0..100)), Err(PlanError::NotAtHand { item: 0.into() }));
    assert!(plan.parts(&(0..20)).is_ok(), "its header is known");
    let other = pack(&content(9, 5000), level_of(0.into())).0;
    assert_eq!(plan.set_packed(0.into(), 1, other), Err(PlanError::Changed { item: 0.into() }));
    decide(&mut plan, &files, 0.into(), false);
    assert_eq!(bytes(&plan, &files, 0..length(&plan)), before);
}

/// Each entry is placed once, however the decisions come.
/// Of this thread since it was `began`, as a busy machine makes all else take longer. Where the system does not tell, none.
fn processor_time(began: Duration) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default();
    Duration::from_nanos(nanos).saturating_sub(began)
}

#[test]
fn a_hundred_thousand_entries_are_no_matter() {
    const COUNT: u32 = 100_000;
    let items: Vec<_> = (0..COUNT).map(|file| whole(file, "1", &file.to_string(), 1000)).collect();
    let mut plan = Plan::new(&items, &NativeDecoder, true);
    let began = processor_time(Duration::ZERO);
    let mut sent = 0;
    for at in 0..COUNT {
        // In pairs, the second first.
        plan.set_packed((at ^ 1).into(), 1, Packed { crc: at, len: Some(500) }).expect("unchanged");
        let decided = plan.decided_len();
        if decided > sent + 100_000 {
            assert!(plan.parts(&(sent..decided)).is_ok());
            (sent, _) = (decided, plan.let_go(plan.index_at(sent)));
        }
        plan.plain_offset(sent);
        plan.distance(sent, at as usize);
    }
    assert!(plan.len().is_some());
    // Some 0.2 s where tests are compiled without any care; it would be minutes if it grew by the square.
    let took = processor_time(began);
    assert!(took < Duration::from_secs(10), "{took:?}");
}

proptest! {
    #[test]
    fn in_whatever_order_it_is_decided_the_archive_is_the_same(
        contents in prop::collection::vec((0u32..50, 1usize..3000, any::<bool>()), 1..12),
        order in prop::collection::vec(any::<prop::sample::Index>(), 12),
        cut in any::<prop::sample::Index>(),
    ) {
        let files: Vec<_> = contents.iter().map(|(seed, len, _)| content(*seed, *len)).collect();
        let items: Vec<_> = (0..).zip(&files).map(|(at, bytes)| whole(at, "1", &at.to_string(), bytes.len() as u64)).collect();
        let mut in_order = Plan::new(&items, &NativeDecoder, true);
        for (at, (.., stored)) in contents.iter().enumerate() {
            decide(&mut in_order, &files, (at as FileId).into(), *stored);
        }
        let whole = bytes(&in_order, &files, 0..length(&in_order));

        let mut plan = Plan::new(&items, &NativeDecoder, true);
        let mut left: Vec<_> = (0..contents.len()).collect();
        let mut shown = 0;
        for pick in order {
            if left.is_empty() {
                break;
            }
            let at = left.swap_remove(pick.index(left.len()));
            decide(&mut plan, &files, (at as FileId).into(), contents[at].2);
            let decided = plan.decided_len();
            prop_assert!(bytes(&plan, &files, 0..decided) == whole[..decided as usize]);
            // How far it is said to be never goes back, nor beyond the whole.
            let now = plan.plain_offset(decided);
            prop_assert!(now >= shown && now <= plan.plain_len());
            shown = now;
        }
        prop_assert_eq!(shown, plan.plain_len());
        let cut = cut.index(whole.len() + 1) as u64;
        let halves = [bytes(&plan, &files, 0..cut), bytes(&plan, &files, cut..length(&plan))].concat();
        prop_assert!(halves == whole);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&whole)).expect("a ZIP");
        for (at, expected) in files.iter().enumerate() {
            let mut read = Vec::new();
            archive.by_index(at).expect("an entry").read_to_end(&mut read).expect("CRC-32 is right");
            prop_assert_eq!(&read, expected);
        }
    }

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
        let whole = bytes(&plan, &files, 0..length(&plan));
        prop_assert_eq!(whole.len() as u64, length(&plan));
        let cut: Vec<_> = (0..length(&plan)).step_by(step as usize).flat_map(|at| bytes(&plan, &files, at..at + step)).collect();
        prop_assert!(whole == cut, "cut in steps of {}", step);
        let from = from.index(whole.len()) as u64;
        let end = length(&plan).min(from + len);
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
