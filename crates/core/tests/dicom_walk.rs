//! The header walk on sound, odd and broken files.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use auraloader_core::content::Content;
use auraloader_core::dicom::{Field, Header, NativeDecoder, Reason, Walk};
use proptest::prelude::*;
use support::{Image, element, part10};

/// Walks `file`, answering each request with at most `piece` bytes; also counts the bytes asked for.
fn walk_in_pieces(file: &[u8], piece: usize) -> (Result<Header, Reason>, usize) {
    let mut walk = Walk::new(Content::whole(0, file.len() as u64));
    let mut read = 0;
    while let Some(range) = walk.want() {
        let end = (range.end as usize).min((range.start as usize).saturating_add(piece));
        read += end - range.start as usize;
        walk.supply(&file[range.start as usize..end]);
    }
    (walk.finish(), read)
}

fn walk(file: &[u8]) -> Result<Header, Reason> {
    walk_in_pieces(file, usize::MAX).0
}

fn value(file: &[u8], field: Field) -> String {
    walk(file).expect("accepted").fields(&NativeDecoder).get(field).to_owned()
}

#[test]
fn reads_a_part_10_file_and_stops_before_the_pixels() {
    let mut file = Image::default().file();
    file.extend(vec![0; 300_000]);
    let (header, read) = walk_in_pieces(&file, usize::MAX);
    let fields = header.expect("accepted").fields(&NativeDecoder);
    assert_eq!(fields.get(Field::StudyUid), "1.2.3");
    assert_eq!(fields.get(Field::PatientName), "Doe^Jane");
    assert_eq!(fields.get(Field::SeriesNumber), "7");
    assert!(read <= 64 * 1024, "{read} bytes read");
}

#[test]
fn no_preamble_and_no_meta_group() {
    let whole = Image::default().file();
    assert_eq!(value(&whole[132..], Field::StudyUid), "1.2.3");
    let bare = Image::default().data_set();
    assert!(bare.len() > 132);
    assert_eq!(value(&bare, Field::StudyUid), "1.2.3");
    let mut short = Vec::new();
    element(&mut short, 0x0008_0016, b"UI", b"1.2");
    element(&mut short, 0x0020_000D, b"UI", b"1.9");
    assert!(short.len() < 132);
    assert_eq!(value(&short, Field::StudyUid), "1.9");
}

#[test]
fn the_data_decides_where_the_transfer_syntax_lies() {
    let mut file = part10("1.2.840.10008.1.2");
    file.extend(Image::default().data_set());
    assert_eq!(value(&file, Field::SeriesUid), "1.2.3.1");
}

#[test]
fn implicit_and_big_endian() {
    let mut implicit = part10("1.2.840.10008.1.2");
    for (tag, value) in [(0x0008_0016_u32, "1.2.84"), (0x0010_0010, "Doe^Jane"), (0x0020_000D, "1.2.3.4 ")] {
        implicit.extend(((tag >> 16) as u16).to_le_bytes());
        implicit.extend((tag as u16).to_le_bytes());
        implicit.extend((value.len() as u32).to_le_bytes());
        implicit.extend(value.as_bytes());
    }
    assert_eq!(value(&implicit, Field::StudyUid), "1.2.3.4");
    let mut big = part10("1.2.840.10008.1.2.2");
    for (tag, vr, value) in [(0x0008_0016_u32, b"UI", "1.2.84"), (0x0020_000D, b"UI", "1.2.3.4\0")] {
        big.extend(tag.to_be_bytes());
        big.extend(vr);
        big.extend((value.len() as u16).to_be_bytes());
        big.extend(value.as_bytes());
    }
    assert_eq!(value(&big, Field::StudyUid), "1.2.3.4");
}

#[test]
fn a_deflated_data_set_is_inflated_as_far_as_needed() {
    let mut file = part10("1.2.840.10008.1.2.1.99");
    let mut data = Image::default().data_set();
    element(&mut data, 0x7FE0_0010, b"OW", &vec![9; 2_000_000]);
    file.extend(miniz_oxide::deflate::compress_to_vec(&data, 6));
    assert_eq!(value(&file, Field::StudyUid), "1.2.3");
}

#[test]
fn nesting_of_undefined_length_is_stepped_over_to_any_depth() {
    let depth = 20_000;
    let mut file = part10("1.2.840.10008.1.2.1");
    element(&mut file, 0x0008_0016, b"UI", b"1.2");
    for _ in 0..depth {
        file.extend(b"\x08\x00\x15\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF");
    }
    // A study UID inside of a sequence is not the study's.
    element(&mut file, 0x0020_000D, b"UI", b"6.6.6");
    for _ in 0..depth {
        file.extend(b"\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0");
    }
    element(&mut file, 0x0020_000D, b"UI", b"1.2.3");
    assert_eq!(value(&file, Field::StudyUid), "1.2.3");
}

#[test]
fn long_values_are_seeked_over() {
    let mut file = part10("1.2.840.10008.1.2.1");
    element(&mut file, 0x0008_0016, b"UI", b"1.2");
    element(&mut file, 0x0009_1010, b"OB", &vec![1; 3_000_000]);
    element(&mut file, 0x0020_000D, b"UI", b"1.2.3");
    let (header, read) = walk_in_pieces(&file, usize::MAX);
    assert_eq!(header.expect("accepted").fields(&NativeDecoder).get(Field::StudyUid), "1.2.3");
    assert!(read < 200_000, "{read} bytes read");
}

#[test]
fn a_claimed_length_beyond_the_file_is_a_truncated_header() {
    let mut file = part10("1.2.840.10008.1.2.1");
    file.extend(b"\x08\x00\x16\x00OB\0\0\xF0\xFF\xFF\x7F1.2");
    assert!(walk(&file).expect("DICOM all the same").truncated);
}

#[test]
fn what_is_not_dicom() {
    assert!(matches!(walk(b""), Err(Reason::Empty)));
    assert!(matches!(walk(b"x"), Err(Reason::NotDicom)));
    assert!(matches!(walk(&[0; 5000]), Err(Reason::NotDicom)));
    assert!(matches!(walk("A letter to the doctor. ".repeat(40).as_bytes()), Err(Reason::NotDicom)));
    assert!(matches!(walk(b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00"), Err(Reason::NotDicom)));
}

proptest! {
    #[test]
    fn any_cutting_gives_the_same_result(piece in 1usize..400) {
        let file = Image::default().file();
        let whole = walk(&file).expect("accepted").fields(&NativeDecoder);
        let cut = walk_in_pieces(&file, piece).0.expect("accepted").fields(&NativeDecoder);
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn damage_ends_in_a_result(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), keep in any::<prop::sample::Index>()) {
        let mut file = Image::default().file();
        for (at, byte) in flips {
            let at = at.index(file.len());
            file[at] = byte;
        }
        file.truncate(keep.index(file.len()) + 1);
        let (result, read) = walk_in_pieces(&file, 64);
        prop_assert!(read <= file.len());
        if let Ok(header) = result {
            let _ = header.fields(&NativeDecoder);
        }
    }
}
