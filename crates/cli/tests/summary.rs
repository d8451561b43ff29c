//! What `auraloader index` prints for people.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::fs;

use support::{auraloader, scratch, text};

/// Right-to-left overrides and such make one name look like another.
#[test]
fn names_of_files_neither_steer_the_terminal_nor_look_like_others() {
    let folder = scratch("summary-names");
    fs::write(folder.join("a\u{202E}gpj.exe"), "no image").expect("written");
    let said = auraloader(&["index", text(&folder)]);
    assert!(said.contains("a\u{FFFD}gpj.exe"), "{said:?}");
}
