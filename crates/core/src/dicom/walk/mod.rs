//! The header walk: from a file's bytes to its [`Header`], by asking for ranges.

mod element;
mod inflate;
mod nesting;
mod pixels;
mod start;
mod window;

use std::ops::Range;

use self::element::{Defect, ElementHeader, Encoding};
use self::nesting::Nesting;
use self::window::Window;
use super::field::{Field, Tag};
use super::header::Header;
use super::reason::Reason;
use crate::content::Content;

/// A needed value longer than this is stepped over like any other.
const VALUE_LIMIT: u64 = 64 * 1024;
/// What may be read and inflated behind elements that are out of order.
const DISORDER_LIMIT: u64 = 1024 * 1024;
/// What may be read behind the last needed tag to find out whether the file is whole, …
const TAIL_READ: u64 = 256 * 1024;
/// … and how far a deflated data set is looked at for that, which can't be seeked in.
const TAIL_INFLATED: u64 = 1024 * 1024;

/// Reads one file's header without touching the file.
///
/// ```
/// # use auraloader_core::{content::Content, dicom::Walk};
/// # let file: Vec<u8> = Vec::new();
/// let mut walk = Walk::new(Content::whole(0, file.len() as u64));
/// while let Some(range) = walk.want() {
///     walk.supply(&file[range.start as usize..range.end as usize]);
/// }
/// let header = walk.finish();
/// ```
///
/// Memory and reading are bounded whatever the file claims: lengths are only ever seeked over, nesting is
/// counted, not recursed into, and what is deflated is inflated step by step, no further than needed.
pub struct Walk {
    window: Window,
    stage: Stage,
    header: Header,
    /// What group 0002 says of the object, which counts only where the data set does not.
    media: Vec<(Field, Vec<u8>)>,
    /// Neither the file nor what is packed in it has any bytes.
    is_empty: bool,
    /// Has a prefix or a meta group, so that it is DICOM even if nothing useful follows.
    is_part10: bool,
    /// Starts as ZIP archives do.
    is_zip: bool,
    /// The data set has been found to be deflated.
    was_inflated: bool,
    /// In group 0002.
    in_meta: bool,
    /// Behind the last needed tag, where all is well unless the file is too short for what it claims.
    in_tail: bool,
    /// The highest tag so far.
    highest: Tag,
    nesting: Nesting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Start,
    /// Where group 0002 should start.
    Meta,
    /// At the first element of the data set.
    Recognise,
    /// At an element of the top level.
    Elements(Encoding),
    /// Within elements, items and sequences of undefined length.
    Nested,
    /// Within pixel data of undefined length (PS3.5 §A.4).
    Fragments {
        big_endian: bool,
    },
    /// Waiting for the last block.
    LastBlock {
        big_endian: bool,
    },
    /// Behind the pixel data of a deflated data set.
    BehindPixels,
    Done(Outcome),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// As far as can be told.
    Complete,
    Truncated,
    NotDicom,
}

impl Walk {
    /// A walk over this content.
    pub fn new(content: Content) -> Self {
        Self {
            window: Window::new(&content),
            stage: Stage::Start,
            header: Header::default(),
            media: Vec::new(),
            is_empty: content.size() == 0,
            is_part10: false,
            is_zip: false,
            was_inflated: false,
            in_meta: false,
            in_tail: false,
            highest: Tag(0),
            nesting: Nesting::default(),
        }
    }

    /// The next range to read, in bytes of the dropped file and within the content, at most 64 KiB long; `None`
    /// when nothing more is needed.
    pub fn want(&self) -> Option<Range<u64>> {
        if self.is_done() { None } else { self.window.want() }
    }

    /// Hands in bytes from the start of [`Walk::want`]: fewer are fine, those behind its end are not looked at,
    /// none means that the file ends there.
    pub fn supply(&mut self, bytes: &[u8]) {
        let Some(range) = self.want() else { return };
        if bytes.is_empty() {
            self.is_empty |= self.is_untouched();
            self.window.cut();
            self.run();
            return;
        }
        let len = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let bytes = bytes.get(..len).unwrap_or(bytes);
        self.window.open(&range);
        while self.window.take(range.start, bytes) {
            self.run();
            if self.is_done() {
                break;
            }
        }
    }

    /// Whether what turned out to be no DICOM may be a ZIP archive (APPNOTE 6.3.10 §4.3.6).
    pub fn is_zip(&self) -> bool {
        self.is_zip
    }

