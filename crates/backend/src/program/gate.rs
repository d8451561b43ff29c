//! `aura-backend gate`.

use std::net::SocketAddr;
use std::path::PathBuf;

use auraloader_backend::Clock;
use auraloader_backend::gate::{Gate, Scheme, Upstream};
use clap::Args;

use super::Failure;
use super::listen::listen;
use super::policy::PolicyOptions;

/// What a gate in front of another tus server is run with.
#[derive(Args)]
pub(crate) struct Options {
    /// The tus endpoint behind the gate; it is found at the same path in front
    #[arg(long, value_name = "URL")]
    upstream: String,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8788")]
    listen: SocketAddr,
    /// Directory for the database of used tokens
    #[arg(long, default_value = "aura-gate")]
    data: PathBuf,
    /// Scheme, authority and prefix that clients use, where another proxy before the gate changes them
    #[arg(long)]
    public_url: Option<String>,
    #[command(flatten)]
    policy: PolicyOptions,
}

/// Serves the gate until the program is told to stop.
#[tokio::main]
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let upstream = Upstream::new(&options.upstream, options.public_url.as_deref())?;
    let policy = options.policy.read()?;
    if matches!(policy.scheme, Scheme::Open) {
        tracing::warn!("without --signatures anybody may upload");
    }
    let gate = Gate::open(policy, &options.data, Clock::system())?;
    listen(options.listen, gate.before(&upstream), gate.maintain()).await
}
