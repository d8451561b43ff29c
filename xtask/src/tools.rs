//! Cargo-installed tools, kept by version outside target/ so that fresh clones share them and versions don't clash.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::workspace::{locked_version, say};

/// Used when no other is on PATH.
const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.37.1";
const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";
const CARGO_CYCLONEDX: &str = "0.5.9";
const MDBOOK: &str = "0.5.4";

/// The wasm-bindgen CLI (and its test runner) of exactly the version that Cargo.lock has.
pub(crate) fn wasm_bindgen(sh: &Shell) -> Result<()> {
    let version = wasm_bindgen_version(sh)?;
    let there = ["wasm-bindgen", "wasm-bindgen-test-runner"].iter().all(|program| {
        let found = cmd!(sh, "{program} --version").quiet().ignore_stderr().read();
        found.is_ok_and(|text| text.split_whitespace().nth(1) == Some(version.as_str()))
    });
    if there { Ok(()) } else { install(sh, "wasm-bindgen-cli", &version) }
}

/// Any wasm-pack.
pub(crate) fn wasm_pack(sh: &Shell) -> Result<()> {
    if runs(sh, "wasm-pack") { Ok(()) } else { install(sh, "wasm-pack", WASM_PACK) }
}

/// Any geckodriver, by which Firefox is driven; Debian has none.
pub(crate) fn geckodriver(sh: &Shell) -> Result<()> {
    if runs(sh, "geckodriver") { Ok(()) } else { install(sh, "geckodriver", GECKODRIVER) }
}

/// Any cargo-deny.
pub(crate) fn cargo_deny(sh: &Shell) -> Result<()> {
    if runs(sh, "cargo-deny") { Ok(()) } else { install(sh, "cargo-deny", CARGO_DENY) }
}

/// Any cargo-fuzz.
pub(crate) fn cargo_fuzz(sh: &Shell) -> Result<()> {
    if runs(sh, "cargo-fuzz") { Ok(()) } else { install(sh, "cargo-fuzz", CARGO_FUZZ) }
}

/// Any cargo-cyclonedx.
pub(crate) fn cargo_cyclonedx(sh: &Shell) -> Result<()> {
    if runs(sh, "cargo-cyclonedx") { Ok(()) } else { install(sh, "cargo-cyclonedx", CARGO_CYCLONEDX) }
}

/// Any mdBook; without its server and its search, which nothing here needs and which take most of its building.
pub(crate) fn mdbook(sh: &Shell) -> Result<()> {
    if runs(sh, "mdbook") { Ok(()) } else { install_with(sh, "mdbook", MDBOOK, &["--no-default-features"]) }
}

/// Whether `program --version` works.
pub(crate) fn runs(sh: &Shell, program: &str) -> bool {
    cmd!(sh, "{program} --version").quiet().ignore_stdout().ignore_stderr().run().is_ok()
}

/// Puts the folders of [`install`] before everything else on PATH.
pub(crate) fn put_on_path(sh: &Shell) -> Result<()> {
    let wanted = [
        folder("wasm-bindgen-cli", &wasm_bindgen_version(sh)?)?,
        folder("wasm-pack", WASM_PACK)?,
        folder("geckodriver", GECKODRIVER)?,
        folder("cargo-deny", CARGO_DENY)?,
        folder("cargo-fuzz", CARGO_FUZZ)?,
        folder("cargo-cyclonedx", CARGO_CYCLONEDX)?,
        folder("mdbook", MDBOOK)?,
    ];
    let old = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(wanted.into_iter().map(|dir| dir.join("bin")).chain(env::split_paths(&old)))?;
    sh.set_var("PATH", path);
    Ok(())
}

fn wasm_bindgen_version(sh: &Shell) -> Result<String> {
    let lock = sh.read_file("Cargo.lock")?;
    Ok(locked_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")?.to_owned())
}

fn install(sh: &Shell, package: &str, version: &str) -> Result<()> {
    install_with(sh, package, version, &[])
}

/// Without --locked: a registry mirror may lag behind the lock file that the tool was published with.
fn install_with(sh: &Shell, package: &str, version: &str, options: &[&str]) -> Result<()> {
    say(&format!("Installing {package} {version} (takes some minutes, once)"));
    let folder = folder(package, version)?;
    cmd!(sh, "cargo install --quiet {package} --version {version} {options...} --root {folder}")
        .run()
        .with_context(|| format!("{package} {version} could not be installed from crates.io"))
}

fn folder(package: &str, version: &str) -> Result<PathBuf> {
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .context("neither CARGO_HOME nor HOME is set")?;
    Ok(cargo_home.join("auraloader-tools").join(format!("{package}-{version}")))
}
