//! `aura-backend serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use auraloader_backend::{Backend, Config, load_or_create_credentials};
use clap::Args;

use super::Failure;
use super::listen::listen;
use super::policy::PolicyOptions;

/// What the backend is served with.
#[derive(Args)]
pub(crate) struct Options {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Directory for the database, the uploads and the demo's credentials
    #[arg(long, default_value = "aura-data")]
    data: PathBuf,
    /// The widget's built package, to be served at /widget/
    #[arg(long)]
    widget: Option<PathBuf>,
    /// The demo page's files, to be served at /demo
    #[arg(long)]
    demo: Option<PathBuf>,
    /// Path of the tus endpoint
    #[arg(long, default_value = "/files")]
    tus_path: String,
    /// Scheme and authority that clients use, where it isn't the Host they send
    #[arg(long)]
    public_url: Option<String>,
    /// Seconds for which a token that authorises tus requests is good
    #[arg(long)]
    lift_lifetime: Option<u64>,
    /// Seconds for which an upload token of the demo is good
    #[arg(long)]
    token_lifetime: Option<u64>,
    /// Don't limit calls a minute: for test suites that load the page by the dozen
    #[arg(long)]
    no_rate_limits: bool,
    #[command(flatten)]
    policy: PolicyOptions,
}

/// Serves the backend until the program is told to stop.
#[tokio::main]
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let account = load_or_create_credentials(&options.data)?;
    let mut config = Config::new(options.data, vec![account]);
    config.tus_path = options.tus_path;
    config.public_url = options.public_url;
    config.rate_limits = !options.no_rate_limits;
    config.widget = options.widget;
    config.demo = options.demo;
    if let Some(bytes) = options.policy.max_size {
        config.max_upload_size = bytes;
    }
    if options.policy.want_gate() {
        config.gate = Some(options.policy.read()?);
    }
    if let Some(seconds) = options.lift_lifetime {
        config.lift_token_lifetime = Duration::from_secs(seconds);
    }
    if let Some(seconds) = options.token_lifetime {
        config.demo_token_lifetime = Duration::from_secs(seconds);
    }

    let backend = Backend::open(config)?;
    listen(options.listen, backend.router(), backend.maintain()).await
}
