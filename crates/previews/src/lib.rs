//! A small picture of one DICOM file, for a card of the list of studies.
//!
//! Whatever is wrong with a file, there merely is no picture: nothing here is for diagnosis, and nothing else waits for it.
//! Memory is bounded by [`FILE_LIMIT`] and [`SAMPLE_LIMIT`].

mod attributes;
mod codec;
mod colour;
mod elements;
mod file;
mod frame;
mod interface;
mod raster;
mod shrink;
mod window;

use attributes::Attributes;
pub use interface::{Drawn, draw};

/// Bytes of a file that are looked at, once inflated if they are deflated. Of a longer one the middle is that of the frames
/// which lie within.
pub const FILE_LIMIT: usize = 64 * 1024 * 1024;

/// Samples of one frame that are decoded: a mammogram has 25 million.
pub const SAMPLE_LIMIT: usize = 1 << 25;

/// A picture of at most the wanted size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Row by row, red, green, blue and 255.
    pub rgba: Vec<u8>,
}

/// The middle frame of a DICOM file, fit into a square of `size` pixels; `None` if it has none that can be shown.
pub fn picture(file: &[u8], size: usize) -> Option<Picture> {
    let data_set = file::data_set(file.get(..FILE_LIMIT).unwrap_or(file))?;
    let attributes = Attributes::of(&data_set)?;
    let frame = frame::middle(&attributes)?;
    let raster = codec::decode(frame, &attributes, size)?;
    let small = shrink::fit(&raster, &attributes, size.max(1))?;
    let rgba = if small.channels == 1 {
        window::grey(&small.values, &attributes)
    } else {
        colour::rgba(&small.values)
    };
    Some(Picture { width: small.width, height: small.height, rgba })
}
