//! The header of one data element (PS3.5 §7.1), also where its writer took the rules lightly.

use super::super::field::Tag;

/// How the elements of a data set are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The most significant byte comes first.
    pub big_endian: bool,
    /// Elements name their value representation.
    pub explicit_vr: bool,
}

/// Inlined by hand as in `window.rs`.
impl Encoding {
    pub(super) const IMPLICIT_LE: Self = Self { big_endian: false, explicit_vr: false };

    /// The likeliest encoding of a data set whose first element is this, `room` bytes before the end.
    ///
    /// A data set starts with a low group number, so the byte order that gives the lower one is right, unless only
    /// the other one makes sense.
    pub fn guess(first: &[u8; 8], room: u64) -> Self {
        let [a, b, ..] = *first;
        let big_endian = u16::from_be_bytes([a, b]) < u16::from_le_bytes([a, b]);
        let likelier = Self::guess_vr(big_endian, first, room);
        let other = Self::guess_vr(!big_endian, first, room);
        let is_other = !likelier.is_plausible(first, room) && other.is_plausible(first, room);
        if is_other { other } else { likelier }
    }

    /// Two letters behind the tag mean explicit VR, as implicit VR would make them a length of 16 KiB or more on an
    /// element that never is that long; and so does anything that can't be a length.
    fn guess_vr(big_endian: bool, first: &[u8; 8], room: u64) -> Self {
        let [_, _, _, _, c, d, ..] = *first;
        let implicit = Self { big_endian, explicit_vr: false };
        Self { explicit_vr: is_letters([c, d]) || !implicit.header_without_vr(first).fits(room), ..implicit }
    }

    /// Whether a data set may well start with this element: its VR is known, or without one its length is true.
    pub(super) fn is_plausible(self, first: &[u8; 8], room: u64) -> bool {
        let [.., c, d, _, _] = *first;
        if self.explicit_vr { is_vr([c, d]) } else { self.header_without_vr(first).fits(room) }
    }

    #[inline(always)]
    pub(super) fn tag(self, bytes: [u8; 4]) -> Tag {
        let [a, b, c, d] = bytes;
        Tag::new(self.u16([a, b]), self.u16([c, d]))
    }

    #[inline(always)]
    fn header_without_vr(self, bytes: &[u8; 8]) -> ElementHeader {
        let [a, b, c, d, len @ ..] = *bytes;
        ElementHeader { tag: self.tag([a, b, c, d]), vr: None, value_len: defined(self.u32(len)), len: 8 }
    }

    #[inline(always)]
    fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    #[inline(always)]
    fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

/// Tag, value representation and length of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementHeader {
    /// Which attribute, or an item or delimiter.
    pub tag: Tag,
    /// `None` where the element is encoded without one.
    pub vr: Option<[u8; 2]>,
    /// Bytes of the value; `None`: undefined length.
    pub value_len: Option<u32>,
    /// Bytes of the header itself: 8 or 12.
    pub len: u64,
}

/// Why the bytes at hand are no element header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// They are too few.
    #[error("too few bytes for an element's header")]
    Short,
    /// No reading of them makes sense.
    #[error("no reading of these bytes makes an element's header")]
    Nonsense,
}

impl ElementHeader {
    /// Bytes of the longest header.
    pub const MAX_LEN: usize = 12;

