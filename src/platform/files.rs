//! Reading files, and composing bodies of them.

use std::ops::Range;
use std::time::Duration;

use auraloader_core::archive::{Checksum, Deflating, Packed, Part};
use auraloader_core::content::{self, Block as _, Content, FileId, ItemId};
use auraloader_core::dicom::Reason;
use auraloader_core::http::Failure;
use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
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

/// A file that was asked for.
pub enum Asked {
    /// It is here.
    Here(Source),
    /// It comes by a promise, as [`Source::of`] takes it.
    Coming(Promise),
}

impl Asked {
    /// Waits for it; `None` if it can't be read.
    pub async fn source(self) -> Option<Source> {
        match self {
            Self::Here(source) => Some(source),
            Self::Coming(content) => Source::of(JsFuture::from(content).await.ok()?),
        }
    }
}

/// Where the bytes of a file are.
pub enum Source {
    /// With the browser.
    File(File),
    /// Here: all of a small one.
    Bytes(Block),
}

impl Source {
    /// Of a `File`, or of an `ArrayBuffer` with all its bytes.
    pub fn of(content: JsValue) -> Option<Self> {
        match content.dyn_into::<File>() {
            Ok(file) => Some(Self::File(file)),
            Err(content) => {
                content.dyn_into::<ArrayBuffer>().ok().map(|bytes| Self::Bytes(Block::new(bytes)))
            }
        }
    }

    /// What [`Source::of`] takes.
    pub fn as_js(&self) -> &JsValue {
        match self {
            Self::File(file) => file,
            Self::Bytes(bytes) => bytes.buffer(),
        }
    }

    /// A range. A file changed since it was chosen can't be read: the browser sees to that.
    ///
    /// # Errors
    /// [`Reason::Unreadable`].
    pub async fn read(&self, range: Range<u64>) -> Result<Box<dyn content::Block>, Reason> {
        let buffer = match self {
            Self::File(file) => match slice(file, &range) {
                Ok(blob) => JsFuture::from(blob.array_buffer()).await,
                Err(error) => Err(error),
            },
            Self::Bytes(bytes) => return Ok(Box::new(bytes.part(&range))),
        };
        match buffer {
            Ok(buffer) => Ok(Box::new(Block::new(buffer.unchecked_into()))),
            Err(_) => Err(Reason::Unreadable),
        }
    }

    /// A range, to make a body of as long as this is held.
    ///
    /// # Errors
    /// The browser's own exception, or that there is less than that.
    pub fn part(&self, range: &Range<u64>) -> Result<JsValue, JsValue> {
        match self {
            Self::File(file) => slice(file, range).map(Into::into),
            // Shorter than it was.
            Self::Bytes(bytes) if (bytes.size() as u64) < range.end => Err(JsValue::UNDEFINED),
            Self::Bytes(bytes) => Ok(bytes.part(range).bytes().into()),
        }
    }
}

/// CRC-32 of a content of the file, unpacked, as long as it is wanted.
///
/// # Errors
/// [`Reason::Unreadable`], or that an archive's entry is not what the archive says.
pub async fn checksum(
    source: &Source,
    content: &Content,
    is_wanted: impl Fn() -> bool,
) -> Result<u32, Reason> {
    let mut checksum = Checksum::new(content);
    pieces(source, content, &is_wanted, &mut |piece| checksum.update(piece)).await?;
    checksum.finish()
}

/// Deflates a content of the file, as long as it is wanted; with the bytes, if they are fewer.
///
/// # Errors
/// [`Reason::Unreadable`].
pub async fn pack(
    source: &Source,
    content: &Content,
    level: u8,
    is_wanted: impl Fn() -> bool,
) -> Result<(Packed, Option<Uint8Array>), Reason> {
    let mut deflating = Deflating::new(content.size(), level);
    // What is deflated stays shorter, so that there is room.
    let (room, mut at) = (Block::new(ArrayBuffer::new(content.size() as u32)), 0);
    let mut take = |made: &[u8]| {
        let end = at + made.len() as u32;
        room.bytes().subarray(at, end).copy_from(made);
        at = end;
    };
    let mut update = |piece: &[u8]| {
        deflating.update(piece, &mut take);
        Ok(())
    };
    pieces(source, content, &is_wanted, &mut update).await?;
    let packed = deflating.finish(&mut take);
    Ok((packed, packed.len.map(|len| room.bytes().slice(0, len as u32))))
}

/// Reads a content and hands it on in pieces, always the same ones. Others get their turn meanwhile, as what is deflated
/// can be a thousand times as large as it looks.
async fn pieces(
    source: &Source,
    content: &Content,
    is_wanted: &dyn Fn() -> bool,
    take: &mut dyn FnMut(&[u8]) -> Result<(), Reason>,
) -> Result<(), Reason> {
    let mut turn_ends = clock::now() + TURN;
    let mut at = content.range.start;
    while at < content.range.end {
        let end = content.range.end.min(at + STEP);
        let block = source.read(at..end).await?;
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

/// A body made of bytes, of deflated items, of small files and of slices of others, which the browser reads as it sends.
///
/// # Errors
/// [`Failure::Unreadable`] if a file or a deflated item is not known any more.
pub async fn compose(
    parts: &[Part],
    ask: impl Fn(FileId) -> Option<Asked>,
    packed: impl Fn(&ItemId) -> Option<Block>,
) -> Result<Blob, Failure> {
    // All at once, as some have to be read.
    let asked: Vec<_> = parts
        .iter()
        .map(|part| match part {
            Part::File { file, .. } => ask(*file),
            _ => None,
        })
        .collect();
    let (pieces, mut sources) = (Array::new(), Vec::new());
    for (part, asked) in parts.iter().zip(asked) {
        match part {
            Part::Bytes(bytes) => pieces.push(&Uint8Array::from(bytes.as_slice())),
            Part::File { file: id, range } => {
                let source = match asked {
                    Some(asked) => asked.source().await,
                    None => None,
                };
                let source = source.ok_or(Failure::Unreadable(Some(*id)))?;
                let part = source.part(range).map_err(|_| Failure::Unreadable(Some(*id)))?;
                // Its bytes stay until the body is made.
                sources.push(source);
                pieces.push(&part)
            }
            Part::Packed { item, range } => {
                let source = Source::Bytes(packed(item).ok_or(Failure::Unreadable(Some(item.file)))?);
                let part = source.part(range).map_err(unreadable)?;
                sources.push(source);
                pieces.push(&part)
            }
        };
    }
    // Not a buffer: the browser has what a `Blob` holds long before it is sent.
    Blob::new_with_u8_array_sequence(&pieces).map_err(unreadable)
}

/// A range of a file. All of it is the file itself: each slice is registered with the browser's process, which costs more
/// than reading or sending a small file does.
///
/// # Errors
/// The browser's own exception.
fn slice(file: &File, range: &Range<u64>) -> Result<Blob, JsValue> {
    if range.start == 0 && range.end as f64 >= file.size() {
        return Ok(file.clone().unchecked_into());
    }
    file.slice_with_f64_and_f64(range.start as f64, range.end as f64)
}

fn unreadable(_: JsValue) -> Failure {
    Failure::Unreadable(None)
}
