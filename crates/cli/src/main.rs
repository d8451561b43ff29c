//! The widget's core from the command line: `auraloader --help`.

mod files;
mod index;
mod report;
mod summary;
mod upload;

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
    /// Read a folder and send its studies to the Aura API
    #[command(after_help = upload::EXIT_CODES)]
    Upload(Box<upload::Options>),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Index { dir, json } => match index(&dir, json) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("auraloader: {error:#}");
                ExitCode::FAILURE
            }
        },
        Command::Upload(options) => upload::run(&options),
    }
}

fn index(dir: &std::path::Path, json: bool) -> Result<()> {
    let (items, index) = index::read(dir)?;
    let mut out = std::io::stdout().lock();
    if json { report::write(&mut out, &items, &index) } else { summary::write(&mut out, &index) }
}

/// Whoever read the output wants no more of it (`auraloader index … | head`).
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let json = error.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    io.or(json) == Some(std::io::ErrorKind::BrokenPipe)
}
