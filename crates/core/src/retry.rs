//! Waiting between tries of one request.

use std::time::Duration;

use crate::http::{Answer, Failure, Response};
use crate::time::{Millis, Unix, http_date};

/// After this long without a byte either way a request is given up and tried again.
pub const STALL: Duration = Duration::from_secs(30);
/// The longest `Retry-After` that is honoured; what is longer would look like a hang.
const MAX_RETRY_AFTER: u64 = 300;
/// A server that is away for five minutes, or a network that is while the browser says it is online, ends no upload.
const OUTAGE: Duration = Duration::from_secs(360);
/// Between tries of an outage there is at least this.
const OUTAGE_WAIT: Duration = Duration::from_secs(1);

/// The waits still to come. Starts anew whenever there is progress.
#[derive(Clone, Debug)]
pub struct Backoff {
    delays: Vec<Duration>,
    used: usize,
    outlasts: bool,
    /// The first failure since something got through.
    since: Option<Millis>,
}

impl Backoff {
    /// With these waits between tries; none means that nothing is tried again.
    pub fn new(delays: &[u64]) -> Self {
        let delays = delays.iter().copied().map(Duration::from_millis).collect();
        Self { delays, used: 0, outlasts: false, since: None }
    }

    /// From now on an outage of the server or the network is outlasted: its last wait is repeated for five minutes. Not
    /// for what has never been reached, as that can be a wrong address.
    pub fn outlast(&mut self) {
        self.outlasts = true;
    }

    /// Something got through; or the time since the last failure was slept through.
    pub fn reset(&mut self) {
        (self.used, self.since) = (0, None);
    }

    /// The next wait, up to a fifth longer by `jitter` (any number) so that many clients don't come back at once;
    /// `None` when all tries are used up. What the server asks for by `Retry-After` is the least.
    pub fn next(&mut self, now: Millis, jitter: u8, answer: &Answer) -> Option<Duration> {
        let since = *self.since.get_or_insert(now);
        let goes_on = self.outlasts && is_outage(answer) && now.since(since) < OUTAGE;
        let last = self.delays.last().filter(|_| goes_on).map(|last| OUTAGE_WAIT.max(*last));
        let delay = self.delays.get(self.used).copied().or(last)?;
        self.used += 1;
        let jittered = delay + delay * u32::from(jitter) / (5 * 256);
        Some(jittered.max(answer.as_ref().map_or(Duration::ZERO, retry_after)))
    }
}

/// Whether nobody is there: no answer, or a proxy's in place of the server's.
fn is_outage(answer: &Answer) -> bool {
    match answer {
        Ok(response) => matches!(response.status, 502..=504),
        Err(failure) => matches!(failure, Failure::Network | Failure::Stalled),
    }
}

/// Whether the same request may go through later (tus-js-client's rule, and 429).
pub(crate) fn is_transient(answer: &Answer) -> bool {
    match answer {
        Ok(response) => {
            response.status >= 500 || matches!(response.status, 408 | 409 | 423 | 425 | 429 | 460)
        }
        Err(failure) => !matches!(failure, Failure::Unreadable(_)),
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3).
fn retry_after(response: &Response) -> Duration {
    let seconds = response.header("Retry-After").and_then(|value| value.parse().ok()).unwrap_or(0);
    Duration::from_secs(MAX_RETRY_AFTER.min(seconds))
}

/// Makes seconds of a `Retry-After` that is a date; `now` by the server's clock.
pub(crate) fn settle_retry_after(now: Unix, response: &mut Response) {
    for (name, value) in &mut response.headers {
        if name.eq_ignore_ascii_case("Retry-After")
            && let Some(date) = http_date(value)
        {
            *value = date.0.saturating_sub(now.0).div_ceil(1000).to_string();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(0);

    #[test]
    fn waits_grow_and_end_and_start_anew() {
        let mut backoff = Backoff::new(&[0, 1000]);
        let lost = Err(Failure::Network);
        assert_eq!(backoff.next(NOW, 0, &lost), Some(Duration::ZERO));
        let second = backoff.next(NOW, 255, &lost).expect("a second try");
        assert!(second > Duration::from_millis(1000) && second < Duration::from_millis(1200), "{second:?}");
        assert_eq!(backoff.next(NOW, 0, &lost), None);
        backoff.reset();
        assert_eq!(backoff.next(NOW, 0, &lost), Some(Duration::ZERO));
    }

    #[test]
    fn an_outage_of_five_minutes_is_outlasted_and_no_more() {
        let status = |status| Ok(Response { status, ..Response::default() });
        for (answer, delays, goes_on) in [
            (Err(Failure::Network), &[0, 3000][..], true),
            (Err(Failure::Stalled), &[0], true),
            (status(503), &[1000], true),
            (status(500), &[1000], false),
            (status(429), &[1000], false),
            (Err(Failure::Network), &[], false),
        ] {
            let mut backoff = Backoff::new(delays);
            backoff.outlast();
            let (mut now, mut tries) = (NOW, 0);
            while let Some(wait) = backoff.next(now, 0, &answer) {
                (now, tries) = (now + wait, tries + 1);
            }
            assert_eq!(now >= Millis(300_000), goes_on, "{answer:?}");
            assert!(now < Millis(400_000) && tries < 400, "{answer:?}");
        }
    }

    #[test]
    fn a_date_says_how_long_to_wait_by_the_server_s_clock() {
        let headers = vec![("retry-after".to_owned(), "Sun, 06 Nov 1994 08:49:37 GMT".to_owned())];
        let mut busy = Response { status: 503, headers, body: String::new() };
        settle_retry_after(Unix(784_111_770_500), &mut busy);
        assert_eq!(retry_after(&busy), Duration::from_secs(7));
        settle_retry_after(Unix(0), &mut busy);
        assert_eq!(retry_after(&busy), Duration::from_secs(7));
    }

    #[test]
    fn the_server_may_ask_for_more() {
        let headers = vec![("retry-after".to_owned(), "7".to_owned())];
        let busy = Ok(Response { status: 429, headers, body: String::new() });
        assert_eq!(Backoff::new(&[1000]).next(NOW, 0, &busy), Some(Duration::from_secs(7)));
    }
}
