//! Runs the tests, group by group.

use anyhow::Result;
use clap::ValueEnum;
use xshell::{Cmd, Shell, cmd};

use crate::workspace::{root, say};
use crate::{setup, widget};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these groups
    groups: Vec<Group>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Unit and integration tests of all crates
    Native,
    /// Components and the JavaScript surface in headless Chromium
    Web,
    /// The TypeScript
    Js,
    /// The built package in Chromium, and its main path in Firefox and WebKitGTK, against real servers
    E2e,
    /// The packed tarball in fresh projects, and the examples
    Packaging,
}

/// Installs what is missing, then runs the groups in order of their cost.
pub(crate) fn run(sh: &Shell, args: &Args) -> Result<()> {
    let wanted = |group| args.groups.is_empty() || args.groups.contains(&group);
    setup::for_build(sh)?;
    setup::for_tests(sh)?;
    if wanted(Group::Native) {
        say("Native tests");
        cmd!(sh, "cargo test --workspace").run()?;
    }
    if wanted(Group::Web) {
        say("Tests of the widget in headless Chromium");
        cmd!(sh, "cargo test --package standalone-auraloader --target wasm32-unknown-unknown --tests")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
            .env("CHROMEDRIVER", "/usr/bin/chromedriver")
            .run()?;
    }
    if wanted(Group::Js) {
        widget::build(sh)?;
        say("Tests of the TypeScript");
        let _npm = sh.push_dir("npm");
        cmd!(sh, "npm test --silent").run()?;
    }
    if wanted(Group::E2e) {
        end_to_end(sh, "test")?;
    }
    if wanted(Group::Packaging) {
        packaging(sh)?;
    }
    Ok(())
}

/// Pictures of every state, in all widths, colours and some languages.
pub(crate) fn gallery(sh: &Shell) -> Result<()> {
    setup::for_tests(sh)?;
    end_to_end(sh, "gallery")
}

/// Writes anew what the end-to-end tests hold every state to.
pub(crate) fn snapshots(sh: &Shell) -> Result<()> {
    setup::for_tests(sh)?;
    end_to_end(sh, "snapshots")
}

/// The tarball of what is in pkg/.
pub(crate) fn packaging(sh: &Shell) -> Result<()> {
    setup::for_tests(sh)?;
    setup::backend_python(sh)?;
    with_package(sh)?;
    say("Tests of the packed tarball in fresh projects");
    let _packaging = sh.push_dir("tests/packaging");
    with_parts(cmd!(sh, "node --test --test-force-exit packaging.test.mjs"))
}

fn end_to_end(sh: &Shell, script: &str) -> Result<()> {
    with_package(sh)?;
    say("Tests of the built package in Chromium, Firefox and WebKitGTK, against real servers");
    let _e2e = sh.push_dir("tests/e2e");
    with_parts(cmd!(sh, "npm run --silent {script}"))
}

fn with_package(sh: &Shell) -> Result<()> {
    widget::build(sh)?;
    say("Building the reference backend");
    Ok(cmd!(sh, "cargo build --quiet --package auraloader-backend --bin aura-backend").run()?)
}

fn with_parts(command: Cmd) -> Result<()> {
    Ok(command
        .env("AURA_BACKEND", root().join("target/debug/aura-backend"))
        .env("PYDICOM_DIR", root().join(setup::PYDICOM_DIR))
        .env("BACKEND_PYTHON_DIR", root().join(setup::BACKEND_PYTHON_DIR))
        .env("MOTO_DIR", root().join(setup::MOTO_DIR))
        .run()?)
}
