//! Reading of the central directory, range by range.

use std::ops::Range;

use super::end::{End, TAIL, ZIP64_END_LEN};
use super::header::{Around, Header};
use super::{Listed, limits};
use crate::dicom::Reason;

/// How much of the directory is read at a time.
const PIECE: u64 = 64 * 1024;
/// Where an offset of 32 bits runs over.
const OVERRUN: u64 = 1 << 32;
/// Begins what is in front of an encrypted directory (APPNOTE 6.3.10 §4.3.11).
const DECRYPTION_HEADER: &[u8] = b"PK\x06\x08";
/// Begins what signs a directory, as its last record (§4.3.13).
const SIGNATURE: &[u8] = b"PK\x05\x05";

/// Lists the entries of a dropped archive: say what you [`want`](Self::want), [`supply`](Self::supply) it, and
/// [`finish`](Self::finish) once nothing more is wanted. Costs the last 64 KiB and the directory, which is read once.
#[derive(Debug)]
pub struct Opening {
    len: u64,
    step: Step,
    /// Where `bytes` are in the file.
    at: u64,
    /// What is at hand, and not yet used up.
    bytes: Vec<u8>,
    /// How far this step needs bytes.
    end: u64,
    listed: Vec<Listed>,
}

#[derive(Debug)]
enum Step {
    /// Waits for the end of the file.
    Tail,
    /// Waits for the ZIP64 record, which is not within that.
    Zip64(End),
    /// Goes through the directory.
    Directory(Directory),
    Done(Result<(), Reason>),
}

#[derive(Clone, Copy, Debug)]
struct Directory {
    end: End,
    /// Where it starts.
    start: u64,
    around: Around,
    /// Offsets have run over: macOS makes archives of more than 4 GiB without ZIP64.
    overrun: bool,
    /// Headers gone through.
    entries: u64,
    /// The offset in the last one.
    last_offset: u32,
}

impl Opening {
    /// Of an archive of `len` bytes.
    pub fn new(len: u64) -> Self {
        let step = if len == 0 { Step::Done(Err(Reason::Empty)) } else { Step::Tail };
        Self { len, step, at: len.saturating_sub(TAIL), bytes: Vec::new(), end: len, listed: Vec::new() }
    }

    /// The range of the file to read next; `None` once all is known.
    pub fn want(&self) -> Option<Range<u64>> {
        let most = match self.step {
            Step::Tail | Step::Zip64(_) => TAIL,
            Step::Directory(_) => PIECE,
            Step::Done(_) => return None,
        };
        let next = self.at + self.bytes.len() as u64;
        Some(next..self.end.min(next + most))
    }

    /// Takes bytes from the start of [`Opening::want`]; none means that the file ends there.
    pub fn supply(&mut self, bytes: &[u8]) {
        let Some(wanted) = self.want() else { return };
        if bytes.is_empty() {
            return self.end_with(Err(Reason::DamagedArchive));
        }
        let room = (wanted.end - wanted.start) as usize;
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        let whole = self.at + self.bytes.len() as u64 == self.end;
        let result = match &self.step {
            Step::Tail if whole => self.read_tail(),
            Step::Zip64(end) if whole => {
                let end = *end;
                self.read_zip64(end)
            }
            Step::Directory(directory) => {
                let directory = *directory;
                self.read_directory(directory)
            }
            _ => Ok(()),
        };
        if result.is_err() {
            self.end_with(result);
        }
    }

    /// The files of the archive, in the directory's order.
    ///
    /// # Errors
    /// Why nothing of the archive can be read; [`Reason::Empty`] if there is no file in it.
    pub fn finish(self) -> Result<Vec<Listed>, Reason> {
        let Step::Done(result) = self.step else { return Err(Reason::DamagedArchive) };
        result.map(|()| self.listed)
    }

    fn end_with(&mut self, result: Result<(), Reason>) {
        self.step = Step::Done(result);
        self.bytes = Vec::new();
    }

    fn read_tail(&mut self) -> Result<(), Reason> {
        let end = End::find(&self.bytes, self.at).ok_or(Reason::DamagedArchive)?;
        let Some(offset) = end.zip64_offset(&self.bytes, self.at) else { return self.locate(end) };
        for at in [Some(offset), end.zip64_usual()].into_iter().flatten() {
            if let Some(bytes) = at.checked_sub(self.at).and_then(|at| self.bytes.get(at as usize..))
                && let Some(end) = end.widened(bytes, at)
            {
                return self.locate(end);
            }
        }
        if offset < self.at {
            self.go_to(Step::Zip64(end), offset..offset + ZIP64_END_LEN);
            return Ok(());
        }
        self.without_zip64(end)
    }

