//! The project's commands: `cargo xtask --help`.

mod backend;
mod bench;
mod check;
mod demo;
mod example;
mod fuzz;
mod previews;
mod release;
mod setup;
mod signing;
mod stamp;
mod test;
mod tools;
mod widget;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, shows, tests and checks standalone-auraloader")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install whatever the other commands need; they do it themselves too
    Setup,
    /// Build the npm package in release into pkg/
    Build,
    /// Build the widget, start the reference backend and print the address of the demo page
    Demo(demo::Args),
    /// Build one of the examples and serve it, with the reference backend as the Aura API
    Example(example::Args),
    /// Run every test, or only some of the groups
    Test(test::Args),
    /// Measure speed and memory of reading in Chromium, beside other readers
    Bench(bench::Args),
    /// Write pictures of every state of the widget, in several widths, colours and languages, into target/gallery
    Gallery,
    /// Write anew what tests hold every state to: how it looks, and what assistive technology is told
    Snapshots,
    /// Let the fuzzer look for bytes that break the reading of files; needs a nightly compiler
    Fuzz(fuzz::Args),
    /// Check versions, build from clean, pack, test the tarball, write bills of materials
    Release(release::Args),
    /// Format, lints for both targets, dependencies, types, documentation and its links, size budgets
    Check(check::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    let sh = workspace::shell()?;
    match task {
        Task::Setup => setup::everything(&sh),
        Task::Build => widget::build(&sh),
        Task::Demo(args) => demo::run(&sh, &args),
        Task::Example(args) => example::run(&sh, &args),
        Task::Test(args) => test::run(&sh, &args),
        Task::Bench(args) => bench::run(&sh, &args),
        Task::Gallery => test::gallery(&sh),
        Task::Snapshots => test::snapshots(&sh),
        Task::Fuzz(args) => fuzz::run(&sh, &args),
        Task::Release(args) => release::run(&sh, &args),
        Task::Check(args) => check::run(&sh, &args),
    }
}
