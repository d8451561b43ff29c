//! What JavaScript calls.

use std::borrow::Cow;

use wasm_bindgen::prelude::*;

use crate::{Picture, file, picture};

/// A picture as `ImageData` takes it.
#[wasm_bindgen]
pub struct Drawn(Picture);

#[wasm_bindgen]
impl Drawn {
    /// Row by row, red, green, blue and 255.
    #[must_use]
    pub fn rgba(&self) -> Vec<u8> {
        self.0.rgba.clone()
    }

    /// In pixels.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.width
    }
}

/// The middle frame of a DICOM file, or of one that is a raw deflate stream, fit into a square of `size` pixels.
#[wasm_bindgen]
#[must_use]
pub fn draw(file: &[u8], deflated: bool, size: usize) -> Option<Drawn> {
    let file = if deflated { Cow::Owned(file::inflate(file)?) } else { Cow::Borrowed(file) };
    picture(&file, size).map(Drawn)
}
