//! The header walk on whatever a file may be, and however its bytes come in.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use auraloader_core::content::{Content, Packing};
use proptest::prelude::*;
use proptest::sample::Index;
use support::walking::{walk_content, walk_entry, walk_file};
use support::{DataSet, UNDEFINED};

/// One of the shapes a file may have, longer than a block or not.
fn shape(which: usize, filler: usize) -> Vec<u8> {
    let (big_endian, explicit_vr) = [(false, true), (false, false), (true, true)][which % 3];
    let mut data = DataSet::new(big_endian, explicit_vr);
    data.element(0x0008_0016, b"UI", "1.2\0");
    data.header(0x0008_1115, b"SQ", UNDEFINED).item(UNDEFINED);
    data.element(0x0009_1010, b"OB", vec![b'x'; filler]);
    data.header(0x0009_1011, b"UN", UNDEFINED).end_sequence();
    data.end_item().item(4).raw("abcd").end_sequence();
    data.uids();
    match which / 3 % 4 {
        0 => data.element(0x7FE0_0010, b"OW", vec![1; filler]),
        1 => data
            .header(0x7FE0_0010, b"OB", UNDEFINED)
            .item(0)
            .item(filler as u32)
            .raw(vec![1; filler])
            .item(filler as u32)
            .raw(vec![2; filler])
            .end_sequence(),
        2 => data
            .element(0x0029_1010, b"OB", vec![1; filler])
            .header(0x0040_A730, b"SQ", UNDEFINED)
            .item(UNDEFINED)
            .element(0x0040_A160, b"UT", vec![1; filler])
            .end_item()
            .end_sequence(),
        _ => data
            .header(0x0040_A730, b"SQ", UNDEFINED)
            .item(filler as u32)
            .raw(vec![1; filler])
            .end_sequence()
            .header(0x7FE0_0010, b"OW", 1000),
    };
    if which / 12 % 2 == 1 { data.deflated() } else { data.file() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_cutting_gives_the_same_result(
        which in 0usize..24,
        filler in prop_oneof![0usize..200, 10_000usize..120_000],
        piece in prop_oneof![1usize..100, 100usize..70_000],
        keep in prop_oneof![Just(None), any::<Index>().prop_map(Some)],
    ) {
        let mut file = shape(which, filler);
        if let Some(keep) = keep {
            file.truncate(keep.index(file.len()) + 1);
        }
        let whole = walk_file(&file);
        let cut = walk_content(&file, Content::whole(0, file.len() as u64), piece);
        prop_assert_eq!(whole.outcome(), cut.outcome());
        let whole = walk_entry(&file, usize::MAX);
        let cut = walk_entry(&file, piece);
        prop_assert_eq!(whole.outcome(), cut.outcome());
    }

    #[test]
    fn damage_costs_no_more_than_the_file_is_granted(
        which in 0usize..24,
        filler in prop_oneof![0usize..200, 10_000usize..120_000],
        flips in prop::collection::vec((0usize..1000, any::<u8>()), 0..12),
        far_flips in prop::collection::vec((any::<Index>(), any::<u8>()), 0..4),
        moved in prop::option::of((0usize..600, 0usize..20, prop::collection::vec(any::<u8>(), 0..20))),
        keep in prop::option::of(any::<Index>()),
        piece in prop_oneof![Just(usize::MAX), 1usize..5000],
    ) {
        let mut file = shape(which, filler);
        for (at, byte) in flips {
            if let Some(place) = file.get_mut(at) {
                *place = byte;
            }
        }
        for (at, byte) in far_flips {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Some((at, gone, new)) = moved && at + gone < file.len() {
            file.splice(at..at + gone, new);
        }
        if let Some(keep) = keep {
            file.truncate(keep.index(file.len()) + 1);
        }
        for walked in [
            walk_content(&file, Content::whole(0, file.len() as u64), piece),
            walk_entry(&file, piece),
            // As if it were deflated, which it isn't.
            walk_content(
                &file,
                Content { file: 0, range: 0..file.len() as u64, packing: Packing::Deflated { size: 1 << 40 } },
                piece,
            ),
        ] {
            prop_assert!(walked.read <= file.len() as u64 + 64 * 1024);
            prop_assert!(walked.blocks <= 40, "{} blocks", walked.blocks);
            prop_assert!(walked.memory < 400_000, "{} bytes held", walked.memory);
            let _ = walked.outcome();
        }
    }

    #[test]
    fn noise_behind_a_sound_start_is_left_soon(
        big_endian: bool,
        explicit_vr: bool,
        noise in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        let mut data = DataSet::new(big_endian, explicit_vr);
        data.element(0x0008_0016, b"UI", "1.2\0").raw(&noise).raw(vec![0xEE; 3_000_000]);
        let walked = walk_file(&data.file());
        prop_assert!(walked.read <= 1024 * 1024 + 64 * 1024, "{} bytes read", walked.read);
    }
}
