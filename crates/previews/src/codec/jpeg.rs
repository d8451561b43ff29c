//! JPEG baseline, extended of 8 bits, progressive, and lossless (ITU-T T.81), by jpeg-decoder.

use jpeg_decoder::{CodingProcess, ColorTransform, Decoder, PixelFormat};

use super::samples;
use crate::attributes::{Attributes, Photometric};
use crate::raster::{Raster, Sample};

/// Start of image.
pub(super) const START: [u8; 2] = [0xFF, 0xD8];
const START_OF_SCAN: u8 = 0xDA;
/// Start of frame, but for Huffman tables, JPEG extensions and arithmetic conditioning, which are in its range.
const FRAMES: std::ops::RangeInclusive<u8> = 0xC0..=0xCF;
const NO_FRAMES: [u8; 3] = [0xC4, 0xC8, 0xCC];

/// A marker and its segment (T.81 §B.1.1.4), from `stream` on; and what follows.
pub(super) fn segment(stream: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let marker = stream.iter().position(|byte| *byte != 0xFF)?;
    let (marker, rest) = (*stream.get(marker)?, stream.get(marker + 1..)?);
    let len = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
    Some((marker, rest.get(2..len)?, rest.get(len..)?))
}

/// The marker that starts the frame, by which JPEG-LS and JPEG are told apart.
pub(super) fn first_frame(stream: &[u8]) -> Option<u8> {
    segments(stream).map(|(marker, _)| marker).find(|marker| {
        *marker == super::jpeg_ls::START_OF_FRAME || FRAMES.contains(marker) && !NO_FRAMES.contains(marker)
    })
}

/// The segments before the first scan.
fn segments(stream: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = stream.strip_prefix(&START).unwrap_or_default();
    std::iter::from_fn(move || {
        let (marker, content, behind) = segment(rest)?;
        rest = behind;
        (marker != START_OF_SCAN).then_some((marker, content))
    })
}

pub(super) fn decode<'a>(stream: &[u8], attributes: &'a Attributes<'a>, size: usize) -> Option<Raster<'a>> {
    let mut decoder = Decoder::new(stream);
    decoder.read_info().ok()?;
    let mut info = decoder.info()?;
    samples(info.width.into(), info.height.into(), info.pixel_format.pixel_bytes())?;
    let is_lossless = info.coding_process == CodingProcess::Lossless;
    if !is_lossless {
        // By eighths, for a sixty-fourth of the work at best.
        let size = u16::try_from(2 * size).unwrap_or(u16::MAX);
        decoder.scale(size, size).ok()?;
        info = decoder.info()?;
    }
    // Without a word in the stream itself the data set decides (PS3.5 §8.2.1).
    let says = |(marker, content): (u8, &[u8])| {
        marker == 0xE0 && content.starts_with(b"JFIF") || marker == 0xEE && content.starts_with(b"Adobe")
    };
    if attributes.channels == 3 && !segments(stream).any(says) {
        let is_ybr = attributes.photometric == Photometric::Ybr && !is_lossless;
        decoder.set_color_transform(if is_ybr { ColorTransform::YCbCr } else { ColorTransform::RGB });
    }
    let pixels = decoder.decode().ok()?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    let byte = move |place: usize| pixels.get(place).copied().unwrap_or(0);
    let (channels, sample): (usize, Sample<'a>) = match info.pixel_format {
        PixelFormat::L8 => (1, Box::new(move |x, y, _| attributes.stored(byte(y * width + x).into()))),
        PixelFormat::L16 => {
            let word = move |place| u16::from_ne_bytes([byte(2 * place), byte(2 * place + 1)]);
            (1, Box::new(move |x, y, _| attributes.stored(word(y * width + x).into())))
        }
        PixelFormat::RGB24 => (3, Box::new(move |x, y, channel| byte((y * width + x) * 3 + channel).into())),
        PixelFormat::CMYK32 => return None,
    };
    Some(Raster { width, height, channels, sample })
}
