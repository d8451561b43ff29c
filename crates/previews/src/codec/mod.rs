//! From a frame's bytes to samples, by what the bytes are: the transfer syntax says it wrongly too often.

mod jpeg;
mod jpeg2000;
mod jpeg_ls;
mod native;
mod rle;

use crate::SAMPLE_LIMIT;
use crate::attributes::{Attributes, Photometric};
use crate::colour;
use crate::frame::Frame;
use crate::raster::{Raster, Sample};

const RLE: &str = "1.2.840.10008.1.2.5";

/// Decodes a frame; one that is coded so that a smaller one can be had for less is, but not below `size`.
pub(crate) fn decode<'a>(
    frame: Frame<'a>,
    attributes: &'a Attributes<'a>,
    size: usize,
) -> Option<Raster<'a>> {
    let raster = match frame {
        Frame::Native(bytes) => native::decode(bytes, attributes)?,
        Frame::Compressed(stream) if attributes.transfer_syntax == RLE => rle::decode(&stream, attributes)?,
        Frame::Compressed(stream) if stream.starts_with(&jpeg::START) => match jpeg::first_frame(&stream)? {
            jpeg_ls::START_OF_FRAME => jpeg_ls::decode(&stream, attributes)?,
            _ => return jpeg::decode(&stream, attributes, size),
        },
        Frame::Compressed(stream) => jpeg2000::decode(&stream, attributes)?,
    };
    Some(match raster.channels {
        1 | 3 if raster.width == 0 || raster.height == 0 => return None,
        1 if attributes.photometric == Photometric::Palette => {
            Raster { channels: 3, sample: palette(raster.sample, attributes), ..raster }
        }
        1 => raster,
        3 => Raster { sample: rgb(raster.sample, attributes), ..raster },
        _ => return None,
    })
}

fn palette<'a>(sample: Sample<'a>, attributes: &'a Attributes<'a>) -> Sample<'a> {
    Box::new(move |x, y, channel| match attributes.palette.get(channel) {
        Some(table) => table.colour(sample(x, y, 0)),
        None => 0.0,
    })
}

/// Samples of any depth as colours of 0 to 255.
fn rgb<'a>(sample: Sample<'a>, attributes: &'a Attributes<'a>) -> Sample<'a> {
    let scale = 255.0 / (2.0_f32.powi(attributes.bits_stored.cast_signed()) - 1.0);
    match attributes.photometric {
        Photometric::Ybr => Box::new(move |x, y, channel| {
            colour::from_ybr([0, 1, 2].map(|channel| sample(x, y, channel) * scale), channel)
        }),
        _ => Box::new(move |x, y, channel| sample(x, y, channel) * scale),
    }
}

/// How many samples these are, if they may be decoded.
fn samples(width: usize, height: usize, channels: usize) -> Option<usize> {
    let samples = width.checked_mul(height)?.checked_mul(channels)?;
    (1..=SAMPLE_LIMIT).contains(&samples).then_some(samples)
}
