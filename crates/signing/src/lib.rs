//! Signing and verifying of requests and uploads, for servers only.
//!
//! The crate reads no clock and draws no random numbers: the time and the nonce come from the caller, so every
//! result can be reproduced. One module a scheme:
//!
//! - [`aura`]: AURA-HMAC-SHA256, by which an integrator's backend exchanges its credentials for an upload token.
//!
//! A secret held here is a [`Secret`]: wiped when dropped and never shown by `Debug`.

pub mod aura;
mod secret;

pub use secret::Secret;
