//! Everything that has to hold before a version is published.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::workspace::{root, say};
use crate::{check, setup, test, tools, widget};

/// Where the tarball and the bills of materials are put.
const OUT: &str = "target/package";
/// What the builds leave that must not find its way into a release from an earlier one.
const MADE: [&str; 5] = [
    "pkg",
    "target/widget",
    "target/signing",
    "target/stamps/package",
    "target/wasm32-unknown-unknown/release",
];
/// Projects whose lock files name the package's version.
const LOCKED: [&str; 6] = [
    "examples/backend-node",
    "examples/react",
    "examples/vite",
    "tests/packaging/next",
    "tests/packaging/vue",
    "tests/packaging/webpack",
];

/// Options of `cargo xtask release`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Do all but publish: that is `npm publish target/package/*.tgz`, by a CI that npm trusts
    #[arg(long, required = true)]
    dry_run: bool,
}

/// Builds from clean, packs, tests the tarball and writes what a release consists of into [`OUT`].
pub(crate) fn run(sh: &Shell, args: &Args) -> Result<()> {
    ensure!(args.dry_run, "nothing is published from here");
    let version = versions(sh)?;
    say(&format!("Version {version}: Cargo.toml, the changelog and the lock files agree"));
    for path in MADE {
        sh.remove_path(path)?;
    }
    widget::build(sh)?;
    let manifest: Value = serde_json::from_str(&sh.read_file("pkg/package.json")?)?;
    let built = manifest.get("version");
    ensure!(built.is_some_and(|built| *built == version), "pkg/package.json has the version {built:?}");
    if manifest.get("repository").is_none() {
        say("Cargo.toml names no repository: npm will not publish with provenance");
    }
    check::package(sh)?;
    test::packaging(sh)?;

    sh.remove_path(OUT)?;
    sh.create_dir(OUT)?;
    let packed = {
        let _package = sh.push_dir("pkg");
        let out = root().join(OUT);
        cmd!(sh, "npm pack --json --silent --pack-destination {out}").quiet().read()?
    };
    bills_of_materials(sh)?;
    say(&format!("In {OUT}/"));
    println!("{}", summary(&serde_json::from_str(&packed)?)?);
    print!("{}", sh.read_file("pkg/integrity.json")?);
    Ok(())
}

/// The one version that everything has; fails where they differ.
pub(crate) fn versions(sh: &Shell) -> Result<String> {
    let manifest = sh.read_file("Cargo.toml")?;
    let version = manifest
        .split("[workspace.package]")
        .nth(1)
        .and_then(|rest| rest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"')))
        .context("Cargo.toml has no version of the workspace")?;
    announced(&sh.read_file("CHANGELOG.md")?, version)?;
    for folder in LOCKED {
        let lock: Value = serde_json::from_str(&sh.read_file(format!("{folder}/package-lock.json"))?)?;
        let locked =
            lock.pointer("/packages/node_modules~1standalone-auraloader/version").unwrap_or(&Value::Null);
        ensure!(
            *locked == version,
            "{folder}/package-lock.json has the version {locked}: run npm install there"
        );
    }
    Ok(version.to_owned())
}

/// Whether the changelog begins with this version, or with what is still to be released, and tells something of it.
fn announced(changelog: &str, version: &str) -> Result<()> {
    let mut sections = changelog.split("\n## ").skip(1);
    let (title, text) = sections.next().and_then(|section| section.split_once('\n')).unwrap_or_default();
    let name = title.split_whitespace().next().unwrap_or_default();
    ensure!(
        name == "Unreleased" || name == version,
        "the changelog begins with \"{title}\", not with {version}"
    );
    ensure!(text.lines().any(|line| line.starts_with("- ")), "the changelog tells nothing of {title}");
    if name == "Unreleased" && sections.any(|section| section.split_whitespace().next() == Some(version)) {
        bail!("the changelog has {version} as released already");
    }
    Ok(())
}

/// `CycloneDX`: the crates of the widget, and the npm packages that build it; none of those is in the package.
fn bills_of_materials(sh: &Shell) -> Result<()> {
    tools::cargo_cyclonedx(sh)?;
    setup::for_build(sh)?;
    let how = ["--format", "json", "--target", "wasm32-unknown-unknown", "--override-filename", "cyclonedx"];
    cmd!(sh, "cargo cyclonedx --quiet {how...}").run()?;
    sh.copy_file("cyclonedx.json", format!("{OUT}/rust.cdx.json"))?;
    // It writes one beside the manifest of each member of the workspace.
    for made in cmd!(sh, "git ls-files --others --exclude-standard").quiet().read()?.lines() {
        if Path::new(made).file_name().is_some_and(|name| name == "cyclonedx.json") {
            sh.remove_path(made)?;
        }
    }
    let npm = {
        let _npm = sh.push_dir("npm");
        cmd!(sh, "npm sbom --sbom-format cyclonedx --loglevel=error").quiet().read()?
    };
    Ok(sh.write_file(format!("{OUT}/npm.cdx.json"), npm)?)
}

/// What `npm pack --json` says, in a few lines.
fn summary(packed: &Value) -> Result<String> {
    let one = packed.get(0).context("npm packed nothing")?;
    let files = one.get("files").and_then(Value::as_array).context("npm packed no files")?;
    let field = |of: &Value, name| of.get(name).map(ToString::to_string).unwrap_or_default();
    let line = |of: &Value, name| format!("{:>9}  {}", field(of, "size"), field(of, name).trim_matches('"'));
    let lines = files.iter().map(|file| line(file, "path"));
    let total = format!("{} {}", line(one, "filename"), field(one, "integrity").trim_matches('"'));
    Ok(lines.chain([total]).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::announced;

    #[test]
    fn the_changelog_has_to_speak_of_the_version() {
        for (changelog, is_sound) in [
            ("# Changelog\n\n## Unreleased\n\n- New.\n", true),
            ("# Changelog\n\n## 0.2.0 – 2026-11-22\n\n- New.\n", true),
            ("# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0\n\n- Old.\n", true),
            ("# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.2.0\n\n- Old.\n", false),
            ("# Changelog\n\n## Unreleased\n\n## 0.1.0\n\n- Old.\n", false),
            ("# Changelog\n\n## 0.1.0\n\n- Old.\n", false),
            ("# Changelog\n", false),
        ] {
            assert_eq!(announced(changelog, "0.2.0").is_ok(), is_sound, "{changelog}");
        }
    }
}
