//! How many calls a minute each verified caller has.

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

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, Clock, NoOpMiddleware<Duration>>;

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
    clock: Clock,
    exchange: Limiter<String>,
    config: Limiter<TokenHash>,
    lifecycle: Limiter<TokenHash>,
}

impl Limits {
    pub(crate) fn new(enabled: bool, clock: &Clock) -> Self {
        Self {
            enabled,
            clock: clock.clone(),
            exchange: limiter(EXCHANGES, clock),
            config: limiter(CONFIGS, clock),
            lifecycle: limiter(LIFECYCLE_CALLS, clock),
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

    fn check<K: std::hash::Hash + Eq + Clone>(&self, limiter: &Limiter<K>, key: &K) -> Result<(), ApiError> {
        if !self.enabled {
            return Ok(());
        }
        limiter.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(clock::Clock::now(&self.clock));
            // Rounded up: who waits this long isn't refused again.
            ApiError::TooManyRequests { retry_after: wait.as_secs() + u64::from(wait.subsec_nanos() > 0) }
        })
    }
}

fn limiter<K: std::hash::Hash + Eq + Clone>(a_minute: NonZeroU32, clock: &Clock) -> Limiter<K> {
    RateLimiter::new(Quota::per_minute(a_minute), DefaultKeyedStateStore::default(), clock.clone())
}
