//! Uploadcare's secure uploads: an expiry and its signature, `hex(HMAC-SHA256(key: secret, message: expiry))`.
//!
//! The expiry is Unix seconds as text, and that text is the message. Nothing else of the upload is bound; whoever has
//! the pair may upload until it expires.
//!
//! Source: <https://uploadcare.com/docs/security/secure-uploads/>.

mod error;
mod sign;
mod verify;

pub use error::{SignError, VerifyError};
pub use sign::{Expiry, SecureSignature, generate_secure_signature};
pub use verify::{Verified, verify};
