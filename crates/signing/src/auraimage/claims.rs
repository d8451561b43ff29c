//! What a token says, and how it is written.

use hmac::Hmac;
use serde::Deserialize;
use sha2::Sha256;

use super::VerifyError;
use crate::mac::hmac;
use crate::{Secret, base64url};

/// A claim that isn't known could be a limit that isn't enforced, so there may be none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Claims {
    pub(super) slug: String,
    /// Bytes.
    pub(super) max_size: u64,
    pub(super) allowed_types: Vec<String>,
    /// Unix milliseconds.
    pub(super) expires: i64,
}

/// A token taken apart; nothing of it is verified.
pub(super) struct Parts<'a> {
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
    claims: Vec<u8>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(token: &'a str) -> Result<Self, VerifyError> {
        let (signed, signature) = token.split_once('.').ok_or(VerifyError::Malformed)?;
        let decode = |text| base64url::decode(text).ok_or(VerifyError::Malformed);
        Ok(Self { signed, signature: decode(signature)?, claims: decode(signed)? })
    }

    pub(super) fn claims(&self) -> Result<Claims, VerifyError> {
        serde_json::from_slice(&self.claims).map_err(|_| VerifyError::Claims)
    }
}

/// The MAC of the claims as they stand in the token.
pub(super) fn mac(secret: &Secret, signed: &str) -> Hmac<Sha256> {
    hmac(secret.expose().as_bytes(), signed.as_bytes())
}
