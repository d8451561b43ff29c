//! Installs what is missing. Needs rustup's cargo, Node and, for the browser, apt; each step is skipped when done.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::stamp::Step;
use crate::tools;
use crate::workspace::{root, say};

const TARGET: &str = "wasm32-unknown-unknown";
const PYDICOM: &str = "3.0.1";
const MOTO: &str = "5.2.5";
/// Where the S3 server of the tests is afterwards, with all that it needs.
pub(crate) const MOTO_DIR: &str = "target/moto";
/// Where the wheel's public DICOM files are afterwards.
pub(crate) const PYDICOM_DIR: &str = "target/pydicom";
/// Where the packages of the example backend in Python are.
pub(crate) const BACKEND_PYTHON_DIR: &str = "target/backend-python";

/// Everything for every command.
pub(crate) fn everything(sh: &Shell) -> Result<()> {
    for_build(sh)?;
    for_tests(sh)?;
    for_bench(sh)?;
    for_check(sh)?;
    backend_python(sh)?;
    say("Everything is installed");
    Ok(())
}

/// What the widget is built with.
pub(crate) fn for_build(sh: &Shell) -> Result<()> {
    wasm_target(sh)?;
    std_sources(sh)?;
    tools::wasm_bindgen(sh)?;
    tools::wasm_pack(sh)?;
    npm_packages(sh, "npm")
}

/// Browsers, drivers, archive readers, the languages that signers are shown in, and the public DICOM files.
pub(crate) fn for_tests(sh: &Shell) -> Result<()> {
    debian_packages(sh)?;
    tools::geckodriver(sh)?;
    npm_packages(sh, "tests/e2e")?;
    pydicom(sh)?;
    moto(sh)
}

/// The browser and what drives it, as in the tests, and the readers that ours is measured beside.
pub(crate) fn for_bench(sh: &Shell) -> Result<()> {
    for_tests(sh)?;
    npm_packages(sh, "benches")
}

/// What only `cargo xtask check` needs.
pub(crate) fn for_check(sh: &Shell) -> Result<()> {
    tools::cargo_deny(sh)?;
    tools::mdbook(sh)
}

fn wasm_target(sh: &Shell) -> Result<()> {
    let libraries = cmd!(sh, "rustc --print target-libdir --target {TARGET}").quiet().read()?;
    if Path::new(libraries.trim()).exists() {
        return Ok(());
    }
    say(&format!("Adding the Rust target {TARGET}"));
    cmd!(sh, "rustup target add {TARGET}").run().with_context(|| format!("rustup could not add {TARGET}"))
}

