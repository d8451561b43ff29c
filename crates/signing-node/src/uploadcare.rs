//! Uploadcare's secure uploads.

use auraloader_signing::Secret;
use auraloader_signing::uploadcare::{self, Expiry};
use js_sys::TypeError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::thrown;

/// The signature and the expiry as it was signed; `expire` is in Unix milliseconds.
///
/// # Errors
/// For a time before 1970.
#[wasm_bindgen]
pub fn generate_secure_signature(secret: String, expire: i64) -> Result<Vec<String>, TypeError> {
    let signed = uploadcare::generate_secure_signature(&Secret::new(secret), Expiry::Milliseconds(expire))
        .map_err(thrown)?;
    Ok(vec![signed.secure_signature, signed.secure_expire])
}
