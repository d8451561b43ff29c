//! Waiting, but not for ever.

use std::pin::pin;

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;

/// What the future comes to, if it does within so many milliseconds.
pub async fn within<T>(ms: u32, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), TimeoutFuture::new(ms)).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}
