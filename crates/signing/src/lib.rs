//! Signing and verifying of requests and uploads, for servers only.
//!
//! The crate reads no clock and draws no random numbers: the time and the nonce come from the caller, so every
//! result can be reproduced. One module a scheme:
//!
//! - [`aura`]: AURA-HMAC-SHA256, by which an integrator's backend exchanges its credentials for an upload token;
//! - [`auraimage`]: a token that carries the limits of an upload, after AuraImage;
//! - [`uploadcare`]: a signed expiry, after Uploadcare's secure uploads;
//! - [`imagekit`]: a JWT that carries the parameters of one upload, after ImageKit.
//!
//! Every `verify` takes several secrets, so that one can be exchanged for another while both are in use. A secret held
//! here is a [`Secret`]: wiped when dropped and never shown by `Debug`.

pub mod aura;
pub mod auraimage;
mod base64url;
pub mod imagekit;
mod json;
mod mac;
mod secret;
pub mod uploadcare;

pub use secret::Secret;
