//! What a backend is started with.

use std::path::PathBuf;
use std::time::Duration;

use auraloader_signing::Secret;

use crate::clock::Clock;
use crate::gate::GatePolicy;

/// An integrator: who may exchange credentials, and whose uploads are whose.
#[derive(Clone, Debug)]
pub struct Account {
    /// Names the account in the database.
    pub id: String,
    /// The service API key, sent as `X-Api-Key`; public, as pages carry it.
    pub api_key: String,
    /// Names the HMAC credentials.
    pub app_id: String,
    /// The secrets that are good at the moment: two while one is being replaced.
    pub app_secrets: Vec<Secret>,
}

/// How a backend is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the database and the uploads are kept.
    pub data: PathBuf,
    /// The integrators. The first is the one that the demo plays.
    pub accounts: Vec<Account>,
    /// Scheme and authority that clients reach the server by; taken from the request's `Host` where `None`.
    pub public_url: Option<String>,
    /// Path of the tus endpoint, without a slash at its end.
    pub tus_path: String,
    /// `Tus-Max-Size`, in bytes.
    pub max_upload_size: u64,
    /// How long an upload that isn't finished is kept.
    pub unfinished_lifetime: Duration,
    /// How long the upload tokens of the demo are good.
    pub demo_token_lifetime: Duration,
    /// How long a lift token authorises tus requests.
    pub lift_token_lifetime: Duration,
    /// Whether calls are limited a minute, as the API says. Off only for test suites that load pages by the dozen.
    pub rate_limits: bool,
    /// What uploads must be signed with and are held to, besides the lift token; `None` for nothing.
    pub gate: Option<GatePolicy>,
    /// The server's time.
    pub clock: Clock,
    /// The widget's built package, served at `/widget/`.
    pub widget: Option<PathBuf>,
    /// The demo page's files, served at `/demo`.
    pub demo: Option<PathBuf>,
}

impl Config {
    /// The defaults: tus at `/files`, uploads of up to 20 GiB kept for 7 days, lift tokens good for 15 minutes.
    pub fn new(data: impl Into<PathBuf>, accounts: Vec<Account>) -> Self {
        Self {
            data: data.into(),
            accounts,
            public_url: None,
            tus_path: "/files".to_owned(),
            max_upload_size: 20 << 30,
            unfinished_lifetime: Duration::from_secs(7 * 24 * 3600),
            demo_token_lifetime: Duration::from_secs(3600),
            lift_token_lifetime: Duration::from_secs(15 * 60),
            rate_limits: true,
            gate: None,
            clock: Clock::system(),
            widget: None,
            demo: None,
        }
    }
}
