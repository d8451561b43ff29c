//! What several tests use.
#![allow(dead_code, reason = "not each test uses all of it")]

use std::path::{Path, PathBuf};

use auraloader_previews::Picture;

/// Where `cargo xtask setup` unpacks pydicom.
pub(crate) fn pydicom() -> PathBuf {
    let folder = std::env::var_os("PYDICOM_DIR").map(PathBuf::from);
    folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/pydicom"))
}

/// One byte a pixel, of a picture without colour.
pub(crate) fn greys(picture: &Picture) -> Vec<u8> {
    picture.rgba.chunks(4).map(|pixel| pixel[0]).collect()
}

/// Three bytes a pixel.
pub(crate) fn colours(picture: &Picture) -> Vec<u8> {
    picture.rgba.chunks(4).flat_map(|pixel| &pixel[..3]).copied().collect()
}
