//! JPEG 2000 (ITU-T T.800), by hayro-jpeg2000.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use super::samples;
use crate::attributes::Attributes;
use crate::raster::Raster;

/// Start of codestream, image and tile size (T.800 §A.4.1, §A.5.1).
const START: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51];
/// Where behind that the first component's depth and sign are.
const COMPONENT: usize = 42;

pub(super) fn decode<'a>(stream: &[u8], attributes: &'a Attributes<'a>) -> Option<Raster<'a>> {
    // Lower resolutions come out in wrong colours (hayro-jpeg2000 0.5.0), so all of it is decoded.
    let settings = DecodeSettings { target_resolution: None, resolve_palette_indices: false, strict: false };
    // The decoder takes all samples for unsigned, which adds half of their range to those that are not.
    let size_segment = stream.windows(START.len()).position(|bytes| bytes == START)?;
    let is_signed = stream.get(size_segment + COMPONENT)? & 0x80 != 0;
    let image = Image::new(stream, &settings).ok()?;
    let (width, height) = (image.width() as usize, image.height() as usize);
    samples(width, height, attributes.channels)?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).ok()?;
    let planes: Vec<_> =
        decoded.components().iter().map(|plane| (plane.samples().to_vec(), plane.bit_depth())).collect();
    let channels = planes.len();
    let sample = move |x: usize, y: usize, channel: usize| {
        let Some((plane, depth)) = planes.get(channel) else { return 0.0 };
        let value = plane.get(y * width + x).copied().unwrap_or(0.0).round() as i32;
        let value = if is_signed { value - (1 << (depth - 1)) } else { value };
        attributes.signed(value.cast_unsigned(), (*depth).into())
    };
    Some(Raster { width, height, channels, sample: Box::new(sample) })
}
