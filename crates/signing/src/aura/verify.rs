//! The server's side.

use super::canonical::{canonical_request, normalized};
use super::key::Scope;
use super::{Authorization, NONCE_HEADER, Request, SIGNABLE, TIMESTAMP_HEADER, VerifyError};
use crate::Secret;
use crate::mac::matches_any;

/// How far the clocks of signer and server may be apart, either way.
pub const MAX_CLOCK_SKEW_SECONDS: i64 = 300;

/// A request whose signature is right and recent. Whether its nonce was seen before is still to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The app that signed.
    pub app_id: String,
    /// The request's UUID, in lower case. Keep it for twice [`MAX_CLOCK_SKEW_SECONDS`] and refuse it when it returns.
    pub nonce: String,
    /// When it was signed, in Unix seconds.
    pub timestamp: i64,
}

/// Verifies a request as it was received, its [`url`](Request::url) the path and query on the request line.
///
/// `secrets` are those of the app that [`Authorization::of`] names: more than one while they are being exchanged, none
/// for an app that isn't known (the work done is the same). `now` is the server's time in Unix seconds.
///
/// # Errors
/// The first [`VerifyError`] that applies; the clock is judged only after the signature.
pub fn verify(request: &Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
    let authorization = Authorization::of(request)?;
    let signed = signed_headers(request, authorization.signed_headers)?;
    let timestamp_text = value_of(&signed, TIMESTAMP_HEADER)?;
    let timestamp = parse_timestamp(timestamp_text)?;
    let nonce = uuid::Uuid::try_parse(value_of(&signed, NONCE_HEADER)?).map_err(|_| VerifyError::Nonce)?;
    let scope = Scope::new(authorization.app_id, timestamp).ok_or(VerifyError::Timestamp)?;

    let canonical = canonical_request(request, &signed);
    let signature = hex::decode(authorization.signature).map_err(|_| VerifyError::Signature)?;
    if !matches_any(secrets, &signature, |secret| scope.mac(secret, &canonical)) {
        return Err(VerifyError::Signature);
    }

    let seconds = now.saturating_sub(timestamp);
    if seconds.saturating_abs() > MAX_CLOCK_SKEW_SECONDS {
        return Err(VerifyError::ClockSkew { seconds });
    }
    Ok(Verified { app_id: authorization.app_id.to_owned(), nonce: nonce.to_string(), timestamp })
}

/// The signed headers with their values, as `SignedHeaders` lists them.
///
/// `Host` may be left out (the reference signer signs it only where its caller set it); the others may not.
fn signed_headers(request: &Request<'_>, list: &str) -> Result<Vec<(&'static str, String)>, VerifyError> {
    let listed: Vec<&str> = list.split(';').collect();
    let mut signed = Vec::with_capacity(listed.len());
    for name in SIGNABLE {
        if !listed.contains(&name) {
            continue;
        }
        let mut values = request.values(name);
        let value = values.next().map(normalized).unwrap_or_default();
        if values.next().is_some() {
            return Err(VerifyError::DuplicateHeader { name });
        }
        if value.is_empty() {
            return Err(VerifyError::MissingHeader { name });
        }
        signed.push((name, value));
    }
    // Equal only if nothing foreign, nothing twice and nothing out of order is listed.
    let as_listed = listed.iter().copied().eq(signed.iter().map(|(name, _)| *name));
    let typed_body =
        request.has_body() && request.values("content-type").any(|value| !value.trim().is_empty());
    if !as_listed || (typed_body && !listed.contains(&"content-type")) {
        return Err(VerifyError::SignedHeaders);
    }
    for name in [NONCE_HEADER, TIMESTAMP_HEADER] {
        if request.values(name).next().is_none() {
            return Err(VerifyError::MissingHeader { name });
        }
    }
    Ok(signed)
}

fn value_of<'s>(signed: &'s [(&'static str, String)], name: &'static str) -> Result<&'s str, VerifyError> {
    signed
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.as_str())
        .ok_or(VerifyError::SignedHeaders)
}

/// Digits only: `+5` and ` 5` would be other texts than the one in the string to sign.
fn parse_timestamp(text: &str) -> Result<i64, VerifyError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    text.parse().ok().filter(|_| digits && canonical).ok_or(VerifyError::Timestamp)
}
