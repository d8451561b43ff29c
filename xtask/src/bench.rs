//! Speed and memory in Chromium, beside what a user would pick instead. It reports; no figure makes it fail.

use anyhow::Result;
use clap::ValueEnum;
use xshell::{Shell, cmd};

use crate::stamp::Step;
use crate::workspace::{root, say};
use crate::{setup, widget};

const WALK: &str = "target/bench/walk";
const WASM: &str = "target/bench/walk/auraloader_bench_bg.wasm";

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these parts
    parts: Vec<Part>,
    /// Rounds, instead of as many as each part has by itself
    #[arg(long)]
    rounds: Option<u32>,
    /// Files of 20 KiB for `drop` and `memory`
    #[arg(long, default_value_t = 10_000)]
    files: u32,
    /// Only these cases of `upload`; `10gb` and `50000` only if named, and `10gb` needs 12 GB of disk meanwhile
    #[arg(long = "case", value_parser = ["500", "2000", "10000", "100mbit", "10gb", "50000"])]
    cases: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// From navigation to a mounted widget
    Load,
    /// Files a second in memory, beside npm's dicom-parser and dcmjs
    Parse,
    /// From drop to studies, beside merely reading the files
    Drop,
    /// Very many studies and files left out: how long the page is blocked
    Lists,
    /// Peak of the browser's memory, beside merely reading the files
    Memory,
    /// 50,000 files, time and memory
    Large,
    /// Storing and deflating over the loopback and 100 Mbit/s
    Compression,
    /// From drop to complete, beside dicom-parser, zip.js and Uppy put together
    Upload,
}

/// Builds the widget and the walk, then measures. Figures go to target/bench/results.json too.
pub(crate) fn run(sh: &Shell, args: &Args) -> Result<()> {
    setup::for_bench(sh)?;
    widget::build(sh)?;
    walk(sh)?;
    if args.parts.is_empty() || args.parts.iter().any(|part| matches!(part, Part::Compression)) {
        // It makes the files.
        cmd!(sh, "cargo build --quiet --package auraloader-backend --bin aura-backend").run()?;
    }
    let parts = args.parts.iter().filter_map(ValueEnum::to_possible_value);
    let parts: Vec<_> = parts.map(|part| part.get_name().to_owned()).collect();
    let mut options = vec!["--files".to_owned(), args.files.to_string()];
    options.extend(args.rounds.iter().flat_map(|rounds| ["--rounds".to_owned(), rounds.to_string()]));
    options.extend(args.cases.iter().flat_map(|case| ["--case".to_owned(), case.clone()]));
    say("Measuring in Chromium");
    cmd!(sh, "node benches/bench.mjs {parts...} {options...}")
        .env("PYDICOM_DIR", root().join(setup::PYDICOM_DIR))
        .run()?;
    Ok(())
}

/// The header walk by itself, made as the widget is: same profile, same passes.
fn walk(sh: &Shell) -> Result<()> {
    let step = Step {
        root: &root(),
        name: "bench-walk",
        inputs: &[
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            ".cargo/config.toml",
            "crates/core",
            "benches/walk",
            "npm/package-lock.json",
        ],
        outputs: &[WASM, "target/bench/walk/auraloader_bench.js"],
    };
    step.run(|| {
        say("Building the header walk by itself in release");
        let target = ["--release", "--target", "wasm32-unknown-unknown"];
        cmd!(sh, "cargo build --quiet --package auraloader-bench {target...}").run()?;
        let built = "target/wasm32-unknown-unknown/release/auraloader_bench.wasm";
        cmd!(sh, "wasm-bindgen --target web --no-typescript --out-dir {WALK} {built}").run()?;
        Ok(cmd!(sh, "node npm/node_modules/binaryen/bin/wasm-opt -Oz {WASM} -o {WASM}").run()?)
    })
}
