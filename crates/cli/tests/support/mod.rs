//! Runs the program and the Python scripts beside these tests, and tells where two answers differ.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where `cargo xtask setup` unpacks pydicom.
pub(crate) fn pydicom() -> PathBuf {
    let place = std::env::var_os("PYDICOM_DIR").map(PathBuf::from);
    let place = place.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/pydicom"));
    assert!(place.join("pydicom").is_dir(), "no pydicom in {}: run `cargo xtask setup`", place.display());
    place
}

/// What a script beside these tests prints.
pub(crate) fn python(script: &str, given: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(script);
    let mut command = Command::new("python3");
    command.arg(&script).args(given).env("PYTHONPATH", pydicom());
    run(command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUTF8", "1"))
}

/// What `auraloader` prints.
pub(crate) fn auraloader(given: &[&str]) -> String {
    run(Command::new(env!("CARGO_BIN_EXE_auraloader")).args(given))
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} ended with {}:\n{said}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What `auraloader index --json` says of a folder, its shape checked.
pub(crate) fn index(folder: &Path) -> Value {
    let answer = parse(&auraloader(&["index", text(folder), "--json"]));
    assert_shape(&answer);
    answer
}

pub(crate) fn parse(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON")
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// An empty folder below `target`, of this name among all tests.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Paths of all files below a folder, relative to it, with `/`.
pub(crate) fn files_below(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(text(path.strip_prefix(folder).expect("below")).to_owned());
            }
        }
    }
    found
}

fn assert_shape(answer: &Value) {
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
    let set = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(keys(answer), set(&["files", "studies"]));
    for file in answer["files"].as_array().expect("files") {
        assert_eq!(
            keys(file),
            set(&["path", "status", "reason", "warnings", "transfer_syntax", "fields"]),
            "{file}"
        );
        assert_eq!(file["status"] == "accepted", file["reason"].is_null(), "{file}");
        for value in file["fields"].as_object().expect("fields").values() {
            assert_ne!(value.as_str().expect("text"), "", "{file}");
        }
    }
}

/// One thing that two answers say differently of a file (by its path) or of a study (as `study <uid>`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) ours: String,
    pub(crate) theirs: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, key, ours, theirs } = self;
        write!(f, "{path}: {key}\n    ours   {}\n    theirs {}", short(ours), short(theirs))
    }
}

/// Long values, cut for reading.
fn short(value: &str) -> String {
    let cut: String = value.chars().take(400).collect();
    if cut.len() < value.len() { format!("{cut}… ({} bytes)", value.len()) } else { cut }
}

/// A line a difference, for the message of a failing test.
pub(crate) fn listed(differences: &[Difference]) -> String {
    let lines: Vec<_> = differences.iter().map(Difference::to_string).collect();
    format!("{} differences\n{}", lines.len(), lines.join("\n"))
}

/// Everything in which our answer differs from theirs: files, fields, studies and their order.
pub(crate) fn differences(ours: &Value, theirs: &Value) -> Vec<Difference> {
    let (our_facts, their_facts) = (facts(ours), facts(theirs));
    let keys: BTreeSet<_> = our_facts.keys().chain(their_facts.keys()).collect();
    let value = |facts: &BTreeMap<_, String>, key| facts.get(key).cloned().unwrap_or_default();
    keys.into_iter()
        .filter(|key| our_facts.get(*key) != their_facts.get(*key))
        .map(|key| Difference {
            path: key.0.clone(),
            key: key.1.clone(),
            ours: value(&our_facts, key),
            theirs: value(&their_facts, key),
        })
        .collect()
}

/// An answer as flat facts: (path, key) → value. What has no value is no fact.
fn facts(answer: &Value) -> BTreeMap<(String, String), String> {
    let mut facts = BTreeMap::new();
    for file in answer["files"].as_array().expect("files") {
        let path = file["path"].as_str().expect("a path");
        add_facts(&mut facts, path, file);
        add_facts(&mut facts, path, &file["fields"]);
    }
    let studies = answer["studies"].as_array().expect("studies");
    for study in studies {
        let path = format!("study {}", study["study_uid"].as_str().expect("a UID"));
        add_facts(&mut facts, &path, study);
        for (uid, series) in study["series"].as_object().expect("series") {
            add_facts(&mut facts, &format!("{path} series {uid}"), series);
        }
    }
    let order: Vec<_> = studies.iter().filter_map(|study| study["study_uid"].as_str()).collect();
    facts.insert(("studies".to_owned(), "order".to_owned()), order.join("\n"));
    facts
}

fn add_facts(facts: &mut BTreeMap<(String, String), String>, path: &str, object: &Value) {
    let pairs = object.as_object().expect("an object").iter();
    for (key, value) in pairs.filter(|(key, _)| *key != "sha256") {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Null | Value::Object(_) => String::new(),
            Value::Array(items) if key == "warnings" => {
                let sorted: BTreeSet<_> = items.iter().map(Value::to_string).collect();
                assert_eq!(sorted.len(), items.len(), "{path}: a warning twice");
                sorted.into_iter().collect::<Vec<_>>().join(" ")
            }
            other => other.to_string(),
        };
        if value.is_empty() || value == "[]" {
            continue;
        }
        let known = facts.insert((path.to_owned(), key.clone()), value);
        assert_eq!(known, None, "{path}: told twice");
    }
}
