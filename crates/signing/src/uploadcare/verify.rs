//! The server's side.

use super::VerifyError;
use crate::Secret;
use crate::mac::{hmac, matches_any};

/// A signature that is right and still good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Its last good second, in Unix seconds.
    pub expires: i64,
}

/// Verifies the pair that came with an upload; `None` where a part did not come.
///
/// `secrets` are the project's: more than one while they are being exchanged. `now` is the server's time in Unix
/// seconds. The second named by the expiry is still good (`expire < now` is refused).
///
/// # Errors
/// The first [`VerifyError`] that applies, in the order of that type's variants.
pub fn verify(
    signature: Option<&str>,
    expire: Option<&str>,
    secrets: &[Secret],
    now: i64,
) -> Result<Verified, VerifyError> {
    let signature = signature.filter(|text| !text.is_empty()).ok_or(VerifyError::SignatureRequired)?;
    let expire = expire.filter(|text| !text.is_empty()).ok_or(VerifyError::ExpireRequired)?;
    let expires = parse_seconds(expire).ok_or(VerifyError::ExpireFormat)?;
    if expires < now {
        return Err(VerifyError::Expired);
    }
    let bytes = decode_lower_hex(signature).ok_or(VerifyError::Invalid)?;
    if matches_any(secrets, &bytes, |secret| hmac(secret.expose().as_bytes(), expire.as_bytes())) {
        Ok(Verified { expires })
    } else {
        Err(VerifyError::Invalid)
    }
}

/// Digits only: `parse` would take `+5` as well.
pub(super) fn parse_seconds(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Lower case only, so that a signature has one spelling.
fn decode_lower_hex(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { None } else { hex::decode(text).ok() }
}
