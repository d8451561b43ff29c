//! Builds the package: wasm-pack and binaryen's wasm-opt for the widget, [`signing`], [`previews`], then the bundles of npm/build.mjs.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::stamp::Step;
use crate::workspace::{root, say};
use crate::{previews, setup, signing};

const GLUE: &str = "target/widget";
const WASM: &str = "target/widget/standalone_auraloader_bg.wasm";
const NAMES: &str = "target/widget/names.json";
const LICENCES: &str = "target/widget-licences.txt";

/// A panic is a trap without a text; what has no reader is not written: `npm/src/breakdown.ts` tells the person.
const SMALL_STD: &str =
    "\x1f-Zunstable-options\x1f-Cpanic=immediate-abort\x1f-Zlocation-detail=none\x1f-Zfmt-debug=none";

/// Builds into pkg/ what has changed since the last time.
pub(crate) fn build(sh: &Shell) -> Result<()> {
    setup::for_build(sh)?;
    wasm(sh)?;
    signing::build(sh)?;
    previews::build(sh)?;
    licences(sh)?;
    package(sh)
}

/// The licences of the crates in the modules, for the package.
fn licences(sh: &Shell) -> Result<()> {
    let step = Step {
        root: &root(),
        name: "licences",
        inputs: &["Cargo.lock", "Cargo.toml", "LICENSE-MIT", "npm/licences.mjs"],
        outputs: &[LICENCES],
    };
    step.run(|| {
        let how = ["--format-version", "1", "--locked", "--filter-platform", "wasm32-unknown-unknown"];
        let metadata = cmd!(sh, "cargo metadata {how...}").quiet().read()?;
        Ok(cmd!(sh, "node npm/licences.mjs {LICENCES}").stdin(metadata).run()?)
    })
}

fn wasm(sh: &Shell) -> Result<()> {
    let small_std = setup::has_std_sources(sh)?;
    let step = Step {
        root: &root(),
        name: if small_std { "wasm" } else { "wasm-large" },
        inputs: &[
            "xtask/src/widget.rs",
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            ".cargo/config.toml",
            "build.rs",
            "src",
            "styles",
            "crates/core",
            "crates/no-streams",
            "npm/package-lock.json",
        ],
        outputs: &[WASM, NAMES, "target/widget/standalone_auraloader.js"],
    };
    step.run(|| {
        say("Building the WebAssembly in release");
        // no-install: wasm-bindgen is on PATH already, and wasm-pack's own wasm-opt would be a download.
        let mut flags = flags(sh)?;
        let mut cargo: &[&str] = &[];
        // Cargo's and rustc's unstable flags; of this one build alone, so that nothing else leans on them.
        let _unstable = small_std.then(|| {
            flags += SMALL_STD;
            cargo = &["-Zbuild-std=std", "-Zbuild-std-features=optimize_for_size"];
            sh.push_env("RUSTC_BOOTSTRAP", "1")
        });
        let _flags = sh.push_env("CARGO_ENCODED_RUSTFLAGS", flags);
        let how = ["--release", "--target", "web", "--mode", "no-install", "--no-typescript"];
        cmd!(sh, "wasm-pack --quiet build . {how...} --out-dir {GLUE} -- {cargo...}").run()?;
        say("Optimising it for size");
        // The stack ends in the lowest kilobyte, so that nothing of ours lies there.
        // What a function of its own costs, brotli saves again: one that is called once is left where it is
        // (`-ocimfs=0`: 3 % more bytes of which brotli makes 4 % fewer), and functions are put beside their likes, by name.
        // Import names end in hashes, which no compressor shrinks; npm/build.mjs puts the short ones into the glue.
        let passes = [
            "--low-memory-unused",
            "--flatten",
            "--rereloop",
            "-Oz",
            "-Oz",
            "-ocimfs=0",
            "--reorder-functions-by-name",
            "--minify-imports-and-exports-and-modules",
        ];
        let names =
            cmd!(sh, "node npm/node_modules/binaryen/bin/wasm-opt {passes...} {WASM} -o {WASM}").read()?;
        Ok(sh.write_file(NAMES, names)?)
    })
}

/// Those of `.cargo/config.toml`, which these replace, and shorter paths of sources for the messages of panics: whose
/// machine it was is nobody's business, and they are 12 KB.
pub(crate) fn flags(sh: &Shell) -> Result<String> {
    let sysroot = cmd!(sh, "rustc --print sysroot").read()?;
    let home = sh.var("CARGO_HOME").or_else(|_| sh.var("HOME").map(|home| format!("{home}/.cargo")))?;
    let mut flags = vec!["--cfg".to_owned(), "erase_components".to_owned()];
    let mut shorten = |path: &str| flags.push(format!("--remap-path-prefix={path}/="));
    shorten(&root().to_string_lossy());
    shorten(&format!("{sysroot}/lib/rustlib/src/rust/library"));
    for registry in sh.read_dir(format!("{home}/registry/src")).unwrap_or_default() {
        shorten(&registry.to_string_lossy());
    }
    Ok(flags.join("\x1f"))
}

fn package(sh: &Shell) -> Result<()> {
    let step = Step {
        root: &root(),
        name: "package",
        inputs: &[
            "npm/src",
            "npm/build.mjs",
            "npm/build-components.mjs",
            "npm/build-server.mjs",
            "npm/manifest.mjs",
            "npm/element.d.ts",
            "npm/index.d.ts",
            "npm/react.d.ts",
            "npm/server.d.ts",
            "npm/vue.d.ts",
            "npm/README.md",
            "npm/package-lock.json",
            "LICENSE",
            "LICENSE-APACHE",
            "LICENSE-MIT",
            WASM,
            NAMES,
            LICENCES,
            "target/widget/standalone_auraloader.js",
            "target/widget/package.json",
            signing::WASM,
            signing::GLUE,
            previews::WASM,
            previews::GLUE,
        ],
        outputs: &[
            "pkg/element.mjs",
            "pkg/react.mjs",
            "pkg/vue.mjs",
            "pkg/integrity.json",
            "pkg/THIRD-PARTY-LICENSES.txt",
            "pkg/standalone-auraloader.umd.js",
            "pkg/standalone-auraloader.mjs",
            "pkg/standalone-auraloader_bg.wasm",
            "pkg/standalone-auraloader.worker.js",
            "pkg/standalone-auraloader.previews.mjs",
            "pkg/standalone-auraloader.previews.wasm",
            "pkg/standalone-auraloader.previews.worker.js",
            "pkg/server.mjs",
            "pkg/server.cjs",
            "pkg/index.d.ts",
            "pkg/server.d.ts",
            "pkg/package.json",
            "pkg/README.md",
        ],
    };
    step.run(|| {
        say("Bundling the package into pkg/");
        let (server, previews) = (signing::DIR, previews::DIR);
        Ok(cmd!(sh, "node npm/build.mjs {GLUE} {server} {previews} {LICENCES} pkg").run()?)
    })
}
