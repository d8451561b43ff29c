//! Why no token can be made, why one is refused, and what an upload can do against its limits.

use thiserror::Error;

/// Limits for which no token can be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// No account is named.
    #[error("the slug is missing")]
    Slug,
    /// The size is no number with a known unit, or beyond what 64 bits hold.
    #[error("the size must be a number of bytes, or one with kb, mb, gb, tb or pb")]
    Size,
    /// No type is allowed, so nothing could be uploaded.
    #[error("at least one type must be allowed; */* allows all")]
    NoTypes,
    /// Files of this type can't be recognised by their first bytes, so none would ever be let through.
    #[error("{media_type} can't be recognised by a file's first bytes")]
    Type {
        /// The type, as it was given.
        media_type: String,
    },
}

/// A token that is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// It isn't two parts of base64url.
    #[error("the upload token is malformed")]
    Malformed,
    /// The signature isn't that of the claims with any of the secrets.
    #[error("the upload token's signature does not match")]
    Signature,
    /// What is signed isn't what this scheme signs.
    #[error("the upload token's claims are not understood")]
    Claims,
    /// The token's time has passed.
    #[error("the upload token has expired")]
    Expired,
}

/// An upload that breaks the limits of its token.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// More bytes than allowed are declared, or have arrived.
    #[error("the upload has {length} bytes, {max_size} are allowed")]
    TooLarge {
        /// Bytes declared, or arrived so far.
        length: u64,
        /// Bytes allowed.
        max_size: u64,
    },
    /// The first bytes are those of none of the allowed types.
    #[error("the file's first bytes are of none of the types {}", .allowed.join(", "))]
    Type {
        /// The types that the token allows.
        allowed: Vec<String>,
    },
}
