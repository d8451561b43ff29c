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
    /// Its name, the longest input to try, and the longest that is kept: the corpus in the repository is to be small.
    fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Walk => ("walk", "100000", "600"),
            Self::Text => ("text", "1000", "100"),
            Self::Zip => ("zip", "20000", "400"),
        }
    }
}

/// Runs the targets one after the other, then keeps the fewest inputs that reach as much of the code.
pub(crate) fn run(sh: &Shell, args: &Args) -> Result<()> {
    tools::cargo_fuzz(sh)?;
    let all = Target::value_variants();
    let targets = if args.targets.is_empty() { all } else { &args.targets };
    // RUSTUP_TOOLCHAIN is what rustup sets for us; it would go before the nightly that is asked for.
    let _any = sh.push_env("RUSTUP_TOOLCHAIN", "nightly");
    // One allocation this large would mean that a claimed length was believed.
    let limits = ["-malloc_limit_mb=32", "-rss_limit_mb=1024", "-timeout=5"];

    for (name, longest, longest_kept) in targets.iter().map(|target| target.parts()) {
        say(&format!("Fuzzing {name} for {} seconds", args.seconds));
        let (found, kept, fresh) = (
            format!("target/fuzz/{name}"),
            format!("fuzz/corpus/{name}"),
            format!("target/fuzz/{name}-kept"),
        );
        sh.create_dir(&found)?;
        let time = format!("-max_total_time={}", args.seconds);
        cmd!(sh, "cargo fuzz run {name} {found} {kept} -- {time} -max_len={longest} {limits...}").run()?;
        sh.remove_path(&fresh)?;
        sh.create_dir(&fresh)?;
        cmd!(
            sh,
            "cargo fuzz run {name} {fresh} {kept} {found} -- -set_cover_merge=1 -max_len={longest_kept}"
        )
        .run()?;
        sh.remove_path(&kept)?;
        cmd!(sh, "mv {fresh} {kept}").run()?;
    }
    Ok(())
}
