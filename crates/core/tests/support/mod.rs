//! Small DICOM files made by hand.
#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{Cursor, Write};

use auraloader_core::archive::Checksum;
use auraloader_core::content::Content;
use auraloader_core::dicom::Reason;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A data set in explicit little endian: `element(&mut bytes, 0x0010_0010, b"PN", b"Doe")`.
pub(crate) fn element(to: &mut Vec<u8>, tag: u32, vr: &[u8; 2], value: &[u8]) {
    to.extend(((tag >> 16) as u16).to_le_bytes());
    to.extend((tag as u16).to_le_bytes());
    to.extend(vr);
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(if vr == b"UI" { 0 } else { b' ' });
    }
    if matches!(vr, b"OB" | b"OW" | b"SQ" | b"UN" | b"UT") {
        to.extend([0, 0]);
        to.extend((value.len() as u32).to_le_bytes());
    } else {
        to.extend((value.len() as u16).to_le_bytes());
    }
    to.extend(value);
}

/// Preamble and meta group of the given transfer syntax.
pub(crate) fn part10(transfer_syntax: &str) -> Vec<u8> {
    let mut meta = Vec::new();
    element(&mut meta, 0x0002_0010, b"UI", transfer_syntax.as_bytes());
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    element(&mut bytes, 0x0002_0000, b"UL", &(meta.len() as u32).to_le_bytes());
    bytes.extend(meta);
    bytes
}

/// What a shell answers to a session's or a reader's request for a checksum.
pub(crate) fn checksum(file: &[u8], content: &Content) -> Result<u32, Reason> {
    let mut checksum = Checksum::new(content);
    // In pieces, as a shell reads them.
    for piece in file[content.range.start as usize..content.range.end as usize].chunks(1000) {
        checksum.update(piece)?;
    }
    checksum.finish()
}

/// A ZIP of these files, every second one stored.
pub(crate) fn zip_of(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (path, bytes)) in files.iter().enumerate() {
        let method = if at % 2 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        writer.start_file(*path, SimpleFileOptions::default().compression_method(method)).expect("a name");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// What a test wants to say of one image.
#[derive(Clone, Copy)]
pub(crate) struct Image<'a> {
    pub(crate) study: &'a str,
    pub(crate) series: &'a str,
    pub(crate) instance: &'a str,
    pub(crate) patient: &'a str,
    pub(crate) modality: &'a str,
}

impl Default for Image<'_> {
    fn default() -> Self {
        Self { study: "1.2.3", series: "1.2.3.1", instance: "1.2.3.1.1", patient: "Doe^Jane", modality: "CT" }
    }
}

impl Image<'_> {
    pub(crate) fn data_set(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        element(&mut bytes, 0x0008_0016, b"UI", b"1.2.840.10008.5.1.4.1.1.2");
        element(&mut bytes, 0x0008_0018, b"UI", self.instance.as_bytes());
        element(&mut bytes, 0x0008_0020, b"DA", b"20240115");
        element(&mut bytes, 0x0008_0060, b"CS", self.modality.as_bytes());
        element(&mut bytes, 0x0010_0010, b"PN", self.patient.as_bytes());
        element(&mut bytes, 0x0020_000D, b"UI", self.study.as_bytes());
        element(&mut bytes, 0x0020_000E, b"UI", self.series.as_bytes());
        element(&mut bytes, 0x0020_0011, b"IS", b"7");
        bytes
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let mut bytes = part10("1.2.840.10008.1.2.1");
        bytes.extend(self.data_set());
        element(&mut bytes, 0x7FE0_0010, b"OW", &[7; 600]);
        bytes
    }
}

/// A data set in any encoding, also an untrue one.
pub(crate) struct DataSet {
    pub(crate) big_endian: bool,
    pub(crate) explicit_vr: bool,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) const UNDEFINED: u32 = u32::MAX;

impl DataSet {
    pub(crate) fn new(big_endian: bool, explicit_vr: bool) -> Self {
        Self { big_endian, explicit_vr, bytes: Vec::new() }
    }

    pub(crate) fn explicit() -> Self {
        Self::new(false, true)
    }

    /// The header of an element that claims `len` bytes, in the form that its VR has.
    pub(crate) fn header(&mut self, tag: u32, vr: &[u8; 2], len: u32) -> &mut Self {
        self.number((tag >> 16) as u16).number(tag as u16);
        if !self.explicit_vr || tag >> 16 == 0xFFFE {
            return self.long_number(len);
        }
        self.bytes.extend(vr);
        match vr {
            b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT"
            | b"UV" => self.number(0).long_number(len),
            _ => self.number(len as u16),
        }
    }

    /// An element as it should be, but that its length may be odd.
    pub(crate) fn element(&mut self, tag: u32, vr: &[u8; 2], value: impl AsRef<[u8]>) -> &mut Self {
        self.header(tag, vr, value.as_ref().len() as u32);
        self.bytes.extend(value.as_ref());
        self
    }

    pub(crate) fn item(&mut self, len: u32) -> &mut Self {
        self.header(0xFFFE_E000, b"  ", len)
    }

    pub(crate) fn end_item(&mut self) -> &mut Self {
        self.header(0xFFFE_E00D, b"  ", 0)
    }

    pub(crate) fn end_sequence(&mut self) -> &mut Self {
        self.header(0xFFFE_E0DD, b"  ", 0)
    }

    pub(crate) fn raw(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.bytes.extend(bytes.as_ref());
        self
    }

