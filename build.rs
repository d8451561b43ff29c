//! Joins the style sheets into one without comments and indentation, which every page would load.

#![allow(clippy::disallowed_methods, reason = "it runs where the widget is built, not in a browser")]

use std::path::Path;
use std::{env, fs, io};

const PARTS: &[&str] =
    &["base", "button", "drop_zone", "meter", "study_list", "left_out", "actions", "problem"];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=styles");
    let read = |name: &str| Ok::<_, io::Error>(terse(&fs::read_to_string(format!("styles/{name}.css"))?));
    // Dark colours are written once and used in two places: chosen by the host, and by the person's system.
    let dark = read("dark")?;
    let mut all = read("tokens")?;
    all += &format!(".sal[data-theme=dark]{{{dark}}}");
    all += &format!("@media (prefers-color-scheme:dark){{.sal[data-theme=auto]{{{dark}}}}}");
    for part in PARTS {
        all += &read(part)?;
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(Path::new(&out).join("styles.css"), all)
}

/// Without comments, indentation and empty lines; no string in our styles holds a comment.
fn terse(css: &str) -> String {
    let mut rest = css;
    let mut bare = String::new();
    while let Some((before, comment)) = rest.split_once("/*") {
        bare += before;
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    bare += rest;
    bare.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}
