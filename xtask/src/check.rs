//! What has to hold besides the tests.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::workspace::say;
use crate::{release, setup, widget};

/// Options of `cargo xtask check`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also ask the advisory database, which is a Git repository on the internet
    #[arg(long)]
    advisories: bool,
}

/// Runs all checks, the quick ones first.
pub(crate) fn run(sh: &Shell, args: &Args) -> Result<()> {
    setup::for_build(sh)?;
    setup::for_check(sh)?;

    say("Format");
    cmd!(sh, "cargo fmt --all --check").run()?;
    npm(sh, "format")?;

    say("Dependencies: bans, licences, sources");
    cmd!(sh, "cargo deny --log-level error check bans licenses sources").run()?;
    if args.advisories {
        say("Dependencies: advisories");
        cmd!(sh, "cargo deny check advisories").run()?;
    }

    say("Versions");
    release::versions(sh)?;

    say("Types of the TypeScript");
    npm(sh, "types")?;

    say("Lints, native");
    cmd!(sh, "cargo clippy --quiet --workspace --all-targets -- --deny warnings").run()?;
    say("Lints, in the browser");
    let widget = ["--package", "standalone-auraloader", "--target", "wasm32-unknown-unknown"];
    cmd!(sh, "cargo clippy --quiet {widget...} --all-targets -- --deny warnings").run()?;

    say("Documentation");
    cmd!(sh, "cargo doc --quiet --workspace --no-deps --document-private-items")
        .env("RUSTDOCFLAGS", "--deny warnings")
        .run()?;
    say("Links of the documentation");
    cmd!(sh, "node npm/links.mjs").run()?;
    say("The book of it, into target/book");
    cmd!(sh, "mdbook build docs").run()?;

    widget::build(sh)?;
    package(sh)
}

/// The built package: whether bundlers, Node and TypeScript find what it promises, and its sizes.
pub(crate) fn package(sh: &Shell) -> Result<()> {
    say("The package, as publint and attw read it");
    npm(sh, "package")?;
    say("Sizes");
    Ok(cmd!(sh, "node npm/sizes.mjs pkg").run()?)
}

fn npm(sh: &Shell, script: &str) -> Result<()> {
    let _npm = sh.push_dir("npm");
    Ok(cmd!(sh, "npm run --silent {script}").run()?)
}
