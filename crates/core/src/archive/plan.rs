//! Which bytes of the archive are where, and how to make any range of them.

mod decided;
mod parts;

pub use decided::Decided;

use std::ops::Range;

use super::deflating::Packed;
use super::name::Names;
use super::record::{Directory, Entry};
use crate::content::{Content, FileId, ItemId, Packing};
use crate::dicom::{Accepted, Text};
use crate::items::Items;
use crate::state::StudySpan;

/// What is larger is sent as it lies: a deflated item is kept as a whole until the server has it.
const LARGEST_DEFLATED: u64 = 64 * 1024 * 1024;

/// A ZIP of known items, each packed as it lies in its dropped file, or deflated by us. It is never made as a whole:
/// [`Plan::parts`] gives any range of it again, always the same.
///
/// Whether an item is deflated, and to how many bytes, is decided as the upload goes on: offsets are known up to the first
/// entry for which it is not, and the archive's length once it is for all. An entry's CRC-32 must be known before its
/// headers can be made; offsets don't depend on it.
#[derive(Debug)]
pub struct Plan {
    entries: Vec<Planned>,
    /// Where each item is in `entries`.
    places: Items<usize>,
    /// How many entries, from the first on, are decided: the offsets of these and of the next one are known.
    decided: usize,
    /// Of the decided entries.
    directory: Directory,
    /// Length with every item as it lies.
    plain_len: u64,
    /// Where the directory would begin then.
    plain_end: u64,
    spans: Vec<StudySpan>,
}

#[derive(Debug)]
struct Planned {
    item: ItemId,
    name: String,
    /// Where it was dropped.
    path: String,
    content: Content,
    /// Offset of the local header, once it is known.
    offset: u64,
    /// The same with every item as it lies.
    plain_offset: u64,
    crc: Option<u32>,
    form: Form,
}

/// How an item is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// To be deflated or not: its length is not known.
    Open,
    AsItLies,
    Deflated {
        len: u64,
        level: u8,
        /// The bytes are there, and not only their number.
        is_at_hand: bool,
    },
}

/// What has to be done for an entry before it can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// [`Plan::store`] or [`Plan::set_packed`], whichever serves better.
    Decision,
    /// [`Plan::set_crc`].
    Checksum,
    /// [`Plan::set_packed`] once more, at this level: the bytes have been let go of.
    Packing(u8),
}

impl Planned {
    fn record(&self) -> Entry<'_> {
        let packed_len = match self.form {
            Form::Deflated { len, .. } => len,
            Form::Open | Form::AsItLies => self.content.packed_len(),
        };
        let as_dropped = matches!(self.content.packing, Packing::Deflated { .. });
        Entry {
            name: &self.name,
            crc: self.crc.unwrap_or_default(),
            size: self.content.size(),
            packed_len,
            deflated: as_dropped || matches!(self.form, Form::Deflated { .. }),
            offset: self.offset,
        }
    }

    /// Where its bytes lie.
    fn data(&self) -> Range<u64> {
        let record = self.record();
        let start = self.offset + record.local_header_len();
        start..start + record.packed_len
    }

    /// Bytes of header and data; as it lies while that is not decided.
    fn len(&self) -> u64 {
        let record = self.record();
        record.local_header_len() + record.packed_len
    }

    fn need(&self) -> Option<Need> {
        match self.form {
            Form::Open => Some(Need::Decision),
            Form::Deflated { level, is_at_hand: false, .. } => Some(Need::Packing(level)),
            Form::AsItLies if self.crc.is_none() => Some(Need::Checksum),
            _ => None,
        }
    }
}

fn may_shrink(Accepted { content, is_native, .. }: &Accepted) -> bool {
    *is_native && content.packing == Packing::Stored && (1..=LARGEST_DEFLATED).contains(&content.size())
}

/// A piece of a range: bytes made here, or a slice of a dropped file or of what was made of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Headers and directory.
    Bytes(Vec<u8>),
    /// `range` of the file, unchanged.
    File {
        /// Which.
        file: FileId,
        /// Bytes of the file, from its start.
        range: Range<u64>,
    },
    /// `range` of the deflated item.
    Packed {
        /// Which.
        item: ItemId,
        /// Bytes of the deflate stream, from its start.
        range: Range<u64>,
    },
}

