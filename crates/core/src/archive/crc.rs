//! CRC-32 as ZIP has it (APPNOTE §4.4.7), sixteen bytes a step.
//!
//! crc32fast does the same from tables that are part of the bundle: 16 KiB that nothing compresses. Here they are made
//! when they are first needed.

use std::sync::LazyLock;

const POLYNOMIAL: u32 = 0xEDB8_8320;
const LANES: usize = 16;

/// `TABLES[n][b]` is the effect of the byte `b` with `n` bytes behind it.
static TABLES: LazyLock<[[u32; 256]; LANES]> = LazyLock::new(tables);

/// A checksum in the making.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crc32(u32);

impl Crc32 {
    /// Of no bytes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let t = &*TABLES;
        let mut crc = !self.0;
        let (blocks, rest) = bytes.as_chunks::<LANES>();
        for block in blocks {
            let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *block;
            let [q, r, s, u] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
            // Written out: as a loop it is ten times slower where the bundle is compiled for size.
            crc = at(&t[15], q) ^ at(&t[14], r) ^ at(&t[13], s) ^ at(&t[12], u);
            crc ^= at(&t[11], e) ^ at(&t[10], f) ^ at(&t[9], g) ^ at(&t[8], h);
            crc ^= at(&t[7], i) ^ at(&t[6], j) ^ at(&t[5], k) ^ at(&t[4], l);
            crc ^= at(&t[3], m) ^ at(&t[2], n) ^ at(&t[1], o) ^ at(&t[0], p);
        }
        for byte in rest {
            crc = crc >> 8 ^ at(&t[0], crc as u8 ^ byte);
        }
        self.0 = !crc;
    }

    /// The checksum.
    #[must_use]
    pub fn finish(self) -> u32 {
        self.0
    }
}

#[expect(clippy::indexing_slicing, reason = "a byte is always below 256")]
#[inline(always)]
fn at(table: &[u32; 256], byte: u8) -> u32 {
    table[usize::from(byte)]
}

fn tables() -> [[u32; 256]; LANES] {
    let mut tables = [[0; 256]; LANES];
    let bytes: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |crc, _| if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 })
    });
    let mut before = bytes;
    for table in &mut tables {
        *table = before;
        before = before.map(|entry| entry >> 8 ^ at(&bytes, entry as u8));
    }
    tables
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Crc32;

    proptest! {
        #[test]
        fn as_crc32fast_does_however_it_is_cut(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in any::<prop::sample::Index>()) {
            let (first, second) = bytes.split_at(cut.index(bytes.len() + 1));
            let mut crc = Crc32::new();
            crc.update(first);
            crc.update(second);
            prop_assert_eq!(crc.finish(), crc32fast::hash(&bytes));
        }
    }
}
