//! AURA-HMAC-SHA256: who asks for an upload token, and that nobody changed the request on the way.
//!
//! A request is brought to a canonical text (method, path, query, some headers, hash of the body), which is signed
//! with a key derived from the secret and the day. `X-Aura-Timestamp` bounds how long a signed request is good for,
//! `X-Aura-Nonce` lets the verifying side refuse a second use; remembering nonces is that side's part.

mod authorization;
mod canonical;
mod error;
mod key;
mod request;
mod sign;
mod verify;

pub use authorization::Authorization;
pub use error::{SignError, VerifyError};
pub use request::Request;
pub use sign::{HmacSigner, nonce_from_random};
pub use verify::{MAX_CLOCK_SKEW_SECONDS, Verified, verify};

/// The name of the scheme, which opens the `Authorization` header and the string to sign.
pub const ALGORITHM: &str = "AURA-HMAC-SHA256";
/// Header with the time of signing, Unix seconds as text.
pub const TIMESTAMP_HEADER: &str = "x-aura-timestamp";
/// Header with the request's own UUID.
pub const NONCE_HEADER: &str = "x-aura-nonce";

/// The headers that can be signed, in the order in which they are.
const SIGNABLE: [&str; 4] = ["content-type", "host", NONCE_HEADER, TIMESTAMP_HEADER];
