//! Reading files, and composing bodies of slices of them.

use std::ops::Range;

use auraloader_core::archive::{Crc32, Part};
use auraloader_core::http::Failure;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

/// Read at a time for a checksum, so that a file of any size costs this much memory.
const STEP: u64 = 4 * 1024 * 1024;

/// A range of a file. A file changed since it was chosen can't be read: the browser sees to that.
///
/// # Errors
/// [`Failure::Unreadable`].
pub async fn read(file: &File, range: Range<u64>) -> Result<Vec<u8>, Failure> {
    let whole = range.start == 0 && range.end as f64 >= file.size();
    // Slicing a small file costs more than it saves.
    let blob = if whole { file.clone().unchecked_into::<Blob>() } else { slice(file, &range)? };
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(unreadable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// CRC-32 of a whole file.
///
/// # Errors
/// [`Failure::Unreadable`].
pub async fn checksum(file: &File) -> Result<u32, Failure> {
    let mut crc = Crc32::new();
    let size = file.size() as u64;
    let mut at = 0;
    while at < size {
        let end = size.min(at + STEP);
        crc.update(&read(file, at..end).await?);
        at = end;
    }
    Ok(crc.finish())
}

/// A body made of bytes and slices of files, which the browser reads as it sends.
///
/// # Errors
/// [`Failure::Unreadable`] if a file is not known any more.
pub fn compose(parts: &[Part], file: impl Fn(u32) -> Option<File>) -> Result<Blob, Failure> {
    let pieces = Array::new();
    for part in parts {
        match part {
            Part::Bytes(bytes) => pieces.push(&Uint8Array::from(bytes.as_slice())),
            Part::File { file: id, range } => {
                pieces.push(&slice(&file(*id).ok_or(Failure::Unreadable)?, range)?.into())
            }
        };
    }
    Blob::new_with_u8_array_sequence(&pieces).map_err(unreadable)
}

/// Whether all files of a body that could not be sent can still be read; a browser does not tell the two apart.
pub async fn are_readable(files: Vec<File>) -> bool {
    for file in files {
        let end = (file.size() as u64).min(1);
        if read(&file, 0..end).await.is_err() {
            return false;
        }
    }
    true
}

fn slice(file: &File, range: &Range<u64>) -> Result<Blob, Failure> {
    file.slice_with_f64_and_f64(range.start as f64, range.end as f64).map_err(unreadable)
}

fn unreadable(_: JsValue) -> Failure {
    Failure::Unreadable
}
