//! The header walk on what the contract accepts, and on what it does not.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use auraloader_core::content::{Content, Packing};
use auraloader_core::dicom::{Field, Reason, Walk};
use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};
use support::walking::{is_dicom, study, walk_content, walk_entry, walk_file};
use support::{DataSet, Image, element, part10};

const DEFLATED: &str = "1.2.840.10008.1.2.1.99";

/// Each encoding: byte order, VR.
const ENCODINGS: [(bool, bool); 4] = [(false, true), (false, false), (true, true), (true, false)];

#[test]
fn reads_a_part_10_file_and_stops_before_the_pixels() {
    let mut file = Image::default().file();
    file.extend(vec![0; 300_000]);
    let walked = walk_file(&file);
    assert_eq!(walked.study(), "1.2.3");
    assert_eq!(walked.get(Field::PatientName), "Doe^Jane");
    assert_eq!(walked.get(Field::SeriesNumber), "7");
    assert_eq!((walked.blocks, walked.read), (1, 64 * 1024));
}

#[test]
fn a_small_file_is_read_whole_at_once() {
    let file = Image::default().file();
    let walked = walk_file(&file);
    assert_eq!((walked.blocks, walked.read), (1, file.len() as u64));
}

#[test]
fn no_preamble_and_no_meta_group() {
    let whole = Image::default().file();
    assert_eq!(study(&whole[128..]), "1.2.3");
    assert_eq!(study(&[&whole[..132], &Image::default().data_set()[..]].concat()), "1.2.3");
    assert_eq!(study(&whole[132..]), "1.2.3");
    let bare = Image::default().data_set();
    assert!(bare.len() > 132);
    assert_eq!(study(&bare), "1.2.3");
    let mut short = Vec::new();
    element(&mut short, 0x0008_0016, b"UI", b"1.2");
    element(&mut short, 0x0020_000D, b"UI", b"1.9");
    assert!(short.len() < 132);
    assert_eq!(study(&short), "1.9");
}

#[test]
fn bare_data_sets_in_each_encoding_from_each_group() {
    for (big_endian, explicit_vr) in ENCODINGS {
        for (tag, vr) in [
            (0x0004_1200, b"UL"),
            (0x0008_0005, b"CS"),
            (0x0010_0010, b"PN"),
            (0x0018_0015, b"CS"),
            (0x0020_000D, b"UI"),
        ] {
            let mut data = DataSet::new(big_endian, explicit_vr);
            data.element(tag, vr, "1.23").uids();
            let expected = if tag == 0x0020_000D { "1.23" } else { "1.2.3" };
            assert_eq!(study(&data.bytes), expected, "{tag:08X} {big_endian} {explicit_vr}");
        }
        let mut other = DataSet::new(big_endian, explicit_vr);
        other.element(0x0009_0010, b"LO", "1.23").uids();
        assert!(!is_dicom(&other.bytes));
    }
}

#[test]
fn a_bare_data_set_has_to_say_what_it_is() {
    let mut data = DataSet::explicit();
    data.element(0x0008_0060, b"CS", "CT").element(0x0010_0010, b"PN", "Doe^Jane");
    assert!(!is_dicom(&data.bytes));
    assert!(is_dicom(&data.file()));
    data.element(0x0020_000D, b"UI", "1.2");
    assert!(is_dicom(&data.bytes));
}

#[test]
fn each_encoding_under_each_name() {
    let syntaxes =
        ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", DEFLATED, "1.2.3.4.5.6", "x", ""];
    for (big_endian, explicit_vr) in ENCODINGS {
        let mut data = DataSet::new(big_endian, explicit_vr);
        data.identified();
        for syntax in syntaxes {
            let walked = walk_file(&data.part10(syntax));
            assert_eq!(walked.study(), "1.2.3", "{syntax} {big_endian} {explicit_vr}");
            assert_eq!(walked.get(Field::SeriesUid), "1.2.3.1");
            assert_eq!(walked.header().transfer_syntax(), syntax);
            assert!(!walked.is_truncated());
        }
    }
}

#[test]
fn deflated_with_and_without_saying_so() {
    let mut data = DataSet::explicit();
    data.identified().element(0x7FE0_0010, b"OW", vec![9; 2000]);
    for level in [0, 1, 6] {
        let deflated = [compress_to_vec(&data.bytes, level), compress_to_vec_zlib(&data.bytes, level)];
        for (deflated, syntax) in
            deflated.iter().flat_map(|deflated| [(deflated, DEFLATED), (deflated, "1.2.840.10008.1.2.1")])
        {
            let walked = walk_file(&[part10(syntax), deflated.clone()].concat());
            assert_eq!(walked.study(), "1.2.3", "{syntax}, level {level}");
            assert!(!walked.is_truncated());
        }
    }
}

#[test]
fn group_0002_in_each_encoding() {
    for (big_endian, explicit_vr) in ENCODINGS {
        let mut meta = DataSet::new(big_endian, explicit_vr);
        meta.element(0x0002_0000, b"UL", [0; 4])
            .element(0x0002_0002, b"UI", "1.2.840.10008.5.1.4.1.1.2\0")
            .element(0x0002_0003, b"UI", "1.2.3.9\0")
            .element(0x0002_0010, b"UI", "1.2.840.10008.1.2.1\0");
        for (big_endian, explicit_vr) in ENCODINGS {
            let mut data = DataSet::new(big_endian, explicit_vr);
            data.element(0x0008_0060, b"CS", "CT").uids();
            for prefix in [&[&[0; 128][..], b"DICM"].concat()[..], b""] {
                let walked = walk_file(&[prefix, &meta.bytes, &data.bytes].concat());
                assert_eq!(walked.study(), "1.2.3");
                assert_eq!(walked.get(Field::InstanceUid), "1.2.3.9");
                assert_eq!(walked.get(Field::SopClassUid), "1.2.840.10008.5.1.4.1.1.2");
                assert_eq!(walked.header().transfer_syntax(), "1.2.840.10008.1.2.1");
            }
        }
    }
}

