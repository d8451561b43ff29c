//! Whose token it is.

use crate::Secret;

/// An account's keys: the public one names the private one, which signs.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// Goes into each token as `kid`.
    pub public_key: String,
    /// Stays on the server.
    pub private_key: Secret,
}

impl KeyPair {
    /// Joins two keys.
    pub fn new(public_key: impl Into<String>, private_key: Secret) -> Self {
        Self { public_key: public_key.into(), private_key }
    }
}
