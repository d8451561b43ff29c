//! The bytes of the middle frame.

use std::borrow::Cow;

use auraloader_core::dicom::Tag;

use crate::attributes::{Attributes, Pixels};
use crate::elements::Elements;

/// Frames that are looked for; the longest runs of an angiography have some thousands.
const FRAME_LIMIT: usize = 1 << 16;
const ITEM: Tag = Tag(0xFFFE_E000);

/// One frame.
pub(crate) enum Frame<'a> {
    Native(&'a [u8]),
    /// A stream of some codec.
    Compressed(Cow<'a, [u8]>),
}

/// The middle one of those that are there.
pub(crate) fn middle<'a>(attributes: &Attributes<'a>) -> Option<Frame<'a>> {
    match attributes.pixels {
        Pixels::Native { bytes } => {
            let len = native_len(attributes)?;
            // What there is of a file that is cut is shown as well.
            let index = attributes.frames.min(bytes.len() / len) / 2;
            // A segmentation's frames of one bit do not begin at a byte.
            let start = if attributes.bits_allocated == 1 { 0 } else { index * len };
            let frame = bytes.get(start..)?;
            (!frame.is_empty()).then_some(Frame::Native(frame))
        }
        Pixels::Encapsulated { items } => compressed(items, attributes).map(Frame::Compressed),
    }
}

/// Bytes of a frame (PS3.5 §8.1.1).
fn native_len(attributes: &Attributes<'_>) -> Option<usize> {
    let pixels = attributes.rows.checked_mul(attributes.columns)?;
    let samples = pixels.checked_mul(if attributes.is_422 { 2 } else { attributes.channels })?;
    let bits = samples.checked_mul(attributes.bits_allocated as usize)?;
    (bits > 0).then_some(bits.div_ceil(8))
}

/// PS3.5 §A.4: an item with the offsets of the frames, or none, then their fragments.
fn compressed<'a>(items: &'a [u8], attributes: &Attributes<'_>) -> Option<Cow<'a, [u8]>> {
    let mut items = Elements::new(items, attributes.encoding).filter(|item| item.tag == ITEM);
    let offsets = items.next()?.value;
    let frames = attributes.frames.min(FRAME_LIMIT);
    let mut fragments: Vec<(usize, &[u8])> = Vec::new();
    let mut at = 0;
    for item in items {
        // Of a frame that is cut only an only one is of use.
        if item.is_whole || fragments.is_empty() {
            fragments.push((at, item.value));
        }
        at += item.value.len() + 8;
    }
    if frames == 1 {
        return Some(join(&fragments));
    }
    let starts = starts(offsets, &fragments, frames);
    let middle = starts.len() / 2;
    let from = *starts.get(middle)?;
    let to = starts.get(middle + 1).copied().unwrap_or(fragments.len());
    fragments.get(from..to).map(join)
}

/// With which fragment each frame begins.
fn starts(offsets: &[u8], fragments: &[(usize, &[u8])], frames: usize) -> Vec<usize> {
    if fragments.len() <= frames {
        return (0..fragments.len()).collect();
    }
    let (offsets, _) = offsets.as_chunks::<4>();
    let listed = offsets.iter().map(|offset| u32::from_le_bytes(*offset) as usize);
    let mut starts: Vec<_> =
        listed.filter_map(|offset| fragments.binary_search_by_key(&offset, |(at, _)| *at).ok()).collect();
    if starts.is_empty() {
        // No table: a frame begins where a stream does (JPEG and JPEG-LS, JPEG 2000).
        let begins = |(_, bytes): &(usize, &[u8])| {
            bytes.starts_with(&[0xFF, 0xD8]) || bytes.starts_with(&[0xFF, 0x4F])
        };
        starts = fragments
            .iter()
            .enumerate()
            .filter(|(_, fragment)| begins(fragment))
            .map(|(index, _)| index)
            .collect();
    }
    starts
}

fn join<'a>(fragments: impl AsRef<[(usize, &'a [u8])]>) -> Cow<'a, [u8]> {
    match fragments.as_ref() {
        [(_, only)] => Cow::Borrowed(only),
        several => Cow::Owned(several.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect()),
    }
}
