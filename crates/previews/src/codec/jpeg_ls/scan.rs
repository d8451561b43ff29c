//! One scan: lines of pixels, predicted and put right (T.87 Annex A).

use super::bits::Bits;
use super::context::{Context, RunContext};
use super::{Frame, Preset};

/// The order of run lengths (T.87 §A.2.1, J).
const RUN_ORDERS: [u32; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// How the channels of a scan follow each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Interleave {
    None,
    Line,
    Sample,
}

pub(super) struct Scan {
    interleave: Interleave,
    channels: usize,
    width: usize,
    height: usize,
    max_value: i32,
    near: i32,
    thresholds: [i32; 3],
    reset: i32,
    range: i32,
    qbpp: u32,
    limit: u32,
    contexts: Vec<Context>,
    /// Where the neighbours differ, and where they are alike.
    run_contexts: [RunContext; 2],
}

/// The neighbours of a pixel: left, above, above left, above right.
#[derive(Clone, Copy)]
struct Around {
    a: i32,
    b: i32,
    c: i32,
    d: i32,
}

/// A line of one channel with the last pixel twice, and before it the first of the line above.
type Line = Vec<i32>;

/// A channel while it is decoded.
struct Channel {
    above: Line,
    line: Line,
    run_index: usize,
    decoded: Vec<u16>,
}

impl Scan {
    /// `content` is that of the scan's header.
    pub(super) fn new(frame: &Frame, preset: &Preset, content: &[u8]) -> Option<Self> {
        let (channels, near, interleave) = Interleave::read(content)?;
        let given = |value: u16, default: i32| if value == 0 { default } else { i32::from(value) };
        let max_value = given(preset.max_value, (1 << frame.precision) - 1);
        if near > max_value / 2 || max_value < 1 {
            return None;
        }
        let step = 2 * near + 1;
        let range = (max_value + 2 * near) / step + 1;
        let bits = |values: i32| 32 - (values - 1).leading_zeros();
        let (bpp, qbpp) = (bits(max_value + 1).max(2), bits(range));
        let [t1, t2, t3] = default_thresholds(max_value, near);
        let [given1, given2, given3] = preset.thresholds;
        let first = ((range + 32) / 64).max(2);
        Some(Self {
            interleave,
            channels,
            width: frame.width,
            height: frame.height,
            max_value,
            near,
            thresholds: [given(given1, t1), given(given2, t2), given(given3, t3)],
            reset: given(preset.reset, 64).max(3),
            range,
            qbpp,
            limit: 2 * (bpp + bpp.max(8)),
            contexts: vec![Context::new(first); 365],
            run_contexts: [RunContext::new(first); 2],
        })
    }

    /// The channels of the scan, and what follows it.
    pub(super) fn decode(mut self, coded: &[u8]) -> Option<(Vec<Vec<u16>>, &[u8])> {
        let mut bits = Bits::new(coded);
        let mut channels: Vec<_> =
            (0..self.channels).map(|_| Channel::new(self.width, self.height)).collect();
        for _ in 0..self.height {
            channels.iter_mut().for_each(Channel::next_line);
            if self.interleave == Interleave::Sample {
                self.line(&mut bits, &mut channels)?;
            } else {
                for channel in &mut channels {
                    self.line(&mut bits, std::slice::from_mut(channel))?;
                }
            }
            channels.iter_mut().for_each(Channel::end_line);
        }
        Some((channels.into_iter().map(|channel| channel.decoded).collect(), bits.rest()))
    }

    /// A line of channels whose samples are coded together.
    fn line(&mut self, bits: &mut Bits<'_>, channels: &mut [Channel]) -> Option<()> {
        while channels.iter().all(|channel| channel.line.len() <= self.width) {
            if channels.iter().all(|channel| channel.around().is_flat(self.near)) {
                self.run(bits, channels)?;
            } else {
                for channel in &mut *channels {
                    let value = self.pixel(bits, channel.around())?;
                    channel.line.push(value);
                }
            }
        }
        Some(())
    }

    fn pixel(&mut self, bits: &mut Bits<'_>, around: Around) -> Option<i32> {
        let Around { a, b, c, d } = around;
        let quantize = |difference| self.quantized(difference);
        let id = 81 * quantize(d - b) + 9 * quantize(b - c) + quantize(c - a);
        let sign = if id < 0 { -1 } else { 1 };
        let context = self.contexts.get_mut(id.unsigned_abs() as usize)?;
        let predicted = if c >= a.max(b) {
            a.min(b)
        } else if c <= a.min(b) {
            a.max(b)
        } else {
            a + b - c
        };
        let predicted = (predicted + sign * context.correction()).clamp(0, self.max_value);
        let mapped = bits.golomb(context.k(), self.limit, self.qbpp)?;
        let error = context.error(mapped, self.near);
        context.learn(error, self.near, self.reset);
        Some(self.put_right(predicted, sign * error))
    }

