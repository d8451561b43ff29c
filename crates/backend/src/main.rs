//! The reference backend as a program.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use auraloader_backend::phantom::Phantom;
use auraloader_backend::{Backend, Config, load_or_create_credentials};
use clap::{Args, Parser, Subcommand};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// How long requests that are running may go on after the program was told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reference backend of the Aura upload API
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, and the demo if asked for
    Serve(Serve),
    /// Write a synthetic CT study of a head phantom
    Phantom(WritePhantom),
}

#[derive(Args)]
struct Serve {
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
    /// Largest upload in bytes
    #[arg(long)]
    max_size: Option<u64>,
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
}

#[derive(Args)]
struct WritePhantom {
    /// Slices of the main series
    #[arg(long)]
    slices: u32,
    /// Rows and columns of each image
    #[arg(long, default_value_t = 256)]
    size: u16,
    /// Where to write; made if missing
    directory: PathBuf,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let done = match Cli::parse().command {
        Command::Serve(options) => serve(options),
        Command::Phantom(options) => write_phantom(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

fn report(error: &dyn std::error::Error) {
    eprintln!("aura-backend: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
}

fn write_phantom(options: &WritePhantom) -> Result<(), Failure> {
    let phantom = Phantom { slices: options.slices, size: options.size };
    let files = phantom.write(&options.directory)?;
    println!("Wrote {files} files to {}", options.directory.display());
    Ok(())
}

#[tokio::main]
async fn serve(options: Serve) -> Result<(), Failure> {
    let account = load_or_create_credentials(&options.data)?;
    let mut config = Config::new(options.data, vec![account]);
    config.tus_path = options.tus_path;
    config.public_url = options.public_url;
    config.rate_limits = !options.no_rate_limits;
    config.widget = options.widget;
    config.demo = options.demo;
    if let Some(bytes) = options.max_size {
        config.max_upload_size = bytes;
    }

    if let Some(seconds) = options.lift_lifetime {
        config.lift_token_lifetime = Duration::from_secs(seconds);
    }
    if let Some(seconds) = options.token_lifetime {
        config.demo_token_lifetime = Duration::from_secs(seconds);
    }

    let backend = Backend::open(config)?;
    let listener = TcpListener::bind(options.listen).await?;
    println!("Listening on http://{}", listener.local_addr()?);

    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, backend.router()).with_graceful_shutdown(async {
        // An error means that the sender is gone, which is as good a reason to stop.
        let _ = stopped.await;
    });
    let out_of_patience = async {
        told_to_stop().await;
        tracing::info!("stopping");
        let _ = stop.send(());
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = server => ended?,
        () = out_of_patience => tracing::warn!("stopped with requests still running"),
        () = backend.maintain() => {}
    }
    Ok(())
}

/// Ctrl-C, or SIGTERM where there is such a thing.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
