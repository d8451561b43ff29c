//! The header walk on elements and sequences that break the rules.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use auraloader_core::dicom::Field;
use support::walking::{is_truncated, study, walk_file};
use support::{DataSet, UNDEFINED};

/// A file with something odd in front of the UIDs, which it must not hide.
fn odd(add: impl FnOnce(&mut DataSet)) -> Vec<u8> {
    odd_in(DataSet::explicit(), add)
}

fn odd_in(mut data: DataSet, add: impl FnOnce(&mut DataSet)) -> Vec<u8> {
    data.element(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.2\0");
    add(&mut data);
    data.uids();
    data.file()
}

fn reads(file: &[u8]) -> bool {
    let walked = walk_file(file);
    (walked.study(), walked.get(Field::SeriesUid), walked.is_truncated())
        == ("1.2.3".into(), "1.2.3.1".into(), false)
}

/// A study UID that is not the study's.
fn foreign(data: &mut DataSet) -> &mut DataSet {
    data.element(0x0020_000D, b"UI", "6.6.6\0")
}

#[test]
fn a_vr_still_to_be_defined() {
    assert!(reads(&odd(|data| _ = data.raw(b"\x09\0\x10\x10ZZ\0\0\x06\0\0\0abcdef"))));
    for vr in [b"SV", b"UV", b"OV"] {
        assert!(reads(&odd(|data| _ = data.element(0x0009_1010, vr, [1; 16]))));
    }
}

#[test]
fn elements_without_vr_amid_explicit_ones() {
    assert!(reads(&odd(|data| _ = data.raw(b"\x09\0\x10\x10\x06\0\0\0abcdef"))));
    assert!(reads(&odd(|data| _ = data.raw(b"\x09\0\x10\x10??\x06\0abcdef"))));
    assert!(reads(&odd(|data| _ = data.raw(b"\x09\0\x10\x10\0\0\x06\0abcdef"))));
}

#[test]
fn explicit_elements_amid_implicit_ones() {
    let file = odd_in(DataSet::new(false, false), |data| _ = data.raw(b"\x09\0\x10\x10LO\x06\0abcdef"));
    assert!(reads(&file));
}

#[test]
fn the_first_element_may_be_the_odd_one() {
    let mut data = DataSet::explicit();
    data.raw(b"\x08\0\x05\0??\x0A\0ISO_IR 100").identified();
    assert_eq!(study(&data.file()), "1.2.3");
}

#[test]
fn long_vrs_in_the_short_form() {
    for vr in [b"OB", b"UN", b"UT", b"ZZ"] {
        let header = [b"\x09\0\x10\x10", &vr[..], b"\x06\0abcdef"].concat();
        assert!(reads(&odd(|data| _ = data.raw(header))));
    }
}

#[test]
fn odd_lengths_and_zeros_at_the_end() {
    let mut file =
        odd(|data| _ = data.element(0x0009_1010, b"LO", "abc").element(0x0009_1011, b"OB", [1; 7]));
    assert!(reads(&file));
    for zeros in [1, 7, 8, 9, 12, 100, 100_000] {
        file.truncate(file.len());
        assert!(reads(&[&file[..], &vec![0; zeros]].concat()), "{zeros} zeros");
    }
}

#[test]
fn needed_elements_that_come_late() {
    let mut data = DataSet::explicit();
    data.element(0x0008_0016, b"UI", "1.2\0").element(0x0028_0010, b"US", [1, 0]);
    data.uids().element(0x0008_0060, b"CS", "CT").element(0x0020_000D, b"UI", "6.6.6\0");
    let walked = walk_file(&data.file());
    assert_eq!((walked.study(), walked.get(Field::Modality)), ("1.2.3".into(), "CT".into()));
}

#[test]
fn nesting_to_any_depth_in_each_encoding() {
    let depth = 20_000;
    for (big_endian, explicit_vr) in [(false, true), (false, false), (true, true), (true, false)] {
        let file = odd_in(DataSet::new(big_endian, explicit_vr), |data| {
            for _ in 0..depth {
                data.header(0x0008_1115, b"SQ", UNDEFINED).item(UNDEFINED);
            }
            foreign(data);
            for _ in 0..depth {
                data.end_item().end_sequence();
            }
        });
        let walked = walk_file(&file);
        assert_eq!((walked.study(), walked.is_truncated()), ("1.2.3".into(), false));
        assert!(walked.memory < 200_000, "{} bytes held", walked.memory);
    }
}

#[test]
fn sequences_and_items_of_defined_length_are_seeked_over() {
    let long = vec![0xEE; 200_000];
    let file = odd(|data| {
        data.element(0x0008_1115, b"SQ", &long);
        data.header(0x0008_1140, b"SQ", UNDEFINED);
        data.item(long.len() as u32).raw(&long).item(UNDEFINED);
        data.element(0x0008_1199, b"SQ", &long).end_item().item(0).end_sequence();
    });
    let walked = walk_file(&file);
    assert_eq!((walked.study(), walked.is_truncated()), ("1.2.3".into(), false));
    assert!(walked.read < 200_000, "{} bytes read", walked.read);
}

#[test]
fn forgotten_delimiters() {
    let no_item_end = |data: &mut DataSet| {
        foreign(data.header(0x0008_1115, b"SQ", UNDEFINED).item(UNDEFINED)).item(UNDEFINED);
        foreign(data).end_item().end_sequence();
    };
    assert!(reads(&odd(no_item_end)), "item after item");
    let no_item_end_at_all = |data: &mut DataSet| {
        _ = foreign(data.header(0x0008_1115, b"SQ", UNDEFINED).item(UNDEFINED)).end_sequence()
    };
    assert!(reads(&odd(no_item_end_at_all)), "end of sequence in an item");
    let no_sequence_end = |data: &mut DataSet| {
        _ = foreign(data.header(0x0008_1115, b"SQ", UNDEFINED).item(UNDEFINED)).end_item()
    };
    assert!(reads(&odd(no_sequence_end)), "an element behind an item");
    let no_items = |data: &mut DataSet| _ = data.header(0x0008_1115, b"SQ", UNDEFINED);
    assert!(reads(&odd(no_items)), "an element in place of items");
    let no_inner_end = |data: &mut DataSet| {
        data.header(0x0008_1115, b"SQ", UNDEFINED).item(UNDEFINED);
        foreign(data.header(0x0008_1199, b"SQ", UNDEFINED).item(UNDEFINED)).end_item();
        // The inner sequence is not ended; this ends the outer item.
        data.end_item().item(UNDEFINED);
        foreign(data).end_item().end_sequence();
    };
    assert!(reads(&odd(no_inner_end)), "end of item in a sequence within an item");
}

#[test]
fn delimiters_too_many() {
    let item_of_defined_length = |data: &mut DataSet| {
        data.header(0x0008_1115, b"SQ", UNDEFINED).item(UNDEFINED);
        data.header(0x0008_1199, b"SQ", UNDEFINED).item(2).raw("ab").end_item().end_sequence();
        foreign(data).end_item().end_sequence();
    };
    assert!(reads(&odd(item_of_defined_length)));
    assert!(reads(&odd(|data| _ = data.end_item().end_sequence().end_item())), "at the top level");
    let item = |data: &mut DataSet| _ = foreign(data.item(UNDEFINED)).end_item().end_sequence();
    assert!(reads(&odd(item)), "an item at the top level");
    let defined_item = |data: &mut DataSet| _ = foreign(data.item(14)).end_sequence();
    assert!(reads(&odd(defined_item)), "an item of defined length at the top level");
}

#[test]
fn unknown_of_undefined_length_is_implicit_inside() {
    for big_endian in [false, true] {
        let mut inside = DataSet::new(false, false);
        inside.item(UNDEFINED);
        foreign(
            inside.element(0x0009_1020, b"UN", "abcd").header(0x0009_1021, b"UN", UNDEFINED).item(UNDEFINED),
        )
        .end_item()
        .end_sequence();
        // Bytes that would be a VR do not matter any more.
        inside
            .element(0x0009_1022, b"UN", vec![b'x'; 0x4C4F])
            .end_item()
            .item(UNDEFINED)
            .end_item()
            .end_sequence();
        let file = odd_in(DataSet::new(big_endian, true), |data| {
            data.header(0x0009_1010, b"UN", UNDEFINED).raw(&inside.bytes);
            data.element(0x0009_1011, b"LO", "abcd");
        });
        assert!(reads(&file), "big endian: {big_endian}");
    }
}

#[test]
fn unknown_of_undefined_length_may_be_explicit_after_all() {
    for big_endian in [false, true] {
        let file = odd_in(DataSet::new(big_endian, true), |data| {
            data.header(0x0009_1010, b"UN", UNDEFINED).item(0).item(UNDEFINED).end_item().item(UNDEFINED);
            foreign(data.element(0x0009_1020, b"LO", "abcd").element(0x0009_1021, b"UT", "abcd"));
            data.header(0x0009_1022, b"UN", UNDEFINED);
            // Within which there is another one, which is not.
            let mut inner = DataSet::new(false, false);
            foreign(inner.item(UNDEFINED)).end_item().end_sequence();
            data.raw(&inner.bytes).element(0x0009_1023, b"UT", "abcd").end_item().end_sequence();
            data.element(0x0009_1030, b"UT", "abcd");
        });
        assert!(reads(&file), "big endian: {big_endian}");
    }
}

#[test]
fn nonsense_ends_the_walk_with_what_was_found() {
    let mut data = DataSet::explicit();
    data.identified().raw(b"\x28\0\x10\0\x01\xFE\xFF\xFE\xFF\xFF\xFF\xFF").raw(vec![0xEE; 500_000]);
    let walked = walk_file(&data.file());
    assert_eq!((walked.study(), walked.blocks, walked.is_truncated()), ("1.2.3".into(), 1, false));
    // In front of the last needed element, something is missing.
    let mut data = DataSet::explicit();
    data.element(0x0020_000D, b"UI", "1.2.3\0").raw(b"\x20\0\x0E\0\x01\xFE\xFF\xFE\xFF\xFF\xFF\xFF");
    data.raw(vec![0xEE; 500_000]);
    let walked = walk_file(&data.file());
    assert_eq!((walked.study(), walked.blocks, walked.is_truncated()), ("1.2.3".into(), 1, true));
}

#[test]
fn a_claim_in_the_wrong_place_is_not_a_cut() {
    let mut data = DataSet::explicit();
    data.identified().element(0x0028_0010, b"US", [1, 0]).header(0x0001_0001, b"OB", 9999);
    assert!(!is_truncated(&data.file()));
    let mut data = DataSet::explicit();
    data.identified().element(0x0028_0010, b"US", [1, 0]).header(0x0029_0001, b"OB", 9999);
    assert!(is_truncated(&data.file()));
}
