//! Going through data elements in memory; sequences are stepped over, and gone through like a data set where wanted.

use auraloader_core::dicom::{ElementHeader, Encoding, Tag};

const ITEM_DELIMITATION: Tag = Tag(0xFFFE_E00D);
const SEQUENCE_DELIMITATION: Tag = Tag(0xFFFE_E0DD);

/// One element, or one item of a sequence.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    /// As much of it as there is.
    pub(crate) value: &'a [u8],
    pub(crate) is_whole: bool,
    /// Of undefined length, as encapsulated pixels are (PS3.5 §A.4).
    pub(crate) is_undefined: bool,
    pub(crate) vr: Option<[u8; 2]>,
    big_endian: bool,
}

/// The elements of a data set, or the items of a sequence.
pub(crate) struct Elements<'a> {
    rest: &'a [u8],
    encoding: Encoding,
}

impl<'a> Elements<'a> {
    pub(crate) fn new(bytes: &'a [u8], encoding: Encoding) -> Self {
        Self { rest: bytes, encoding }
    }

    /// What is behind the last one that has been told.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Takes so many bytes, or all there are.
    fn take(&mut self, len: u64) -> (&'a [u8], bool) {
        let (taken, rest) =
            self.rest.split_at(self.rest.len().min(usize::try_from(len).unwrap_or(usize::MAX)));
        self.rest = rest;
        (taken, taken.len() as u64 == len)
    }

    fn header(&mut self) -> Option<ElementHeader> {
        let head = self.rest.get(..ElementHeader::MAX_LEN).unwrap_or(self.rest);
        let header = ElementHeader::parse(head, self.encoding, self.rest.len() as u64).ok()?;
        self.take(header.len);
        Some(header)
    }

    /// The value of an element of undefined length: up to its delimiter, which is taken as well.
    fn undefined(&mut self) -> (&'a [u8], bool) {
        let (start, mut open) = (self.rest, 1_u32);
        loop {
            let before = self.rest.len();
            let Some(header) = self.header() else {
                self.rest = &[];
                return (start, false);
            };
            match (header.tag, header.value_len) {
                (ITEM_DELIMITATION | SEQUENCE_DELIMITATION, _) => open -= 1,
                (_, None) => open += 1,
                (_, Some(len)) => drop(self.take(len.into())),
            }
            if open == 0 {
                return (start.get(..start.len() - before).unwrap_or_default(), true);
            }
        }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let header = self.header()?;
        let (value, is_whole) = match header.value_len {
            Some(len) => self.take(len.into()),
            None => self.undefined(),
        };
        let is_undefined = header.value_len.is_none();
        Some(Element {
            tag: header.tag,
            vr: header.vr,
            value,
            is_whole,
            is_undefined,
            big_endian: self.encoding.big_endian,
        })
    }
}

impl Element<'_> {
    /// The first of its values of two bytes (US, SS).
    pub(crate) fn u16(&self) -> Option<u16> {
        self.word(0)
    }

    /// One of its values of two bytes (US, SS, OW).
    pub(crate) fn word(&self, at: usize) -> Option<u16> {
        let (pairs, _) = self.value.as_chunks();
        let pair = *pairs.get(at)?;
        Some(if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    }

    /// Its characters, if they are ASCII, without padding.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.value).trim_matches(['\0', ' ']).to_owned()
    }

    /// Its numbers as text (DS, IS); none that is no number.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        let numbers =
            self.text().split('\\').map(|number| number.trim().parse().ok()).collect::<Option<Vec<f64>>>();
        numbers.filter(|numbers| numbers.iter().all(|number| number.is_finite())).unwrap_or_default()
    }
}
