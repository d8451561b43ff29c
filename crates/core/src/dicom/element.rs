//! The header of one data element (PS3.5 §7.1).

use super::field::Tag;

/// How the elements of a data set are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) big_endian: bool,
    pub(super) explicit_vr: bool,
}

impl Encoding {
    pub(super) const EXPLICIT_LE: Self = Self { big_endian: false, explicit_vr: true };
    pub(super) const IMPLICIT_LE: Self = Self { big_endian: false, explicit_vr: false };

    /// Recognises the encoding by the first element of a data set, whatever the transfer syntax claims.
    ///
    /// A data set starts with a low group number, so the byte order that gives the lower one is right; two
    /// letters of a known VR behind the tag mean explicit VR, as implicit VR would make them a length of
    /// 16 KiB or more on an element that never is that long.
    pub(super) fn recognise(first: &[u8; 6]) -> Self {
        let [a, b, _, _, c, d] = *first;
        let big_endian = u16::from_be_bytes([a, b]) < u16::from_le_bytes([a, b]);
        Self { big_endian, explicit_vr: is_vr([c, d]) }
    }

    pub(super) fn tag(self, bytes: [u8; 4]) -> Tag {
        let [a, b, c, d] = bytes;
        Tag::new(self.u16([a, b]), self.u16([c, d]))
    }

    fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

/// Tag, value representation and length of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ElementHeader {
    pub(super) tag: Tag,
    /// `None` where the element is encoded without one.
    pub(super) vr: Option<[u8; 2]>,
    /// `None`: undefined length.
    pub(super) value_len: Option<u32>,
    /// Bytes of the header itself: 8 or 12.
    pub(super) len: u64,
}

impl ElementHeader {
    /// Reads a header from the start of `bytes`; `None` if they are too few.
    ///
    /// Items and delimiters have no VR in any encoding. An element without VR letters in an explicit data set
    /// is read as implicit: writers that copy private elements verbatim leave such behind.
    pub(super) fn parse(bytes: &[u8], encoding: Encoding) -> Option<Self> {
        let [a, b, c, d, e, f, g, h] = *bytes.first_chunk::<8>()?;
        let tag = encoding.tag([a, b, c, d]);
        let letters = [e, f].iter().all(u8::is_ascii_uppercase);
        let vr = (encoding.explicit_vr && letters && tag.group() != 0xFFFE).then_some([e, f]);
        Some(match vr {
            None => Self { tag, vr, value_len: defined(encoding.u32([e, f, g, h])), len: 8 },
            Some(short) if is_short(short) => {
                Self { tag, vr, value_len: Some(u32::from(encoding.u16([g, h]))), len: 8 }
            }
            Some(_) => {
                let len = *bytes.get(8..)?.first_chunk::<4>()?;
                Self { tag, vr, value_len: defined(encoding.u32(len)), len: 12 }
            }
        })
    }
}

fn defined(len: u32) -> Option<u32> {
    (len != u32::MAX).then_some(len)
}

/// The VRs of PS3.5 §6.2 whose length field has 16 bits (Table 7.1-2).
const SHORT: [&[u8; 2]; 21] = [
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL",
    b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
];
/// Those with 32 bits (Table 7.1-1); any VR still to be defined is of this form.
const LONG: [&[u8; 2]; 13] =
    [b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"];

fn is_short(vr: [u8; 2]) -> bool {
    SHORT.contains(&&vr)
}

pub(super) fn is_vr(vr: [u8; 2]) -> bool {
    is_short(vr) || LONG.contains(&&vr)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(bytes: &[u8], encoding: Encoding) -> ElementHeader {
        ElementHeader::parse(bytes, encoding).expect("enough bytes")
    }

    #[test]
    fn short_and_long_forms_in_each_encoding() {
        let short = header(b"\x10\x00\x10\x00PN\x04\x00", Encoding::EXPLICIT_LE);
        assert_eq!((short.tag, short.value_len, short.len), (Tag(0x0010_0010), Some(4), 8));
        let long = header(b"\x08\x00\x15\x11SQ\0\0\xFF\xFF\xFF\xFF", Encoding::EXPLICIT_LE);
        assert_eq!((long.tag, long.value_len, long.len), (Tag(0x0008_1115), None, 12));
        let implicit = header(b"\x10\x00\x10\x00\x06\0\0\0", Encoding::IMPLICIT_LE);
        assert_eq!((implicit.vr, implicit.value_len), (None, Some(6)));
        let big = header(b"\x00\x10\x00\x10PN\x00\x04", Encoding { big_endian: true, explicit_vr: true });
        assert_eq!((big.tag, big.value_len), (Tag(0x0010_0010), Some(4)));
    }

    #[test]
    fn the_encoding_shows_in_the_first_element() {
        assert_eq!(Encoding::recognise(b"\x08\x00\x05\x00CS"), Encoding::EXPLICIT_LE);
        assert_eq!(Encoding::recognise(b"\x08\x00\x05\x00\x0a\x00"), Encoding::IMPLICIT_LE);
        let big = Encoding { big_endian: true, explicit_vr: true };
        assert_eq!(Encoding::recognise(b"\x00\x08\x00\x05CS"), big);
    }
}
