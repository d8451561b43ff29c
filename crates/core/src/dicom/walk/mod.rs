//! The header walk: from a file's bytes to its [`Header`], by asking for ranges.

mod element;
mod elements;
mod inflate;
mod nesting;
mod pixels;
mod start;
mod window;

use std::ops::Range;

pub use self::element::{Defect, ElementHeader, Encoding};
use self::nesting::Nesting;
use self::window::Window;
use super::field::{Field, Tag};
use super::header::{Header, Values};
use super::reason::Reason;
use crate::content::{Block, Content};

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
    media: Values,
    /// Neither the file nor what is packed in it has any bytes.
    is_empty: bool,
    /// Has a prefix or a meta group, so that it is DICOM even if nothing useful follows.
    is_part10: bool,
    /// Starts as archives do.
    archive: Option<Archive>,
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

/// What a file that is no DICOM is packed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// ZIP, which can be opened.
    Zip,
    /// One that a person has to unpack: RAR, 7-Zip, tar, an image of a disc.
    Other,
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
            media: Values::default(),
            is_empty: content.size() == 0,
            is_part10: false,
            archive: None,
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
    pub fn supply(&mut self, bytes: &(impl Block + ?Sized)) {
        let Some(range) = self.want() else { return };
        if bytes.size() == 0 {
            self.is_empty |= self.is_untouched();
            self.window.cut();
            self.run();
            return;
        }
        self.window.open(&range);
        while self.window.take(&range, bytes) {
            self.run();
            if self.is_done() {
                break;
            }
        }
    }

    /// What sort of archive it may be that turned out to be no DICOM, by its first bytes.
    pub fn archive(&self) -> Option<Archive> {
        self.archive
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
        for (field, value) in self.media.iter() {
            self.header.set(field, value);
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

    /// Where nothing can be made of the bytes, the header is not whole unless what is needed lies before them.
    fn end_in_nonsense(&mut self) -> Option<()> {
        self.end_if(!self.in_tail || !self.header.has(Field::SeriesUid))
    }

    /// The element does not end within the content: either that is too short, or more than will be inflated.
    fn end_beyond(&mut self, len: u64) -> Option<()> {
        self.end_if(self.window.left().is_some_and(|left| len > left))
    }

    /// Bytes from here to the end, or as far as the walk gets.
    fn room(&self) -> u64 {
        self.window.left().unwrap_or_else(|| self.window.reach())
    }
}
