//! What the header walk reads, inflates and holds at most.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use auraloader_core::dicom::Field;
use support::walking::{walk_entry, walk_file};
use support::{DataSet, UNDEFINED};

const KIB: u64 = 1024;
const MIB: usize = 1024 * 1024;

#[test]
fn an_ordinary_image_is_read_once() {
    for (big_endian, explicit_vr) in [(false, true), (false, false), (true, true)] {
        let mut data = DataSet::new(big_endian, explicit_vr);
        data.identified().element(0x0028_0010, b"US", [0, 2]);
        data.element(0x7FE0_0010, b"OW", vec![1; 512 * KIB as usize]);
        assert_eq!(walk_file(&data.file()).seen(), ("1.2.3".into(), false, 1, 64 * KIB));
    }
    let frame = DataSet::encapsulated(&[200_000]);
    assert_eq!(walk_file(&frame.file()).seen(), ("1.2.3".into(), false, 1, 64 * KIB));
}

#[test]
fn behind_the_last_needed_tag_little_is_read() {
    // Seven values, each of which takes a seek, and the pixels behind them.
    let with_values = |count: usize, len: usize| {
        let mut data = DataSet::image();
        for at in 0..count {
            data.element(0x0029_1000 + at as u32, b"OB", vec![1; len]);
        }
        data.header(0x7FE0_0010, b"OW", 1000).raw([0; 10]);
        walk_file(&data.file())
    };
    let few = with_values(7, 100_000);
    assert_eq!((few.study(), few.is_truncated()), ("1.2.3".into(), true));
    assert!(few.read <= (64 + 7 * 16) * KIB);
    let many = with_values(300, 70_000);
    assert_eq!((many.study(), many.is_truncated()), ("1.2.3".into(), false));
    assert_eq!(many.read, (64 + 256) * KIB);
    // Without seeks.
    let small = with_values(5000, 100);
    assert_eq!((small.read, small.is_truncated()), ((64 + 256) * KIB, false));
}

#[test]
fn nested_headers_may_cost_16_mib() {
    let nested = |len: usize| {
        let mut data = DataSet::explicit();
        data.element(0x0008_0016, b"UI", "1.2\0").header(0x0008_1115, b"SQ", UNDEFINED).item(UNDEFINED);
        (0..len / 1000).for_each(|_| _ = data.element(0x0009_1010, b"OB", [1; 988]));
        data.end_item().end_sequence().uids();
        walk_file(&data.file())
    };
    let within = nested(15 * MIB);
    assert_eq!((within.study(), within.is_truncated()), ("1.2.3".into(), false));
    let beyond = nested(20 * MIB);
    assert_eq!((beyond.study(), beyond.read), (String::new(), 16 * MIB as u64));
    assert!(beyond.memory < 200_000);
}

#[test]
fn a_disorderly_header_may_cost_1_mib_more() {
    let disorderly = |len: usize| {
        let mut data = DataSet::explicit();
        data.element(0x0008_0016, b"UI", "1.2\0");
        (0..len / 100).for_each(|_| _ = data.element(0x0008_0008, b"CS", [b'X'; 92]));
        data.uids();
        walk_file(&data.file())
    };
    assert_eq!(disorderly(MIB).study(), "1.2.3");
    let beyond = disorderly(3 * MIB);
    assert_eq!((beyond.study(), beyond.read), (String::new(), MIB as u64 + 64 * KIB));
}

#[test]
fn long_values_are_seeked_over() {
    let mut data = DataSet::explicit();
    data.element(0x0008_0016, b"UI", "1.2\0").element(0x0009_1010, b"OB", vec![1; 3 * MIB]).uids();
    let walked = walk_file(&data.file());
    assert_eq!(walked.study(), "1.2.3");
    assert!(walked.read < 200_000, "{} bytes read", walked.read);
}

#[test]
fn needed_values_up_to_64_kib_are_kept() {
    for (len, kept) in [(65_536, true), (65_538, false)] {
        let mut data = DataSet::explicit();
        data.element(0x0008_0016, b"UI", "1.2\0").element(0x0008_1030, b"UT", vec![b'x'; len]).uids();
        for walked in [walk_file(&data.file()), walk_file(&data.deflated()), walk_entry(&data.file(), 5000)] {
            assert_eq!(walked.study(), "1.2.3");
            assert_eq!(walked.get(Field::StudyDescription).len(), if kept { len } else { 0 });
            assert!(walked.memory < 300_000, "{} bytes held", walked.memory);
        }
    }
}

#[test]
fn little_is_held_while_a_long_value_is_inflated() {
    let mut data = DataSet::explicit();
    data.element(0x0008_0016, b"UI", "1.2\0").element(0x0009_1010, b"OB", vec![1; 5 * MIB]).identified();
    data.element(0x7FE0_0010, b"OW", vec![1; 5 * MIB]);
    for walked in [
        walk_file(&data.deflated()),
        walk_entry(&data.file(), usize::MAX),
        walk_entry(&data.deflated(), usize::MAX),
    ] {
        assert_eq!(walked.study(), "1.2.3");
        assert!(walked.memory < 250_000, "{} bytes held", walked.memory);
    }
}

#[test]
fn what_is_inflated_in_search_of_the_header_is_limited() {
    let long = |len: usize| {
        let mut data = DataSet::explicit();
        data.element(0x0008_0016, b"UI", "1.2\0").element(0x0009_1010, b"OB", vec![1; len]).uids();
        data
    };
    let (within, beyond) = (long(15 * MIB), long(17 * MIB));
    assert_eq!(walk_file(&within.deflated()).study(), "1.2.3");
    assert_eq!(walk_file(&beyond.deflated()).study(), "");
    assert_eq!(walk_entry(&within.file(), usize::MAX).study(), "1.2.3");
    assert_eq!(walk_entry(&beyond.file(), usize::MAX).study(), "");
    // Two streams share what is granted.
    assert_eq!(walk_entry(&long(7 * MIB).deflated(), usize::MAX).study(), "1.2.3");
    assert_eq!(walk_entry(&long(9 * MIB).deflated(), usize::MAX).study(), "");
}
