//! AuraImage's upload tokens: the limits of an upload, signed, so that the server can hold the browser to them.
//!
//! A token is `base64url(claims) "." base64url(HMAC-SHA256(key: secret, message: base64url(claims)))`, without padding.
//! The claims are JSON: `{"slug": text, "maxSize": bytes, "allowedTypes": [media type, …], "expires": Unix ms}`. To its
//! bearer it is opaque; a server with the secret has [`Constraints`] of it, and asks those about the declared length,
//! the bytes that arrive and how they begin.
//!
//! A token may be used until it expires, as often as the server allows. It says nothing about origins and rates; those
//! are the server's to limit, by [`Constraints::slug`].
//!
//! Source: AuraImage's documentation, "Upload Flow".

mod claims;
mod constraints;
mod error;
mod media;
mod sign;
mod size;
mod verify;

pub use constraints::{Constraints, HEAD_LENGTH};
pub use error::{SignError, VerifyError, Violation};
pub use media::{is_of_type, is_recognisable};
pub use sign::{Upload, sign_upload};
pub use size::parse_size;
pub use verify::{claimed_slug, verify};