    /// Reads a header from the start of `bytes`, which are fewer than [`Self::MAX_LEN`] only at the end of the
    /// data set; `room` is how many bytes there are to the end, headers and all.
    ///
    /// Items and delimiters have no VR in any encoding. The known slips of writers are undone where the length
    /// as it stands overshoots the file, or where there is no VR in an explicit data set: private elements are
    /// copied verbatim from an implicit one, and long VRs are written in the short form.
    ///
    /// # Errors
    /// There is no header.
    pub fn parse(bytes: &[u8], encoding: Encoding, room: u64) -> Result<Self, Defect> {
        let first = bytes.first_chunk::<8>().ok_or(Defect::Short)?;
        let without_vr = encoding.header_without_vr(first);
        let [.., e, f, g, h] = *first;
        if without_vr.tag.group() == Tag::DELIMITER_GROUP {
            return Ok(without_vr);
        }
        if !encoding.explicit_vr {
            if !is_vr([e, f]) || without_vr.fits(room) {
                return Ok(without_vr);
            }
            // An explicit element amid implicit ones.
            let explicit = Self::parse(bytes, Encoding { explicit_vr: true, ..encoding }, room)?;
            return Ok(if explicit.fits(room) { explicit } else { without_vr });
        }
        let vr = Some([e, f]);
        let short = Self { vr, value_len: Some(u32::from(encoding.u16([g, h]))), ..without_vr };
        if is_short([e, f]) {
            return Ok(short);
        }
        if !is_letters([e, f]) {
            let is_text = |byte: u8| matches!(byte, b' '..=b'~');
            let may_be_vr = (e, f) == (0, 0) || (is_text(e) && is_text(f));
            return match (without_vr.fits(room), may_be_vr && short.fits(room)) {
                (true, _) => Ok(without_vr),
                (false, true) => Ok(short),
                (false, false) => Err(Defect::Nonsense),
            };
        }
        let written_short = (g, h) != (0, 0) && short.fits(room);
        let Some(len) = bytes.get(8..).and_then(|rest| rest.first_chunk::<4>()) else {
            return if written_short { Ok(short) } else { Err(Defect::Short) };
        };
        let long = Self { vr, value_len: defined(encoding.u32(*len)), len: 12, ..without_vr };
        Ok(if written_short && !long.fits(room) { short } else { long })
    }

    /// Bytes of header and value; of the header alone where the length is undefined.
    #[inline(always)]
    pub(super) fn whole_len(&self) -> u64 {
        self.len + u64::from(self.value_len.unwrap_or(0))
    }

    /// Whether it ends within `room` bytes, as far as it tells its length.
    #[inline(always)]
    pub(super) fn fits(&self, room: u64) -> bool {
        self.whole_len() <= room
    }
}

fn defined(len: u32) -> Option<u32> {
    (len != u32::MAX).then_some(len)
}

fn is_letters(vr: [u8; 2]) -> bool {
    vr.iter().all(u8::is_ascii_uppercase)
}

/// The VRs of PS3.5 §6.2 whose length field has 16 bits (Table 7.1-2); any other is of the form with 32 bits,
/// also one still to be defined (§7.1.2).
fn is_short(vr: [u8; 2]) -> bool {
    matches!(
        &vr,
        b"AE"
            | b"AS"
            | b"AT"
            | b"CS"
            | b"DA"
            | b"DS"
            | b"DT"
            | b"FD"
            | b"FL"
            | b"IS"
            | b"LO"
            | b"LT"
            | b"PN"
            | b"SH"
            | b"SL"
            | b"SS"
            | b"ST"
            | b"TM"
            | b"UI"
            | b"UL"
            | b"US"
    )
}

