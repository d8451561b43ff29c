//! One of the examples, with the reference backend as the Aura API.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use clap::ValueEnum;
use xshell::{Shell, cmd};

use crate::workspace::{root, say};
use crate::{backend, setup, widget};

/// Options of `cargo xtask example`.
#[derive(clap::Args)]
pub(crate) struct Args {
    example: Example,
    /// Where the Aura API listens
    #[arg(long, default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Where the integrator's backend, and so the page, is
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Example {
    /// A page with a script tag
    ScriptTag,
    /// Vite and TypeScript
    Vite,
    /// The React component
    React,
    /// Express, with the page of `script-tag`
    BackendNode,
    /// `FastAPI`, with the page of `script-tag`
    BackendPython,
}

/// Builds what is out of date and serves until it is stopped.
pub(crate) fn run(sh: &Shell, args: &Args) -> Result<()> {
    widget::build(sh)?;
    let pages = match args.example {
        Example::Vite => build(sh, "examples/vite")?,
        Example::React => build(sh, "examples/react")?,
        Example::ScriptTag | Example::BackendNode | Example::BackendPython => {
            "examples/script-tag".to_owned()
        }
    };
    let mut aura = backend::start(sh, args.listen, "target/examples", &[])?;
    let served = integrator(sh, args, &pages);
    // Ctrl-C has ended both; otherwise the first one's end is the other one's.
    drop(aura.kill());
    aura.wait()?;
    served
}

/// The pages' folder.
fn build(sh: &Shell, folder: &str) -> Result<String> {
    install(sh, folder)?;
    let _in_folder = sh.push_dir(folder);
    cmd!(sh, "npm run --silent build").run()?;
    Ok(format!("{folder}/dist"))
}

/// With the package as it is now in pkg/.
fn install(sh: &Shell, folder: &str) -> Result<()> {
    say(&format!("Installing the npm packages of {folder}"));
    let _in_folder = sh.push_dir(folder);
    Ok(cmd!(sh, "npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error").run()?)
}

fn integrator(sh: &Shell, args: &Args, pages: &str) -> Result<()> {
    let credentials: serde_json::Value =
        serde_json::from_str(&sh.read_file("target/examples/credentials.json")?)?;
    let text = |pointer| {
        let value = credentials.pointer(pointer).and_then(serde_json::Value::as_str);
        value.with_context(|| format!("credentials.json has no {pointer}"))
    };
    let (pages, port) = (root().join(pages), args.port.to_string());
    let is_python = args.example == Example::BackendPython;
    let folder = if is_python { "examples/backend-python" } else { "examples/backend-node" };
    let command = if is_python {
        setup::backend_python(sh)?;
        cmd!(sh, "python3 -m uvicorn main:app --port {port}")
            .env("PYTHONPATH", root().join(setup::BACKEND_PYTHON_DIR))
    } else {
        install(sh, folder)?;
        cmd!(sh, "node server.mjs").env("PORT", &port)
    };
    say(&format!("The example is at http://127.0.0.1:{port}/ (Ctrl-C ends it)"));
    let _in_folder = sh.push_dir(folder);
    Ok(command
        .env("PAGES", pages)
        .env("AURA_API_URL", format!("http://{}/api", args.listen))
        .env("SERVICE_API_KEY", text("/api_key")?)
        .env("AURA_APP_ID", text("/app_id")?)
        .env("AURA_APP_SECRET", text("/app_secrets/0")?)
        .run()?)
}
