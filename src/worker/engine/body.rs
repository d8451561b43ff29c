//! Checksums of bodies, made while the body before is on its way.

use std::rc::Rc;

use auraloader_core::archive::Part;
use auraloader_core::http::{Digest, Failure};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::Engine;
use crate::platform::digest;

/// The checksum of a body that has not been asked for yet.
pub(super) struct Foreseen {
    digest: Digest,
    parts: Vec<Part>,
    value: Promise,
}

impl Engine {
    pub(super) fn foresee(&self, digest: Digest, parts: Vec<Part>) {
        if let Some(me) = self.me.upgrade().filter(|_| digest::is_available()) {
            let value = me.make_checksum(digest, parts.clone());
            *self.foreseen.borrow_mut() = Some(Foreseen { digest, parts, value });
        }
    }

    /// The value of `Upload-Checksum`, if there can be one.
    pub(super) async fn checksum(
        self: &Rc<Self>,
        digest: Digest,
        parts: &[Part],
    ) -> Result<Option<String>, Failure> {
        if !digest::is_available() {
            return Ok(None);
        }
        let foreseen = self.foreseen.take().filter(|known| known.digest == digest && known.parts == parts);
        let value = foreseen
            .map_or_else(|| Rc::clone(self).make_checksum(digest, parts.to_vec()), |known| known.value);
        JsFuture::from(value).await.map(|value| value.as_string()).map_err(|_| Failure::Unreadable(None))
    }

    fn make_checksum(self: Rc<Self>, digest: Digest, parts: Vec<Part>) -> Promise {
        future_to_promise(async move {
            match self.compose(&parts).await {
                Ok(body) => {
                    digest::checksum(digest, &body).await.map(JsValue::from).map_err(|_| JsValue::NULL)
                }
                Err(_) => Err(JsValue::NULL),
            }
        })
    }
}
