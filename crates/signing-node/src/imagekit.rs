//! ImageKit's upload tokens.

use auraloader_signing::Secret;
use auraloader_signing::imagekit::{self, KeyPair, UploadJwt};
use js_sys::TypeError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{pairs, thrown};

/// A token for one upload. `upload_payload` is names and values in turn, `expire` seconds, `now` Unix seconds.
///
/// # Errors
/// For what no token can be made for.
#[wasm_bindgen]
pub fn sign_upload_jwt(
    upload_payload: Vec<String>,
    expire: i64,
    public_key: String,
    private_key: String,
    now: i64,
) -> Result<String, TypeError> {
    let upload = UploadJwt { upload_payload: &pairs(&upload_payload), expire };
    imagekit::sign_upload_jwt(&upload, &KeyPair::new(public_key, Secret::new(private_key)), now)
        .map_err(thrown)
}
