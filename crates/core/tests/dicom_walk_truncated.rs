//! When the header walk calls a file truncated, and what it reads to find out.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use auraloader_core::content::{Content, Packing};
use miniz_oxide::deflate::compress_to_vec;
use support::walking::{is_truncated, walk_content, walk_entry, walk_file};
use support::{DataSet, UNDEFINED, part10};

const KIB: u64 = 1024;
const MIB: usize = 1024 * 1024;

#[test]
fn a_header_that_ends_early() {
    let mut data = DataSet::image();
    data.element(0x0028_0010, b"US", [1, 0]);
    let file = data.file();
    assert!(!is_truncated(&file));
    let cuts =
        (part10("1.2.840.10008.1.2.1").len() + 1..file.len()).filter(|len| is_truncated(&file[..*len]));
    // All but those between two elements.
    assert_eq!(cuts.count(), data.bytes.len() - 1 - 5);
    assert!(is_truncated(&part10("1.2.840.10008.1.2.1")));
}

#[test]
fn a_needed_value_that_claims_too_much() {
    let mut file = part10("1.2.840.10008.1.2.1");
    file.extend(b"\x08\x00\x16\x00OB\0\0\xF0\xFF\xFF\x7F1.2");
    assert!(is_truncated(&file));
}

#[test]
fn elements_of_defined_length_that_end_beyond_the_file() {
    for tag in [0x0042_0011, 0x5400_0100, 0x7FE0_0008, 0x7FE0_0009, 0x7FE0_0010] {
        let mut data = DataSet::image();
        data.element(tag, b"OB", vec![1; 100_000]);
        let file = data.file();
        let whole = walk_file(&file);
        assert_eq!((whole.is_truncated(), whole.blocks), (false, 1), "{tag:08X}");
        let cut = walk_file(&file[..file.len() - 1]);
        assert_eq!((cut.study(), cut.is_truncated(), cut.blocks), ("1.2.3".into(), true, 1), "{tag:08X}");
    }
}

#[test]
fn a_piece_of_an_element_at_the_end() {
    for (end, truncated) in
        [(&b"\x28\0\x10"[..], true), (b"\0\0\0\0\0\0\0", false), (b"\0\0\0\0\0\0\x01", true)]
    {
        assert_eq!(is_truncated(DataSet::image().raw(end).file().as_slice()), truncated, "{end:?}");
    }
}

#[test]
fn elements_behind_the_pixels_do_not_matter() {
    let mut data = DataSet::image();
    data.element(0x7FE0_0010, b"OW", [1; 10]).header(0xFFFC_FFFC, b"OB", 5000);
    assert!(!is_truncated(&data.file()));
}

#[test]
fn encapsulated_pixels_with_and_without_their_end() {
    for fragments in [&[][..], &[10], &[200_000], &[1000, 1000, 1000], &[70_000, 70_000, 10], &[100; 3000]] {
        for big_endian in [false, true] {
            let mut data = DataSet::new(big_endian, true);
            data.identified().fragments(fragments);
            let file = data.file();
            let walked = walk_file(&file);
            assert!(!walked.is_truncated(), "{} fragments", fragments.len());
            assert!(walked.blocks <= 2 && walked.read <= 128 * KIB);
            for cut in [1, 4, 8, 9, 12] {
                let walked = walk_file(&file[..file.len() - cut]);
                assert!(walked.is_truncated(), "{} fragments, {cut} cut off", fragments.len());
                assert!(walked.blocks <= 2 && walked.read <= 128 * KIB);
            }
        }
    }
}

#[test]
fn a_fragment_that_ends_beyond_the_file_needs_no_further_read() {
    let file = DataSet::encapsulated(&[200_000]).file();
    assert_eq!(walk_file(&file[..150_000]).seen(), ("1.2.3".into(), true, 1, 64 * KIB));
}

