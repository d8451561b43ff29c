//! `auraloader upload`: the session that the widget runs, with files, HTTP and threads of the operating system.

mod body;
mod engine;
mod http;
mod memory;
mod options;
mod outcome;
mod packing;
mod progress;
mod token;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::files::Files;
use engine::Engine;
use memory::Memory;
pub(crate) use options::Options;
pub(crate) use outcome::EXIT_CODES;
use outcome::{Ending, Outcome};
use progress::Display;
use token::TokenCommand;

/// Sends a folder, says what came of it, and tells it by the exit code.
pub(crate) fn run(options: &Options) -> ExitCode {
    let outcome = match prepared(options) {
        Ok(engine) => drive(engine),
        Err(error) => Ok(Outcome::usage(format!("{error:#}"))),
    };
    let outcome = outcome.unwrap_or_else(|error| Outcome::failed(format!("{error:#}")));
    // A reader that wants no more of it changes nothing of what has happened.
    let _ = tell(&outcome, options);
    ExitCode::from(outcome.ending().code())
}

fn tell(outcome: &Outcome, options: &Options) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &outcome.report())?;
        writeln!(out)?;
    }
    if outcome.ending() != Ending::Complete {
        eprintln!("auraloader: {}", outcome.sentence());
    } else if !options.json && !options.quiet {
        writeln!(out, "{}", outcome.sentence())?;
    }
    Ok(())
}

/// All that can be wrong before anything is sent.
fn prepared(options: &Options) -> Result<Engine> {
    let memory = if options.resume() { Memory::open(options.state_dir.as_deref())? } else { None };
    let config = options.config(memory.is_some())?;
    let token = options.token_command.as_deref().map(TokenCommand::new);
    let (files, listed) = Files::below(&options.dir)?;
    let http = http::Client::new().context("cannot set up HTTP")?;
    Ok(Engine::new(
        config,
        engine::Shell {
            files: files.into(),
            listed,
            http,
            memory,
            token,
            display: Display::new(options.quiet),
            debug: options.debug,
        },
    ))
}

fn drive(engine: Engine) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let outcome = runtime.block_on(engine.run());
    // Files that are still being read are of no interest any more.
    runtime.shutdown_background();
    Ok(outcome)
}
