//! RLE Lossless (PS3.5 Annex G): a PackBits stream for each byte of a sample.

use super::samples;
use crate::attributes::Attributes;
use crate::raster::Raster;

pub(super) fn decode<'a>(stream: &[u8], attributes: &'a Attributes<'a>) -> Option<Raster<'a>> {
    let Attributes { rows: height, columns: width, channels, .. } = *attributes;
    let depth = attributes.bits_allocated as usize / 8;
    samples(width, height, channels * depth)?;
    let (header, _) = stream.as_chunks::<4>();
    let number = |index: usize| header.get(index).map(|bytes| u32::from_le_bytes(*bytes) as usize);
    if depth == 0 || number(0)? != channels * depth {
        return None;
    }
    let segment = |index| stream.get(number(index)?..).map(|packed| unpack(packed, width * height));
    let planes = (1..=channels * depth).map(segment).collect::<Option<Vec<_>>>()?;
    let sample = move |x: usize, y: usize, channel: usize| {
        // The most significant byte comes first.
        let bytes = planes.iter().skip(channel * depth).take(depth);
        let byte = |plane: &Vec<u8>| u32::from(plane.get(y * width + x).copied().unwrap_or(0));
        attributes.stored(bytes.fold(0, |bits, plane| bits << 8 | byte(plane)))
    };
    Some(Raster { width, height, channels, sample: Box::new(sample) })
}

/// Up to `len` bytes; what follows belongs to the next segment.
fn unpack(mut packed: &[u8], len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len);
    while let [control, rest @ ..] = packed
        && bytes.len() < len
    {
        let control = usize::from(*control);
        packed = match control {
            0..128 => {
                let (literal, rest) = rest.split_at(rest.len().min(control + 1));
                bytes.extend_from_slice(literal);
                rest
            }
            128 => rest,
            _ => {
                let Some((byte, rest)) = rest.split_first() else { break };
                bytes.resize(bytes.len() + 257 - control, *byte);
                rest
            }
        };
    }
    bytes
}
