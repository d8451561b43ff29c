//! Colours, each of 0 to 255.

/// Red, green or blue of Y, CB, CR (PS3.3 §C.7.6.3.1.2).
pub(crate) fn from_ybr([y, blue, red]: [f32; 3], channel: usize) -> f32 {
    let (blue, red) = (blue - 128.0, red - 128.0);
    let colour = match channel {
        0 => y + 1.402 * red,
        1 => y - 0.344_136 * blue - 0.714_136 * red,
        _ => y + 1.772 * blue,
    };
    colour.clamp(0.0, 255.0)
}

/// Three values a pixel as bytes.
pub(crate) fn rgba(values: &[f32]) -> Vec<u8> {
    let (pixels, _) = values.as_chunks::<3>();
    pixels.iter().flat_map(|pixel| pixel.map(byte).into_iter().chain([255])).collect()
}

/// The nearest byte.
pub(crate) fn byte(value: f32) -> u8 {
    value.round() as u8
}
