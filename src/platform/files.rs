//! Reading files, and composing bodies of slices of them.

use std::ops::Range;
use std::time::Duration;

use auraloader_core::archive::{Checksum, Deflating, Packed, Part};
use auraloader_core::content::{self, Content, FileId, ItemId};
use auraloader_core::dicom::Reason;
use auraloader_core::http::Failure;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use super::block::Block;
use super::clock;
use super::turn::next_turn;

/// Read at a time for a checksum or to be deflated, so that a file of any size costs this much memory.
const STEP: u64 = 4 * 1024 * 1024;
/// Handed on at a time: inflated it may be 16 MB.
const PIECE: usize = 16 * 1024;
/// Done without a pause.
const TURN: Duration = Duration::from_millis(20);

/// A range of a file. A file changed since it was chosen can't be read: the browser sees to that.
///
/// # Errors
/// [`Reason::Unreadable`].
pub async fn read(file: &File, range: Range<u64>) -> Result<Box<dyn content::Block>, Reason> {
    let buffer = match slice(file, &range) {
        Ok(blob) => JsFuture::from(blob.array_buffer()).await,
        Err(error) => Err(error),
    };
    match buffer {
        Ok(buffer) => Ok(Box::new(Block(Uint8Array::new(&buffer)))),
        Err(_) => Err(Reason::Unreadable),
    }
}

/// CRC-32 of a content of the file, unpacked, as long as it is wanted.
///
/// # Errors
/// [`Reason::Unreadable`], or that an archive's entry is not what the archive says.
pub async fn checksum(file: &File, content: &Content, is_wanted: impl Fn() -> bool) -> Result<u32, Reason> {
    let mut checksum = Checksum::new(content);
    pieces(file, content, &is_wanted, &mut |piece| checksum.update(piece)).await?;
    checksum.finish()
}

/// Deflates a content of the file, as long as it is wanted; with the bytes, if they are fewer.
///
/// # Errors
/// [`Reason::Unreadable`].
pub async fn pack(
    file: &File,
    content: &Content,
    level: u8,
    is_wanted: impl Fn() -> bool,
) -> Result<(Packed, Option<Uint8Array>), Reason> {
    let mut deflating = Deflating::new(content.size(), level);
    // What is deflated stays shorter, so that there is room.
    let (room, mut at) = (Block(Uint8Array::new_with_length(content.size() as u32)), 0);
    let mut take = |made: &[u8]| {
        let end = at + made.len() as u32;
        room.0.subarray(at, end).copy_from(made);
        at = end;
    };
    let mut update = |piece: &[u8]| {
        deflating.update(piece, &mut take);
        Ok(())
    };
    pieces(file, content, &is_wanted, &mut update).await?;
    let packed = deflating.finish(&mut take);
    Ok((packed, packed.len.map(|len| room.0.slice(0, len as u32))))
}

/// Reads a content and hands it on in pieces, always the same ones. Others get their turn meanwhile, as what is deflated
/// can be a thousand times as large as it looks.
async fn pieces(
    file: &File,
    content: &Content,
    is_wanted: &dyn Fn() -> bool,
    take: &mut dyn FnMut(&[u8]) -> Result<(), Reason>,
) -> Result<(), Reason> {
    let mut turn_ends = clock::now() + TURN;
    let mut at = content.range.start;
    while at < content.range.end {
        let end = content.range.end.min(at + STEP);
        let block = read(file, at..end).await?;
        at = end;
        for start in (0..block.size()).step_by(PIECE) {
            if clock::now() >= turn_ends {
                next_turn().await;
                turn_ends = clock::now() + TURN;
                if !is_wanted() {
                    return Err(Reason::Unreadable);
                }
            }
            take(&block.piece(start..block.size().min(start + PIECE)))?;
        }
    }
    Ok(())
}

/// A body made of bytes, of deflated items and of slices of files, which the browser reads as it sends.
///
/// # Errors
/// [`Failure::Unreadable`] if a file or a deflated item is not known any more.
pub async fn compose(
    parts: &[Part],
    file: impl AsyncFn(FileId) -> Option<File>,
    packed: impl Fn(&ItemId) -> Option<Uint8Array>,
) -> Result<Blob, Failure> {
    let pieces = Array::new();
    for part in parts {
        match part {
            Part::Bytes(bytes) => pieces.push(&Uint8Array::from(bytes.as_slice())),
            Part::File { file: id, range } => {
                let file = file(*id).await.ok_or(Failure::Unreadable(Some(*id)))?;
                pieces.push(&slice(&file, range).map_err(unreadable)?.into())
            }
            Part::Packed { item, range } => {
                let bytes = packed(item).ok_or(Failure::Unreadable(Some(item.file)))?;
                pieces.push(&bytes.subarray(range.start as u32, range.end as u32))
            }
        };
    }
    Blob::new_with_u8_array_sequence(&pieces).map_err(unreadable)
}

/// A range of a file. All of it is the file itself: each slice is registered with the browser's process, which costs more
/// than reading or sending a small file does.
///
/// # Errors
/// The browser's own exception.
pub fn slice(file: &File, range: &Range<u64>) -> Result<Blob, JsValue> {
    if range.start == 0 && range.end as f64 >= file.size() {
        return Ok(file.clone().unchecked_into());
    }
    file.slice_with_f64_and_f64(range.start as f64, range.end as f64)
}

fn unreadable(_: JsValue) -> Failure {
    Failure::Unreadable(None)
}
