//! AURA-HMAC-SHA256.

use auraloader_signing::Secret;
use auraloader_signing::aura::{HmacSigner, Request};
use js_sys::TypeError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{pairs, thrown};

/// Signs requests with one app's secret, which stays in the module's memory and is wiped when the signer is freed.
#[wasm_bindgen]
pub struct AuraSigner(HmacSigner);

#[wasm_bindgen]
impl AuraSigner {
    /// A signer for an app.
    ///
    /// # Errors
    /// For an id that the `Authorization` header can't carry.
    #[wasm_bindgen(constructor)]
    pub fn new(app_id: String, app_secret: String) -> Result<Self, TypeError> {
        HmacSigner::new(app_id, Secret::new(app_secret)).map(Self).map_err(thrown)
    }

    /// The headers to set. `params`, `headers` and what is returned are names and values in turn; `timestamp` is in
    /// Unix seconds; an empty body is none.
    ///
    /// # Errors
    /// For a time outside the years 0 to 9999, and for a header that is signed and occurs twice.
    #[expect(
        clippy::too_many_arguments,
        reason = "an object would have to be taken apart property by property"
    )]
    pub fn sign(
        &self,
        method: &str,
        base_url: Option<String>,
        url: &str,
        params: Vec<String>,
        headers: Vec<String>,
        body: &[u8],
        timestamp: i64,
        nonce: &str,
    ) -> Result<Vec<String>, TypeError> {
        let request = Request {
            method,
            base_url: base_url.as_deref(),
            url,
            params: &pairs(&params),
            headers: &pairs(&headers),
            body: Some(body),
        };
        let added = self.0.sign(&request, timestamp, nonce).map_err(thrown)?;
        Ok(added.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect())
    }
}
