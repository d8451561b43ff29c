//! A value that authorises requests: until when it is good, and who makes a new one.
//!
//! One machine for the upload token and the upload signature; the rules are those of the specification
//! (`upload-authorization.md`). It asks for a resolution by [`Credential::poll`], one at a time however many need it,
//! and never blocks: [`Credential::get`] says whether there is a value now.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::http::{Failure, Response};
use crate::retry::Backoff;
use crate::secret::Secret;
use crate::time::{Millis, Unix};

/// A resolver that takes longer counts as one that failed.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// After this long a renewal that failed is tried again, as long as the last value is still good.
const REST: Duration = Duration::from_secs(30);
/// A value with less life left than this could expire on the way, so a new one that is being made is waited for.
const ON_THE_WAY: u64 = 30_000;

/// Which credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// `aubt_` token, for the calls of the API.
    UploadToken,
    /// For the requests to the tus server.
    Signature,
}

/// What is to be uploaded, so that a backend can bind a signature to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// UUID v4 of the upload.
    pub upload_id: String,
    /// Name of the archive.
    pub file_name: String,
    /// Bytes of the archive, if they are known yet.
    pub file_size: Option<u64>,
    /// The studies in it.
    pub study_uids: Vec<String>,
}

/// A value and its expiry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What is sent.
    pub value: Secret,
    /// From when on it is refused; `None` if nobody says.
    pub expires: Option<Unix>,
}

/// Why a resolver gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Unresolved {
    /// It threw, rejected, or did not answer in time; it is asked again.
    #[error("the resolver failed")]
    Failed,
    /// It gave something that is no credential: what is wrong with it, in words, without its value.
    #[error("{0}")]
    Incomplete(String),
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nobody to make a new one.
    #[error("has expired. Please refresh and try again.")]
    Expired,
    /// The resolver failed as often as it may.
    #[error("could not be renewed. Check your connection and try again.")]
    Unavailable,
    /// The resolver gives something else.
    #[error("could not be renewed: {0}.")]
    Incomplete(String),
}

/// How a credential comes by its values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// Given beforehand.
    pub given: Option<Grant>,
    /// Whether there is a resolver; then what was given beforehand is not used.
    pub has_resolver: bool,
    /// How long before its expiry a value is renewed, in milliseconds.
    pub threshold: u64,
}

/// What the owner is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Call the resolver and hand over the result ([`Credential::resolved`]).
    Resolve {
        /// 1 for the first call for a value, 2 when that failed, and so on.
        attempt: u32,
    },
    /// [`Credential::get`] has another answer now.
    Changed,
}

/// Whether there is a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// This one.
    Ready(Grant),
    /// One is being made; [`Action::Changed`] tells when.
    Wait,
    /// None, and why.
    Failed(Error),
}

/// One moment on both clocks: waits are on the shell's, expiries on the server's.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Monotonic.
    pub at: Millis,
    /// The server's time, as far as it is known.
    pub unix: Unix,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    /// The resolver has been called.
    Resolving {
        since: Millis,
    },
    /// Until it is called again.
    Waiting {
        until: Millis,
    },
    /// It failed for good, but the last value is still good.
    Resting {
        until: Millis,
    },
}

/// The machine.
#[derive(Debug)]
pub struct Credential {
    source: Source,
    backoff: Backoff,
    jitter: u8,
    held: Option<Grant>,
    /// When `held` is to be renewed.
    renew: Option<Unix>,
    state: State,
    attempt: u32,
    failed: Option<Error>,
    actions: VecDeque<Action>,
}

impl Credential {
    /// One that has not been asked for yet. `delays` are the waits between calls of a resolver that fails, in
    /// milliseconds; `jitter` is any number.
    pub fn new(source: Source, delays: &[u64], jitter: u8) -> Self {
        let held = source.given.clone().filter(|_| !source.has_resolver);
        Self {
            source,
            backoff: Backoff::new(delays),
            jitter,
            held,
            renew: None,
            state: State::Idle,
            attempt: 0,
            failed: None,
            actions: VecDeque::new(),
        }
    }

    /// The value that is good now. Without one a resolver is called, or it is told why there is none; near its
    /// expiry a value is renewed while it is used.
    pub fn get(&mut self, now: Now) -> Access {
        self.renew_if_due(now);
        match &self.held {
            Some(grant) if is_good(grant, now) && !self.is_worth_waiting(now, grant) => {
                return Access::Ready(grant.clone());
            }
            _ if !self.source.has_resolver => return Access::Failed(Error::Expired),
            _ => {}
        }
        if let Some(error) = &self.failed {
            return Access::Failed(error.clone());
        }
        if matches!(self.state, State::Idle | State::Resting { .. }) {
            self.begin(now);
        }
        Access::Wait
    }

