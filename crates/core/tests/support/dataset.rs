//! Data sets in any encoding.

use super::part10;

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
