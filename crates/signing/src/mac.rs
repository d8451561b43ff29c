//! HMAC-SHA256 as every scheme uses it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Secret;

/// The MAC of a message, still to be finished or compared.
pub(crate) fn hmac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(message);
    mac
}

/// Whether `signature` is that of any of the secrets; `mac` gives the MAC with one of them.
///
/// Every secret is tried, and a decoy where there is none, so the time taken tells neither which one matched nor
/// whether the signer is known. Each comparison takes constant time.
pub(crate) fn matches_any<'s>(
    secrets: impl IntoIterator<Item = &'s Secret>,
    signature: &[u8],
    mac: impl Fn(&Secret) -> Hmac<Sha256>,
) -> bool {
    let mut none = true;
    let mut found = false;
    for secret in secrets {
        none = false;
        found |= mac(secret).verify_slice(signature).is_ok();
    }
    if none {
        let _ = mac(&Secret::new("")).verify_slice(signature);
    }
    found
}
