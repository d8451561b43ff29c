//! Random tokens, and the form in which they are stored.

use rand::Rng;
use rand::distr::Alphanumeric;
use sha2::{Digest, Sha256};

/// What is kept of a token.
pub(crate) type TokenHash = [u8; 32];

/// `prefix` and 64 random letters and digits (381 bits).
pub(crate) fn token(prefix: &str) -> String {
    let random = rand::rng().sample_iter(Alphanumeric).take(64).map(char::from);
    prefix.chars().chain(random).collect()
}

/// SHA-256, without salt or stretching: what is hashed is random already.
pub(crate) fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}
