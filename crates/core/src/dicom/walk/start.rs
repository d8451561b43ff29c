//! How a file starts: preamble, group 0002, and how the data set behind it is encoded.

use super::element::Encoding;
use super::inflate::{Inflate, PROBE};
use super::{Archive, Outcome, Stage, Tag, Walk};

const PREAMBLE_LEN: usize = 128;
const PREFIX: &[u8] = b"DICM";
/// Local header, empty archive, first part of a split one (APPNOTE 6.3.10 §4.3.6).
const ZIP_STARTS: [&[u8; 4]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];
/// RAR, 7-Zip.
const OTHER_STARTS: [&[u8]; 2] = [b"Rar!\x1A\x07", b"7z\xBC\xAF\x27\x1C"];
/// A tar's, at this place of its header.
const TAR_MAGIC: (usize, &[u8]) = (257, b"ustar");
/// Deflated Explicit VR Little Endian (PS3.5 §A.5).
const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
/// What the zlib format (RFC 1950) puts in front of a deflate stream.
const ZLIB_HEADER: usize = 2;
/// The first element of a deflated data set is not longer.
const PLAUSIBLE_LEN: u64 = 64 * 1024;

impl Walk {
    pub(super) fn start(&mut self) -> Option<()> {
        let (tar_at, tar) = TAR_MAGIC;
        self.window.ensure(tar_at + tar.len())?;
        let bytes = self.window.rest();
        self.archive = archive(bytes);
        let is_prefixed = |at: usize| bytes.get(at..).is_some_and(|bytes| bytes.starts_with(PREFIX));
        // Some writers leave out the preamble, but not the prefix behind it.
        let preamble = [PREAMBLE_LEN, 0].into_iter().find(|len| is_prefixed(*len));
        if let Some(preamble) = preamble {
            self.window.advance((preamble + PREFIX.len()) as u64);
            self.is_part10 = true;
            self.stage = Stage::Meta;
            return Some(());
        }
        let room = self.room();
        let Some(first) = bytes.first_chunk::<8>() else { return self.end(Outcome::NotDicom) };
        let encoding = Encoding::guess(first, room);
        // The data sets of all composite objects start in one of the groups from 0004 to 0020.
        match group(encoding, first) {
            _ if !encoding.is_plausible(first, room) => return self.end(Outcome::NotDicom),
            Tag::META_GROUP => self.stage = Stage::Meta,
            0x0004 | 0x0008 | 0x0010 | 0x0018 | 0x0020 => self.stage = Stage::Elements(encoding),
            _ => return self.end(Outcome::NotDicom),
        }
        Some(())
    }

    /// Group 0002 should be explicit little endian (PS3.10 §7.1).
    pub(super) fn meta(&mut self) -> Option<()> {
        self.window.ensure(8)?;
        let room = self.room();
        self.stage = Stage::Recognise;
        if let Some(first) = self.window.rest().first_chunk::<8>() {
            let encoding = Encoding::guess(first, room);
            if group(encoding, first) == Tag::META_GROUP {
                self.in_meta = true;
                self.stage = Stage::Elements(encoding);
            }
        }
        Some(())
    }

    /// The data decides, whatever the transfer syntax says.
    pub(super) fn recognise(&mut self) -> Option<()> {
        self.window.ensure(PROBE)?;
        let room = self.room();
        let bytes = self.window.rest();
        self.is_part10 |= !self.header.transfer_syntax().is_empty();
        let Some(first) = bytes.first_chunk::<8>() else { return self.end(Outcome::Truncated) };
        let encoding = Encoding::guess(first, room);
        let claims_deflate = self.header.transfer_syntax() == DEFLATED;
        if !self.was_inflated
            && (claims_deflate || !is_start(encoding, first, room))
            && let Some(wrapping) = deflate_wrapping(bytes.get(..PROBE).unwrap_or(bytes), claims_deflate)
        {
            self.was_inflated = true;
            self.window.advance(wrapping as u64);
            self.window.start_inflating();
            return Some(());
        }
        self.stage = Stage::Elements(encoding);
        Some(())
    }
}

/// What sort of archive starts like this, if any does.
fn archive(bytes: &[u8]) -> Option<Archive> {
    let (tar_at, tar) = TAR_MAGIC;
    if ZIP_STARTS.iter().any(|start| bytes.starts_with(*start)) {
        Some(Archive::Zip)
    } else if OTHER_STARTS.iter().any(|start| bytes.starts_with(start))
        || bytes.get(tar_at..).is_some_and(|bytes| bytes.starts_with(tar))
    {
        Some(Archive::Other)
    } else {
        None
    }
}

fn group(encoding: Encoding, first: &[u8; 8]) -> u16 {
    let [a, b, c, d, ..] = *first;
    encoding.tag([a, b, c, d]).group()
}

/// Whether these are the first bytes of a data set rather than of anything else; few start behind group 0020.
fn is_start(encoding: Encoding, first: &[u8; 8], room: u64) -> bool {
    let is_usual = encoding.explicit_vr || (0x0004..0x0100).contains(&group(encoding, first));
    is_usual && encoding.is_plausible(first, room)
}

/// If the bytes are a data set once inflated: how many of them are in front of the deflate stream.
///
/// What inflates need not be deflated: a data set that does not even claim to be has to be the explicit one that
/// PS3.5 §A.5 asks for.
fn deflate_wrapping(bytes: &[u8], claims_deflate: bool) -> Option<usize> {
    let is_data_set = |start: usize| {
        let inflated = Inflate::probe(bytes.get(start..).unwrap_or_default());
        inflated.first_chunk::<8>().is_some_and(|first| {
            let room = if claims_deflate { PLAUSIBLE_LEN } else { 0 };
            let encoding = Encoding::guess(first, room);
            (0x0004..0x0100).contains(&group(encoding, first)) && encoding.is_plausible(first, room)
        })
    };
    [0, ZLIB_HEADER].into_iter().find(|start| is_data_set(*start))
}
