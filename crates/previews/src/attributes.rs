//! What a data set says about its pixels (PS3.3 §C.7.6.3, §C.11, and the functional groups of §C.7.6.16).

use auraloader_core::dicom::{Encoding, Tag};

use crate::elements::{Element, Elements};
use crate::file::DataSet;

/// Shared and Per-Frame Functional Groups Sequence.
const SHARED_GROUPS: Tag = Tag(0x5200_9229);
const FRAMES_GROUPS: Tag = Tag(0x5200_9230);

/// How samples are to be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Photometric {
    /// Low is white.
    Monochrome1,
    #[default]
    Monochrome2,
    Rgb,
    /// YBR_FULL, and YBR_FULL_422 if [`Attributes::is_422`].
    Ybr,
    Palette,
}

/// VOI LUT Function (0028,1056).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Function {
    #[default]
    Linear,
    LinearExact,
    Sigmoid,
}

/// One of the palette's tables (PS3.3 §C.7.6.3.1.5).
#[derive(Default)]
pub(crate) struct Table<'a> {
    entries: Option<Element<'a>>,
    len: usize,
    /// The stored value of the first entry, as the bits stand.
    first: u16,
    bits: u16,
}

/// Where the pixels are.
#[derive(Clone, Copy)]
pub(crate) enum Pixels<'a> {
    Native {
        bytes: &'a [u8],
    },
    /// The items of encapsulated pixels, the offset table first.
    Encapsulated {
        items: &'a [u8],
    },
}

pub(crate) struct Attributes<'a> {
    pub(crate) encoding: Encoding,
    pub(crate) transfer_syntax: &'a str,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) channels: usize,
    pub(crate) photometric: Photometric,
    pub(crate) is_422: bool,
    /// Colours lie one behind the other.
    pub(crate) is_planar: bool,
    /// The pixels are words, which bytes are packed into (PS3.5 §8.1.2).
    pub(crate) are_words: bool,
    pub(crate) bits_allocated: u32,
    pub(crate) bits_stored: u32,
    pub(crate) high_bit: u32,
    pub(crate) is_signed: bool,
    pub(crate) frames: usize,
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
    pub(crate) centre: Option<f64>,
    pub(crate) width: Option<f64>,
    pub(crate) function: Function,
    /// Distance of rows over distance of columns.
    pub(crate) aspect: f64,
    pub(crate) palette: [Table<'a>; 3],
    pub(crate) pixels: Pixels<'a>,
}

impl<'a> Attributes<'a> {
    /// `None` where there are no pixels.
    pub(crate) fn of(data_set: &'a DataSet<'_>) -> Option<Self> {
        let mut attributes = Self {
            encoding: data_set.encoding,
            transfer_syntax: &data_set.transfer_syntax,
            rows: 0,
            columns: 0,
            channels: 1,
            photometric: Photometric::default(),
            is_422: false,
            is_planar: false,
            are_words: false,
            bits_allocated: 0,
            bits_stored: 0,
            high_bit: 0,
            is_signed: false,
            frames: 1,
            slope: 1.0,
            intercept: 0.0,
            centre: None,
            width: None,
            function: Function::default(),
            aspect: 1.0,
            palette: Default::default(),
            pixels: Pixels::Native { bytes: &[] },
        };
        let elements = Elements::new(&data_set.bytes, data_set.encoding);
        for element in elements {
            match element.tag {
                SHARED_GROUPS => attributes.groups(element, 0),
                FRAMES_GROUPS => attributes.groups(element, attributes.frames / 2),
                Tag(0x7FE0_0010) => {
                    attributes.are_words = element.vr == Some(*b"OW");
                    attributes.pixels = if element.is_undefined {
                        Pixels::Encapsulated { items: element.value }
                    } else {
                        Pixels::Native { bytes: element.value }
                    };
                    return attributes.checked();
                }
                _ => attributes.set(&element),
            }
        }
        None
    }

    /// The functional groups of item `index`: sequences of one item.
    fn groups(&mut self, sequence: Element<'a>, index: usize) {
        let inside = |element: Element<'a>| Elements::new(element.value, self.encoding);
        let elements: Vec<_> = inside(sequence)
            .nth(index)
            .into_iter()
            .flat_map(inside)
            .filter(|group| matches!(group.tag.0, 0x0028_9110 | 0x0028_9132 | 0x0028_9145))
            .filter_map(|group| inside(group).next())
            .flat_map(inside)
            .collect();
        elements.iter().for_each(|element| self.set(element));
    }

