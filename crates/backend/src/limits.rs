//! How many calls a minute each verified caller has.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::error::ApiError;
use crate::random::TokenHash;

const EXCHANGES: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const CONFIGS: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
const LIFECYCLE_CALLS: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);

/// Time since the Unix epoch, to the second.
impl clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.now()).unwrap_or_default())
    }
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    Config,
    Lifecycle,
}

pub(crate) struct Limits {
    enabled: bool,
    exchange: PerMinute<String>,
    config: PerMinute<TokenHash>,
    lifecycle: PerMinute<TokenHash>,
}

impl Limits {
    pub(crate) fn new(enabled: bool, clock: &Clock) -> Self {
        Self {
            enabled,
            exchange: PerMinute::new(EXCHANGES, clock),
            config: PerMinute::new(CONFIGS, clock),
            lifecycle: PerMinute::new(LIFECYCLE_CALLS, clock),
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
        self.exchange.forget_idle();
        self.config.forget_idle();
        self.lifecycle.forget_idle();
    }

    fn check<K: Hash + Eq + Clone>(&self, limit: &PerMinute<K>, key: &K) -> Result<(), ApiError> {
        if !self.enabled {
            return Ok(());
        }
        limit.check(key).map_err(|retry_after| ApiError::TooManyRequests { retry_after })
    }
}

/// How many calls a minute each caller has, callers told apart by `K`.
pub(crate) struct PerMinute<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, Clock, NoOpMiddleware<Duration>>,
    clock: Clock,
}

impl<K: Hash + Eq + Clone> PerMinute<K> {
    pub(crate) fn new(calls: NonZeroU32, clock: &Clock) -> Self {
        let store = DefaultKeyedStateStore::default();
        let limiter = RateLimiter::new(Quota::per_minute(calls), store, clock.clone());
        Self { limiter, clock: clock.clone() }
    }

    /// Counts a call.
    ///
    /// # Errors
    /// The seconds until there is another one.
    pub(crate) fn check(&self, key: &K) -> Result<(), u64> {
        self.limiter.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(clock::Clock::now(&self.clock));
            // Rounded up: who waits this long isn't refused again.
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }

    /// Forgets the callers that have all their calls again.
    pub(crate) fn forget_idle(&self) {
        self.limiter.retain_recent();
    }
}
