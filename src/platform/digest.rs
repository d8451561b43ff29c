//! Checksums of bodies by the browser, which only has them for pages that came by TLS.

use auraloader_core::http::{Digest, Failure};
use js_sys::{ArrayBuffer, Promise, Reflect, Uint8Array, global};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::block::Block;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = digest)]
    fn subtle_digest(algorithm: &str, bytes: &ArrayBuffer) -> Result<Promise, JsValue>;
}

/// Whether there are any.
pub fn is_available() -> bool {
    Reflect::get(&global(), &"isSecureContext".into()).is_ok_and(|secure| secure.is_truthy())
}

/// The value of `Upload-Checksum` for this body, all of which is in memory meanwhile.
///
/// # Errors
/// [`Failure::Unreadable`].
pub async fn checksum(digest: Digest, body: &Blob) -> Result<String, Failure> {
    let bytes = JsFuture::from(body.array_buffer()).await.map_err(unreadable)?;
    let bytes = Block::new(bytes.unchecked_into());
    let name = match digest {
        Digest::Sha1 => "SHA-1",
        Digest::Sha256 => "SHA-256",
    };
    let hash = subtle_digest(name, bytes.buffer()).map_err(unreadable)?;
    let hash = JsFuture::from(hash).await.map_err(unreadable)?;
    Ok(digest.header(&Uint8Array::new(&hash).to_vec()))
}

/// SHA-256; none where there are no digests.
pub async fn sha256(bytes: &[u8]) -> Option<[u8; 32]> {
    let bytes = Uint8Array::from(bytes);
    let hash = is_available().then(|| subtle_digest("SHA-256", &bytes.buffer()))?.ok()?;
    Uint8Array::new(&JsFuture::from(hash).await.ok()?).to_vec().try_into().ok()
}

fn unreadable(_: JsValue) -> Failure {
    Failure::Unreadable(None)
}