#[test]
fn the_data_set_counts_before_group_0002_unless_it_has_no_value() {
    for (value, expected) in [("1.7 ", "1.7"), ("", "1.9"), ("  ", "1.9")] {
        let mut data = DataSet::explicit();
        data.element(0x0002_0003, b"UI", "1.9\0");
        data.element(0x0008_0018, b"UI", value).uids();
        assert_eq!(walk_file(&data.file()).get(Field::InstanceUid), expected);
    }
}

#[test]
fn an_untrue_group_0002() {
    let build = |group_len: Option<u32>, odd: &dyn Fn(&mut DataSet)| {
        let mut file = DataSet::explicit();
        file.raw([0; 128]).raw("DICM");
        if let Some(len) = group_len {
            file.element(0x0002_0000, b"UL", len.to_le_bytes());
        }
        odd(&mut file);
        file.identified();
        file.bytes
    };
    for len in [None, Some(0), Some(1), Some(7000), Some(u32::MAX)] {
        let file = build(len, &|file| _ = file.element(0x0002_0010, b"UI", "1.2.840.10008.1.2.1\0"));
        assert_eq!(study(&file), "1.2.3", "group length {len:?}");
    }
    let long_title = build(None, &|file| _ = file.element(0x0002_0016, b"AE", "A".repeat(300)));
    assert_eq!(study(&long_title), "1.2.3");
    let undefined = build(None, &|file| {
        file.header(0x0002_0102, b"OB", support::UNDEFINED).item(4).raw("abcd").end_sequence();
    });
    assert_eq!(study(&undefined), "1.2.3");
    let unended = build(None, &|file| _ = file.header(0x0002_0102, b"OB", support::UNDEFINED));
    assert_eq!(study(&unended), "1.2.3");
}

#[test]
fn a_deflated_entry_of_an_archive() {
    let mut data = DataSet::explicit();
    data.identified().element(0x7FE0_0010, b"OW", vec![9; 2_000_000]);
    for file in [data.file(), data.deflated(), data.bytes.clone()] {
        let walked = walk_entry(&file, usize::MAX);
        assert_eq!(walked.study(), "1.2.3");
        assert!(!walked.is_truncated());
    }
}

#[test]
fn a_stored_entry_of_an_archive() {
    let file = Image::default().file();
    let archive = [&vec![1; 100_000][..], &file, &vec![2; 100_000]].concat();
    let range = 100_000..100_000 + file.len() as u64;
    let content = Content { file: 3, range, packing: Packing::Stored };
    let walked = walk_content(&archive, content, usize::MAX);
    assert_eq!(walked.study(), "1.2.3");
    assert_eq!((walked.read, walked.is_truncated()), (file.len() as u64, false));
}

#[test]
fn more_bytes_than_wanted_are_not_looked_at() {
    let file = Image::default().file();
    let archive = [&file[..], b"\x20\0\x0D\0UI\x04\x006.6."].concat();
    let mut walk = Walk::new(Content::whole(0, file.len() as u64));
    assert_eq!(walk.want(), Some(0..file.len() as u64));
    walk.supply(&archive);
    assert_eq!(walk.want(), None);
    assert!(!walk.finish().expect("accepted").truncated);
}

#[test]
fn what_is_not_dicom() {
    let empty = |packing| walk_content(b"", Content { file: 0, range: 0..0, packing }, 1).result;
    assert!(matches!(empty(Packing::Stored), Err(Reason::Empty)));
    assert!(matches!(empty(Packing::Deflated { size: 0 }), Err(Reason::Empty)));
    assert!(matches!(empty(Packing::Deflated { size: 9 }), Err(Reason::NotDicom)));
    let mut gone = Walk::new(Content::whole(0, 1000));
    gone.supply(b"");
    assert!(matches!(gone.finish(), Err(Reason::Empty)));
    let letter = "A letter to the doctor. ".repeat(40);
    let others: [&[u8]; 14] = [
        b"x",
        b"\x08\x00",
        &[0; 5000],
        &[0xFF; 5000],
        letter.as_bytes(),
        b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00",
        b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0",
        b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<</Type/Catalog>>\nendobj\n",
        b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\x05\0\0\0\x05\0\0\0\x01\0\0\0a",
        b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0\xB8\0\0\0\0\0\0\0@\0\0\0",
        b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\0\0\0!\xF9\x04\x01\0\0\0\0,",
        b"\x02\0\0\0\x04\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0",
        b"\x08\0\x05\0\x0A\0\0\0ISO_IR 100\x08\0\x60\0\x02\0\0\0CT",
        b"{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 100\"]}}",
    ];
    for other in others {
        assert!(!is_dicom(other), "{other:x?}");
        assert!(!is_dicom(&[other, &[0; 100_000]].concat()), "{other:x?}");
    }
}
