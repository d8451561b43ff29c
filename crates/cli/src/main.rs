//! The widget's core from the command line: `auraloader --help`.

mod files;
mod index;
mod report;
mod summary;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "auraloader", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read a folder and tell which studies are in it, and what would be left out of an upload
    Index {
        /// The folder, read with all folders in it
        dir: PathBuf,
        /// Print one JSON object instead of a summary
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("auraloader: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let Command::Index { dir, json } = command;
    let (items, index) = index::read(&dir)?;
    let mut out = std::io::stdout().lock();
    if json { report::write(&mut out, &items, &index) } else { summary::write(&mut out, &index) }
}

/// Whoever read the output wants no more of it (`auraloader index … | head`).
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let json = error.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    io.or(json) == Some(std::io::ErrorKind::BrokenPipe)
}
