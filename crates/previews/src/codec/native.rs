//! Pixels as they are (PS3.5 §8.1), never copied.

use crate::attributes::Attributes;
use crate::raster::{Raster, Sample};

pub(super) fn decode<'a>(bytes: &'a [u8], attributes: &'a Attributes<'a>) -> Option<Raster<'a>> {
    let Attributes { rows: height, columns: width, channels, .. } = *attributes;
    let place: Box<dyn Fn(usize, usize, usize) -> usize> = if attributes.is_422 {
        // Two luminances, then the colour of both (PS3.3 §C.7.6.3.1.2).
        Box::new(move |x, y, channel| match (y * width + x, channel) {
            (pixel, 0) => pixel / 2 * 4 + pixel % 2,
            (pixel, channel) => pixel / 2 * 4 + 1 + channel,
        })
    } else if attributes.is_planar {
        Box::new(move |x, y, channel| (channel * height + y) * width + x)
    } else {
        Box::new(move |x, y, channel| (y * width + x) * channels + channel)
    };
    let big_endian = attributes.encoding.big_endian;
    let sample: Sample<'a> = match attributes.bits_allocated {
        1 => Box::new(move |x, y, channel| {
            let place = place(x, y, channel);
            f32::from(bytes.get(place / 8).map_or(0, |byte| byte >> (place % 8) & 1))
        }),
        8 => Box::new(move |x, y, channel| {
            let place = place(x, y, channel) ^ usize::from(big_endian && attributes.are_words);
            attributes.stored(bytes.get(place).copied().unwrap_or(0).into())
        }),
        16 => Box::new(move |x, y, channel| {
            let bytes = at(bytes, place(x, y, channel) * 2);
            attributes
                .stored(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }.into())
        }),
        _ => Box::new(move |x, y, channel| {
            let bytes = at(bytes, place(x, y, channel) * 4);
            attributes.stored(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
        }),
    };
    Some(Raster { width, height, channels, sample })
}

/// Zeros behind the end.
fn at<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    bytes.get(start..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}