    fn read_zip64(&mut self, end: End) -> Result<(), Reason> {
        match end.widened(&self.bytes, self.at) {
            Some(end) => self.locate(end),
            None => self.without_zip64(end),
        }
    }

    fn without_zip64(&mut self, end: End) -> Result<(), Reason> {
        if end.needs_zip64() { Err(Reason::DamagedArchive) } else { self.locate(end) }
    }

    /// Finds the directory: it ends where its end is, whatever is in front of the archive.
    fn locate(&mut self, end: End) -> Result<(), Reason> {
        if end.is_split() {
            return Err(Reason::UnsupportedArchive);
        }
        let start = end.at.checked_sub(end.len).ok_or(Reason::ArchiveLimit)?;
        if end.entries > limits::MAX_ENTRIES || end.len > limits::MAX_DIRECTORY {
            return Err(Reason::ArchiveLimit);
        }
        let shift = start.checked_sub(end.offset).ok_or(Reason::DamagedArchive)?;
        // With something behind it and in front, this is an entry of an archive whose own end is lost.
        if end.trailed && shift != 0 {
            return Err(Reason::DamagedArchive);
        }
        let overrun = shift > 0 && shift.is_multiple_of(OVERRUN);
        let around = Around { len: self.len, shift: if overrun { 0 } else { shift } };
        let directory = Directory { end, start, around, overrun, entries: 0, last_offset: 0 };
        let range = start..end.at;
        match start.checked_sub(self.at) {
            // It is at hand already.
            Some(skip) if self.bytes.len() as u64 >= end.at - self.at => {
                self.bytes.truncate((end.at - self.at) as usize);
                self.bytes.drain(..skip as usize);
                self.at = start;
                self.end = end.at;
                self.read_directory(directory)
            }
            _ => {
                self.go_to(Step::Directory(directory), range);
                Ok(())
            }
        }
    }

    fn go_to(&mut self, step: Step, range: Range<u64>) {
        self.step = step;
        self.at = range.start;
        self.bytes = Vec::new();
        self.end = range.end;
    }

    /// Goes through the headers that are at hand as a whole.
    fn read_directory(&mut self, mut directory: Directory) -> Result<(), Reason> {
        let is_last = self.at + self.bytes.len() as u64 == self.end;
        let mut rest = self.bytes.as_slice();
        while let Some((header, behind)) = Header::parse(rest) {
            rest = behind;
            directory.entries += 1;
            if directory.entries > limits::MAX_ENTRIES {
                return Err(Reason::ArchiveLimit);
            }
            // The entries of such an archive are in the order in which they lie.
            if directory.overrun && header.offset < directory.last_offset {
                directory.around.shift += OVERRUN;
            }
            directory.last_offset = header.offset;
            self.listed.extend(header.listed(directory.around));
        }
        if is_last && (rest.is_empty() || rest.starts_with(SIGNATURE)) {
            return self.complete(&directory);
        }
        if !is_last && (rest.len() < SIGNATURE.len() || Header::starts(rest) || rest.starts_with(SIGNATURE)) {
            let used = self.bytes.len() - rest.len();
            self.bytes.drain(..used);
            self.at += used as u64;
            self.step = Step::Directory(directory);
            return Ok(());
        }
        if directory.entries > 0 {
            return Err(Reason::DamagedArchive);
        }
        if directory.end.encrypted || rest.starts_with(DECRYPTION_HEADER) {
            return Err(Reason::EncryptedArchive);
        }
        self.look_where_it_says(directory)
    }

    /// The directory is not right in front of its end: it may be at the offset that the end has, with something
    /// between the two.
    fn look_where_it_says(&mut self, directory: Directory) -> Result<(), Reason> {
        let Directory { end, around, start, .. } = directory;
        if start == end.offset {
            return Err(Reason::DamagedArchive);
        }
        let around = Around { shift: 0, ..around };
        let directory = Directory { start: end.offset, around, overrun: false, ..directory };
        self.go_to(Step::Directory(directory), end.offset..end.offset + end.len);
        Ok(())
    }

    fn complete(&mut self, directory: &Directory) -> Result<(), Reason> {
        let End { entries, counted, .. } = directory.end;
        // Writers without ZIP64 let the number run over.
        let counted_alike =
            if counted { entries == directory.entries } else { entries as u16 == directory.entries as u16 };
        if !counted_alike {
            return Err(Reason::DamagedArchive);
        }
        if self.listed.is_empty() {
            return Err(Reason::Empty);
        }
        limits::check(&mut self.listed, self.len, directory.start)?;
        self.end_with(Ok(()));
        Ok(())
    }
}