/// Whether the standard library can be built for size.
pub(crate) fn has_std_sources(sh: &Shell) -> Result<bool> {
    let sysroot = cmd!(sh, "rustc --print sysroot").quiet().read()?;
    Ok(Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").exists())
}

/// Without them the widget is larger, and works all the same.
fn std_sources(sh: &Shell) -> Result<()> {
    if has_std_sources(sh)? {
        return Ok(());
    }
    say("Adding the sources of Rust's standard library");
    if cmd!(sh, "rustup component add rust-src").run().is_err() {
        say(
            "There is no rust-src to be had: the widget is built with the library as it comes, some 25 KB larger",
        );
    }
    Ok(())
}

fn npm_packages(sh: &Shell, folder: &str) -> Result<()> {
    node(sh)?;
    let (lock, manifest) = (format!("{folder}/package-lock.json"), format!("{folder}/package.json"));
    let step = Step {
        root: &root(),
        name: &format!("npm-{}", folder.replace('/', "-")),
        inputs: &[&lock, &manifest],
        outputs: &[&format!("{folder}/node_modules")],
    };
    step.run(|| {
        say(&format!("Installing the npm packages of {folder}"));
        let _in_folder = sh.push_dir(folder);
        Ok(cmd!(sh, "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error").run()?)
    })
}

fn node(sh: &Shell) -> Result<()> {
    let version = cmd!(sh, "node --version").quiet().read().context("Node 20.19 or newer is needed")?;
    let mut parts = version.trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    ensure!(found >= (20, 19), "Node 20.19 or newer is needed, this is {version}");
    Ok(())
}

fn debian_packages(sh: &Shell) -> Result<()> {
    let answers = |program: &str, argument: &str| {
        cmd!(sh, "{program} {argument}").quiet().ignore_stdout().ignore_stderr().run().is_ok()
    };
    let wanted = [
        ("chromium", Path::new("/usr/bin/chromium").exists()),
        ("chromium-driver", Path::new("/usr/bin/chromedriver").exists()),
        ("firefox-esr", Path::new("/usr/bin/firefox-esr").exists()),
        ("webkit2gtk-driver", Path::new("/usr/bin/WebKitWebDriver").exists()),
        // The display that both need.
        ("xvfb", Path::new("/usr/bin/Xvfb").exists()),
        ("unzip", answers("unzip", "-v")),
        ("p7zip-full", answers("7z", "i")),
        ("libarchive-tools", answers("bsdtar", "--version")),
        ("python3-pip", answers("python3", "-mpip")),
        // What the signers of docs/signing.md are run by, and Java's reading of archives.
        ("default-jdk-headless", answers("java", "-version")),
        ("golang-go", answers("go", "version")),
        ("mono-mcs", answers("mcs", "--version") && answers("mono", "--version")),
        ("php-cli", answers("php", "--version")),
    ];
    let missing: Vec<_> =
        wanted.into_iter().filter(|(_, there)| !there).map(|(package, _)| package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !tools::runs(sh, "apt-get") {
        bail!("The tests need {list}, and there is no apt-get to install them with");
    }
    say(&format!("Installing {list}"));
    cmd!(sh, "apt-get update --quiet=2").run().context("apt-get update failed; it has to run as root")?;
    cmd!(sh, "apt-get install --yes --quiet=2 --no-install-recommends {missing...}")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()
        .with_context(|| format!("apt-get could not install {list}"))
}

/// What the example backend in Python imports, beside the system's own.
pub(crate) fn backend_python(sh: &Shell) -> Result<()> {
    let requirements = "examples/backend-python/requirements.txt";
    let step = Step {
        root: &root(),
        name: "backend-python",
        inputs: &[requirements],
        outputs: &[&format!("{BACKEND_PYTHON_DIR}/fastapi")],
    };
    step.run(|| {
        say("Installing the Python packages of examples/backend-python");
        sh.remove_path(BACKEND_PYTHON_DIR)?;
        // Without this, pip warns of what else is on the machine.
        let quietly = ["--quiet", "--quiet", "--root-user-action=ignore"];
        cmd!(
            sh,
            "python3 -m pip install {quietly...} --target {BACKEND_PYTHON_DIR} --requirement {requirements}"
        )
        .run()
        .context("PyPI's packages could not be installed")
    })
}

/// The S3 part of it alone, beside the system's Python.
fn moto(sh: &Shell) -> Result<()> {
    let step = Step {
        root: &root(),
        name: &format!("moto-{MOTO}"),
        inputs: &[],
        outputs: &[&format!("{MOTO_DIR}/moto/server.py")],
    };
    step.run(|| {
        say(&format!("Fetching moto {MOTO}, the object storage of the tests"));
        sh.remove_path(MOTO_DIR)?;
        let packages = [&format!("moto[s3]=={MOTO}"), "flask", "flask-cors"];
        let how =
            ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--only-binary=:all:"];
        cmd!(sh, "python3 -m pip install {how...} --target {MOTO_DIR} {packages...}")
            .run()
            .context("PyPI's moto could not be fetched")
    })
}

/// Unpacked, not installed: the system's Python stays as it is.
fn pydicom(sh: &Shell) -> Result<()> {
    let step = Step {
        root: &root(),
        name: &format!("pydicom-{PYDICOM}"),
        inputs: &[],
        outputs: &[&format!("{PYDICOM_DIR}/pydicom/data/test_files")],
    };
    step.run(|| {
        say(&format!("Fetching pydicom {PYDICOM} and its public DICOM files"));
        sh.remove_path(PYDICOM_DIR)?;
        let package = format!("pydicom=={PYDICOM}");
        cmd!(
            sh,
            "python3 -m pip download --quiet --no-deps --only-binary=:all: --dest {PYDICOM_DIR} {package}"
        )
        .run()
        .context("PyPI's pydicom could not be fetched")?;
        let wheel = sh
            .read_dir(PYDICOM_DIR)?
            .into_iter()
            .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
            .context("pip left no wheel")?;
        Ok(cmd!(sh, "python3 -m zipfile -e {wheel} {PYDICOM_DIR}").run()?)
    })
}
