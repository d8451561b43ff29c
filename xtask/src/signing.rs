//! Builds the signing crate for the package's server entry; npm/build-server.mjs bundles what comes of it.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::stamp::Step;
use crate::widget::flags;
use crate::workspace::{root, say};

/// Where the glue and the WebAssembly are put.
pub(crate) const DIR: &str = "target/signing";
/// wasm-bindgen's JavaScript.
pub(crate) const GLUE: &str = "target/signing/auraloader_signing_node.js";
/// The module, optimised.
pub(crate) const WASM: &str = "target/signing/auraloader_signing_node_bg.wasm";

/// Builds what has changed since the last time; the tools are there already.
pub(crate) fn build(sh: &Shell) -> Result<()> {
    let step = Step {
        root: &root(),
        name: "signing",
        inputs: &[
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            ".cargo/config.toml",
            "crates/signing",
            "crates/signing-node",
            "npm/package-lock.json",
        ],
        outputs: &[GLUE, WASM],
    };
    step.run(|| {
        say("Building the signing crate for Node");
        // As the widget is built. The glue for the web, as it can be given the bytes, and so needs no path to a file.
        let how = ["--release", "--target", "web", "--mode", "no-install", "--no-typescript"];
        let _flags = sh.push_env("CARGO_ENCODED_RUSTFLAGS", flags(sh)?);
        let out = root().join(DIR);
        cmd!(sh, "wasm-pack --quiet build crates/signing-node {how...} --out-dir {out}").run()?;
        Ok(cmd!(sh, "node npm/node_modules/binaryen/bin/wasm-opt -Oz {WASM} -o {WASM}").run()?)
    })
}
