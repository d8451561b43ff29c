//! From element to element: what is needed is kept, all else is stepped over.

use super::element::{Defect, ElementHeader, Encoding};
use super::nesting::Nesting;
use super::{Field, Outcome, Stage, Tag, Walk};

/// A needed value longer than this is stepped over like any other.
const VALUE_LIMIT: u64 = 64 * 1024;
/// What may be read and inflated behind elements that are out of order.
const DISORDER_LIMIT: u64 = 1024 * 1024;
/// What may be read behind the last needed tag to find out whether the file is whole, …
const TAIL_READ: u64 = 256 * 1024;
/// … and how far a deflated data set is looked at for that, which can't be seeked in.
const TAIL_INFLATED: u64 = 1024 * 1024;

impl Walk {
    pub(super) fn element(&mut self, encoding: Encoding) -> Option<()> {
        self.window.ensure(ElementHeader::MAX_LEN)?;
        let Some(start) = self.window.rest().first_chunk::<4>() else { return self.end_of_elements() };
        let tag = encoding.tag(*start);
        if self.in_meta && tag.group() != Tag::META_GROUP {
            self.in_meta = false;
            self.highest = Tag(0);
            self.stage = Stage::Recognise;
            return Some(());
        }
        let is_delimiter = tag.group() == Tag::DELIMITER_GROUP;
        if tag > Field::LAST.tag() && !self.in_tail && !is_delimiter {
            self.enter_tail();
        }
        let room = self.room();
        let bytes = self.window.rest();
        let element = match ElementHeader::parse(bytes, encoding, room) {
            Ok(element) => element,
            Err(Defect::Short) => return self.end_of_elements(),
            Err(Defect::Nonsense) => return self.end_in_nonsense(),
        };
        if is_delimiter {
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
                Target::Media(field) => self.media.push(field, value),
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
    pub(super) fn nested(&mut self) -> Option<()> {
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
