//! From stored values to grey (PS3.3 §C.11.2): by the file's window, else by what there is.

use crate::attributes::{Attributes, Function, Photometric};
use crate::colour::byte;

/// The share of pixels that may be wholly dark or wholly bright where the file names no window.
const CLIPPED: usize = 100;

/// Values of the modality's unit to 0 to 1.
struct Window {
    function: Function,
    centre: f64,
    width: f64,
}

/// The values as grey pixels.
pub(crate) fn grey(values: &[f32], attributes: &Attributes<'_>) -> Vec<u8> {
    let values: Vec<_> =
        values.iter().map(|value| f64::from(*value) * attributes.slope + attributes.intercept).collect();
    let apply =
        |window: &Window| values.iter().map(|value| byte(window.grey(*value) as f32)).collect::<Vec<_>>();
    // A window beside all values shows nothing.
    let shows = |greys: &Vec<u8>| greys.iter().any(|grey| Some(grey) != greys.first());
    let greys = Window::of(attributes).map(|window| apply(&window)).filter(shows);
    let greys = greys.unwrap_or_else(|| apply(&Window::around(&values)));
    let is_inverse = attributes.photometric == Photometric::Monochrome1;
    greys
        .into_iter()
        .map(|grey| if is_inverse { 255 - grey } else { grey })
        .flat_map(|grey| [grey, grey, grey, 255])
        .collect()
}

impl Window {
    fn of(attributes: &Attributes<'_>) -> Option<Self> {
        let (function, centre, width) = (attributes.function, attributes.centre?, attributes.width?);
        let least = if function == Function::Linear { 1.0 } else { f64::MIN_POSITIVE };
        (width >= least).then_some(Self { function, centre, width })
    }

    /// Around nearly all values; the smallest is the background, mostly, and does not count.
    fn around(values: &[f64]) -> Self {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let mut seen: Vec<_> = values.iter().copied().filter(|value| *value > least).collect();
        seen.sort_unstable_by(f64::total_cmp);
        let clipped = seen.len() / CLIPPED;
        let low = seen.get(clipped).copied().unwrap_or(least);
        let high = seen.iter().rev().nth(clipped).copied().unwrap_or(least);
        // Of a few values all are to be told apart.
        let low = if low < high { low } else { least };
        Self {
            function: Function::LinearExact,
            centre: f64::midpoint(low, high),
            width: (high - low).max(f64::MIN_POSITIVE),
        }
    }

    fn grey(&self, value: f64) -> f64 {
        let Self { centre, width, .. } = *self;
        let share = match self.function {
            Function::Linear if width <= 1.0 => f64::from(value > centre - 0.5),
            Function::Linear => (value - (centre - 0.5)) / (width - 1.0) + 0.5,
            Function::LinearExact => (value - centre) / width + 0.5,
            Function::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - centre) / width).exp()),
        };
        share.clamp(0.0, 1.0) * 255.0
    }
}