/// Why a range can't be made, or an item not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A header in the range needs the CRC-32 of this item first.
    #[error("the checksum of entry {} of file {} is not known yet", item.entry, item.file)]
    MissingCrc {
        /// The item.
        item: ItemId,
    },
    /// The range needs the deflated bytes of this item, and they have been let go of.
    #[error("entry {} of file {} has to be packed again", item.entry, item.file)]
    NotAtHand {
        /// The item.
        item: ItemId,
    },
    /// The range goes beyond what is decided.
    #[error("the archive is not decided up to byte {end}")]
    Undecided {
        /// The range's end.
        end: u64,
    },
    /// The item is not what it was when it was read before.
    #[error("entry {} of file {} has changed", item.entry, item.file)]
    Changed {
        /// The item.
        item: ItemId,
    },
}

impl Plan {
    /// Plans an archive of these items in this order; those of one study must follow each other. With `compress` it is
    /// left open how those are sent that may shrink.
    pub fn new(files: &[Accepted], text: &dyn Text, compress: bool) -> Self {
        let mut names = Names::default();
        let mut spans: Vec<StudySpan> = Vec::new();
        let mut entries: Vec<Planned> = Vec::with_capacity(files.len());
        let (mut plain_end, mut directory_len) = (0, 0);
        for accepted in files {
            let form = if compress && may_shrink(accepted) { Form::Open } else { Form::AsItLies };
            let entry = Planned {
                item: accepted.item,
                name: names.entry(&accepted.study_uid, &accepted.path, text),
                path: accepted.path.clone(),
                content: accepted.content.clone(),
                // Its own as long as everything is as it lies, which is what the length in ZIP64 depends on.
                offset: plain_end,
                plain_offset: plain_end,
                crc: accepted.crc,
                form,
            };
            let end = plain_end + entry.len();
            directory_len += entry.record().central_header_len();
            entries.push(entry);
            let study_uid = &accepted.study_uid;
            match spans.last_mut() {
                Some(span) if span.study_uid == *study_uid => span.end = end,
                _ => spans.push(StudySpan { study_uid: study_uid.clone(), start: plain_end, end }),
            }
            plain_end = end;
        }
        let directory = Directory { entries: entries.len() as u64, offset: plain_end, len: directory_len };
        let mut places = Items::default();
        entries.iter().enumerate().for_each(|(at, entry)| places.insert(entry.item, at));
        let mut plan = Self {
            places,
            decided: 0,
            directory: Directory { offset: 0, len: 0, ..directory },
            plain_len: plain_end + directory.len + directory.end_len(),
            plain_end,
            entries,
            spans,
        };
        plan.advance();
        plan
    }

    /// Length of the archive in bytes; `None` while it is not decided for all items how they are sent.
    pub fn len(&self) -> Option<u64> {
        let directory = &self.directory;
        self.is_decided().then(|| directory.offset + directory.len + directory.end_len())
    }

    /// Up to where the archive is decided: ranges that end here or before can be made.
    pub fn decided_len(&self) -> u64 {
        self.len().unwrap_or(self.directory.offset)
    }

    /// Length that the archive would have with every item as it lies. Progress is measured against that, as it is known
    /// from the start.
    pub fn plain_len(&self) -> u64 {
        self.plain_len
    }

