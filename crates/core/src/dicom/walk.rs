//! The header walk: from a file's bytes to its [`Header`], by asking for ranges.

use std::ops::Range;

use super::element::{ElementHeader, Encoding, is_vr};
use super::field::{Field, Tag};
use super::header::Header;
use super::reason::Reason;
use super::window::Window;

/// A needed value longer than this is stepped over like any other.
const VALUE_LIMIT: u32 = 64 * 1024;
const DEFLATED: &[u8] = b"1.2.840.10008.1.2.1.99";
const PREAMBLE_LEN: usize = 128;

/// Reads one file's header without touching the file.
///
/// ```
/// # use auraloader_core::dicom::Walk;
/// # let file: Vec<u8> = Vec::new();
/// let mut walk = Walk::new(file.len() as u64);
/// while let Some(range) = walk.want() {
///     walk.supply(&file[range.start as usize..range.end as usize]);
/// }
/// let header = walk.finish();
/// ```
///
/// Memory and reading are bounded whatever the file claims: lengths are only ever seeked over, and nesting is
/// counted, not recursed into.
pub struct Walk {
    window: Window,
    stage: Stage,
    header: Header,
    /// Has a preamble or a meta group, so that it is DICOM even if nothing useful follows.
    is_part10: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Start,
    /// In group 0002, which is explicit little endian (PS3.10 §7.1).
    Meta,
    /// At the first element of the data set.
    Recognise,
    Elements(Encoding),
    /// Within elements, items and sequences of undefined length.
    Nested {
        outer: Encoding,
        inner: Encoding,
        depth: u64,
    },
    Done(Outcome),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Complete,
    Truncated,
    NotDicom,
}

impl Walk {
    /// A walk over a file of `len` bytes.
    pub fn new(len: u64) -> Self {
        Self { window: Window::new(len), stage: Stage::Start, header: Header::default(), is_part10: false }
    }

    /// The next range to read, at most 64 KiB; `None` when nothing more is needed.
    pub fn want(&self) -> Option<Range<u64>> {
        if matches!(self.stage, Stage::Done(_)) { None } else { self.window.want() }
    }

    /// Hands in bytes from the start of [`Walk::want`]: fewer are fine, none means that the file ends there.
    pub fn supply(&mut self, bytes: &[u8]) {
        self.window.supply(bytes);
        while !matches!(self.stage, Stage::Done(_)) && self.step().is_some() {}
    }

    /// What was found; to be called when [`Walk::want`] is `None`.
    ///
    /// # Errors
    /// The reason why the file is left out, as far as its own bytes tell.
    pub fn finish(mut self) -> Result<Header, Reason> {
        if self.window.is_empty() {
            return Err(Reason::Empty);
        }
        if !matches!(self.stage, Stage::Done(_)) {
            self.end_of_file();
        }
        if self.stage == Stage::Done(Outcome::NotDicom) {
            return Err(Reason::NotDicom);
        }
        self.header.truncated = self.stage == Stage::Done(Outcome::Truncated);
        // A bare data set is only believed if it says what it is.
        if !self.is_part10 && !self.header.has(Field::StudyUid) && !self.header.has(Field::SopClassUid) {
            return Err(Reason::NotDicom);
        }
        Ok(self.header)
    }

    /// One step on the bytes at hand; `None` when more of them are needed.
    fn step(&mut self) -> Option<()> {
        match self.stage {
            Stage::Start => self.start(),
            Stage::Meta => self.meta_element(),
            Stage::Recognise => self.recognise(),
            Stage::Elements(encoding) => self.element(encoding),
            Stage::Nested { outer, inner, depth } => self.nested(outer, inner, depth),
            Stage::Done(_) => None,
        }
    }

    /// No more bytes will come: what is left over decides whether the header was complete.
    fn end_of_file(&mut self) {
        let at_element = matches!(self.stage, Stage::Elements(_)) && !self.window.is_past_end();
        // Zeros behind the last element are common and harmless.
        let complete = at_element && self.window.rest().iter().all(|byte| *byte == 0);
        self.stage = Stage::Done(if complete { Outcome::Complete } else { Outcome::Truncated });
    }

    fn start(&mut self) -> Option<()> {
        const MAGIC_END: usize = PREAMBLE_LEN + 4;
        if self.window.peek(MAGIC_END).is_none() && self.window.want().is_some() {
            return None;
        }
        let bytes = self.window.rest();
        if bytes.get(PREAMBLE_LEN..MAGIC_END) == Some(b"DICM") {
            self.window.advance(MAGIC_END as u64);
            self.is_part10 = true;
            self.stage = Stage::Meta;
        } else {
            self.stage = if bytes.starts_with(b"\x02\x00") { Stage::Meta } else { Stage::Recognise };
        }
        Some(())
    }

