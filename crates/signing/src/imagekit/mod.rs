//! ImageKit's secure uploads from the browser: a JWT (RFC 7519) that carries the parameters of one upload.
//!
//! The header names the algorithm, HS256 and no other, and by `kid` the public key of the pair whose private key signs.
//! The payload is the upload's parameters as strings, with the integers `iat` and `exp` (Unix seconds), at most an hour
//! apart. A token is good for one upload with these very parameters; remembering used tokens is the verifying side's
//! part, by [`Verified::id`].
//!
//! Source: ImageKit's upload API v2, "Secure client side file upload".

mod error;
mod jwt;
mod keys;
mod sign;
mod verify;

pub use error::{SignError, VerifyError};
pub use keys::KeyPair;
pub use sign::{UploadJwt, sign_upload_jwt};
pub use verify::{Genuine, MAX_CLOCK_SKEW_SECONDS, Verified, genuine, verify};

/// How far `exp` may lie after `iat`, in seconds.
pub const MAX_LIFETIME_SECONDS: i64 = 3600;

/// Parameters of the request that are not signed: the file's bytes, and the token itself.
const UNSIGNED: [&str; 2] = ["file", "token"];
