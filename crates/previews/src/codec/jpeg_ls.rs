//! JPEG-LS, lossless and near-lossless, in one scan or several (ITU-T T.87). Names of the variables as there.

mod bits;
mod context;
mod scan;

use super::{jpeg, samples};
use crate::attributes::Attributes;
use crate::raster::Raster;
use scan::{Interleave, Scan};

/// SOF55.
pub(super) const START_OF_FRAME: u8 = 0xF7;
/// LSE: parameters that are not the default ones.
const PARAMETERS: u8 = 0xF8;
const START_OF_SCAN: u8 = 0xDA;
const RESTART_INTERVAL: u8 = 0xDD;

/// What the segments before a scan say (T.87 §C.2).
#[derive(Clone, Copy)]
struct Frame {
    precision: u32,
    width: usize,
    height: usize,
    channels: usize,
}

/// Parameters of an LSE segment; 0 stands for the default.
#[derive(Clone, Copy, Default)]
struct Preset {
    max_value: u16,
    thresholds: [u16; 3],
    reset: u16,
}

pub(super) fn decode<'a>(stream: &[u8], attributes: &'a Attributes<'a>) -> Option<Raster<'a>> {
    let mut rest = stream.strip_prefix(&jpeg::START)?;
    let (mut frame, mut preset) = (None, Preset::default());
    // Lines after lines, in each the channels one after the other.
    let mut planes: Vec<Vec<u16>> = Vec::new();
    let frame = loop {
        let (marker, content, behind) = jpeg::segment(rest)?;
        rest = behind;
        match marker {
            START_OF_FRAME => frame = Some(Frame::read(content)?),
            PARAMETERS => preset = Preset::read(content)?,
            // Nobody is known to write them in DICOM.
            RESTART_INTERVAL => return None,
            START_OF_SCAN => {
                let frame = frame?;
                let scan = Scan::new(&frame, &preset, content)?;
                let (decoded, behind) = scan.decode(rest)?;
                planes.extend(decoded);
                if planes.len() >= frame.channels {
                    break frame;
                }
                rest = behind;
            }
            _ => {}
        }
    };
    let Frame { width, height, channels, precision } = frame;
    let sample = move |x: usize, y: usize, channel: usize| {
        let value = planes.get(channel).and_then(|plane| plane.get(y * width + x)).copied().unwrap_or(0);
        attributes.signed(value.into(), precision)
    };
    Some(Raster { width, height, channels, sample: Box::new(sample) })
}

impl Frame {
    fn read(content: &[u8]) -> Option<Self> {
        let [precision, a, b, c, d, channels, ..] = *content else { return None };
        let (height, width) = (u16::from_be_bytes([a, b]).into(), u16::from_be_bytes([c, d]).into());
        let frame = Self { precision: precision.into(), width, height, channels: channels.into() };
        samples(width, height, frame.channels)?;
        ((2..=16).contains(&precision) && matches!(channels, 1 | 3)).then_some(frame)
    }
}

impl Preset {
    fn read(content: &[u8]) -> Option<Self> {
        let (kind, content) = content.split_first()?;
        let (words, _) = content.as_chunks();
        let mut words = words.iter().map(|word| u16::from_be_bytes(*word));
        // The others are of mapping tables and larger images.
        if *kind != 1 {
            return None;
        }
        Some(Self {
            max_value: words.next()?,
            thresholds: [words.next()?, words.next()?, words.next()?],
            reset: words.next()?,
        })
    }
}

impl Interleave {
    fn read(content: &[u8]) -> Option<(usize, i32, Self)> {
        let count = usize::from(*content.first()?);
        let [near, interleave, transform] = *content.get(1 + 2 * count..)?.first_chunk()?;
        let interleave = match (count, interleave) {
            _ if transform != 0 => return None,
            (1, _) => Self::None,
            (3, 1) => Self::Line,
            (3, 2) => Self::Sample,
            _ => return None,
        };
        Some((count, near.into(), interleave))
    }
}