    /// How far `offset` would be with every item as it lies: as many entries, and of the last the same share.
    pub fn plain_offset(&self, offset: u64) -> u64 {
        let Some(entry) = self.entries.get(self.index_at(offset)) else {
            let into_directory = offset.saturating_sub(self.directory.offset);
            return if self.len() == Some(offset) {
                self.plain_len
            } else {
                self.plain_len.min(self.plain_end + into_directory)
            };
        };
        let plain = entry.content.packed_len() as f64;
        let data = entry.data();
        let share = match data.end - data.start {
            0 => 1.0,
            len => plain / len as f64,
        };
        let head = data.start - entry.offset;
        let (head, data) = (head.min(offset - entry.offset), offset.saturating_sub(data.start));
        entry.plain_offset + head + (data as f64 * share) as u64
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Number of entries.
    pub fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// How many entries lie wholly before `offset`.
    pub fn entries_before(&self, offset: u64) -> usize {
        self.known().partition_point(|entry| entry.data().end <= offset)
    }

    /// Where each study would lie with every item as it lies.
    pub fn spans(&self) -> &[StudySpan] {
        &self.spans
    }

    /// The number of the entry at `offset`, or of the first one whose place is not known.
    pub fn index_at(&self, offset: u64) -> usize {
        self.entries_before(offset)
    }

    /// The number of an item's entry.
    pub fn index_of(&self, item: ItemId) -> Option<usize> {
        self.places.get(item).copied()
    }

    /// The entry of this number: its item, where its bytes are, and what it needs.
    pub fn entry(&self, index: usize) -> Option<(ItemId, &Content, Option<Need>)> {
        self.entries.get(index).map(|entry| (entry.item, &entry.content, entry.need()))
    }

    /// Bytes from `offset` to where the entry of this number begins; those not decided count as they lie.
    pub fn distance(&self, offset: u64, index: usize) -> u64 {
        let open = self.entries.get(self.decided..index).unwrap_or_default();
        let known =
            self.entries.get(index.min(self.decided)).map_or(self.directory.offset, |entry| entry.offset);
        (known + open.iter().map(Planned::len).sum::<u64>()).saturating_sub(offset)
    }

    /// The path that an item was dropped under.
    pub fn path(&self, item: ItemId) -> &str {
        let place = self.places.get(item).and_then(|at| self.entries.get(*at));
        place.map_or("", |entry| &entry.path)
    }

    /// Tells the CRC-32 of an item's unpacked bytes.
    pub fn set_crc(&mut self, item: ItemId, crc: u32) {
        if let Some(entry) = self.place(item) {
            entry.crc = Some(crc);
        }
    }

    /// The item is sent as it lies.
    pub fn store(&mut self, item: ItemId) {
        if let Some(entry) = self.place(item).filter(|entry| entry.form == Form::Open) {
            entry.form = Form::AsItLies;
            self.advance();
        }
    }

    /// All items that it is open for are sent as they lie.
    pub fn store_open(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.form == Form::Open) {
            entry.form = Form::AsItLies;
        }
        self.advance();
    }

    /// What came of packing the item at this level: it is sent so, unless it did not shrink. What has been decided stays.
    /// Returns whether its bytes are of use.
    ///
    /// # Errors
    /// [`PlanError::Changed`] if the item was packed or read before and is not the same any more.
    pub fn set_packed(&mut self, item: ItemId, level: u8, packed: Packed) -> Result<bool, PlanError> {
        let Some(entry) = self.place(item) else { return Ok(false) };
        let form = match (entry.form, packed.len) {
            (Form::Open, Some(len)) => Form::Deflated { len, level, is_at_hand: true },
            (Form::Open, None) => Form::AsItLies,
            (Form::Deflated { len, level, .. }, Some(again)) if len == again => {
                Form::Deflated { len, level, is_at_hand: true }
            }
            (Form::Deflated { .. }, _) => return Err(PlanError::Changed { item }),
            (Form::AsItLies, _) => Form::AsItLies,
        };
        if entry.crc.is_some_and(|crc| crc != packed.crc) {
            return Err(PlanError::Changed { item });
        }
        (entry.form, entry.crc) = (form, Some(packed.crc));
        self.advance();
        Ok(matches!(form, Form::Deflated { .. }))
    }

    /// The deflated bytes of this entry are gone; returns its item if they were there.
    pub fn let_go(&mut self, index: usize) -> Option<ItemId> {
        let entry = self.entries.get_mut(index)?;
        match &mut entry.form {
            Form::Deflated { is_at_hand, .. } if *is_at_hand => {
                *is_at_hand = false;
                Some(entry.item)
            }
            _ => None,
        }
    }

    fn place(&mut self, item: ItemId) -> Option<&mut Planned> {
        let at = self.places.get(item)?;
        self.entries.get_mut(*at)
    }

    fn is_decided(&self) -> bool {
        self.decided == self.entries.len()
    }

    /// The entries that are decided, as are all before them.
    fn known(&self) -> &[Planned] {
        self.entries.get(..self.decided).unwrap_or_default()
    }

    /// Places the entries behind those that have just been decided.
    fn advance(&mut self) {
        let undecided = self.entries.get_mut(self.decided..).unwrap_or_default();
        for entry in undecided {
            entry.offset = self.directory.offset;
            if entry.form == Form::Open {
                break;
            }
            self.directory.len += entry.record().central_header_len();
            self.directory.offset += entry.len();
            self.decided += 1;
        }
    }
}
