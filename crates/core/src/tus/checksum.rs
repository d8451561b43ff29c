//! When a chunk's checksum goes along (tus 1.0, *Checksum*).

use std::time::Duration;

use crate::http::{Digest, Response};

/// A chunk of more than this goes without: making its checksum takes as much memory.
pub(super) const MOST: u64 = 8 * 1024 * 1024;
/// Bytes a second from which on the link does not wait for the disk any more, but for the processor: reading all bytes
/// once more would only make it slower.
const FAST: u64 = 25_000_000;

/// Whether checksums go along.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Checksums {
    /// What the server knows that a browser can make.
    digest: Option<Digest>,
    /// One of them got through.
    accepted: bool,
    is_fast: bool,
}

impl Checksums {
    /// As the server says by OPTIONS.
    pub(super) fn read(response: &Response) -> Self {
        let has = |field: &str, wanted| {
            response.header(field).is_some_and(|list| list.split(',').any(|name| name.trim() == wanted))
        };
        let digest = if has("Tus-Checksum-Algorithm", "sha256") { Digest::Sha256 } else { Digest::Sha1 };
        let digest = has("Tus-Extension", "checksum").then_some(digest);
        Self { digest, ..Self::default() }
    }

    /// What to make of the next chunk, if it has no more bytes than [`MOST`].
    pub(super) fn digest(&self) -> Option<Digest> {
        self.digest.filter(|_| !self.is_fast)
    }

    /// So many bytes got through, and that took so long.
    pub(super) fn taken(&mut self, sent: u64, elapsed: Duration) {
        self.accepted |= self.digest().is_some();
        self.is_fast = sent.saturating_mul(1000) / (elapsed.as_millis() as u64).max(1) >= FAST;
    }

    /// The connection broke; that is also how it looks when the server's CORS does not allow the header.
    pub(super) fn lost(&mut self) {
        if !self.accepted {
            self.digest = None;
        }
    }
}
