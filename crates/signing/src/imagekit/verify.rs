//! The server's side.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::jwt::{self, Parts, Payload};
use super::{KeyPair, MAX_LIFETIME_SECONDS, UNSIGNED, VerifyError};
pub use crate::aura::MAX_CLOCK_SKEW_SECONDS;
use crate::mac::matches_any;

/// A genuine token in its time. Whether it was used before is still to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// SHA-256 of the token in lower-case hexadecimal. Keep it until [`expires`](Self::expires) and refuse it when it
    /// returns, even where the request that brought it failed. A token has one spelling, hence one id.
    pub id: String,
    /// The public key of the pair that signed.
    pub public_key: String,
    /// From this time on the token is refused anyway, in Unix seconds.
    pub expires: i64,
}

/// A token that its signer has made, in its time; whether it is for this upload is still to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genuine {
    /// The token.
    pub token: Verified,
    /// The upload's parameters, by name.
    pub parameters: BTreeMap<String, String>,
}

/// Verifies the token of an upload.
///
/// As [`genuine`]; besides, `parameters` are the request's: `file` and `token` among them are passed over, all others
/// must be those of the token.
///
/// # Errors
/// The first [`VerifyError`] that applies, in the order of that type's variants. [`VerifyError::used`] says whether the
/// token is used up all the same.
pub fn verify(
    token: &str,
    keys: &[KeyPair],
    parameters: &[(&str, &str)],
    now: i64,
) -> Result<Verified, VerifyError> {
    let Genuine { token, parameters: signed } = genuine(token, keys, now)?;
    match difference(&signed, parameters) {
        None => Ok(token),
        Some(name) => Err(VerifyError::Parameter { name: name.to_owned(), token }),
    }
}

/// Verifies a token by itself.
///
/// `keys` are all pairs in use, several while they are being exchanged; two may share a public key. `now` is the
/// server's time in Unix seconds; the signer's clock may be [`MAX_CLOCK_SKEW_SECONDS`] ahead, and `exp` itself is late
/// (RFC 7519 §4.1.4).
///
/// # Errors
/// The first [`VerifyError`] that applies, in the order of that type's variants, but for [`VerifyError::Parameter`].
pub fn genuine(token: &str, keys: &[KeyPair], now: i64) -> Result<Genuine, VerifyError> {
    let parts = Parts::of(token).ok_or(VerifyError::Malformed)?;
    let public_key = trusted_key(&parts, keys)?;
    let named = keys.iter().filter(|pair| pair.public_key == public_key).map(|pair| &pair.private_key);
    if !matches_any(named, &parts.signature, |secret| jwt::mac(secret, parts.signing_input)) {
        return Err(VerifyError::Signature);
    }

    let payload: Payload = serde_json::from_slice(&parts.payload).map_err(|_| VerifyError::Claims)?;
    check_times(&payload, now)?;
    let verified = Verified {
        id: hex::encode(Sha256::digest(token)),
        public_key: public_key.to_owned(),
        expires: payload.exp,
    };
    Ok(Genuine { token: verified, parameters: payload.parameters })
}

/// The public key that the header names, if the header is one of this scheme.
fn trusted_key<'k>(parts: &Parts<'_>, keys: &'k [KeyPair]) -> Result<&'k str, VerifyError> {
    let header = &parts.header;
    let is_jwt = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    if !is_jwt || header.crit.is_some() {
        return Err(VerifyError::Malformed);
    }
    if header.alg != "HS256" {
        return Err(VerifyError::Algorithm);
    }
    keys.iter()
        .map(|pair| pair.public_key.as_str())
        .find(|key| header.kid.as_deref() == Some(key))
        .ok_or(VerifyError::UnknownKey)
}

fn check_times(payload: &Payload, now: i64) -> Result<(), VerifyError> {
    if !(1..=MAX_LIFETIME_SECONDS).contains(&payload.exp.saturating_sub(payload.iat)) {
        return Err(VerifyError::Lifetime);
    }
    let ahead = payload.iat.saturating_sub(now);
    if ahead > MAX_CLOCK_SKEW_SECONDS {
        return Err(VerifyError::NotYetIssued { seconds: ahead });
    }
    if payload.exp <= now { Err(VerifyError::Expired) } else { Ok(()) }
}

/// A parameter that isn't the same on both sides, or that the request has twice.
fn difference<'p>(
    signed: &'p BTreeMap<String, String>,
    parameters: &[(&'p str, &'p str)],
) -> Option<&'p str> {
    let mut open: BTreeMap<&str, &str> =
        signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let strange = parameters
        .iter()
        .filter(|(name, _)| !UNSIGNED.contains(name))
        .find(|(name, value)| open.remove(name) != Some(value));
    strange.map(|(name, _)| *name).or_else(|| open.into_keys().next())
}