    fn set(&mut self, element: &Element<'a>) {
        let number = || element.numbers().first().copied();
        let word = |slot: &mut u32| *slot = element.u16().map_or(*slot, u32::from);
        match element.tag.0 {
            0x0028_0002 => self.channels = element.u16().unwrap_or(1).into(),
            0x0028_0004 => self.set_photometric(&element.text()),
            0x0028_0006 => self.is_planar = element.u16() == Some(1),
            0x0028_0008 => self.frames = number().map_or(1, |frames| (frames as usize).max(1)),
            0x0028_0010 => self.rows = element.u16().unwrap_or(0).into(),
            0x0028_0011 => self.columns = element.u16().unwrap_or(0).into(),
            // Pixel Spacing, at the detector, nominal; Pixel Aspect Ratio.
            0x0018_1164 | 0x0018_2010 | 0x0028_0030 | 0x0028_0034 => self.set_aspect(&element.numbers()),
            0x0028_0100 => word(&mut self.bits_allocated),
            0x0028_0101 => word(&mut self.bits_stored),
            0x0028_0102 => word(&mut self.high_bit),
            0x0028_0103 => self.is_signed = element.u16() == Some(1),
            0x0028_1050 => self.centre = number(),
            0x0028_1051 => self.width = number(),
            0x0028_1052 => self.intercept = number().unwrap_or(0.0),
            0x0028_1053 => self.slope = number().unwrap_or(1.0),
            0x0028_1056 => {
                self.function = match element.text().as_str() {
                    "SIGMOID" => Function::Sigmoid,
                    "LINEAR_EXACT" => Function::LinearExact,
                    _ => Function::Linear,
                }
            }
            0x0028_1101..=0x0028_1103 => {
                let word = |at| element.word(at).unwrap_or(0);
                if let Some(table) = self.palette.get_mut((element.tag.0 - 0x0028_1101) as usize) {
                    // No entries stand for 65,536.
                    let len = word(0);
                    table.len = if len == 0 { 1 << 16 } else { len.into() };
                    table.first = word(1);
                    table.bits = word(2);
                }
            }
            0x0028_1201..=0x0028_1203 => {
                if let Some(table) = self.palette.get_mut((element.tag.0 - 0x0028_1201) as usize) {
                    table.entries = Some(*element);
                }
            }
            _ => {}
        }
    }

    fn set_photometric(&mut self, text: &str) {
        self.is_422 = text.ends_with("_422");
        self.photometric = match text {
            "MONOCHROME1" => Photometric::Monochrome1,
            "PALETTE COLOR" => Photometric::Palette,
            "YBR_FULL" | "YBR_FULL_422" => Photometric::Ybr,
            // The decoder undoes the colour transform of JPEG 2000 (YBR_RCT, YBR_ICT).
            _ if text.starts_with("YBR") || text == "RGB" => Photometric::Rgb,
            _ => Photometric::Monochrome2,
        };
    }

    fn set_aspect(&mut self, numbers: &[f64]) {
        if let [rows, columns, ..] = *numbers
            && rows > 0.0
            && columns > 0.0
        {
            self.aspect = (rows / columns).clamp(0.1, 10.0);
        }
    }

    /// What does not fit together is no image.
    fn checked(mut self) -> Option<Self> {
        let is_colour = matches!(self.photometric, Photometric::Rgb | Photometric::Ybr);
        if self.channels != if is_colour { 3 } else { 1 } || !matches!(self.bits_allocated, 1 | 8 | 16 | 32) {
            return None;
        }
        if !(1..=self.bits_allocated).contains(&self.bits_stored) {
            self.bits_stored = self.bits_allocated;
        }
        if !(self.bits_stored - 1..self.bits_allocated).contains(&self.high_bit) {
            self.high_bit = self.bits_stored - 1;
        }
        Some(self)
    }

    /// A stored value of the bits that hold it.
    pub(crate) fn stored(&self, bits: u32) -> f32 {
        self.signed(bits >> (self.high_bit + 1 - self.bits_stored), self.bits_stored)
    }

    /// The value of the lowest `len` of `bits`.
    pub(crate) fn signed(&self, bits: u32, len: u32) -> f32 {
        let up = 32 - len.clamp(1, 32);
        if self.is_signed { ((bits << up).cast_signed() >> up) as f32 } else { ((bits << up) >> up) as f32 }
    }
}

impl Table<'_> {
    /// The colour of a stored value, of 0 to 255; values before the first entry and after the last have theirs.
    pub(crate) fn colour(&self, stored: f32) -> f32 {
        let at = (stored - f32::from(self.first)).clamp(0.0, self.len.saturating_sub(1) as f32) as usize;
        let Some(entries) = &self.entries else { return 0.0 };
        if self.bits > 8 || entries.value.len() >= 2 * self.len {
            // Some writers scale to 8 bits all the same; then the upper byte is empty or the same.
            let word = entries.word(at).unwrap_or(0);
            return f32::from(if self.bits > 8 { word >> (self.bits.min(16) - 8) } else { word & 0xFF });
        }
        entries.value.get(at).copied().unwrap_or(0).into()
    }
}
