//! Whether and how hard to deflate: by what the wire takes against what the pool gives.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How the archive's entries are written (`compression`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compression {
    /// Deflated where that gets them across sooner.
    #[default]
    Auto,
    /// As they are.
    Store,
    /// Deflated wherever that makes them smaller.
    Deflate,
}

/// Of each level of `miniz_oxide`, against level 1: how long it takes, and how many bytes come out. In between what the
/// phantom and CT-like noise take (`docs/performance.md`). Level 3 takes up to three times as long as 2 for one byte less in a
/// hundred, and higher ones only take longer.
const LEVELS: [(u8, f64, f64); 2] = [(1, 1.0, 1.0), (2, 1.9, 0.86)];
/// What has been going on is changed only for something that is better by this share: figures waver.
const BETTER: f64 = 0.9;
/// What it makes of images, until some have been packed.
const USUAL_RATIO: f64 = 0.5;
/// What a pool packs, in bytes a millisecond, until some have been packed: less than any has been seen to on an idle machine.
const USUAL_POOL: f64 = 100_000.0;
/// A rate counts what was before half as much after this time.
const HALVING: f64 = 2000.0;
/// Nothing is known of a rate before this time, in milliseconds. What goes with the creation of an upload is to tell a fast
/// link already; a slow one takes longer for it in any case.
const SETTLED: f64 = 5.0;

/// What is sent to see what the wire takes: that costs less than packing for nothing on a fast link.
const FIRST: u64 = 1024 * 1024;
/// Where that went fast, so much more is sent to see how fast it is.
const SECOND: u64 = 4 * FIRST;
/// More than 100 Mbit/s, in bytes a millisecond.
const FAST: f64 = 14_000.0;
/// On a fast link what is packed has to come across within this share of the time that it would take as it lies: packing and
/// sending share the processors, so that the wire looks slower than it is for as long as something is packed.
const WORTH: f64 = 0.6;

/// Bytes a millisecond, the later ones counting for more.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rate {
    bytes: f64,
    millis: f64,
    /// All bytes so far.
    seen: f64,
}

impl Rate {
    pub(super) fn add(&mut self, bytes: f64, took: Duration) {
        self.seen += bytes;
        self.bytes += bytes;
        self.millis += took.as_millis() as f64;
        while self.millis > 2.0 * HALVING {
            self.bytes /= 2.0;
            self.millis /= 2.0;
        }
    }

    fn get(self) -> Option<f64> {
        (self.millis >= SETTLED && self.bytes > 0.0).then(|| self.bytes / self.millis)
    }
}

/// What is known of wire and pool.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rates {
    /// Bytes that the wire takes.
    pub(super) wire: Rate,
    /// Bytes of items that the pool would pack at level 1.
    pool: Rate,
    /// Bytes packed, and what they would become at level 1.
    packed: (f64, f64),
    /// The pool has brought something: how long that took tells how long it takes to start, too.
    is_started: bool,
}

impl Rates {
    /// What is to be sent as it lies to learn what the wire takes; nothing if that is known.
    pub(super) fn trial(&self) -> Option<u64> {
        match self.wire.get() {
            None => Some(FIRST),
            // What a connection costs to begin with, and a page that is only just warming up, make a fast one look slower.
            Some(rate) if rate > FAST && self.wire.seen < SECOND as f64 => Some(SECOND),
            Some(_) => None,
        }
    }

    /// `took` longer than when the last was done, the pool has packed `size` bytes at `level` to `len`.
    pub(super) fn packed(&mut self, level: u8, size: u64, len: u64, took: Duration) {
        let (_, work, ratio) = of_level(level);
        if std::mem::replace(&mut self.is_started, true) {
            self.pool.add(size as f64 * work, took);
        }
        self.packed.0 += size as f64;
        self.packed.1 += len as f64 / ratio;
    }

    /// The level to pack the next item at, `None` to store it; `current` is what was chosen last.
    ///
    /// Packing and sending go on at once, so what takes longer counts; sending what is packed at a level takes as much
    /// less time as it is shorter. Until the wire is known, level 1 costs next to nothing on a fast link and saves half on a
    /// slow one.
    pub(super) fn choose(&self, compression: Compression, current: Option<u8>) -> Option<u8> {
        if compression == Compression::Store {
            return None;
        }
        let Some(wire) = self.wire.get() else { return Some(1) };
        let pool = self.pool.get().unwrap_or(USUAL_POOL);
        let (size, len) = self.packed;
        let ratio = if size > 0.0 { len / size } else { USUAL_RATIO };
        let time = |choice: Option<u8>| match choice {
            None if compression == Compression::Deflate => f64::INFINITY,
            None if wire > FAST => WORTH / wire,
            None => 1.0 / wire,
            Some(level) => {
                let (_, work, shorter) = of_level(level);
                f64::max(work / pool, ratio * shorter / wire)
            }
        };
        let mut best = current;
        for choice in [None, Some(1), Some(2)] {
            let margin = if best == current { BETTER } else { 1.0 };
            if time(choice) < time(best) * margin {
                best = choice;
            }
        }
        best
    }
}

