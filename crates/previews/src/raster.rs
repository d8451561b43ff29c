//! A decoded frame: samples by place.

/// Samples as they are stored, of whatever a codec has made of a frame.
pub(crate) struct Raster<'a> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// 1, or 3 for red, green and blue of 0 to 255.
    pub(crate) channels: usize,
    /// The sample in column, row and channel.
    pub(crate) sample: Sample<'a>,
}

pub(crate) type Sample<'a> = Box<dyn Fn(usize, usize, usize) -> f32 + 'a>;
