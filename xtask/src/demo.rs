//! The demo page on the reference backend.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use xshell::Shell;

use crate::workspace::say;
use crate::{backend, widget};

/// Options of `cargo xtask demo`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the backend listens
    #[arg(long, default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
}

/// Builds what is out of date and serves until it is stopped.
pub(crate) fn run(sh: &Shell, args: &Args) -> Result<()> {
    widget::build(sh)?;
    let more = ["--widget", "pkg", "--demo", "examples/demo"];
    let mut backend = backend::start(sh, args.listen, "target/demo", &more)?;
    say(&format!("The demo is at http://{}/demo (Ctrl-C ends it)", args.listen));
    let status = backend.wait()?;
    ensure!(status.success(), "the backend ended with {status}");
    Ok(())
}
