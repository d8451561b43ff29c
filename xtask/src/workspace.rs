//! Where the repository is, and the shell that runs commands in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::Shell;

/// The repository's top folder.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// A shell in the repository's top folder that finds the tools that setup installed.
pub(crate) fn shell() -> Result<Shell> {
    let sh = Shell::new().context("starting a shell")?;
    sh.change_dir(root());
    crate::tools::put_on_path(&sh)?;
    Ok(sh)
}

/// Says what is being done, on a line of its own.
pub(crate) fn say(what: &str) {
    println!("==> {what}");
}

/// The version of `package` in the text of a Cargo.lock.
pub(crate) fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    lock.split("[[package]]")
        .find(|block| block.lines().any(|line| line == name))?
        .lines()
        .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn finds_the_package_of_exactly_that_name() {
        let lock = "version = 4\n\n[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
