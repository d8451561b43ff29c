//! The day's key, and the MAC that it makes.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::canonical::sha256_hex;
use crate::Secret;
use crate::mac::hmac;

const TERMINATOR: &str = "aura_request";

/// What a signature is bound to besides the request.
pub(super) struct Scope<'a> {
    timestamp: i64,
    date: String,
    app_id: &'a str,
}

impl<'a> Scope<'a> {
    /// `None` where the timestamp is outside the years 0 to 9999.
    pub(super) fn new(app_id: &'a str, timestamp: i64) -> Option<Self> {
        let date = OffsetDateTime::from_unix_timestamp(timestamp).ok()?;
        let year = u16::try_from(date.year()).ok().filter(|year| *year <= 9999)?;
        let date = format!("{year:04}{:02}{:02}", u8::from(date.month()), date.day());
        Some(Self { timestamp, date, app_id })
    }

    /// The MAC of the canonical request, still to be finished or compared.
    pub(super) fn mac(&self, secret: &Secret, canonical_request: &str) -> Hmac<Sha256> {
        let Self { timestamp, date, app_id } = self;
        let string_to_sign = format!(
            "{}\n{timestamp}\n{app_id}/{date}/{TERMINATOR}\n{}",
            super::ALGORITHM,
            sha256_hex(canonical_request.as_bytes())
        );
        let root = Zeroizing::new(format!("AURA{}", secret.expose()));
        let date_key =
            Zeroizing::new(<[u8; 32]>::from(hmac(root.as_bytes(), date.as_bytes()).finalize().into_bytes()));
        let key =
            Zeroizing::new(<[u8; 32]>::from(hmac(&*date_key, TERMINATOR.as_bytes()).finalize().into_bytes()));
        hmac(&*key, string_to_sign.as_bytes())
    }
}
