//! Waiting, but not for ever.

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// What the promise comes to, if it does within so many milliseconds.
pub async fn within(ms: u32, promise: Promise) -> Option<JsValue> {
    match select(JsFuture::from(promise), TimeoutFuture::new(ms)).await {
        Either::Left((result, _)) => result.ok(),
        Either::Right(_) => None,
    }
}
