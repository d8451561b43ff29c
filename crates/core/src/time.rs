//! The clock is passed in; the core never reads one.

use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970, UTC, on a wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unix(pub u64);

/// Milliseconds on the shell's monotonic clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub u64);

impl Millis {
    /// Time from `earlier` to here; zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Millis {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_millis() as u64))
    }
}

/// A date as HTTP has it (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. The two forms that are no longer sent count as
/// none.
pub(crate) fn http_date(text: &str) -> Option<Unix> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let (_, date) = text.trim().strip_suffix(" GMT")?.split_once(", ")?;
    let mut fields = date.split([' ', ':']);
    let day: u64 = fields.next()?.parse().ok()?;
    let month = fields.next()?.as_bytes();
    let month = MONTHS.chunks(3).position(|name| name == month)? as u64;
    let mut number = || fields.next()?.parse::<u64>().ok().filter(|number| *number < 10_000);
    let (year, hours, minutes, seconds) = (number()?, number()?, number()?, number()?);
    // Years begin in March here, so that the odd day is a year's last.
    let (year, month) = if month < 2 { (year.checked_sub(1)?, month + 10) } else { (year, month - 2) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let days = (year * 365 + leap_days + (month * 153 + 2) / 5 + day).checked_sub(719_469)?;
    Some(Unix((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Tue, 29 Feb 2000 23:59:59 GMT", Some(951_868_799)),
            ("Mon, 01 Mar 2100 00:00:00 GMT", Some(4_107_542_400)),
            ("Sun, 22 Nov 2026 11:30:00 GMT", Some(1_795_347_000)),
            ("Sun, 22 anF 2026 11:30:00 GMT", None),
            ("120", None),
            ("", None),
            ("Mon, 99999999999999999999 Jan 1 1:1:1 GMT", None),
        ] {
            assert_eq!(http_date(text), seconds.map(|seconds: u64| Unix(seconds * 1000)), "{text}");
        }
    }
}
