//! Fuzzing of everything that reads foreign bytes. What it finds worth keeping is replayed by the core's tests.

use anyhow::Result;
use clap::ValueEnum;
use xshell::{Shell, cmd};

use crate::tools;
use crate::workspace::say;

/// Options of `cargo xtask fuzz`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these
    targets: Vec<Target>,
    /// How long each of them
    #[arg(long, default_value_t = 900)]
    seconds: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    /// The header walk
    Walk,
    /// Character sets
    Text,
    /// Archives
    Zip,
}

impl Target {
    /// Name of the target, and the longest input: larger ones find nothing new here and are slow.
    fn parts(self) -> (&'static str, u32) {
        match self {
            Self::Walk => ("walk", 100_000),
            Self::Text => ("text", 1000),
            Self::Zip => ("zip", 20_000),
        }
    }
}

/// Runs the targets one after the other, then keeps the fewest inputs that reach as much of the code.
pub(crate) fn run(sh: &Shell, args: &Args) -> Result<()> {
    tools::cargo_fuzz(sh)?;
    let all = Target::value_variants();
    let targets = if args.targets.is_empty() { all } else { &args.targets };
    // RUSTUP_TOOLCHAIN is what rustup sets for us; it would go before the nightly that is asked for.
    let nightly = ["run", "nightly", "cargo", "fuzz"];
    for (name, longest) in targets.iter().map(|target| target.parts()) {
        say(&format!("Fuzzing {name} for {} seconds", args.seconds));
        let (seconds, longest) = (args.seconds.to_string(), longest.to_string());
        // One allocation this large would mean that a claimed length was believed.
        let limits = ["-malloc_limit_mb=32", "-rss_limit_mb=1024", "-timeout=5"];
        let found = format!("target/fuzz/{name}");
        sh.create_dir(&found)?;
        let corpora = [found.as_str(), &format!("fuzz/corpus/{name}")];
        cmd!(
            sh,
            "rustup {nightly...} run {name} {corpora...} -- -max_total_time={seconds} -max_len={longest} {limits...}"
        )
        .env_remove("RUSTUP_TOOLCHAIN")
        .run()?;
        let kept = format!("fuzz/corpus/{name}");
        let merge = ["-merge=1", "-set_cover_merge=1"];
        cmd!(sh, "rustup {nightly...} run {name} {kept} {found} -- {merge...} -max_len={longest}")
            .env_remove("RUSTUP_TOOLCHAIN")
            .run()?;
    }
    Ok(())
}
