//! Sequences and items of undefined length (PS3.5 §7.5), to any depth, without keeping more than the depth.

use super::super::field::Tag;
use super::element::{ElementHeader, Encoding};

/// A place within a sequence of undefined length.
///
/// Levels alternate: sequences hold items, items hold elements. So the depth tells what is due, and what comes
/// instead tells which delimiters have been forgotten.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nesting {
    /// The encoding of the data set.
    outer: Encoding,
    /// Odd: in a sequence; even: in an item; 0: at the top level again.
    depth: u64,
    /// Within an element of VR UN, the encoding of what is in it, …
    inner: Encoding,
    /// … and the depth of that element; 0: in none.
    inner_from: u64,
    /// `inner` is still to be confirmed by what comes.
    is_undecided: bool,
    /// Right behind an item of defined length.
    is_behind_item: bool,
}

impl Default for Nesting {
    fn default() -> Self {
        Self::in_item(Encoding::IMPLICIT_LE)
    }
}

impl Nesting {
    /// Behind the header of an element of undefined length at the top level.
    pub(super) fn in_sequence(outer: Encoding, element: &ElementHeader) -> Self {
        let mut nesting = Self::in_item(outer);
        nesting.depth = 0;
        nesting.enter(element);
        nesting
    }

    /// Behind the header of an item at the top level.
    pub(super) fn in_item(outer: Encoding) -> Self {
        Self { outer, depth: 2, inner: outer, inner_from: 0, is_undecided: false, is_behind_item: false }
    }

    /// The data set's encoding if everything has been left.
    pub(super) fn left(&self) -> Option<Encoding> {
        (self.depth == 0).then_some(self.outer)
    }

    /// How the next header is encoded, which starts these `bytes`, `room` bytes before the end.
    ///
    /// Within UN of undefined length that is implicit little endian (PS3.5 §6.2.2, note), unless the first element
    /// there tells otherwise.
    pub(super) fn encoding(&mut self, bytes: &[u8], room: u64) -> Encoding {
        if self.is_undecided {
            self.decide(bytes, room);
        }
        if self.inner_from > 0 { self.inner } else { self.outer }
    }

    fn decide(&mut self, bytes: &[u8], room: u64) {
        let Some(first) = bytes.first_chunk::<8>() else { return };
        if first.starts_with(&[0xFF, 0xFE]) {
            self.inner.big_endian = true;
        } else if self.is_in_item() && !first.starts_with(&[0xFE, 0xFF]) {
            let explicit = Encoding { explicit_vr: true, ..self.inner };
            let element = ElementHeader::parse(bytes, explicit, room);
            let fits = element.is_ok_and(|element| element.fits(room));
            self.inner.explicit_vr = explicit.is_plausible(first, room) && fits;
            self.is_undecided = false;
            if self.inner == self.outer {
                self.inner_from = 0;
            }
        }
    }

    /// Takes the next header into account; returns how many bytes lie before the one behind it.
    pub(super) fn pass(&mut self, element: &ElementHeader) -> u64 {
        let is_behind_item = std::mem::take(&mut self.is_behind_item);
        let is_in_item = self.is_in_item();
        let mut len = element.len;
        match element.tag {
            Tag::ITEM => {
                // The item before may lack its delimiter.
                self.leave(u64::from(is_in_item));
                self.is_behind_item = element.value_len.is_some();
                self.depth += u64::from(!self.is_behind_item);
                len = element.whole_len();
            }
            Tag::ITEM_DELIMITATION if is_in_item => self.leave(1),
            // One too many behind an item of defined length, or at the top; else it ends the item around a
            // sequence that lacks its delimiter.
            Tag::ITEM_DELIMITATION => self.leave(if is_behind_item || self.depth < 3 { 0 } else { 2 }),
            Tag::SEQUENCE_DELIMITATION => self.leave(if is_in_item { 2 } else { 1 }),
            // The sequence lacks its delimiter: the element is of the level above, and read again there.
            _ if !is_in_item => {
                self.leave(1);
                len = 0;
            }
            _ if element.value_len.is_none() => self.enter(element),
            _ => len = element.whole_len(),
        }
        len
    }

    fn is_in_item(&self) -> bool {
        self.depth.is_multiple_of(2)
    }

    fn enter(&mut self, element: &ElementHeader) {
        self.depth += 1;
        if element.vr == Some(*b"UN") {
            self.inner = Encoding::IMPLICIT_LE;
            self.is_undecided = true;
            if self.inner_from == 0 {
                self.inner_from = self.depth;
            }
        }
    }

    fn leave(&mut self, levels: u64) {
        self.depth = self.depth.saturating_sub(levels);
        if self.depth < self.inner_from {
            self.inner_from = 0;
            self.is_undecided = false;
        }
    }
}