#[test]
fn what_follows_encapsulated_pixels_costs_one_read() {
    let mut data = DataSet::encapsulated(&[200_000]);
    data.element(0xFFFC_FFFC, b"OB", vec![0; 5000]).raw([0; 100]);
    let file = data.file();
    let walked = walk_file(&file);
    assert_eq!((walked.study(), walked.is_truncated(), walked.blocks), ("1.2.3".into(), false, 2));
    assert!(walked.read <= 128 * KIB);
    // Fragments that are none.
    let mut broken = DataSet::image();
    broken.header(0x7FE0_0010, b"OB", UNDEFINED).raw(vec![0xEE; 100_000]);
    assert!(is_truncated(&broken.file()));
    assert!(!is_truncated(&broken.end_sequence().file()));
}

#[test]
fn sequences_behind_the_last_needed_tag_are_not_read() {
    let sequence = |items: usize| {
        let mut data = DataSet::image();
        data.header(0x0040_A730, b"SQ", UNDEFINED);
        (0..items).for_each(|_| _ = data.item(UNDEFINED).element(0x0040_A160, b"UT", [1; 88]).end_item());
        data
    };
    let mut long = sequence(1000);
    assert_eq!(walk_file(&long.file()).seen(), ("1.2.3".into(), false, 1, 64 * KIB));
    long.end_sequence().header(0x7FE0_0010, b"OW", 10);
    assert!(!is_truncated(&long.file()));
    let mut short = sequence(10);
    assert!(is_truncated(&short.file()));
    assert!(!is_truncated(&short.end_sequence().file()));
    assert!(is_truncated(&short.header(0x7FE0_0010, b"OW", 10).file()));
}

#[test]
fn a_deflated_data_set_that_ends_early() {
    let noise = |len: usize| -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..len).map(|_| next()).collect()
    };
    let mut data = DataSet::image();
    data.element(0x7FE0_0010, b"OW", noise(900_000));
    let file = data.deflated();
    assert!(!is_truncated(&file));
    assert!(is_truncated(&file[..file.len() - 100_000]));
    // The stream is whole, the pixels are not.
    data.bytes.truncate(data.bytes.len() - 10);
    assert!(is_truncated(&data.deflated()));
    // Long ones are not looked at.
    let mut data = DataSet::image();
    data.element(0x7FE0_0010, b"OW", noise(1_200_000));
    let file = data.deflated();
    let walked = walk_file(&file[..file.len() - 600_000]);
    assert_eq!(walked.seen(), ("1.2.3".into(), false, 1, 64 * KIB));
    let mut data = DataSet::image();
    (0..30).for_each(|at| _ = data.element(0x0029_1000 + at, b"OB", noise(100_000)));
    let walked = walk_file(&data.deflated());
    assert_eq!((walked.study(), walked.is_truncated()), ("1.2.3".into(), false));
    assert!(walked.read <= 64 * KIB + MIB as u64, "{} bytes read", walked.read);
}

#[test]
fn an_entry_is_judged_by_its_size_not_by_inflating_it() {
    let mut data = DataSet::image();
    data.element(0x7FE0_0010, b"OW", vec![1; 5 * MIB]);
    let file = data.file();
    let packed = compress_to_vec(&file, 6);
    for (size, truncated) in [(file.len() as u64, false), (file.len() as u64 - 1, true)] {
        let content = Content { file: 0, range: 0..packed.len() as u64, packing: Packing::Deflated { size } };
        let walked = walk_content(&packed, content, usize::MAX);
        assert_eq!((walked.study(), walked.is_truncated(), walked.blocks), ("1.2.3".into(), truncated, 1));
    }
    for (fragments, cut, truncated) in
        [(&[300_000][..], 0, false), (&[300_000], 8, true), (&[30, 30], 8, true)]
    {
        let file = DataSet::encapsulated(fragments).file();
        let walked = walk_entry(&file[..file.len() - cut], usize::MAX);
        assert_eq!((walked.study(), walked.is_truncated()), ("1.2.3".into(), truncated));
    }
}
