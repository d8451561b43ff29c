//! The inputs that the fuzzer found worth keeping (`cargo xtask fuzz`), without the fuzzer.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests run natively")]

#[path = "support/hostile.rs"]
mod hostile;

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs = folder.read_dir().expect("a corpus").map(|entry| entry.expect("readable").path());
    let mut count = 0;
    for input in inputs {
        let bytes = std::fs::read(&input).expect("readable");
        run(&bytes);
        count += 1;
    }
    assert!(count > 0, "no inputs in {}", folder.display());
}

#[test]
fn walks() {
    replay("walk", hostile::walk);
}

#[test]
fn texts() {
    replay("text", hostile::text);
}

#[test]
fn zips() {
    replay("zip", hostile::zip);
}
