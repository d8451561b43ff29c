//! AuraImage's upload tokens.

use auraloader_signing::Secret;
use auraloader_signing::auraimage::{self, Upload, parse_size};
use js_sys::TypeError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::thrown;

/// A token for uploads of at most `max_size` (bytes, or `5mb`) until `expires` (Unix milliseconds).
///
/// # Errors
/// For what no token can be made for.
#[wasm_bindgen]
pub fn sign_upload(
    secret: String,
    slug: &str,
    max_size: &str,
    allowed_types: Vec<String>,
    expires: i64,
) -> Result<String, TypeError> {
    let max_size = parse_size(max_size).map_err(thrown)?;
    let allowed_types: Vec<&str> = allowed_types.iter().map(String::as_str).collect();
    let upload = Upload { slug, max_size, allowed_types: &allowed_types, expires };
    auraimage::sign_upload(&Secret::new(secret), &upload).map_err(thrown)
}
