//! What the wire waits for, and what it doesn't.

use super::*;

#[test]
fn a_record_is_kept_before_the_chunk_is_to_be_sent() {
    for compression in [Compression::Store, Compression::Deflate] {
        let mut world = World::with_compression(compression, DEFERRING);
        world.is_wire_slow = true;
        world.run(Input::Upload);
        assert!(world.stored_is_right());
        assert!(world.foreseen.len() > 3, "{}", world.foreseen.len());
        assert_eq!(world.late_records, 0, "{compression:?}");
    }
}

#[test]
fn files_that_are_slow_to_read_are_no_silence_of_the_server() {
    let mut world = World::with_studies();
    world.run(Input::Upload);
    let requests = world.requests;
    let mut world = World::with_studies();
    world.body_takes = Duration::from_secs(45);
    world.run(Input::Upload);
    assert!(world.stored_is_right());
    assert_eq!(world.requests, requests, "nothing is given up and tried again");
    assert!(!world.was_disconnected, "nor is anything told of the connection");
}
