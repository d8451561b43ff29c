//! The reference backend, as the Aura API of whoever tries the widget.

use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::workspace::{root, say};

/// Builds it and starts it on a data folder below the repository; returns as soon as it listens.
pub(crate) fn start(sh: &Shell, listen: SocketAddr, data: &str, more: &[&str]) -> Result<Child> {
    say("Building the reference backend");
    cmd!(sh, "cargo build --quiet --package auraloader-backend --bin aura-backend").quiet().run()?;
    ensure!(TcpStream::connect(listen).is_err(), "{listen} is taken; choose another with --listen");
    let mut backend = Command::new(root().join("target/debug/aura-backend"))
        .current_dir(root())
        .args(["serve", "--data", data, "--listen", &listen.to_string()])
        .args(more)
        .spawn()?;
    while TcpStream::connect_timeout(&listen, Duration::from_secs(1)).is_err() {
        if let Some(status) = backend.try_wait()? {
            bail!("the backend ended with {status}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(backend)
}
