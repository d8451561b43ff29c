//! Deflating one entry as a whole, and its CRC-32 beside it.

use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params,
};

use super::crc::Crc32;

/// What came of packing an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed {
    /// CRC-32 of the item's bytes.
    pub crc: u32,
    /// Bytes of the deflate stream; `None` if it would not be shorter than the item, which then is stored.
    pub len: Option<u64>,
}

/// An entry in the making: one raw deflate stream (RFC 1951) of all its bytes. The same bytes in the same steps at the
/// same level give the same stream.
pub struct Deflating {
    crc: Crc32,
    /// `None` once it is clear that nothing is won.
    compressor: Option<Box<CompressorOxide>>,
    /// Bytes of the item, which the stream has to stay below.
    size: u64,
    len: u64,
}

impl Deflating {
    /// Of an item of `size` bytes. `level` is zlib's: 1 is the fastest.
    #[must_use]
    pub fn new(size: u64, level: u8) -> Self {
        // No zlib header, default strategy.
        let flags = create_comp_flags_from_zip_params(level.into(), 0, 0);
        Self { crc: Crc32::new(), compressor: Some(Box::new(CompressorOxide::new(flags))), size, len: 0 }
    }

    /// Takes the item's next bytes; `to` is given what they become, as long as that is shorter than the item.
    pub fn update(&mut self, bytes: &[u8], to: &mut dyn FnMut(&[u8])) {
        self.crc.update(bytes);
        self.deflate(bytes, TDEFLFlush::None, to);
    }

    /// The end of the item.
    pub fn finish(mut self, to: &mut dyn FnMut(&[u8])) -> Packed {
        self.deflate(&[], TDEFLFlush::Finish, to);
        Packed { crc: self.crc.finish(), len: self.compressor.map(|_| self.len) }
    }

    fn deflate(&mut self, bytes: &[u8], flush: TDEFLFlush, to: &mut dyn FnMut(&[u8])) {
        let Some(compressor) = &mut self.compressor else { return };
        let (size, len) = (self.size, &mut self.len);
        let mut take = |made: &[u8]| {
            *len += made.len() as u64;
            let fits = *len < size;
            if fits {
                to(made);
            }
            fits
        };
        // What is made is taken at once, so that all of the bytes are used up; it ends early if it does not fit.
        compress_to_output(compressor, bytes, flush, &mut take);
        if self.len >= self.size {
            self.compressor = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Deflating, Packed};

    fn packed(bytes: &[u8], step: usize, level: u8) -> (Packed, Vec<u8>) {
        let mut deflating = Deflating::new(bytes.len() as u64, level);
        let mut made = Vec::new();
        for piece in bytes.chunks(step) {
            deflating.update(piece, &mut |more| made.extend_from_slice(more));
        }
        let packed = deflating.finish(&mut |more| made.extend_from_slice(more));
        (packed, made)
    }

    #[test]
    fn what_does_not_shrink_is_left_as_it_is() {
        let mut seed = 7_u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        };
        for len in [0, 1, 5, 300_000] {
            let bytes: Vec<u8> = (0..len).map(|_| noise()).collect();
            let (packed, made) = packed(&bytes, 70_000, 1);
            assert_eq!(packed, Packed { crc: crc32fast::hash(&bytes), len: None });
            assert!(made.len() <= len);
        }
    }

    proptest! {
        #[test]
        fn inflates_to_what_it_was_and_is_the_same_each_time(
            runs in prop::collection::vec((0u8..40, 1usize..3000), 1..60),
            step in 1usize..40_000,
            level in 1u8..7,
        ) {
            let bytes: Vec<u8> = runs.iter().flat_map(|(byte, count)| (0..*count).map(move |at| byte ^ (at % 7) as u8)).collect();
            let (first, made) = packed(&bytes, step, level);
            prop_assert_eq!(first.crc, crc32fast::hash(&bytes));
            if let Some(len) = first.len {
                prop_assert_eq!(len, made.len() as u64);
                let inflated = miniz_oxide::inflate::decompress_to_vec(&made).ok();
                prop_assert_eq!(inflated.as_ref(), Some(&bytes));
            }
            prop_assert_eq!(packed(&bytes, step, level), (first, made));
        }
    }
}
