//! The integrator's side.

use hmac::Mac;

use super::canonical::{canonical_request, normalized, signed_names};
use super::key::Scope;
use super::{ALGORITHM, Request, SIGNABLE, SignError};
use crate::Secret;

/// Signs requests with one app's secret.
#[derive(Clone, Debug)]
pub struct HmacSigner {
    app_id: String,
    secret: Secret,
}

impl HmacSigner {
    /// A signer for an app.
    ///
    /// # Errors
    /// [`SignError::AppId`] for an id that the `Authorization` header can't carry.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Result<Self, SignError> {
        let app_id = app_id.into();
        let fits = |c: char| c.is_ascii_graphic() && c != ',' && c != '/';
        if app_id.is_empty() || !app_id.chars().all(fits) {
            return Err(SignError::AppId);
        }
        Ok(Self { app_id, secret })
    }

    /// The headers to add to the request: `X-Aura-Timestamp`, `X-Aura-Nonce`, `Authorization`, and `Content-Type:
    /// application/json` where there is a body without a type.
    ///
    /// `timestamp` is the present in Unix seconds, `nonce` a UUID v4 never used before ([`nonce_from_random`]). A
    /// `Host` header is signed if the request has one.
    ///
    /// # Errors
    /// [`SignError::Timestamp`], or [`SignError::DuplicateHeader`] where a header that is signed occurs twice.
    pub fn sign(
        &self,
        request: &Request<'_>,
        timestamp: i64,
        nonce: &str,
    ) -> Result<Vec<(&'static str, String)>, SignError> {
        let scope = Scope::new(&self.app_id, timestamp).ok_or(SignError::Timestamp { timestamp })?;
        let mut added = vec![("X-Aura-Timestamp", timestamp.to_string()), ("X-Aura-Nonce", nonce.to_owned())];
        if needs_content_type(request) {
            added.push(("Content-Type", "application/json".to_owned()));
        }

        let mut signed = Vec::new();
        for name in SIGNABLE {
            let ours =
                added.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
            let value = match ours {
                // A header of the same name in the request is replaced by ours.
                Some(value) => Some(value),
                None => only(request, name)?,
            };
            let value = value.map(normalized).unwrap_or_default();
            if !value.is_empty() {
                signed.push((name, value));
            }
        }

        let signature = scope.mac(&self.secret, &canonical_request(request, &signed)).finalize().into_bytes();
        let authorization = format!(
            "{ALGORITHM} Credential={},SignedHeaders={},Signature={}",
            self.app_id,
            signed_names(&signed),
            hex::encode(signature)
        );
        added.push(("Authorization", authorization));
        Ok(added)
    }
}

/// A UUID v4 out of 16 random bytes.
#[must_use]
pub fn nonce_from_random(bytes: [u8; 16]) -> String {
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

fn needs_content_type(request: &Request<'_>) -> bool {
    ["POST", "PUT", "PATCH"].iter().any(|method| request.method.eq_ignore_ascii_case(method))
        && request.has_body()
        && request.values("content-type").all(|value| value.trim().is_empty())
}

fn only<'r>(request: &'r Request<'_>, name: &'static str) -> Result<Option<&'r str>, SignError> {
    let mut values = request.values(name);
    let first = values.next();
    if values.next().is_some() {
        return Err(SignError::DuplicateHeader { name });
    }
    Ok(first)
}
