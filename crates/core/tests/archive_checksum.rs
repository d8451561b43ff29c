//! Checksums of what is unpacked, from the packed bytes.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod archive_support;

use archive_support::{content, deflate};
use auraloader_core::archive::Checksum;
use auraloader_core::content::{Content, Packing};
use auraloader_core::dicom::Reason;
use proptest::prelude::*;

fn checksum(packed: &[u8], packing: Packing, step: usize) -> Result<u32, Reason> {
    let mut checksum = Checksum::new(&Content { file: 0, range: 5..5 + packed.len() as u64, packing });
    for piece in packed.chunks(step) {
        checksum.update(piece)?;
    }
    checksum.finish()
}

fn deflated(packed: &[u8], size: usize) -> Result<u32, Reason> {
    checksum(packed, Packing::Deflated { size: size as u64 }, packed.len().max(1))
}

#[test]
fn the_stream_ends_with_the_bytes_and_at_the_size() {
    for len in [0, 1, 32_767, 32_768, 32_769, 65_536, 200_000] {
        let data = content(1, len);
        let packed = deflate(&data);
        assert_eq!(deflated(&packed, len), Ok(crc32fast::hash(&data)));
        assert_eq!(deflated(&packed, len + 1), Err(Reason::DamagedArchive));
        assert_eq!(deflated(&packed, len.wrapping_sub(1)), Err(Reason::DamagedArchive));
        assert_eq!(deflated(&packed[..packed.len() - 1], len), Err(Reason::DamagedArchive));
        assert_eq!(deflated(&[], len), Err(Reason::DamagedArchive));
        let longer = [packed.as_slice(), &[0]].concat();
        assert_eq!(deflated(&longer, len), Err(Reason::DamagedArchive));
        assert_eq!(
            checksum(&longer, Packing::Deflated { size: len as u64 }, packed.len()),
            Err(Reason::DamagedArchive)
        );
    }
}

#[test]
fn a_bomb_goes_no_further_than_it_claimed() {
    let packed = deflate(&vec![0; 50_000_000]);
    assert_eq!(deflated(&packed, 50_000_000).map(drop), Ok(()));
    // The first bytes are enough to see it.
    let mut checksum =
        Checksum::new(&Content { file: 0, range: 0..9, packing: Packing::Deflated { size: 1000 } });
    assert_eq!(checksum.update(&packed[..100]), Err(Reason::DamagedArchive));
}

proptest! {
    #[test]
    fn any_cutting_gives_the_checksum_of_the_unpacked(data in prop::collection::vec(0u8..5, 0..3000), times in 1usize..60, step in 1usize..5000) {
        let data = data.repeat(times);
        let packed = deflate(&data);
        let expected = Ok(crc32fast::hash(&data));
        prop_assert_eq!(checksum(&packed, Packing::Deflated { size: data.len() as u64 }, step), expected);
        prop_assert_eq!(checksum(&data, Packing::Stored, step), expected);
    }

    #[test]
    fn any_damage_gives_the_same_however_it_is_cut(data in prop::collection::vec(0u8..5, 1..3000), at in any::<prop::sample::Index>(), flip in 1u8.., step in 1usize..500) {
        let mut packed = deflate(&data);
        let at = at.index(packed.len());
        packed[at] ^= flip;
        prop_assert_eq!(
            checksum(&packed, Packing::Deflated { size: data.len() as u64 }, step),
            deflated(&packed, data.len())
        );
    }
}
