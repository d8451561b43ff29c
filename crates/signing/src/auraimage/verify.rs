//! The server's side.

use super::claims::{self, Parts};
use super::{Constraints, VerifyError};
use crate::Secret;
use crate::mac::matches_any;

/// The account that a token names, so that its secrets can be looked up; nothing of the token is verified yet.
///
/// # Errors
/// [`VerifyError::Malformed`] or [`VerifyError::Claims`].
pub fn claimed_slug(token: &str) -> Result<String, VerifyError> {
    Ok(Parts::of(token)?.claims()?.slug)
}

/// Verifies a token, and says what its upload is held to.
///
/// `secrets` are the account's: more than one while they are being exchanged. `now` is the server's time in Unix
/// milliseconds; the millisecond named by `expires` is still good.
///
/// # Errors
/// The first [`VerifyError`] that applies, in the order of that type's variants.
pub fn verify(token: &str, secrets: &[Secret], now: i64) -> Result<Constraints, VerifyError> {
    let parts = Parts::of(token)?;
    if !matches_any(secrets, &parts.signature, |secret| claims::mac(secret, parts.signed)) {
        return Err(VerifyError::Signature);
    }
    let claims = parts.claims()?;
    if claims.expires < now { Err(VerifyError::Expired) } else { Ok(claims.into()) }
}