    /// What was found; to be called when [`Walk::want`] is `None`.
    ///
    /// # Errors
    /// The reason why the file is left out, as far as its own bytes tell.
    pub fn finish(mut self) -> Result<Header, Reason> {
        if self.is_empty {
            return Err(Reason::Empty);
        }
        // Without a result by now, what was granted has been used up: the header counts as it is.
        self.run();
        if self.stage == Stage::Done(Outcome::NotDicom) {
            return Err(Reason::NotDicom);
        }
        for (field, value) in std::mem::take(&mut self.media) {
            self.header.set(field, &value);
        }
        // A bare data set is only believed if it says what it is.
        if !self.is_part10 && !self.header.has(Field::StudyUid) && !self.header.has(Field::SopClassUid) {
            return Err(Reason::NotDicom);
        }
        self.header.truncated = self.stage == Stage::Done(Outcome::Truncated);
        Ok(self.header)
    }

    /// Bytes of memory held for reading, without the values found. Tests hold it to its bound.
    #[doc(hidden)]
    pub fn memory(&self) -> usize {
        self.window.memory()
    }

    fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done(_))
    }

    fn is_untouched(&self) -> bool {
        self.stage == Stage::Start && self.window.rest().is_empty() && !self.window.is_inflating()
    }

    /// Goes on as far as the bytes at hand allow.
    fn run(&mut self) {
        while self.step().is_some() {}
    }

    /// One step on the bytes at hand; `None` when more of them are needed, or none.
    fn step(&mut self) -> Option<()> {
        match self.stage {
            Stage::Start => self.start(),
            Stage::Meta => self.meta(),
            Stage::Recognise => self.recognise(),
            Stage::Elements(encoding) => self.element(encoding),
            Stage::Nested => self.nested(),
            Stage::Fragments { big_endian } => self.fragment(big_endian),
            Stage::LastBlock { big_endian } => self.last_block(big_endian),
            Stage::BehindPixels => self.behind_pixels(),
            Stage::Done(_) => None,
        }
    }

    fn end(&mut self, outcome: Outcome) -> Option<()> {
        self.stage = Stage::Done(outcome);
        None
    }

    fn end_if(&mut self, truncated: bool) -> Option<()> {
        self.end(if truncated { Outcome::Truncated } else { Outcome::Complete })
    }

    /// Where nothing can be made of the bytes: in front of the last needed tag the header is not whole.
    fn end_in_nonsense(&mut self) -> Option<()> {
        self.end_if(!self.in_tail)
    }

    /// The element does not end within the content: either that is too short, or more than will be inflated.
    fn end_beyond(&mut self, len: u64) -> Option<()> {
        self.end_if(self.window.left().is_some_and(|left| len > left))
    }

    /// Bytes from here to the end, or as far as the walk gets.
    fn room(&self) -> u64 {
        self.window.left().unwrap_or_else(|| self.window.reach())
    }

    fn element(&mut self, encoding: Encoding) -> Option<()> {
        self.window.ensure(ElementHeader::MAX_LEN)?;
        let bytes = self.window.rest();
        let Some(start) = bytes.first_chunk::<4>() else { return self.end_of_elements() };
        let tag = encoding.tag(*start);
        if self.in_meta && tag.group() != Tag::META_GROUP {
            self.in_meta = false;
            self.highest = Tag(0);
            self.stage = Stage::Recognise;
            return Some(());
        }
        let room = self.room();
        let element = match ElementHeader::parse(bytes, encoding, room) {
            Ok(element) => element,
            Err(Defect::Short) => return self.end_of_elements(),
            Err(Defect::Nonsense) => return self.end_in_nonsense(),
        };
        if tag.group() == Tag::DELIMITER_GROUP {
            return self.stray(encoding, &element);
        }
        let is_ordered = tag > self.highest;
        if is_ordered {
            self.highest = tag;
        } else {
            if tag == Tag(0) {
                // Zeros behind the last element.
                return self.end(Outcome::Complete);
            }
            self.window.limit(DISORDER_LIMIT, DISORDER_LIMIT);
        }
        if tag > Field::LAST.tag() && !self.in_tail {
            self.enter_tail();
        }
        let is_pixels = tag.is_pixels();
        let Some(value_len) = element.value_len else {
            self.window.advance(element.len);
            self.stage = if is_pixels {
                Stage::Fragments { big_endian: encoding.big_endian }
            } else {
                self.nesting = Nesting::in_sequence(encoding, &element);
                Stage::Nested
            };
            return Some(());
        };
        let len = element.whole_len();
        if len > room {
            // A claim in the wrong place is nonsense rather than a cut.
            return if is_ordered { self.end_beyond(len) } else { self.end_in_nonsense() };
        }
        if is_pixels {
            return self.native_pixels(len);
        }
        if let Some(target) = self.target(tag)
            && u64::from(value_len) <= VALUE_LIMIT
        {
            self.window.ensure(len as usize)?;
            let Some(value) = self.window.rest().get(element.len as usize..len as usize) else {
                return self.end(Outcome::Truncated);
            };
            match target {
                Target::TransferSyntax => self.header.set_transfer_syntax(value),
                Target::Media(field) => self.media.push((field, value.to_vec())),
                Target::CharacterSet => self.header.set_character_set(value),
                Target::Field(field) => self.header.set(field, value),
            }
        }
        self.window.advance(len);
        Some(())
    }

    /// What the value of this tag is needed for.
    fn target(&self, tag: Tag) -> Option<Target> {
        match tag.group() {
            Tag::META_GROUP if self.in_meta => match tag {
                Tag::TRANSFER_SYNTAX_UID => Some(Target::TransferSyntax),
                Tag::MEDIA_STORAGE_SOP_CLASS_UID => Some(Target::Media(Field::SopClassUid)),
                Tag::MEDIA_STORAGE_SOP_INSTANCE_UID => Some(Target::Media(Field::InstanceUid)),
                _ => None,
            },
            0x0008 if tag == Tag::SPECIFIC_CHARACTER_SET => Some(Target::CharacterSet),
            0x0008 | 0x0010 | 0x0018 | 0x0020 => Field::of(tag).map(Target::Field),
            _ => None,
        }
    }

    /// An item or delimiter without a sequence: what belongs to it is stepped over.
    fn stray(&mut self, encoding: Encoding, element: &ElementHeader) -> Option<()> {
        match (element.tag, element.value_len) {
            (Tag::ITEM, None) => {
                self.window.advance(element.len);
                self.nesting = Nesting::in_item(encoding);
                self.stage = Stage::Nested;
            }
            (Tag::ITEM, Some(_)) => {
                let len = element.whole_len();
                if len > self.room() {
                    return self.end_in_nonsense();
                }
                self.window.advance(len);
            }
            (Tag::ITEM_DELIMITATION | Tag::SEQUENCE_DELIMITATION, _) => self.window.advance(element.len),
            _ => return self.end_in_nonsense(),
        }
        Some(())
    }

    /// There are no more bytes where an element should start, or too few.
    fn end_of_elements(&mut self) -> Option<()> {
        // Zeros behind the last element are common and harmless.
        let is_whole = !self.in_meta && !self.window.is_cut() && self.window.rest().iter().all(|b| *b == 0);
        self.end_if(!is_whole)
    }

    fn enter_tail(&mut self) {
        self.in_tail = true;
        let read = if self.window.left().is_some() { TAIL_READ } else { TAIL_INFLATED };
        self.window.limit(read, TAIL_INFLATED);
    }

    /// Goes on within a sequence of undefined length.
    fn nested(&mut self) -> Option<()> {
        if self.window.ensure(ElementHeader::MAX_LEN).is_none() {
            // Nothing is read merely to find the end of a sequence that nothing is needed from.
            let gives_up = self.in_tail && !self.window.is_within_block();
            return if gives_up { self.end(Outcome::Complete) } else { None };
        }
        let room = self.room();
        let bytes = self.window.rest();
        let encoding = self.nesting.encoding(bytes, room);
        let element = match ElementHeader::parse(bytes, encoding, room) {
            Ok(element) => element,
            Err(Defect::Short) => return self.end(Outcome::Truncated),
            Err(Defect::Nonsense) => return self.end_in_nonsense(),
        };
        let len = self.nesting.pass(&element);
        if len > room {
            return self.end_beyond(len);
        }
        self.window.advance(len);
        if let Some(encoding) = self.nesting.left() {
            self.stage = Stage::Elements(encoding);
        }
        Some(())
    }
}

enum Target {
    TransferSyntax,
    Media(Field),
    CharacterSet,
    Field(Field),
}
