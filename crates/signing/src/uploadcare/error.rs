//! Why nothing can be signed, or why an upload is refused.

use thiserror::Error;

/// An expiry that can't be signed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The expiry is no number of Unix seconds, lies before 1970 or beyond what 64 bits hold.
    #[error("the expiry must be Unix time, not before 1970")]
    Expiry,
}

/// An upload that is refused, in Uploadcare's words.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// No signature was sent, or an empty one.
    #[error("'signature' is required.")]
    SignatureRequired,
    /// No expiry was sent, or an empty one.
    #[error("'expire' is required.")]
    ExpireRequired,
    /// The expiry has something other than digits, or too many of them.
    #[error("'expire' must be a UNIX timestamp.")]
    ExpireFormat,
    /// The expiry has passed.
    #[error("Expired signature.")]
    Expired,
    /// The signature isn't that of the expiry with any of the secrets.
    #[error("Invalid signature.")]
    Invalid,
}

impl VerifyError {
    /// The HTTP status that Uploadcare answers with.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::SignatureRequired | Self::ExpireRequired | Self::ExpireFormat => 400,
            Self::Expired | Self::Invalid => 403,
        }
    }
}
