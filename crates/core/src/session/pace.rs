//! How fast it goes, and how long it will still take.

use crate::time::Millis;

/// What a sample still weighs after [`SAMPLE_MS`]: half of it after 5 s, which are 20 of them.
const DECAY: f64 = 0.965_936;
/// Nothing is said of the time left before this; a first guess would only jump.
const SETTLED_MS: u64 = 3000;
const SAMPLE_MS: u64 = 250;
/// The time left goes up only by steps of at least this share.
const RISE: f64 = 1.2;

/// A moving average of the bytes a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    started: Option<Millis>,
    last: Millis,
    bytes: u64,
    rate: Option<f64>,
    shown: Option<f64>,
}

impl Pace {
    /// `bytes` are over at `now`.
    pub(super) fn sample(&mut self, now: Millis, bytes: u64) {
        if self.started.is_none() {
            (self.started, self.last, self.bytes) = (Some(now), now, bytes);
        }
        let elapsed = now.since(self.last).as_millis() as u64;
        if elapsed < SAMPLE_MS {
            return;
        }
        let current = bytes.saturating_sub(self.bytes) as f64 * 1000.0 / elapsed as f64;
        // After a minute nothing is left; `powi` would cost the tables of `pow`.
        let weight: f64 = (0..(elapsed / SAMPLE_MS).min(240)).map(|_| DECAY).product();
        self.rate = Some(self.rate.map_or(current, |rate| rate * weight + current * (1.0 - weight)));
        (self.last, self.bytes) = (now, bytes);
    }

    /// Bytes a second; 0 until known.
    pub(super) fn rate(&self) -> f64 {
        self.rate.unwrap_or_default()
    }

    /// Seconds left for the rest of `total` bytes.
    pub(super) fn seconds_left(&mut self, now: Millis, total: u64) -> Option<f64> {
        let settled = self.started.is_some_and(|started| now.since(started).as_millis() as u64 >= SETTLED_MS);
        let rate = self.rate.filter(|rate| settled && *rate > 0.0)?;
        let left = total.saturating_sub(self.bytes) as f64 / rate;
        let shown = match self.shown {
            Some(shown) if left > shown && left < shown * RISE => shown,
            _ => left,
        };
        self.shown = Some(shown);
        Some(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settles_and_does_not_jitter_upwards() {
        let mut pace = Pace::default();
        let mut bytes = 0;
        let mut shown: Vec<f64> = Vec::new();
        for i in 0..40 {
            pace.sample(Millis(i * 500), bytes);
            bytes += if i % 2 == 0 { 400_000 } else { 600_000 };
            shown.extend(pace.seconds_left(Millis(i * 500), 100_000_000));
        }
        assert_eq!(shown.len(), 34, "silent for the first 3 s");
        assert!((pace.rate() - 1_000_000.0).abs() < 60_000.0, "{}", pace.rate());
        for pair in shown.windows(2) {
            assert!(pair[1] <= pair[0] || pair[1] >= pair[0] * RISE, "{pair:?}");
        }
    }
}
