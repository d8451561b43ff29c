//! What a range of the archive is made of.

use std::ops::Range;

use super::{Form, Part, Plan, PlanError, Planned};

impl Plan {
    /// How to make `range`, which is cut to the archive's length.
    ///
    /// # Errors
    /// That something is missing for it: all but [`PlanError::Changed`].
    pub fn parts(&self, range: &Range<u64>) -> Result<Vec<Part>, PlanError> {
        let end = match self.len() {
            Some(len) => range.end.min(len),
            None if range.end > self.decided_len() => return Err(PlanError::Undecided { end: range.end }),
            None => range.end,
        };
        let mut parts = Parts { range: range.start..end, list: Vec::new() };
        let known = self.known();
        for entry in known.get(self.index_at(range.start)..).unwrap_or_default() {
            if entry.offset >= end {
                break;
            }
            let data = entry.data();
            parts.header(entry, entry.offset..data.start, || entry.record().local_header())?;
            parts.data(entry, &data)?;
        }
        if !self.is_decided() || end <= self.directory.offset {
            return Ok(parts.list);
        }
        let mut at = self.directory.offset;
        for entry in known {
            let end = at + entry.record().central_header_len();
            parts.header(entry, at..end, || entry.record().central_header())?;
            at = end;
        }
        parts.bytes(at..end, || self.directory.end());
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

    fn header(
        &mut self,
        entry: &Planned,
        at: Range<u64>,
        make: impl FnOnce() -> Vec<u8>,
    ) -> Result<(), PlanError> {
        if entry.crc.is_none() && self.shared(&at).is_some() {
            return Err(PlanError::MissingCrc { item: entry.item });
        }
        self.bytes(at, make);
        Ok(())
    }

    fn data(&mut self, entry: &Planned, at: &Range<u64>) -> Result<(), PlanError> {
        let Some(range) = self.shared(at) else { return Ok(()) };
        let item = entry.item;
        self.list.push(match entry.form {
            Form::Deflated { is_at_hand: false, .. } => return Err(PlanError::NotAtHand { item }),
            Form::Deflated { .. } => Part::Packed { item, range },
            Form::Open | Form::AsItLies => {
                let (file, start) = (entry.content.file, entry.content.range.start);
                Part::File { file, range: start + range.start..start + range.end }
            }
        });
        Ok(())
    }
}
