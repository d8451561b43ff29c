//! The integrator's side.

use hmac::Mac;

use super::{SignError, claims, media};
use crate::json::object;
use crate::{Secret, base64url};

/// The limits of an upload.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'a> {
    /// The account that uploads.
    pub slug: &'a str,
    /// The most bytes that it may have; [`parse_size`](super::parse_size) reads `5mb`.
    pub max_size: u64,
    /// Media types that it may have, e.g. `application/zip`, `application/dicom`, `image/*`.
    pub allowed_types: &'a [&'a str],
    /// The token's last good moment, in Unix milliseconds.
    pub expires: i64,
}

/// Makes a token for uploads within these limits.
///
/// # Errors
/// The first [`SignError`] that applies.
pub fn sign_upload(secret: &Secret, upload: &Upload<'_>) -> Result<String, SignError> {
    let Upload { slug, max_size, allowed_types, expires } = *upload;
    if slug.is_empty() {
        return Err(SignError::Slug);
    }
    if allowed_types.is_empty() {
        return Err(SignError::NoTypes);
    }
    if let Some(unknown) = allowed_types.iter().find(|media_type| !media::is_recognisable(media_type)) {
        return Err(SignError::Type { media_type: (*unknown).to_owned() });
    }
    let claims = object(&[
        ("slug", slug.into()),
        ("maxSize", max_size.into()),
        ("allowedTypes", allowed_types.into()),
        ("expires", expires.into()),
    ]);
    let signed = base64url::encode(claims);
    let signature = base64url::encode(claims::mac(secret, &signed).finalize().into_bytes());
    Ok(format!("{signed}.{signature}"))
}