    /// The server refused this value: it is not used again, if there is another way.
    pub fn refused(&mut self, value: &Secret) {
        if self.source.has_resolver && self.held.as_ref().is_some_and(|grant| grant.value == *value) {
            (self.held, self.renew) = (None, None);
        }
    }

    /// Whether there is a resolver, so that a refusal can be followed by another try.
    pub fn is_renewable(&self) -> bool {
        self.source.has_resolver
    }

    /// Lets the resolver be called again after it failed for good.
    pub fn try_again(&mut self) {
        self.failed = None;
    }

    /// What a resolver made is bound to something that is over: the next need calls it anew.
    pub fn forget(&mut self) {
        if self.source.has_resolver {
            (self.held, self.renew, self.failed) = (None, None, None);
            self.state = State::Idle;
        }
    }

    /// What came of [`Action::Resolve`].
    pub fn resolved(&mut self, now: Now, result: Result<Grant, Unresolved>) {
        // Too late: it has been given up.
        if !matches!(self.state, State::Resolving { .. }) {
            return;
        }
        let result =
            result.and_then(|grant| if is_good(&grant, now) { Ok(grant) } else { Err(Unresolved::Failed) });
        match result {
            Ok(grant) => {
                self.renew = grant.expires.map(|expires| renewal(self.source.threshold, now, expires));
                self.held = Some(grant);
                (self.state, self.failed) = (State::Idle, None);
                self.actions.push_back(Action::Changed);
            }
            Err(Unresolved::Failed) => {
                let lost = Err(Failure::Network);
                match self.backoff.next(now.at, self.jitter, &lost) {
                    Some(wait) => self.state = State::Waiting { until: now.at + wait },
                    None => self.give_up(now, Error::Unavailable),
                }
            }
            Err(Unresolved::Incomplete(wrong)) => self.give_up(now, Error::Incomplete(wrong)),
        }
    }

    /// When [`Credential::timeout`] is due; a value in use is renewed ahead of its expiry.
    pub fn poll_timeout(&self, now: Now, in_use: bool) -> Option<Millis> {
        match self.state {
            State::Resolving { since } => Some(since + PATIENCE),
            State::Waiting { until } | State::Resting { until } => Some(until),
            State::Idle if in_use && self.source.has_resolver => {
                self.renew.map(|renew| now.at + Duration::from_millis(renew.0.saturating_sub(now.unix.0)))
            }
            State::Idle => None,
        }
    }

    /// The time may have come.
    pub fn timeout(&mut self, now: Now, in_use: bool) {
        match self.state {
            State::Resolving { since } if now.at >= since + PATIENCE => {
                self.resolved(now, Err(Unresolved::Failed));
            }
            State::Waiting { until } if now.at >= until => self.call(now),
            State::Resting { until } if now.at >= until => self.state = State::Idle,
            _ => {}
        }
        if in_use {
            self.renew_if_due(now);
        }
    }

    /// The next thing to do, if any.
    pub fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    fn is_worth_waiting(&self, now: Now, grant: &Grant) -> bool {
        let (Some(expires), Some(renew)) = (grant.expires, self.renew) else { return false };
        let margin = ON_THE_WAY.min(expires.0.saturating_sub(renew.0) / 2);
        let is_near = now.unix.0.saturating_add(margin) >= expires.0;
        is_near && matches!(self.state, State::Resolving { .. })
    }

    fn renew_if_due(&mut self, now: Now) {
        let is_due = self.renew.is_some_and(|renew| now.unix >= renew);
        if is_due && self.state == State::Idle && self.source.has_resolver {
            self.begin(now);
        }
    }

    fn begin(&mut self, now: Now) {
        self.backoff.reset();
        (self.attempt, self.failed) = (0, None);
        self.call(now);
    }

    fn call(&mut self, now: Now) {
        self.attempt += 1;
        self.state = State::Resolving { since: now.at };
        self.actions.push_back(Action::Resolve { attempt: self.attempt });
    }

    fn give_up(&mut self, now: Now, error: Error) {
        if self.held.as_ref().is_some_and(|grant| is_good(grant, now)) {
            self.state = State::Resting { until: now.at + REST };
        } else {
            (self.held, self.renew) = (None, None);
            (self.state, self.failed) = (State::Idle, Some(error));
            self.actions.push_back(Action::Changed);
        }
    }
}

/// When a value that was got `now` is to be renewed: `threshold` milliseconds before its expiry, in whole seconds, but
/// by at most half of its own life.
pub(crate) fn renewal(threshold: u64, now: Now, expires: Unix) -> Unix {
    let life = expires.0.saturating_sub(now.unix.0);
    Unix(expires.0.saturating_sub((threshold / 1000 * 1000).min(life / 2)))
}

fn is_good(grant: &Grant, now: Now) -> bool {
    grant.expires.is_none_or(|expires| now.unix < expires)
}

/// Whether the server says that the credential is not, or no longer, good.
pub fn is_refusal(response: &Response) -> bool {
    matches!(response.status, 401 | 403)
}
