//! Letting the page have its turn.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Comes back once the page has done what else was waiting. A message, not a timeout: those are held up for 4 ms when
/// they follow each other, and for a second in a page that nobody sees.
pub async fn next_turn() {
    let Ok(channel) = MessageChannel::new() else { return };
    let (here, there) = (channel.port1(), channel.port2());
    let message = Promise::new(&mut |resolve, _| here.set_onmessage(Some(&resolve)));
    if there.post_message(&JsValue::NULL).is_ok() {
        // A promise that is only ever resolved.
        drop(JsFuture::from(message).await);
    }
    here.close();
}