    /// Pixels like those at the left of them, and the one that is not (T.87 §A.7).
    fn run(&mut self, bits: &mut Bits<'_>, channels: &mut [Channel]) -> Option<()> {
        let first = channels.first()?;
        let (mut index, mut left) = (first.run_index, (self.width + 1).checked_sub(first.line.len())?);
        let mut len = 0;
        let order = |index: usize| RUN_ORDERS.get(index).copied().unwrap_or(15);
        while left > 0 && bits.take(1)? == 1 {
            let step = left.min(1 << order(index));
            if step == 1 << order(index) {
                index = (index + 1).min(31);
            }
            len += step;
            left -= step;
        }
        let is_ended = left > 0;
        if is_ended {
            len += bits.take(order(index))? as usize;
        }
        let ends = is_ended.then(|| index.saturating_sub(1));
        for channel in &mut *channels {
            let filled = channel.line.len() + len;
            if filled > self.width + usize::from(!is_ended) {
                return None;
            }
            channel.line.resize(filled, channel.around().a);
            channel.run_index = ends.unwrap_or(index);
        }
        if is_ended {
            let is_single = channels.len() == 1;
            for channel in channels {
                let value = self.run_end(bits, channel.around(), order(index), is_single)?;
                channel.line.push(value);
            }
        }
        Some(())
    }

    fn run_end(&mut self, bits: &mut Bits<'_>, around: Around, order: u32, is_single: bool) -> Option<i32> {
        let Around { a, b, .. } = around;
        // Of samples that are coded together none is taken for alike.
        let kind = i32::from(is_single && (a - b).abs() <= self.near);
        let context = self.run_contexts.get_mut(kind as usize)?;
        let mapped = bits.golomb(context.k(kind), self.limit.checked_sub(order + 1)?, self.qbpp)?;
        let error = context.error(mapped, kind);
        context.learn(error, mapped, kind, self.reset);
        Some(match kind {
            1 => self.put_right(a, error),
            _ => self.put_right(b, if b < a { -error } else { error }),
        })
    }

    /// The value, of a prediction and its error modulo the range (T.87 §A.4.4).
    fn put_right(&self, predicted: i32, error: i32) -> i32 {
        let step = 2 * self.near + 1;
        let value = predicted.wrapping_add(error.wrapping_mul(step));
        let value = if value < -self.near {
            value + self.range * step
        } else if value > self.max_value + self.near {
            value - self.range * step
        } else {
            value
        };
        value.clamp(0, self.max_value)
    }

    /// One of nine regions of differences (T.87 §A.3.3).
    fn quantized(&self, difference: i32) -> i32 {
        let size = difference.abs();
        let region = i32::from(size > self.near)
            + self.thresholds.iter().map(|limit| i32::from(size >= *limit)).sum::<i32>();
        region * difference.signum()
    }
}

impl Around {
    fn is_flat(&self, near: i32) -> bool {
        [self.d - self.b, self.b - self.c, self.c - self.a].iter().all(|difference| difference.abs() <= near)
    }
}

impl Channel {
    fn new(width: usize, height: usize) -> Self {
        let decoded = Vec::with_capacity(width * height);
        Self { above: Vec::new(), line: vec![0; width + 2], run_index: 0, decoded }
    }

    fn next_line(&mut self) {
        std::mem::swap(&mut self.above, &mut self.line);
        self.line.clear();
        self.line.push(self.above.get(1).copied().unwrap_or(0));
    }

    fn end_line(&mut self) {
        let pixels = self.line.iter().skip(1);
        self.decoded.extend(pixels.map(|pixel| *pixel as u16));
        self.line.extend(self.line.last().copied());
    }

    /// The neighbours of the next pixel.
    fn around(&self) -> Around {
        let x = self.line.len();
        let above = |x: usize| self.above.get(x).copied().unwrap_or(0);
        Around { a: self.line.last().copied().unwrap_or(0), b: above(x), c: above(x - 1), d: above(x + 1) }
    }
}

/// T.87 §C.2.4.1.1.
fn default_thresholds(max_value: i32, near: i32) -> [i32; 3] {
    let basic = [3, 7, 21];
    let mut least = near + 1;
    let mut each = basic.into_iter().enumerate().map(|(index, basic)| {
        let index = index as i32;
        let threshold = if max_value >= 128 {
            let factor = (max_value.min(4095) + 128) / 256;
            factor * (basic - (2 + index)) + 2 + index + (3 + 2 * index) * near
        } else {
            let factor = 256 / (max_value + 1);
            (2 + index).max(basic / factor + (3 + 2 * index) * near)
        };
        least = if threshold > max_value || threshold < least { least } else { threshold };
        least
    });
    [(); 3].map(|()| each.next().unwrap_or(0))
}
