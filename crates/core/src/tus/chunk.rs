//! How many bytes go with one request.

use std::time::Duration;

const MIB: u64 = 1024 * 1024;
/// What a chunk begins with where the host page sets no size. Less is no part to an object store.
const START: u64 = 5 * MIB;
/// So much is sent rather than that the link waits for a whole chunk to be made.
const ENOUGH: u64 = MIB;
/// Connections that break make chunks no smaller than this. Proxies often take 1 MiB, and some cut the connection
/// rather than say so.
const LOSSY: u64 = MIB / 2;
/// A server that takes less than this at once takes nothing.
const FLOOR: u64 = MIB / 16;
/// A chunk should not take much longer than this.
const TARGET: Duration = Duration::from_secs(8);
/// After a loss so many chunks get through before they grow again.
const CAUTION: u32 = 8;

/// The size of the next chunk, which follows what the link and the server take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    size: u64,
    grows: bool,
    /// The least that was too much.
    refused: u64,
    /// Chunks that must get through before it grows.
    caution: u32,
}

impl Chunk {
    /// Of this size, or of one that is found out.
    pub(super) fn new(fixed: Option<u64>) -> Self {
        let size = fixed.unwrap_or(START).max(1);
        Self { size, grows: fixed.is_none(), refused: u64::MAX, caution: 0 }
    }

    /// Bytes of the next chunk. One that is found out is not over `most`.
    pub(super) fn size(&self, most: u64) -> u64 {
        if self.grows { self.size.min(most) } else { self.size }
    }

    /// What is sent at the least, if there is more to come.
    pub(super) fn enough(&self, most: u64) -> u64 {
        if self.grows { self.size(most).min(ENOUGH) } else { self.size }
    }

    /// The size after this one, if all goes well.
    pub(super) fn next_size(&self, most: u64) -> u64 {
        let grown = (self.size * 2).min(most);
        let may_grow = self.grows && self.caution == 0 && grown < self.refused;
        if may_grow { grown } else { self.size(most) }
    }

    /// `sent` bytes were taken, and that took so long.
    pub(super) fn taken(&mut self, sent: u64, elapsed: Duration, most: u64) {
        if !self.grows || sent < self.size(most) {
            return;
        }
        if elapsed < TARGET {
            // What is allowed now may be less than what has got through before.
            self.size = self.size.max(self.next_size(most));
            self.caution = self.caution.saturating_sub(1);
        } else if elapsed > TARGET * 2 {
            self.size = (self.size / 2).max(START.min(self.size));
        }
    }

    /// The connection broke, or the server behind a proxy did not answer in time.
    pub(super) fn lost(&mut self) {
        if self.grows {
            self.size = (self.size / 2).max(LOSSY.min(self.size));
            self.caution = CAUTION;
        }
    }

    /// `sent` bytes were too many at once. Says whether there is a smaller size to try.
    pub(super) fn refused(&mut self, sent: u64) -> bool {
        let can_shrink = sent > FLOOR;
        if can_shrink {
            self.size = self.size.min((sent / 2).max(FLOOR));
            self.refused = self.refused.min(sent);
        }
        can_shrink
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGEST: u64 = 64 * MIB;
    const QUICK: Duration = Duration::from_secs(1);

    fn taken(chunk: &mut Chunk, elapsed: Duration) -> u64 {
        chunk.taken(chunk.size(LARGEST), elapsed, LARGEST);
        chunk.size(LARGEST)
    }

    #[test]
    fn grows_while_it_is_quick_and_shrinks_when_it_is_slow() {
        let mut chunk = Chunk::new(None);
        let sizes: Vec<_> = (0..5).map(|_| taken(&mut chunk, QUICK) / MIB).collect();
        assert_eq!(sizes, [10, 20, 40, 64, 64]);
        assert_eq!(taken(&mut chunk, TARGET), 64 * MIB);
        assert_eq!(taken(&mut chunk, TARGET * 3), 32 * MIB);
        for _ in 0..9 {
            taken(&mut chunk, TARGET * 3);
        }
        assert_eq!(chunk.size(LARGEST), START);
        // What was less than a chunk says nothing.
        chunk.taken(START - 1, QUICK, LARGEST);
        assert_eq!(chunk.size(LARGEST), START);
    }

    #[test]
    fn grows_no_further_than_it_may() {
        let mut chunk = Chunk::new(None);
        for _ in 0..3 {
            chunk.taken(chunk.size(8 * MIB), QUICK, 8 * MIB);
            assert_eq!(chunk.size(8 * MIB), 8 * MIB);
        }
        assert_eq!(Chunk::new(Some(9 * MIB)).size(8 * MIB), 9 * MIB);
    }

    #[test]
    fn losses_make_it_small_and_careful() {
        let mut chunk = Chunk::new(None);
        let sizes: Vec<_> = (0..5).map(|_| (chunk.lost(), chunk.size(LARGEST) / 1024).1).collect();
        assert_eq!(sizes, [2560, 1280, 640, 512, 512]);
        for _ in 0..CAUTION {
            assert_eq!(taken(&mut chunk, QUICK), LOSSY);
        }
        assert_eq!(taken(&mut chunk, QUICK), LOSSY * 2);
    }

    #[test]
    fn what_was_refused_is_never_sent_again() {
        for refusal in [FLOOR + 1, 300_000, START, 6 * MIB] {
            let mut chunk = Chunk::new(None);
            let mut least = u64::MAX;
            for _ in 0..40 {
                assert!(chunk.size(LARGEST) < least);
                if chunk.size(LARGEST) >= refusal {
                    least = chunk.size(LARGEST);
                    assert!(chunk.refused(least));
                } else {
                    taken(&mut chunk, QUICK);
                }
            }
            assert!(chunk.size(LARGEST) * 2 >= least.min(refusal), "as large as it may be");
        }
        let mut chunk = Chunk::new(Some(FLOOR));
        assert!(!chunk.refused(FLOOR));
    }

    #[test]
    fn a_fixed_size_stays_but_for_refusals() {
        let mut chunk = Chunk::new(Some(MIB));
        chunk.lost();
        assert_eq!(taken(&mut chunk, QUICK), MIB);
        assert!(chunk.refused(MIB));
        assert_eq!(taken(&mut chunk, QUICK), MIB / 2);
    }
}
