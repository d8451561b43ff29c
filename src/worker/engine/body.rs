//! Bodies and their checksums, made while the body before is on its way.

use auraloader_core::archive::Part;
use auraloader_core::http::{Body, Digest, Failure, Request};
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::Blob;

use super::Engine;
use crate::platform::digest;

/// A body that has not been asked for yet.
pub(super) struct Foreseen {
    digest: Option<Digest>,
    parts: Vec<Part>,
    /// `[body, checksum]`, or `undefined` if it can't be read.
    made: Promise,
}

impl Engine {
    pub(super) fn foresee(&self, archive: usize, digest: Option<Digest>, parts: Vec<Part>) {
        if let Some(me) = self.me.upgrade() {
            let wanted = parts.clone();
            let made = future_to_promise(async move {
                // Not rejected: it may be that nobody asks for it.
                Ok(match me.make(digest, &wanted).await {
                    Ok((body, checksum)) => Array::of2(&body, &checksum.into()).into(),
                    Err(_) => JsValue::UNDEFINED,
                })
            });
            self.foreseen.borrow_mut().insert(archive, Foreseen { digest, parts, made });
        }
    }

    /// What the request carries, if it is what was foreseen. To be asked before more is.
    pub(super) fn foreseen(&self, request: &Request) -> Option<Promise> {
        let Body::Parts(parts) = &request.body else { return None };
        // A checksum may not be wanted any more.
        let is_it = |known: &Foreseen| {
            known.parts == *parts && (request.checksum.is_none() || known.digest == request.checksum)
        };
        let mut foreseen = self.foreseen.borrow_mut();
        let archive = foreseen.iter().find(|(_, known)| is_it(known)).map(|(archive, _)| *archive)?;
        foreseen.remove(&archive).map(|foreseen| foreseen.made)
    }

    /// A request's body and the value of its `Upload-Checksum`, if there is to be one and can be.
    pub(super) async fn body(
        &self,
        digest: Option<Digest>,
        parts: &[Part],
        foreseen: Option<Promise>,
    ) -> Result<(Blob, Option<String>), Failure> {
        let made = match foreseen {
            Some(made) => JsFuture::from(made).await.and_then(JsCast::dyn_into::<Array>).ok(),
            None => None,
        };
        // What could not be read then may be there again.
        match made {
            Some(made) => {
                Ok((made.get(0).unchecked_into(), made.get(1).as_string().filter(|_| digest.is_some())))
            }
            None => self.make(digest, parts).await,
        }
    }

    async fn make(&self, digest: Option<Digest>, parts: &[Part]) -> Result<(Blob, Option<String>), Failure> {
        let body = self.compose(parts).await?;
        let checksum = match digest.filter(|_| digest::is_available()) {
            Some(digest) => {
                Some(digest::checksum(digest, &body).await.map_err(|_| Failure::Unreadable(None))?)
            }
            None => None,
        };
        Ok((body, checksum))
    }
}
