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

/// How long level 2 of `miniz_oxide` takes against level 1, and how many bytes come out until some have: in between what the
/// phantom and CT-like noise take (`docs/performance.md`), of which it makes a quarter less and nothing less. Level 3 takes up
/// to three times as long as 2 for one byte less in a hundred, and higher ones only take longer.
const LEVEL_2: (f64, f64) = (1.9, 0.86);
/// Packing is begun or given up only for something that is better by this share: figures waver.
const BETTER: f64 = 0.9;
/// What level 1 makes of images, until some have been packed.
const USUAL_RATIO: f64 = 0.5;
/// What a level makes of them is what it made of about so many bytes of the last.
const RECENT: f64 = 8e6;
/// One of so many items is packed at the other level, as nothing else tells what that makes of them.
const OTHER_EVERY: u32 = 16;
/// What packing takes of the time of a processor counts for this share of the time that somebody waits.
const PRICE: f64 = 0.1;
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
    /// Of each level, bytes packed and what they became.
    packed: ((f64, f64), (f64, f64)),
    /// How many items a level was chosen for.
    chosen: u32,
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
        let (first, second) = &mut self.packed;
        let (work, (all, became)) = if level > 1 { (LEVEL_2.0, second) } else { (1.0, first) };
        if std::mem::replace(&mut self.is_started, true) {
            self.pool.add(size as f64 * work, took);
        }
        *all += size as f64;
        *became += len as f64;
        while *all > 2.0 * RECENT {
            *all /= 2.0;
            *became /= 2.0;
        }
    }

    /// The level that the next item is packed at where this one was chosen.
    pub(super) fn vary(&mut self, level: u8) -> u8 {
        self.chosen = self.chosen.wrapping_add(1);
        if self.chosen % OTHER_EVERY == 2 { 3 - level } else { level }
    }

    /// The level to pack the next item at, `None` to store it; `current` is what was chosen last.
    ///
    /// Packing and sending go on at once, so what takes longer counts, and a little what they take of the machine; sending
    /// what is packed at a level takes as much less time as it is shorter. Until the wire is known, level 1 costs next to
    /// nothing on a fast link and saves half on a slow one.
    pub(super) fn choose(&self, compression: Compression, current: Option<u8>) -> Option<u8> {
        if compression == Compression::Store {
            return None;
        }
        let Some(wire) = self.wire.get() else { return Some(1) };
        let pool = self.pool.get().unwrap_or(USUAL_POOL);
        let made = |(all, became): (f64, f64)| (all > 0.0).then(|| became / all);
        let (first, second) = (made(self.packed.0), made(self.packed.1));
        let first = first.or(second.map(|ratio| ratio / LEVEL_2.1)).unwrap_or(USUAL_RATIO);
        let second = second.unwrap_or(first * LEVEL_2.1);
        let time = |work: f64, ratio: f64| f64::max(work / pool, ratio / wire) + PRICE * work / pool;
        let (first, second) = (time(1.0, first), time(LEVEL_2.0, second));
        let stored = match compression {
            Compression::Deflate => f64::INFINITY,
            _ if wire > FAST => WORTH / wire,
            _ => 1.0 / wire,
        };
        let better = if current.is_some() { 1.0 / BETTER } else { BETTER };
        (first.min(second) < stored * better).then_some(if second < first { 2 } else { 1 })
    }
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
                            let (work, ratio) = [(1.0, 1.0), LEVEL_2][usize::from(level) - 1];
                            f64::max(pool_time * work, 0.5 * ratio * stored)
                        }
                    };
                    assert!(time <= stored / BETTER, "{wire} against {pool} from {current:?}");
                }
            }
        }
    }

    /// The level that is mostly taken in the end for images of which each makes this much, and how often.
    fn settled(wire: f64, pool: f64, made: [f64; 2]) -> (u8, usize) {
        let mut rates = Rates::default();
        rates.wire.add(wire * 10e6, Duration::from_secs(10));
        let (mut level, mut taken) = (None, Vec::new());
        for _ in 0..200 {
            level = rates.choose(Compression::Auto, level);
            let next = rates.vary(level.expect("a slow wire"));
            taken.push(next);
            let work = [1.0, LEVEL_2.0][usize::from(next) - 1];
            let took = Duration::from_micros((500_000.0 * work / pool) as u64);
            rates.packed(next, 500_000, (500_000.0 * made[usize::from(next) - 1]) as u64, took);
        }
        let end = level.expect("packed");
        (end, taken.iter().filter(|level| **level == end).count())
    }

    #[test]
    fn a_level_that_makes_nothing_shorter_is_left() {
        for wire in [1.0, 12.5] {
            let (level, times) = settled(wire, 80.0, [0.52, 0.52]);
            assert!(level == 1 && (180..195).contains(&times), "noise: {level}, {times} of 200");
            let (level, times) = settled(wire, 80.0, [0.5, 0.38]);
            assert!(level == 2 && (180..195).contains(&times), "phantom: {level}, {times} of 200");
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
        assert_eq!(chosen(Compression::Auto, Some(1), 101, 168), Some(1));
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