    /// What makes it an instance of a study, up to the last needed tag.
    pub(crate) fn identified(&mut self) -> &mut Self {
        self.element(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.2\0")
            .element(0x0010_0010, b"PN", "Doe^Jane")
            .uids()
    }

    /// All that is needed of an image.
    pub(crate) fn image() -> Self {
        let mut data = Self::explicit();
        data.identified();
        data
    }

    /// The same with pixel data of these fragments.
    pub(crate) fn encapsulated(fragments: &[usize]) -> Self {
        let mut data = Self::image();
        data.fragments(fragments);
        data
    }

    pub(crate) fn fragments(&mut self, fragments: &[usize]) -> &mut Self {
        self.header(0x7FE0_0010, b"OB", UNDEFINED).item(0);
        for len in fragments {
            self.item(*len as u32).raw(vec![0xEE; *len]);
        }
        self.end_sequence()
    }

    pub(crate) fn uids(&mut self) -> &mut Self {
        self.element(0x0020_000D, b"UI", "1.2.3\0").element(0x0020_000E, b"UI", "1.2.3.1\0").element(
            0x0020_0011,
            b"IS",
            "7 ",
        )
    }

    fn number(&mut self, number: u16) -> &mut Self {
        self.raw(if self.big_endian { number.to_be_bytes() } else { number.to_le_bytes() })
    }

    fn long_number(&mut self, number: u32) -> &mut Self {
        self.raw(if self.big_endian { number.to_be_bytes() } else { number.to_le_bytes() })
    }

    /// Behind a preamble and a meta group of the given transfer syntax.
    pub(crate) fn part10(&self, transfer_syntax: &str) -> Vec<u8> {
        [part10(transfer_syntax), self.bytes.clone()].concat()
    }

    /// The same in explicit little endian, as it claims to be.
    pub(crate) fn file(&self) -> Vec<u8> {
        self.part10("1.2.840.10008.1.2.1")
    }

    /// The same deflated.
    pub(crate) fn deflated(&self) -> Vec<u8> {
        let deflated = miniz_oxide::deflate::compress_to_vec(&self.bytes, 6);
        [part10("1.2.840.10008.1.2.1.99"), deflated].concat()
    }
}

/// Headers walked as a shell does it, with the promises of every walk held to.
pub(crate) mod walking {
    use auraloader_core::content::{Content, Packing};
    use auraloader_core::dicom::{Field, Fields, Header, NativeDecoder, Reason, Walk};

    pub(crate) struct Walked {
        pub(crate) result: Result<Header, Reason>,
        /// Blocks asked for.
        pub(crate) blocks: usize,
        /// Bytes handed in.
        pub(crate) read: u64,
        /// The most memory held for reading.
        pub(crate) memory: usize,
    }

    /// Walks a content of `file`, answering each request with at most `piece` bytes.
    pub(crate) fn walk_content(file: &[u8], content: Content, piece: usize) -> Walked {
        let (from, to) = (content.range.start, content.range.end);
        let mut walk = Walk::new(content);
        let (mut blocks, mut read, mut memory, mut block_end) = (0, 0, 0, None);
        while let Some(range) = walk.want() {
            assert!(range.start < range.end && range.start >= from && range.end <= to, "{range:?}");
            assert!(range.end - range.start <= 64 * 1024, "{range:?}");
            if block_end != Some(range.end) {
                block_end = Some(range.end);
                blocks += 1;
            }
            let end = range.end.min(range.start.saturating_add(piece as u64));
            read += end - range.start;
            walk.supply(&file[range.start as usize..end as usize]);
            memory = memory.max(walk.memory());
        }
        Walked { result: walk.finish(), blocks, read, memory }
    }

    pub(crate) fn walk_file(file: &[u8]) -> Walked {
        walk_content(file, Content::whole(0, file.len() as u64), usize::MAX)
    }

    /// Walks `file` as a deflated entry in the midst of an archive.
    pub(crate) fn walk_entry(file: &[u8], piece: usize) -> Walked {
        let packed = miniz_oxide::deflate::compress_to_vec(file, 6);
        let archive = [&[0xAA; 77][..], &packed, &[0xAA; 99]].concat();
        let range = 77..77 + packed.len() as u64;
        let packing = Packing::Deflated { size: file.len() as u64 };
        walk_content(&archive, Content { file: 0, range, packing }, piece)
    }

    impl Walked {
        pub(crate) fn header(&self) -> &Header {
            self.result.as_ref().expect("accepted")
        }

        pub(crate) fn get(&self, field: Field) -> String {
            self.header().fields(&NativeDecoder).get(field).to_owned()
        }

        pub(crate) fn study(&self) -> String {
            self.get(Field::StudyUid)
        }

        pub(crate) fn is_truncated(&self) -> bool {
            self.header().truncated
        }

        /// The study, whether it is truncated, blocks, bytes read.
        pub(crate) fn seen(&self) -> (String, bool, usize, u64) {
            (self.study(), self.is_truncated(), self.blocks, self.read)
        }

        /// All that must not depend on how the bytes come in: transfer syntax, whether it is truncated, values.
        pub(crate) fn outcome(&self) -> Result<(&str, bool, Fields), Reason> {
            let header = self.result.as_ref().map_err(|reason| *reason)?;
            Ok((header.transfer_syntax(), header.truncated, header.fields(&NativeDecoder)))
        }
    }

    pub(crate) fn study(file: &[u8]) -> String {
        walk_file(file).study()
    }

    pub(crate) fn is_truncated(file: &[u8]) -> bool {
        walk_file(file).is_truncated()
    }

    pub(crate) fn is_dicom(file: &[u8]) -> bool {
        walk_file(file).result.map(|_| true).unwrap_or_else(|reason| {
            assert_eq!(reason, Reason::NotDicom);
            false
        })
    }
}
