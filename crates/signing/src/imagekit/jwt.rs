//! JSON Web Tokens, as far as this scheme goes: HS256 in compact form (RFC 7515 §3.1).

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

use crate::json::object;
use crate::mac::hmac;
use crate::{Secret, base64url};

/// The header; members that say where to find keys (`jku`, `jwk`, `x5u`) are not looked at.
#[derive(Deserialize)]
pub(super) struct Header {
    pub(super) alg: String,
    pub(super) kid: Option<String>,
    pub(super) typ: Option<String>,
    /// Extensions that must be understood (RFC 7515 §4.1.11), of which there are none here.
    pub(super) crit: Option<Value>,
}

/// What is signed about the upload.
#[derive(Deserialize)]
pub(super) struct Payload {
    pub(super) iat: i64,
    pub(super) exp: i64,
    #[serde(flatten)]
    pub(super) parameters: BTreeMap<String, String>,
}

/// A token taken apart; nothing of it is verified.
pub(super) struct Parts<'a> {
    pub(super) header: Header,
    pub(super) signing_input: &'a str,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(token: &'a str) -> Option<Self> {
        let (signing_input, signature) = token.rsplit_once('.')?;
        let (header, payload) = signing_input.split_once('.')?;
        // A further dot in the payload is no base64url.
        Some(Self {
            header: serde_json::from_slice(&base64url::decode(header)?).ok()?,
            signing_input,
            payload: base64url::decode(payload)?,
            signature: base64url::decode(signature)?,
        })
    }
}

/// The MAC that signs `header.payload`.
pub(super) fn mac(secret: &Secret, signing_input: &str) -> Hmac<Sha256> {
    hmac(secret.expose().as_bytes(), signing_input.as_bytes())
}

/// A token of the given header and payload, both objects whose members stay in order.
pub(super) fn encode(header: &[(&str, Value)], payload: &[(&str, Value)], secret: &Secret) -> String {
    let input = format!("{}.{}", base64url::encode(object(header)), base64url::encode(object(payload)));
    let signature = base64url::encode(mac(secret, &input).finalize().into_bytes());
    format!("{input}.{signature}")
}
