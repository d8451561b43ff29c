//! The bytes of a file that are at hand, and which ones are wanted next.

use std::ops::Range;

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// How much is read at a time; smaller files are read whole, as slicing costs more than it saves.
const READ: u64 = 64 * 1024;
/// What the headers of one file may cost to read, also when they are nonsense.
const READ_LIMIT: u64 = 4 * 1024 * 1024;

/// A moving view of a file: bytes come in, the walk takes them from the front and seeks over what it doesn't need.
pub(super) struct Window {
    /// Length of the file.
    file_len: u64,
    /// Where the next bytes have to come from.
    next: u64,
    /// Bytes handed in so far.
    read: u64,
    /// Bytes at hand.
    bytes: Vec<u8>,
    /// The walk's position in `bytes`.
    at: usize,
    /// Bytes to drop before anything is at hand again.
    skip: u64,
    /// Set behind the meta group of a deflated file (PS3.5 §A.5).
    inflate: Option<Box<InflateState>>,
    /// The deflate stream is at its end, broken, or beyond what is granted.
    inflate_ended: bool,
}

impl Window {
    pub(super) fn new(file_len: u64) -> Self {
        Self {
            file_len,
            next: 0,
            read: 0,
            bytes: Vec::new(),
            at: 0,
            skip: 0,
            inflate: None,
            inflate_ended: false,
        }
    }

    /// The range of the file to read next; `None` if there is nothing more, or no more is granted.
    pub(super) fn want(&self) -> Option<Range<u64>> {
        let done = self.next >= self.file_len || self.read >= READ_LIMIT || self.inflate_ended;
        (!done).then(|| self.next..self.file_len.min(self.next + READ))
    }

    /// Takes bytes from the start of [`Window::want`]; an empty slice means that the file ends there.
    pub(super) fn supply(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            self.file_len = self.file_len.min(self.next);
            return;
        }
        self.next += bytes.len() as u64;
        self.read += bytes.len() as u64;
        self.bytes.drain(..self.at);
        self.at = 0;
        match self.inflate.take() {
            Some(state) => self.inflate_into(state, bytes),
            None => self.append(bytes),
        }
    }

    /// The bytes at the walk's position, if `len` of them are at hand.
    pub(super) fn peek(&self, len: usize) -> Option<&[u8]> {
        Some(self.rest()).filter(|rest| self.skip == 0 && rest.len() >= len)
    }

    /// Everything at hand.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Moves the position by `len` bytes, by seeking where they aren't at hand.
    pub(super) fn advance(&mut self, len: u64) {
        let here = len.min(self.rest().len() as u64);
        self.at += here as usize;
        let ahead = len - here;
        if self.inflate.is_some() {
            self.skip += ahead;
        } else {
            self.next = self.next.saturating_add(ahead);
        }
    }

    /// Whether the file has no bytes at all.
    pub(super) fn is_empty(&self) -> bool {
        self.file_len == 0
    }

    pub(super) fn is_inflating(&self) -> bool {
        self.inflate.is_some()
    }

    /// Whether the position has been moved beyond the end of the file.
    pub(super) fn is_past_end(&self) -> bool {
        self.next > self.file_len || (self.skip > 0 && self.want().is_none())
    }

    /// From here on the file is one raw deflate stream.
    pub(super) fn start_inflating(&mut self) {
        let compressed = self.bytes.split_off(self.at);
        self.inflate_into(InflateState::new_boxed(DataFormat::Raw), &compressed);
    }

    fn inflate_into(&mut self, mut state: Box<InflateState>, mut compressed: &[u8]) {
        let mut out = vec![0; 32 * 1024];
        loop {
            let step = inflate(&mut state, compressed, &mut out, MZFlush::None);
            compressed = compressed.get(step.bytes_consumed..).unwrap_or_default();
            self.append(out.get(..step.bytes_written).unwrap_or_default());
            match step.status {
                Ok(MZStatus::Ok) if self.bytes.len() < READ_LIMIT as usize => {}
                // All input is used up; more of the file may follow.
                Err(MZError::Buf) => break,
                _ => {
                    self.inflate_ended = true;
                    break;
                }
            }
        }
        self.inflate = Some(state);
    }

    fn append(&mut self, bytes: &[u8]) {
        let dropped = self.skip.min(bytes.len() as u64);
        self.skip -= dropped;
        self.bytes.extend_from_slice(bytes.get(dropped as usize..).unwrap_or_default());
    }
}
