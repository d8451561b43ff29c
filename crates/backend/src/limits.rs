//! How many calls a minute each verified caller has.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::ApiError;
use crate::random::TokenHash;

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    Config,
    Lifecycle,
}

pub(crate) struct Limits {
    enabled: bool,
    exchange: DefaultKeyedRateLimiter<String>,
    config: DefaultKeyedRateLimiter<TokenHash>,
    lifecycle: DefaultKeyedRateLimiter<TokenHash>,
}

impl Limits {
    pub(crate) fn new(enabled: bool) -> Self {
        const fn a_minute(calls: u32) -> NonZeroU32 {
            NonZeroU32::MIN.saturating_add(calls - 1)
        }
        Self {
            enabled,
            exchange: RateLimiter::keyed(Quota::per_minute(a_minute(10))),
            config: RateLimiter::keyed(Quota::per_minute(a_minute(30))),
            lifecycle: RateLimiter::keyed(Quota::per_minute(a_minute(60))),
        }
    }

    /// Counts an exchange by an account.
    pub(crate) fn check_exchange(&self, account: &str) -> Result<(), ApiError> {
        self.check(&self.exchange, &account.to_owned())
    }

    /// Counts a call with an upload token.
    pub(crate) fn check_call(&self, limited: Limited, token: &TokenHash) -> Result<(), ApiError> {
        match limited {
            Limited::Config => self.check(&self.config, token),
            Limited::Lifecycle => self.check(&self.lifecycle, token),
        }
    }

    /// Forgets the callers that have all their calls again.
    pub(crate) fn forget_idle(&self) {
        self.exchange.retain_recent();
        self.config.retain_recent();
        self.lifecycle.retain_recent();
    }

    fn check<K>(&self, limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), ApiError>
    where
        K: std::hash::Hash + Eq + Clone,
    {
        if !self.enabled {
            return Ok(());
        }
        limiter.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            ApiError::TooManyRequests { retry_after: whole_seconds(wait) }
        })
    }
}

/// Rounded up, so that who waits this long isn't refused again.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + 1
}
