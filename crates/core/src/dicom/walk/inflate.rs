//! Inflating, no further than is asked for.

use super::window::append;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// What is inflated at a time.
const STEP: u64 = 4 * 1024;
/// A raw deflate stream whose first block has this many bytes at hand gives its first bytes: the code lengths of
/// RFC 1951 §3.2.7 take fewer than 600.
pub(super) const PROBE: usize = 1024;

/// One raw deflate stream (RFC 1951): compressed bytes come in, inflated ones are taken out.
pub(super) struct Inflate {
    state: Box<InflateState>,
    /// Compressed bytes, used up to `at`.
    input: Vec<u8>,
    at: usize,
    /// Where a step puts its bytes: making room for them where they are needed zeroes it each time, at 1.5 times the time.
    out: Vec<u8>,
    /// Bytes inflated so far.
    inflated: u64,
    /// Bytes it has, if that is known, else `u64::MAX`.
    size: u64,
    /// Bytes that may be inflated at all.
    limit: u64,
    end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// As it should.
    Whole,
    /// In something that is not deflate.
    Broken,
}

impl Inflate {
    pub(super) fn new(input: Vec<u8>, size: u64, limit: u64) -> Self {
        let end = (size == 0).then_some(End::Whole);
        let state = InflateState::new_boxed(DataFormat::Raw);
        Self { state, input, at: 0, out: vec![0; STEP as usize], inflated: 0, size, limit, end }
    }

    /// The first bytes of what may be a deflate stream.
    pub(super) fn probe(compressed: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        Self::new(compressed.to_vec(), u64::MAX, STEP).step(&mut bytes);
        bytes
    }

    pub(super) fn feed(&mut self, compressed: Vec<u8>) {
        self.forget_used();
        append(&mut self.input, compressed);
    }

    /// Appends some bytes of the last of `layers`, each of which is inflated from the one before it; `false` if
    /// there are none without more input, or at all.
    pub(super) fn pull(layers: &mut [Self], to: &mut Vec<u8>) -> bool {
        let Some((layer, outer)) = layers.split_last_mut() else { return false };
        while !layer.step(to) {
            layer.forget_used();
            if layer.is_done() || !Self::pull(outer, &mut layer.input) {
                return false;
            }
        }
        true
    }

    fn step(&mut self, to: &mut Vec<u8>) -> bool {
        let room = self.reach().min(STEP) as usize;
        if room == 0 || self.end.is_some() {
            return false;
        }
        let input = self.input.get(self.at..).unwrap_or_default();
        let out = self.out.get_mut(..room).unwrap_or_default();
        let result = inflate(&mut self.state, input, out, MZFlush::None);
        to.extend_from_slice(out.get(..result.bytes_written).unwrap_or_default());
        self.at += result.bytes_consumed;
        self.inflated += result.bytes_written as u64;
        self.end = match result.status {
            _ if self.inflated >= self.size => Some(End::Whole),
            Ok(MZStatus::StreamEnd) => Some(End::Whole),
            // All input is used up; more of it may follow.
            Ok(_) | Err(MZError::Buf) => None,
            Err(_) => Some(End::Broken),
        };
        result.bytes_written > 0
    }

    fn forget_used(&mut self) {
        self.input.drain(..self.at);
        self.at = 0;
    }

    /// Allows `more` bytes behind what is inflated but for the last `unused`, if that is less than before.
    pub(super) fn limit(&mut self, more: u64, unused: u64) {
        self.limit = self.limit.min(self.inflated.saturating_sub(unused).saturating_add(more));
    }

    /// Bytes still to come, if the size is known.
    pub(super) fn left(&self) -> Option<u64> {
        (self.size != u64::MAX).then(|| self.size.saturating_sub(self.inflated))
    }

    /// Bytes that can come at most.
    pub(super) fn reach(&self) -> u64 {
        self.size.min(self.limit).saturating_sub(self.inflated)
    }

    /// Bytes of memory that it holds.
    pub(super) fn memory(&self) -> usize {
        self.input.capacity() + self.out.len() + size_of::<InflateState>()
    }

    /// Whether no input brings more: the stream is at its end, or at the limit.
    pub(super) fn is_done(&self) -> bool {
        self.end.is_some() || self.reach() == 0
    }

    /// Whether the stream is at its end, whatever the limit.
    pub(super) fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// Whether the stream has come to its end, and that is where it should be.
    pub(super) fn is_whole(&self) -> bool {
        self.end == Some(End::Whole)
    }
}