    fn meta_element(&mut self) -> Option<()> {
        let bytes = self.window.peek(8)?;
        if !bytes.starts_with(b"\x02\x00") {
            self.stage = Stage::Recognise;
            return Some(());
        }
        let element = ElementHeader::parse(bytes, Encoding::EXPLICIT_LE)?;
        self.is_part10 = true;
        let Some(len) = element.value_len else {
            self.stage = Stage::Done(Outcome::Truncated);
            return Some(());
        };
        let target = match element.tag {
            Tag::TRANSFER_SYNTAX_UID => Some(Target::TransferSyntax),
            Tag::MEDIA_STORAGE_SOP_CLASS_UID => Some(Target::MediaSopClass),
            Tag::MEDIA_STORAGE_SOP_INSTANCE_UID => Some(Target::MediaSopInstance),
            _ => None,
        };
        self.value(element.len, len, target)
    }

    fn recognise(&mut self) -> Option<()> {
        if self.header.transfer_syntax().as_bytes() == DEFLATED && !self.window.is_inflating() {
            self.window.start_inflating();
        }
        let first = *self.window.peek(8)?.first_chunk::<6>()?;
        let encoding = Encoding::recognise(&first);
        let [a, b, c, d, vr @ ..] = first;
        let tag = encoding.tag([a, b, c, d]);
        // The data sets of all composite objects start in group 0008.
        let plausible = self.is_part10 || (tag.group() == 0x0008 && (is_vr(vr) || tag.0 & 0xFFFF < 0x20));
        self.stage = if plausible { Stage::Elements(encoding) } else { Stage::Done(Outcome::NotDicom) };
        Some(())
    }

    fn element(&mut self, encoding: Encoding) -> Option<()> {
        let bytes = self.window.peek(8)?;
        let element = ElementHeader::parse(bytes, encoding)?;
        if element.tag > Field::LAST.tag() {
            self.stage = Stage::Done(Outcome::Complete);
            return Some(());
        }
        let Some(len) = element.value_len else {
            self.window.advance(element.len);
            // Within UN of undefined length the encoding is implicit little endian (PS3.5 §6.2.2, note).
            let inner = if element.vr == Some(*b"UN") { Encoding::IMPLICIT_LE } else { encoding };
            self.stage = Stage::Nested { outer: encoding, inner, depth: 1 };
            return Some(());
        };
        let target = match element.tag {
            Tag::SPECIFIC_CHARACTER_SET => Some(Target::CharacterSet),
            tag => Field::of(tag).map(Target::Field),
        };
        self.value(element.len, len, target)
    }

    /// Steps over the contents of something of undefined length, one header at a time.
    fn nested(&mut self, outer: Encoding, inner: Encoding, depth: u64) -> Option<()> {
        let bytes = self.window.peek(8)?;
        let element = ElementHeader::parse(bytes, inner)?;
        let is_end = matches!(element.tag, Tag::ITEM_DELIMITATION | Tag::SEQUENCE_DELIMITATION);
        self.window.advance(element.len);
        let depth = match element.value_len {
            _ if is_end => depth - 1,
            None => depth + 1,
            Some(len) => {
                self.window.advance(u64::from(len));
                depth
            }
        };
        self.stage = if depth == 0 { Stage::Elements(outer) } else { Stage::Nested { outer, inner, depth } };
        Some(())
    }

    /// Keeps the value if it is a needed one and steps behind it.
    fn value(&mut self, header_len: u64, value_len: u32, target: Option<Target>) -> Option<()> {
        if let Some(target) = target.filter(|_| value_len <= VALUE_LIMIT) {
            let end = header_len as usize + value_len as usize;
            let value = self.window.peek(end)?.get(header_len as usize..end).unwrap_or_default();
            match target {
                Target::TransferSyntax => self.header.set_transfer_syntax(value),
                Target::MediaSopClass => self.header.set_default(Field::SopClassUid, value),
                Target::MediaSopInstance => self.header.set_default(Field::InstanceUid, value),
                Target::CharacterSet => self.header.set_character_set(value),
                Target::Field(field) => self.header.set(field, value),
            }
        }
        self.window.advance(header_len + u64::from(value_len));
        Some(())
    }
}

enum Target {
    TransferSyntax,
    MediaSopClass,
    MediaSopInstance,
    CharacterSet,
    Field(Field),
}
