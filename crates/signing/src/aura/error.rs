//! Why a request can't be signed, or why a signed one is refused.

use thiserror::Error;

/// A request that can't be signed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The time lies outside the years that the scheme's date can name.
    #[error("{timestamp} is not a time between the years 0 and 9999")]
    Timestamp {
        /// Unix seconds.
        timestamp: i64,
    },
    /// A header that is signed occurs more than once.
    #[error("the header {name} occurs more than once")]
    DuplicateHeader {
        /// The header's name in lower case.
        name: &'static str,
    },
    /// The id would break the `Authorization` header apart.
    #[error("an app id must be visible ASCII without commas and slashes, and not empty")]
    AppId,
}

/// A request that is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// A header that the scheme needs is missing or empty.
    #[error("the header {name} is missing")]
    MissingHeader {
        /// The header's name in lower case.
        name: &'static str,
    },
    /// A header that is signed occurs more than once.
    #[error("the header {name} occurs more than once")]
    DuplicateHeader {
        /// The header's name in lower case.
        name: &'static str,
    },
    /// `Authorization` is not of this scheme.
    #[error("the Authorization header is not AURA-HMAC-SHA256")]
    Scheme,
    /// `Authorization` lacks a part, or has one twice.
    #[error("the Authorization header needs Credential, SignedHeaders and Signature, once each")]
    Authorization,
    /// `SignedHeaders` names others than the scheme allows, or leaves one out that must be signed.
    #[error("SignedHeaders must name the nonce, the timestamp and a body's content type, in order")]
    SignedHeaders,
    /// The timestamp is no number, or no time.
    #[error("X-Aura-Timestamp must be Unix seconds")]
    Timestamp,
    /// The nonce is no UUID.
    #[error("X-Aura-Nonce must be a UUID")]
    Nonce,
    /// Signed too long ago, or in the future.
    #[error("the request was signed {seconds} seconds away from the server's time")]
    ClockSkew {
        /// Server time less signing time, in seconds.
        seconds: i64,
    },
    /// The signature isn't that of this request with any of the secrets.
    #[error("the signature does not match")]
    Signature,
}
