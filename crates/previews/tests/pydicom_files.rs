//! pydicom's own files: their pictures look as other decoders make them (`python/truth.py`).
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support;

use std::fs;

use auraloader_previews::picture;
use support::{colours, greys, pydicom};

const TRUTH: &str = include_str!("truth.txt");

/// JPEG of 12 bits, which no decoder in Rust takes; cards do without.
const NOT_SHOWN: [&str; 1] = ["JPGExtended.dcm"];

/// Of 255, in the mean: a decoder may round otherwise, and not every pixel is looked at, which tells where there is writing.
const TOLERANCE: f64 = 7.0;

#[test]
fn pictures_look_as_other_decoders_make_them() {
    let mut wrong = Vec::new();
    for line in TRUTH.lines() {
        let mut parts = line.split(' ');
        let mut next = || parts.next().expect("a part");
        let (name, width, height, pixels) = (next(), next(), next(), next());
        let size = (width.parse().expect("a number"), height.parse().expect("a number"));
        let file = fs::read(pydicom().join("pydicom/data/test_files").join(name)).expect("a file");
        let made = picture(&file, 24);
        if NOT_SHOWN.contains(&name) {
            assert_eq!(made, None, "{name}");
            continue;
        }
        let Some(made) = made else {
            wrong.push(format!("{name}: no picture"));
            continue;
        };
        let truth: Vec<_> = (0..pixels.len() / 2)
            .map(|at| u8::from_str_radix(&pixels[2 * at..2 * at + 2], 16).expect("hexadecimal"))
            .collect();
        let made_pixels = if truth.len() == size.0 * size.1 { greys(&made) } else { colours(&made) };
        let differences = made_pixels.iter().zip(&truth).map(|(a, b)| f64::from(a.abs_diff(*b)));
        let mean = differences.sum::<f64>() / truth.len() as f64;
        if (made.width, made.height) != size || made_pixels.len() != truth.len() || mean > TOLERANCE {
            wrong.push(format!("{name}: {} × {} for {size:?}, {mean:.1} off", made.width, made.height));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_survived() {
    let mut shown = 0;
    for entry in walkdir::WalkDir::new(pydicom().join("pydicom/data")) {
        let entry = entry.expect("an entry");
        if entry.file_type().is_file() {
            let file = fs::read(entry.path()).expect("a file");
            shown += usize::from(picture(&file, 96).is_some());
        }
    }
    assert!(shown >= TRUTH.lines().count() - NOT_SHOWN.len(), "{shown}");
}
