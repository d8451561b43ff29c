//! Which bytes of the archive are where, and how to make any range of them.

use std::collections::HashMap;
use std::ops::Range;

use super::name::Names;
use super::record::{Directory, Entry};
use crate::content::{Content, FileId, ItemId, Packing};
use crate::dicom::{Accepted, Text};
use crate::state::StudySpan;

/// A ZIP of known items, each packed as it lies in its dropped file. It is never made as a whole: [`Plan::parts`] gives
/// any range of it again, always the same. An entry's CRC-32 must be known before its headers can be made; offsets don't
/// depend on it.
#[derive(Debug)]
pub struct Plan {
    entries: Vec<Planned>,
    /// Where each item is in `entries`.
    places: HashMap<ItemId, usize>,
    directory: Directory,
    len: u64,
    spans: Vec<StudySpan>,
}

#[derive(Debug)]
struct Planned {
    item: ItemId,
    name: String,
    /// Where it was dropped.
    path: String,
    content: Content,
    /// Offset of the local header.
    offset: u64,
    crc: Option<u32>,
}

impl Planned {
    fn record(&self) -> Entry<'_> {
        Entry {
            name: &self.name,
            crc: self.crc.unwrap_or_default(),
            size: self.content.size(),
            packed_len: self.content.packed_len(),
            deflated: matches!(self.content.packing, Packing::Deflated { .. }),
            offset: self.offset,
        }
    }

    fn data(&self) -> Range<u64> {
        let start = self.offset + self.record().local_header_len();
        start..start + self.content.packed_len()
    }
}

/// A piece of a range: bytes made here, or a slice of a dropped file.
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
}

/// Why a range can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A header in the range needs the CRC-32 of this item first.
    #[error("the checksum of entry {} of file {} is not known yet", item.entry, item.file)]
    MissingCrc {
        /// The item.
        item: ItemId,
    },
}

impl Plan {
    /// Plans an archive of these items in this order; those of one study must follow each other.
    pub fn new(files: &[Accepted], text: &dyn Text) -> Self {
        let mut names = Names::default();
        let mut spans: Vec<StudySpan> = Vec::new();
        let mut entries = Vec::with_capacity(files.len());
        let mut offset = 0;
        for accepted in files {
            let Accepted { item, study_uid, path, content, crc } = accepted;
            let name = names.entry(study_uid, path, text);
            let (content, path) = (content.clone(), path.clone());
            let entry = Planned { item: *item, name, path, content, offset, crc: *crc };
            let end = entry.data().end;
            entries.push(entry);
            match spans.last_mut() {
                Some(span) if span.study_uid == *study_uid => span.end = end,
                _ => spans.push(StudySpan { study_uid: study_uid.clone(), start: offset, end }),
            }
            offset = end;
        }
        let len = entries.iter().map(|entry| entry.record().central_header_len()).sum();
        let directory = Directory { entries: entries.len() as u64, offset, len };
        let places = entries.iter().enumerate().map(|(at, entry)| (entry.item, at)).collect();
        Self { len: offset + directory.len + directory.end_len(), entries, places, directory, spans }
    }

    /// Length of the archive in bytes.
    pub fn len(&self) -> u64 {
        self.len
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
        self.entries.partition_point(|entry| entry.data().end <= offset)
    }

    /// Where each study lies.
    pub fn spans(&self) -> &[StudySpan] {
        &self.spans
    }

    /// The items whose checksum is needed to make `range` and not known yet, and where their bytes are.
    pub fn missing(&self, range: &Range<u64>) -> impl Iterator<Item = (ItemId, Content)> + use<'_> {
        let all = range.end > self.directory.offset;
        let (start, end) = (range.start, range.end);
        let first = if all { 0 } else { self.entries.partition_point(|entry| entry.data().end <= start) };
        let rest = self.entries.get(first..).unwrap_or_default();
        let in_range = rest.iter().take_while(move |entry| all || entry.offset < end);
        let unknown =
            in_range.filter(move |entry| entry.crc.is_none() && (all || entry.data().start > start));
        unknown.map(|entry| (entry.item, entry.content.clone()))
    }

    /// The path that an item was dropped under.
    pub fn path(&self, item: ItemId) -> &str {
        let place = self.places.get(&item).and_then(|at| self.entries.get(*at));
        place.map_or("", |entry| &entry.path)
    }

    /// Tells the CRC-32 of an item's unpacked bytes.
    pub fn set_crc(&mut self, item: ItemId, crc: u32) {
        let place = self.places.get(&item).and_then(|at| self.entries.get_mut(*at));
        if let Some(entry) = place {
            entry.crc = Some(crc);
        }
    }

    /// How to make `range`, which is cut to the archive's length.
    ///
    /// # Errors
    /// [`PlanError::MissingCrc`] while [`Plan::missing`] names an item for the range.
    pub fn parts(&self, range: &Range<u64>) -> Result<Vec<Part>, PlanError> {
        if let Some((item, _)) = self.missing(range).next() {
            return Err(PlanError::MissingCrc { item });
        }
        let mut parts = Parts { range: range.start..range.end.min(self.len), list: Vec::new() };
        let first = self.entries.partition_point(|entry| entry.data().end <= range.start);
        for entry in self.entries.get(first..).unwrap_or_default() {
            if entry.offset >= range.end {
                break;
            }
            let data = entry.data();
            parts.bytes(entry.offset..data.start, || entry.record().local_header());
            parts.file(&entry.content, &data);
        }
        if range.end <= self.directory.offset {
            return Ok(parts.list);
        }
        let mut at = self.directory.offset;
        for entry in &self.entries {
            let end = at + entry.record().central_header_len();
            parts.bytes(at..end, || entry.record().central_header());
            at = end;
        }
        parts.bytes(at..self.len, || self.directory.end());
        Ok(parts.list)
    }
}

struct Parts {
    range: Range<u64>,
    list: Vec<Part>,
}

impl Parts {
    /// What `at` and the wanted range share, relative to `at`'s start.
    fn shared(&self, at: &Range<u64>) -> Option<Range<u64>> {
        let (start, end) = (self.range.start.max(at.start), self.range.end.min(at.end));
        (start < end).then(|| start - at.start..end - at.start)
    }

    fn bytes(&mut self, at: Range<u64>, make: impl FnOnce() -> Vec<u8>) {
        let Some(range) = self.shared(&at) else { return };
        let record = make();
        let piece = record.get(range.start as usize..range.end as usize).unwrap_or_default();
        match self.list.last_mut() {
            Some(Part::Bytes(bytes)) => bytes.extend_from_slice(piece),
            _ => self.list.push(Part::Bytes(piece.to_vec())),
        }
    }

    fn file(&mut self, content: &Content, at: &Range<u64>) {
        if let Some(range) = self.shared(at) {
            let start = content.range.start;
            self.list.push(Part::File { file: content.file, range: start + range.start..start + range.end });
        }
    }
}
