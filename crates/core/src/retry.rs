//! Waiting between tries of one request.

use std::time::Duration;

use crate::http::{Answer, Failure, Response};

/// After this long without a byte either way a request is given up and tried again.
pub const STALL: Duration = Duration::from_secs(30);
/// The longest `Retry-After` that is honoured; what is longer would look like a hang.
const MAX_RETRY_AFTER: u64 = 300;

/// The waits still to come. Starts anew whenever there is progress.
#[derive(Clone, Debug)]
pub struct Backoff {
    delays: Vec<Duration>,
    used: usize,
}

impl Backoff {
    /// With these waits between tries; none means that nothing is tried again.
    pub fn new(delays: &[u64]) -> Self {
        Self { delays: delays.iter().copied().map(Duration::from_millis).collect(), used: 0 }
    }

    /// Something got through.
    pub fn reset(&mut self) {
        self.used = 0;
    }

    /// The next wait, up to a fifth longer by `jitter` (any number) so that many clients don't come back at once;
    /// `None` when all tries are used up. What the server asks for by `Retry-After` is the least.
    pub fn next(&mut self, jitter: u8, answer: &Answer) -> Option<Duration> {
        let delay = self.delays.get(self.used)?;
        self.used += 1;
        let jittered = *delay + *delay * u32::from(jitter) / (5 * 256);
        Some(jittered.max(answer.as_ref().map_or(Duration::ZERO, retry_after)))
    }
}

/// Whether the same request may go through later (tus-js-client's rule, and 429).
pub(crate) fn is_transient(answer: &Answer) -> bool {
    match answer {
        Ok(response) => {
            response.status >= 500 || matches!(response.status, 408 | 409 | 423 | 425 | 429 | 460)
        }
        Err(failure) => *failure != Failure::Unreadable,
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3); the date form counts as none.
fn retry_after(response: &Response) -> Duration {
    let seconds = response.header("Retry-After").and_then(|value| value.parse().ok()).unwrap_or(0);
    Duration::from_secs(MAX_RETRY_AFTER.min(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_and_start_anew() {
        let mut backoff = Backoff::new(&[0, 1000]);
        let lost = Err(Failure::Network);
        assert_eq!(backoff.next(0, &lost), Some(Duration::ZERO));
        let second = backoff.next(255, &lost).expect("a second try");
        assert!(second > Duration::from_millis(1000) && second < Duration::from_millis(1200), "{second:?}");
        assert_eq!(backoff.next(0, &lost), None);
        backoff.reset();
        assert_eq!(backoff.next(0, &lost), Some(Duration::ZERO));
    }

    #[test]
    fn the_server_may_ask_for_more() {
        let headers = vec![("retry-after".to_owned(), "7".to_owned())];
        let busy = Ok(Response { status: 429, headers, body: String::new() });
        assert_eq!(Backoff::new(&[1000]).next(0, &busy), Some(Duration::from_secs(7)));
    }
}