/// Whether it is one of PS3.5 2026 at all (Table 7.1-1 has those with 32 bits).
fn is_vr(vr: [u8; 2]) -> bool {
    is_short(vr)
        || matches!(
            &vr,
            b"OB"
                | b"OD"
                | b"OF"
                | b"OL"
                | b"OV"
                | b"OW"
                | b"SQ"
                | b"SV"
                | b"UC"
                | b"UN"
                | b"UR"
                | b"UT"
                | b"UV"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPLICIT_LE: Encoding = Encoding { big_endian: false, explicit_vr: true };
    const EXPLICIT_BE: Encoding = Encoding { big_endian: true, explicit_vr: true };

    fn header(bytes: &[u8], encoding: Encoding) -> ElementHeader {
        ElementHeader::parse(bytes, encoding, 1000).expect("a header")
    }

    #[test]
    fn short_and_long_forms_in_each_encoding() {
        let short = header(b"\x10\x00\x10\x00PN\x04\x00", EXPLICIT_LE);
        assert_eq!((short.tag, short.value_len, short.len), (Tag(0x0010_0010), Some(4), 8));
        let long = header(b"\x08\x00\x15\x11SQ\0\0\xFF\xFF\xFF\xFF", EXPLICIT_LE);
        assert_eq!((long.tag, long.value_len, long.len), (Tag(0x0008_1115), None, 12));
        let implicit = header(b"\x10\x00\x10\x00\x06\0\0\0", Encoding::IMPLICIT_LE);
        assert_eq!((implicit.vr, implicit.value_len), (None, Some(6)));
        let big = header(b"\x00\x10\x00\x10PN\x00\x04", EXPLICIT_BE);
        assert_eq!((big.tag, big.value_len), (Tag(0x0010_0010), Some(4)));
    }

    #[test]
    fn every_vr_of_the_standard_has_its_form() {
        let form = |vr: &[u8; 2]| header(&[b"\x10\0\x10\0", &vr[..], &[0; 6]].concat(), EXPLICIT_LE).len;
        for vr in b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".chunks(3) {
            assert_eq!(form(vr.first_chunk().expect("two")), 8, "{vr:?}");
        }
        for vr in b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".chunks(3) {
            assert_eq!(form(vr.first_chunk().expect("two")), 12, "{vr:?}");
            assert!(is_vr(*vr.first_chunk().expect("two")));
        }
        assert_eq!(form(b"ZZ"), 12);
        assert!(!is_vr(*b"ZZ"));
    }

    #[test]
    fn slips_are_undone_where_the_length_overshoots() {
        let long_as_short = header(b"\x09\0\x10\0OB\x04\0abcd", EXPLICIT_LE);
        assert_eq!((long_as_short.value_len, long_as_short.len), (Some(4), 8));
        // What lies in the reserved bytes does not matter if the length behind them is true.
        let reserved = header(b"\x09\0\x10\0OB\x04\0\x08\0\0\0", EXPLICIT_LE);
        assert_eq!((reserved.value_len, reserved.len), (Some(8), 12));
        let implicit = header(b"\x09\0\x10\0\x06\0\0\0abcd", EXPLICIT_LE);
        assert_eq!((implicit.vr, implicit.value_len, implicit.len), (None, Some(6), 8));
        let no_letters = header(b"\x09\0\x10\0??\x06\0abcd", EXPLICIT_LE);
        assert_eq!((no_letters.value_len, no_letters.len), (Some(6), 8));
        let explicit = header(b"\x09\0\x10\0LO\x06\0abcd", Encoding::IMPLICIT_LE);
        assert_eq!((explicit.value_len, explicit.len), (Some(6), 8));
    }

    #[test]
    fn what_fits_in_no_way_is_nonsense_and_too_few_bytes_are_said_so() {
        let parse = |bytes: &[u8]| ElementHeader::parse(bytes, EXPLICIT_LE, 100);
        assert_eq!(parse(b"\x09\0\x10\0\x01\xFE\xFF\xFE0000"), Err(Defect::Nonsense));
        assert_eq!(parse(b"\x09\0\x10\0\x01\xFE\x04\0abcd"), Err(Defect::Nonsense));
        assert_eq!(parse(b"\x09\0\x10\0LO\x06"), Err(Defect::Short));
        assert_eq!(parse(b"\x09\0\x10\0OB\0\0\x04\0\0"), Err(Defect::Short));
    }

    #[test]
    fn the_encoding_shows_in_the_first_element() {
        let guess = |bytes: &[u8; 8]| {
            let encoding = Encoding::guess(bytes, 100);
            (encoding.big_endian, encoding.explicit_vr, encoding.is_plausible(bytes, 100))
        };
        assert_eq!(guess(b"\x08\x00\x05\x00CS\x0a\x00"), (false, true, true));
        assert_eq!(guess(b"\x08\x00\x05\x00\x0a\x00\x00\x00"), (false, false, true));
        assert_eq!(guess(b"\x00\x08\x00\x05CS\x00\x0a"), (true, true, true));
        assert_eq!(guess(b"\x00\x08\x00\x05\x00\x00\x00\x0a"), (true, false, true));
        assert_eq!(guess(b"\x03\x3F\x05\x00\x0a\x00\x00\x00"), (false, false, true));
        assert_eq!(guess(b"\x08\x00\x05\x00??\x0a\x00"), (false, true, false));
        assert_eq!(guess(b"\x08\x00\x05\x00\x5d\x00\x00\x00"), (false, true, false));
    }
}
