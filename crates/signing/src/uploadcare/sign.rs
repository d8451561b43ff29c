//! The integrator's side.

use hmac::Mac;

use super::SignError;
use super::verify::parse_seconds;
use crate::Secret;
use crate::mac::hmac;

/// Until when a signature shall be good, in the forms that signers for Uploadcare take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry<'a> {
    /// Unix seconds.
    Seconds(i64),
    /// Unix seconds as text, which is signed as it is.
    Text(&'a str),
    /// Unix milliseconds, as JavaScript's `Date` has them; rounded down to seconds.
    Milliseconds(i64),
    /// So many milliseconds from now (`now` in Unix milliseconds); rounded down to seconds.
    Lifetime {
        /// How long, in milliseconds.
        milliseconds: i64,
        /// The present, in Unix milliseconds.
        now: i64,
    },
}

/// The pair that the widget's `secureSignature` and `secureExpire` take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecureSignature {
    /// The HMAC in lower-case hexadecimal.
    pub secure_signature: String,
    /// Unix seconds as text.
    pub secure_expire: String,
}

/// Signs an expiry.
///
/// # Errors
/// [`SignError::Expiry`].
pub fn generate_secure_signature(secret: &Secret, expiry: Expiry<'_>) -> Result<SecureSignature, SignError> {
    let secure_expire =
        text_of(expiry).filter(|text| parse_seconds(text).is_some()).ok_or(SignError::Expiry)?;
    let mac = hmac(secret.expose().as_bytes(), secure_expire.as_bytes());
    Ok(SecureSignature { secure_signature: hex::encode(mac.finalize().into_bytes()), secure_expire })
}

fn text_of(expiry: Expiry<'_>) -> Option<String> {
    let milliseconds = match expiry {
        Expiry::Seconds(seconds) => return Some(seconds.to_string()),
        Expiry::Text(text) => return Some(text.to_owned()),
        Expiry::Milliseconds(milliseconds) => milliseconds,
        Expiry::Lifetime { milliseconds, now } => now.checked_add(milliseconds)?,
    };
    Some(milliseconds.div_euclid(1000).to_string())
}
