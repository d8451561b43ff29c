//! Whatever the bytes are, there is a picture or none, soon.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support;

use std::fs;

use auraloader_previews::picture;
use proptest::prelude::*;
use support::pydicom;

/// One of each kind of pixels, all small.
const FILES: [&str; 8] = [
    "MR_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_jp2klossless.dcm",
    "SC_rgb_jls_lossy_sample.dcm",
    "SC_rgb_jls_lossy_line.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
];

fn file(name: &str) -> Vec<u8> {
    fs::read(pydicom().join("pydicom/data/test_files").join(name)).expect("a file")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_survived(
        which in 0..FILES.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = file(FILES[which]);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        // A decoder that panics is a trap in a worker of its own; ours must not.
        let made = std::panic::catch_unwind(|| picture(&bytes, 32));
        if let Ok(Some(made)) = made {
            prop_assert_eq!(made.rgba.len(), made.width * made.height * 4);
            prop_assert!(made.width <= 32 && made.height <= 32);
        }
    }

    #[test]
    fn noise_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        picture(&bytes, 32);
    }
}

#[test]
fn a_frame_that_claims_to_be_huge_is_not_decoded() {
    // Rows and Columns; the streams' own dimensions lie behind these markers.
    for (name, marker, skip) in
        [("MR_small_jpeg_ls_lossless.dcm", [0xFF, 0xF7], 3), ("SC_rgb_jpeg_gdcm.dcm", [0xFF, 0xC3], 3)]
    {
        let mut bytes = file(name);
        let at = bytes.windows(2).rposition(|pair| pair == marker).expect("a frame");
        bytes[at + 2 + skip..at + 6 + skip].copy_from_slice(&[0xFF; 4]);
        assert_eq!(picture(&bytes, 32), None, "{name}");
    }
}

#[test]
fn what_is_cut_off_is_shown_as_far_as_it_goes() {
    let whole = file("MR_small.dcm");
    let cut = &whole[..whole.len() - 4096];
    assert!(picture(cut, 64).is_some());
    assert_eq!(picture(&whole[..whole.len() / 8], 64), None, "no pixels");
}
