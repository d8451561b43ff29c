//! The integrator's side.

use serde_json::Value;

use super::{KeyPair, MAX_LIFETIME_SECONDS, SignError, UNSIGNED, jwt};

/// The upload for which a token is made.
#[derive(Clone, Copy, Debug)]
pub struct UploadJwt<'a> {
    /// Every parameter that the upload will send, save `file` and `token`: names and values.
    pub upload_payload: &'a [(&'a str, &'a str)],
    /// How long the token shall live, in seconds: 1 to 3599.
    pub expire: i64,
}

/// Makes a token for one upload. `now` is the present in Unix seconds and becomes `iat`.
///
/// # Errors
/// The first [`SignError`] that applies.
pub fn sign_upload_jwt(upload: &UploadJwt<'_>, keys: &KeyPair, now: i64) -> Result<String, SignError> {
    let seconds = upload.expire;
    let exp = now
        .checked_add(seconds)
        .filter(|_| (1..MAX_LIFETIME_SECONDS).contains(&seconds))
        .ok_or(SignError::Lifetime { seconds })?;
    if keys.public_key.is_empty() {
        return Err(SignError::PublicKey);
    }

    let mut payload: Vec<(&str, Value)> = Vec::with_capacity(upload.upload_payload.len() + 2);
    for &(name, value) in upload.upload_payload {
        if UNSIGNED.contains(&name) || matches!(name, "iat" | "exp") {
            return Err(SignError::Reserved { name: name.to_owned() });
        }
        if payload.iter().any(|(known, _)| *known == name) {
            return Err(SignError::Duplicate { name: name.to_owned() });
        }
        payload.push((name, value.into()));
    }
    payload.extend([("iat", now.into()), ("exp", exp.into())]);

    let header = [("alg", "HS256".into()), ("typ", "JWT".into()), ("kid", keys.public_key.as_str().into())];
    Ok(jwt::encode(&header, &payload, &keys.private_key))
}
