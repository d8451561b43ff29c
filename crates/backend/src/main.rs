//! The reference backend as a program.

mod program;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use auraloader_backend::phantom::Phantom;
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use self::program::{Failure, gate, serve};

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
    Serve(serve::Options),
    /// Put a gate in front of another tus server: what isn't signed, too large or of another type isn't let through
    Gate(gate::Options),
    /// Write a synthetic CT study of a head phantom
    Phantom(WritePhantom),
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

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let done = match Cli::parse().command {
        Command::Serve(options) => serve::run(options),
        Command::Gate(options) => gate::run(options),
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