fn of_level(level: u8) -> (u8, f64, f64) {
    LEVELS.into_iter().find(|(known, ..)| *known == level).unwrap_or((level, 1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is chosen, MB/s of wire and pool given, where level 1 halves.
    fn chosen(compression: Compression, current: Option<u8>, wire: u64, pool: u64) -> Option<u8> {
        let mut rates = Rates::default();
        rates.wire.add(wire as f64 * 1e6, Duration::from_secs(1));
        rates.packed(1, 1, 1, Duration::from_secs(9));
        rates.packed(1, pool * 1_000_000, pool * 500_000, Duration::from_secs(1));
        rates.choose(compression, current)
    }

    #[test]
    fn wire_against_pool() {
        let rows = [
            // Loopback, one worker: packing would hold it up.
            (170, 100, None),
            (300, 200, None),
            (150, 130, None),
            // It packs as fast as the wire seems to be while it does, or a little faster.
            (150, 155, None),
            (36, 33, None),
            (36, 50, None),
            // A gigabit, two workers and four.
            (110, 200, Some(1)),
            (110, 600, Some(2)),
            // 100 Mbit/s, one worker that is fast and one that is slow.
            (12, 180, Some(2)),
            (12, 60, Some(2)),
            (12, 20, Some(1)),
            // A worker that is slower than the wire.
            (12, 8, None),
            // 10 Mbit/s.
            (1, 40, Some(2)),
        ];
        for (wire, pool, expected) in rows {
            assert_eq!(chosen(Compression::Auto, Some(1), wire, pool), expected, "{wire} against {pool}");
        }
    }

    #[test]
    fn never_slower_than_storing() {
        for wire in [1, 5, 12, 50, 100, 200, 500] {
            for pool in [5, 20, 50, 100, 200, 400, 800] {
                for current in [None, Some(1), Some(2)] {
                    let (stored, pool_time) = (1.0 / wire as f64, 1.0 / pool as f64);
                    let time = match chosen(Compression::Auto, current, wire, pool) {
                        None => stored,
                        Some(level) => {
                            let (_, work, ratio) = of_level(level);
                            f64::max(pool_time * work, 0.5 * ratio * stored)
                        }
                    };
                    assert!(time <= stored / BETTER, "{wire} against {pool} from {current:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_asked_for_is_done() {
        for (wire, pool) in [(1, 800), (100, 100), (500, 5)] {
            assert_eq!(chosen(Compression::Store, Some(1), wire, pool), None);
            assert!(chosen(Compression::Deflate, Some(1), wire, pool).is_some());
        }
        assert_eq!(Rates::default().choose(Compression::Auto, None), Some(1), "nothing is known yet");
    }

    #[test]
    fn figures_that_waver_change_nothing() {
        assert_eq!(chosen(Compression::Auto, None, 100, 170), None);
        assert_eq!(chosen(Compression::Auto, Some(1), 100, 170), Some(1));
        assert_eq!(chosen(Compression::Auto, Some(1), 105, 165), Some(1));
    }

    #[test]
    fn a_link_that_only_seemed_fast_is_packed_for_once_more_was_tried() {
        let mut rates = Rates::default();
        assert_eq!(rates.trial(), Some(FIRST));
        rates.wire.add(FIRST as f64, Duration::from_millis(60));
        assert_eq!(rates.trial(), Some(SECOND));
        rates.wire.add(SECOND as f64, Duration::from_millis(240));
        assert_eq!(rates.trial(), None);
        assert!(rates.choose(Compression::Auto, None).is_some());
    }

    #[test]
    fn a_link_that_becomes_slow_is_noticed() {
        let mut rates = Rates::default();
        rates.wire.add(500e6, Duration::from_secs(1));
        rates.packed(1, 1, 1, Duration::from_secs(9));
        rates.packed(1, 100_000_000, 50_000_000, Duration::from_secs(1));
        assert_eq!(rates.choose(Compression::Auto, Some(1)), None);
        rates.wire.add(20e6, Duration::from_secs(20));
        assert!(rates.choose(Compression::Auto, None).is_some());
    }
}
