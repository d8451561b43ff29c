//! How long an upload is, as far as that is known, and what the server knows of it.

use std::ops::Range;

use crate::http::Response;

/// The length of an upload that may still be in the making.
#[derive(Clone, Copy, Debug)]
pub(super) struct Length {
    known: Option<u64>,
    /// Bytes from the start that can be had.
    available: u64,
    /// The server knows it.
    is_declared: bool,
    /// The request that is out tells it.
    is_declaring: bool,
}

impl Length {
    pub(super) fn new(known: Option<u64>) -> Self {
        Self { known, available: known.unwrap_or_default(), is_declared: false, is_declaring: false }
    }

    /// Bytes that can be had; what is known only grows.
    pub(super) fn set_available(&mut self, available: u64) {
        if self.known.is_none() {
            self.available = self.available.max(available);
        }
    }

    pub(super) fn set(&mut self, length: u64) {
        (self.known, self.available) = (Some(length), length);
    }

    pub(super) fn known(&self) -> Option<u64> {
        self.known
    }

    /// Where what can be had ends.
    pub(super) fn available(&self) -> u64 {
        self.available
    }

    /// What a PATCH at `offset` sends; `None` while there is less than `enough`. It is empty if there is nothing left to tell
    /// the server but the length.
    pub(super) fn chunk(&self, offset: u64, size: u64, enough: u64) -> Option<Range<u64>> {
        let end = self.available.min(offset.saturating_add(size));
        let is_enough = match self.known {
            Some(_) => offset < end || !self.is_declared,
            None => end.saturating_sub(offset) >= enough,
        };
        is_enough.then_some(offset..end.max(offset))
    }

    /// Whether an upload of which the server has `offset` bytes is whole.
    pub(super) fn is_whole(&self, offset: u64) -> bool {
        self.known == Some(offset) && self.is_declared
    }

    /// A POST goes out: what it tells, as a header.
    pub(super) fn creating(&mut self) -> (&'static str, u64) {
        self.is_declared = false;
        self.is_declaring = self.known.is_some();
        self.known.map_or(("Upload-Defer-Length", 1), |length| ("Upload-Length", length))
    }

    /// A PATCH goes out: the length, if it is to tell it.
    pub(super) fn patching(&mut self) -> Option<u64> {
        let untold = self.known.filter(|_| !self.is_declared);
        self.is_declaring = untold.is_some();
        untold
    }

    /// The request that went out last has been taken.
    pub(super) fn taken(&mut self) {
        self.is_declared |= std::mem::take(&mut self.is_declaring);
    }

    /// What the server says by HEAD; a header that the page may not read says nothing. `false` if it is of another upload.
    pub(super) fn located(&mut self, response: &Response) -> bool {
        let told = response.header("Upload-Length").and_then(|value| value.parse::<u64>().ok());
        if told.is_some() {
            self.is_declared = true;
        } else if response.header("Upload-Defer-Length").is_some() {
            self.is_declared = false;
        }
        self.is_declaring = false;
        told.is_none() || self.known.is_none() || told == self.known
    }
}
