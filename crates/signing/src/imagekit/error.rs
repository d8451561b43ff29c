//! Why no token can be made, or why one is refused.

use thiserror::Error;

use super::Verified;

/// An upload for which no token can be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The lifetime is nothing, or an hour and more.
    #[error("a token must live for 1 to 3599 seconds, not {seconds}")]
    Lifetime {
        /// What was asked for.
        seconds: i64,
    },
    /// A parameter has the name of something that isn't signed, or that the token says itself.
    #[error("the upload parameter {name} can't be signed")]
    Reserved {
        /// The parameter's name.
        name: String,
    },
    /// A parameter is given more than once.
    #[error("the upload parameter {name} occurs more than once")]
    Duplicate {
        /// The parameter's name.
        name: String,
    },
    /// No public key is given.
    #[error("the public key is missing")]
    PublicKey,
}

/// A token that is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// It isn't three parts of base64url with a JWT's header.
    #[error("the token is not a JWT")]
    Malformed,
    /// Its algorithm is none, or another than HS256.
    #[error("the token's algorithm must be HS256")]
    Algorithm,
    /// `kid` is missing or names no known key pair.
    #[error("the token's kid names no key")]
    UnknownKey,
    /// The signature isn't that of the token with any private key that `kid` names.
    #[error("the token's signature does not match")]
    Signature,
    /// `iat` or `exp` is missing or no integer, or another claim is no string.
    #[error("the token must have the integers iat and exp, and strings besides")]
    Claims,
    /// `exp` isn't after `iat`, or more than an hour after it.
    #[error("the token's exp must be 1 to 3600 seconds after its iat")]
    Lifetime,
    /// `iat` lies in the future.
    #[error("the token was issued {seconds} seconds in the future")]
    NotYetIssued {
        /// `iat` less the server's time, in seconds.
        seconds: i64,
    },
    /// `exp` has come.
    #[error("the token has expired")]
    Expired,
    /// A parameter of the request isn't in the token, or the other way round, or their values differ.
    ///
    /// The token itself is genuine and hereby used: remember it as after a success.
    #[error("the upload parameter {name} is not as in the token")]
    Parameter {
        /// The parameter's name.
        name: String,
        /// What to remember.
        token: Verified,
    },
}

impl VerifyError {
    /// The token that this request has used up, although it is refused.
    #[must_use]
    pub const fn used(&self) -> Option<&Verified> {
        match self {
            Self::Parameter { token, .. } => Some(token),
            _ => None,
        }
    }
}
