//! Builds the previews' own module; npm/build.mjs puts it beside the widget.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::stamp::Step;
use crate::widget::flags;
use crate::workspace::{root, say};

/// Where the glue and the WebAssembly are put.
pub(crate) const DIR: &str = "target/previews";
/// wasm-bindgen's JavaScript.
pub(crate) const GLUE: &str = "target/previews/auraloader_previews.js";
/// The module, optimised.
pub(crate) const WASM: &str = "target/previews/auraloader_previews_bg.wasm";

/// Builds what has changed since the last time; the tools are there already.
pub(crate) fn build(sh: &Shell) -> Result<()> {
    let step = Step {
        root: &root(),
        name: "previews",
        inputs: &[
            "xtask/src/previews.rs",
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            ".cargo/config.toml",
            "crates/previews/Cargo.toml",
            "crates/previews/src",
            "crates/core/src/dicom",
            "npm/package-lock.json",
        ],
        outputs: &[GLUE, WASM],
    };
    step.run(|| {
        say("Building the previews' WebAssembly");
        let how = ["--release", "--target", "web", "--mode", "no-install", "--no-typescript"];
        let _flags = sh.push_env("CARGO_ENCODED_RUSTFLAGS", flags(sh)?);
        let out = root().join(DIR);
        cmd!(sh, "wasm-pack --quiet build crates/previews {how...} --out-dir {out}").run()?;
        Ok(cmd!(sh, "node npm/node_modules/binaryen/bin/wasm-opt -O3 {WASM} -o {WASM}").run()?)
    })
}
