//! The demo page on the reference backend.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::widget;
use crate::workspace::{root, say};

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
    say("Building the reference backend");
    cmd!(sh, "cargo build --quiet --package auraloader-backend --bin aura-backend").quiet().run()?;
    let listen = args.listen.to_string();
    ensure!(TcpStream::connect(args.listen).is_err(), "{listen} is taken; choose another with --listen");
    let mut backend = Command::new(root().join("target/debug/aura-backend"))
        .current_dir(root())
        .args([
            "serve",
            "--data",
            "target/demo",
            "--widget",
            "pkg",
            "--demo",
            "examples/demo",
            "--listen",
            &listen,
        ])
        .spawn()?;
    while TcpStream::connect_timeout(&args.listen, Duration::from_secs(1)).is_err() {
        if let Some(status) = backend.try_wait()? {
            bail!("the backend ended with {status}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    say(&format!("The demo is at http://{listen}/demo (Ctrl-C ends it)"));
    let status = backend.wait()?;
    ensure!(status.success(), "the backend ended with {status}");
    Ok(())
}
