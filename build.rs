//! Joins the style sheets into one without comments and indentation, which every page would load; and makes constants of
//! the keys of `locales/en.json`, so that a text without words doesn't compile.

#![allow(clippy::disallowed_methods, reason = "it runs where the widget is built, not in a browser")]

use std::path::Path;
use std::{env, fs, io};

use serde_json::{Map, Value};

const PARTS: &[&str] =
    &["base", "button", "drop_zone", "meter", "study_list", "left_out", "actions", "problem"];

fn main() -> io::Result<()> {
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(Path::new(&out).join("styles.css"), styles()?)?;
    fs::write(Path::new(&out).join("words.rs"), words()?)
}

fn styles() -> io::Result<String> {
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
    Ok(all)
}

/// A constant a key, and all texts in the lines that `ui::words` looks them up in (`npm/src/catalogue.mjs`).
fn words() -> io::Result<String> {
    println!("cargo:rerun-if-changed=locales/en.json");
    let texts: Map<String, Value> = serde_json::from_str(&fs::read_to_string("locales/en.json")?)?;
    let (mut keys, mut lines) = (String::new(), String::new());
    for (key, text) in &texts {
        let text = match text {
            Value::Object(forms) => {
                let form = |name: &str| forms.get(name).and_then(Value::as_str).unwrap_or_default();
                format!("one:{}|{}", form("one"), form("other"))
            }
            text => text.as_str().unwrap_or_default().to_owned(),
        };
        let words = key.chars().flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain([c]));
        let name = words.collect::<String>().to_uppercase();
        keys += &format!("pub(in crate::ui) const {name}: Key = Key({key:?});\n");
        lines += &format!("{key}={text}\n");
    }
    Ok(format!("{keys}const ENGLISH: &str = {lines:?};\n"))
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
