//! The header walk with an entry of its own, for `cargo xtask bench`: the widget's module has none, as nobody else
//! would call it. Compiled with the widget's profile, so that it is as fast and as slow as there.

use std::ops::Range;

use auraloader_core::content::{Block, Content};
use auraloader_core::dicom::{Fields, Walk};
use js_sys::Uint8Array;
use text::BrowserDecoder;
use wasm_bindgen::prelude::*;

// The widget's own, without its crate: that would bring the whole interface into the module.
#[path = "../../../src/platform/text.rs"]
#[expect(unreachable_pub, reason = "it is public in the widget")]
mod text;

/// How many values a file has of those that the widget reads, each found and decoded; `undefined` if it is refused.
///
/// The values stay in here, as they do in the widget, where studies are made of them.
#[wasm_bindgen]
#[must_use]
pub fn count(file: &Uint8Array) -> Option<usize> {
    Some(fields(file)?.iter().count())
}

/// The same values as `[key, value, key, value, …]`; `undefined` if the file is refused.
#[wasm_bindgen]
#[must_use]
pub fn values(file: &Uint8Array) -> Option<Vec<String>> {
    Some(fields(file)?.iter().flat_map(|(field, text)| [field.key().to_owned(), text.to_owned()]).collect())
}

fn fields(file: &Uint8Array) -> Option<Fields> {
    let mut walk = Walk::new(Content::whole(0, file.length().into()));
    while let Some(range) = walk.want() {
        let (from, to) = (u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?);
        walk.supply(&Piece(file.subarray(from, to)));
    }
    Some(walk.finish().ok()?.fields(&BrowserDecoder))
}

/// What has been read, as in the widget, but that the file stays for the next run.
struct Piece(Uint8Array);

impl Block for Piece {
    fn size(&self) -> usize {
        self.0.length() as usize
    }

    fn piece(&self, range: Range<usize>) -> Vec<u8> {
        self.0.subarray(range.start as u32, range.end as u32).to_vec()
    }
}
