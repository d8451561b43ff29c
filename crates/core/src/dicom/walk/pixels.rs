//! Pixel data, of which only the end matters: whether it is there.

use super::element::{ElementHeader, Encoding};
use super::{Outcome, Stage, Tag, Walk};

const DELIMITER_LEN: u64 = 8;

impl Walk {
    /// Pixel data of defined length, `len` bytes with its header, which is known to be within reach.
    pub(super) fn native_pixels(&mut self, len: u64) -> Option<()> {
        if self.window.left().is_some() {
            return self.end(Outcome::Complete);
        }
        self.window.advance(len);
        self.stage = Stage::BehindPixels;
        Some(())
    }

    /// Elements behind the pixel data don't matter.
    pub(super) fn behind_pixels(&mut self) -> Option<()> {
        self.window.ensure(0)?;
        self.end_if(self.window.is_past())
    }

    /// Steps over one fragment if its header is at hand.
    pub(super) fn fragment(&mut self, big_endian: bool) -> Option<()> {
        if self.window.ensure(DELIMITER_LEN as usize).is_none() {
            let goes_on = self.window.is_within_block() || self.window.left().is_none();
            return if goes_on { None } else { self.seek_to_last_block(big_endian) };
        }
        let encoding = Encoding { big_endian, explicit_vr: false };
        let left = self.window.left();
        let Ok(fragment) = ElementHeader::parse(self.window.rest(), encoding, u64::MAX) else {
            return self.end(Outcome::Truncated);
        };
        if fragment.tag == Tag::SEQUENCE_DELIMITATION {
            return self.end(Outcome::Complete);
        }
        if fragment.tag != Tag::ITEM || fragment.value_len.is_none() {
            return self.seek_to_last_block(big_endian);
        }
        let len = fragment.whole_len();
        match left.map(|left| left.checked_sub(len)) {
            // What is left is the delimiter, whose bytes needn't be read for that.
            Some(Some(DELIMITER_LEN)) => self.end(Outcome::Complete),
            Some(None | Some(..DELIMITER_LEN)) => self.end(Outcome::Truncated),
            _ if len > self.window.reach() => self.end(Outcome::Complete),
            _ => {
                self.window.advance(len);
                Some(())
            }
        }
    }

    /// The delimiter can only be looked for at the end, where there is one to seek to.
    fn seek_to_last_block(&mut self, big_endian: bool) -> Option<()> {
        if self.window.is_inflating() {
            return self.end(Outcome::Complete);
        }
        self.window.seek_to_tail();
        self.stage = Stage::LastBlock { big_endian };
        Some(())
    }

    pub(super) fn last_block(&mut self, big_endian: bool) -> Option<()> {
        self.window.ensure(usize::MAX)?;
        let delimiter: &[u8; 8] =
            if big_endian { b"\xFF\xFE\xE0\xDD\0\0\0\0" } else { b"\xFE\xFF\xDD\xE0\0\0\0\0" };
        let is_there = self.window.rest().windows(delimiter.len()).rev().any(|bytes| bytes == delimiter);
        self.end_if(!is_there)
    }
}
