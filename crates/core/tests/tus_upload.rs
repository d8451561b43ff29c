//! The tus client against a server in memory and a fake clock: every fault ends byte-identical or in a typed error.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "support/tus_server.rs"]
mod tus_server;

use std::time::Duration;

use auraloader_core::http::{Body, Failure, Request};
use auraloader_core::retry::STALL;
use auraloader_core::secret::Secret;
use auraloader_core::time::Millis;
use auraloader_core::tus::{Action, Config, Error, Event, Input, Upload};
use proptest::prelude::*;
use tus_server::{ENDPOINT, Fault, Server};

struct World {
    upload: Upload,
    server: Server,
    data: Vec<u8>,
    now: Millis,
    events: Vec<Event>,
    /// Sent after this many requests.
    interrupt: Option<(usize, Input)>,
    /// The owner makes this many bytes more whenever the upload waits for it; the length is known at the end.
    makes: Option<u64>,
    /// Bytes that can be had.
    made: u64,
    /// Bytes of each chunk.
    bodies: Vec<usize>,
    /// Chunks with a checksum.
    checksums: usize,
    /// Milliseconds that a request takes.
    takes: u64,
}

fn config(len: usize, chunk_size: u64) -> Config {
    Config {
        endpoint: ENDPOINT.to_owned(),
        token: Secret::new("lift"),
        metadata: vec![("filename", "x.zip".to_owned())],
        length: Some(len as u64),
        resume: None,
        chunk_size: (chunk_size > 0).then_some(chunk_size),
        largest_chunk: 64 * 1024 * 1024,
        retry_delays: vec![0, 1000, 3000, 5000],
    }
}

impl World {
    fn new(len: usize, chunk_size: u64, faults: Vec<Fault>) -> Self {
        Self {
            upload: Upload::new(config(len, chunk_size), 7),
            server: Server::new(faults),
            data: (0..len).map(|i| (i * 7 % 251) as u8).collect(),
            now: Millis(0),
            events: Vec::new(),
            interrupt: None,
            makes: None,
            made: 0,
            bodies: Vec::new(),
            checksums: 0,
            takes: 20,
        }
    }

    /// An upload that is made while it is sent, `makes` bytes at a time.
    fn deferring(len: usize, chunk_size: u64, makes: u64, faults: Vec<Fault>) -> Self {
        let known = Self::new(len, chunk_size, faults);
        let config = Config { length: None, ..config(len, chunk_size) };
        let server = Server { extensions: vec!["creation-defer-length"], ..known.server };
        Self { upload: Upload::new(config, 7), server, makes: Some(makes), ..known }
    }

    /// The owner's part, when there is nothing else to do; whether there was any.
    fn make(&mut self) -> bool {
        let Some(makes) = self.makes else { return false };
        self.made = (self.made + makes).min(self.data.len() as u64);
        // A while later than the longest silence.
        self.now = self.now + STALL * 2;
        if self.made == self.data.len() as u64 {
            self.makes = None;
            self.upload.handle(self.now, Input::Length(self.made));
        } else {
            self.upload.handle(self.now, Input::Available(self.made));
        }
        true
    }

    /// Performs actions until there is nothing left to do or wait for.
    fn run(&mut self, first: Input) {
        self.upload.handle(self.now, first);
        for _ in 0..10_000 {
            if !self.step() {
                return;
            }
        }
        panic!("does not come to an end: {:?}", self.server.log);
    }

    /// Performs the next action, or waits; whether there was anything to do.
    fn step(&mut self) -> bool {
        let Some(action) = self.upload.poll() else {
            match self.upload.poll_timeout() {
                Some(due) => {
                    self.now = self.now.max(due);
                    self.upload.handle(self.now, Input::Timeout);
                }
                None => return self.make(),
            }
            return true;
        };
        match action {
            Action::Emit(event) => self.events.push(event),
            Action::Abort => {}
            Action::RenewToken => {
                self.upload.handle(self.now, Input::Token(Secret::new(self.server.token.as_str())))
            }
            Action::Send(request) => self.send(&request),
        }
        true
    }

    fn send(&mut self, request: &Request) {
        self.upload.handle(self.now, Input::Sent);
        self.now = self.now + Duration::from_millis(self.takes);
        let body = match &request.body {
            Body::Range(range) => {
                assert!(self.makes.is_none() || range.end <= self.made, "not made yet");
                self.checksums += usize::from(request.checksum.is_some());
                self.bodies.push((range.end - range.start) as usize);
                &self.data[range.start as usize..range.end as usize]
            }
            _ => &[],
        };
        self.upload.handle(self.now, Input::Progress(body.len() as u64 / 2));
        while let Some(Action::Emit(event)) = self.upload.poll() {
            self.events.push(event);
        }
        let answer = self.server.answer(request, body);
        if let Some((left, input)) = &mut self.interrupt {
            if *left == 0 {
                let input = input.clone();
                self.interrupt = None;
                self.upload.handle(self.now, input);
                let aborted = self.upload.poll();
                if aborted == Some(Action::Abort) {
                    return;
                }
                assert_eq!(aborted, None, "only a creation is waited for");
            } else {
                *left -= 1;
            }
        }
        if let Some(answer) = answer {
            self.upload.handle(self.now, Input::Answer(answer));
        }
    }

    fn end(&self) -> &Event {
        self.events
            .iter()
            .rev()
            .find(|event| !matches!(event, Event::Progress(_) | Event::Connected(_) | Event::NeedsLength))
            .expect("an end")
    }

    fn stored(&self) -> Vec<&[u8]> {
        self.server.uploads.values().map(|(_, bytes)| bytes.as_slice()).collect()
    }

    fn is_whole(&self) -> bool {
        self.stored().contains(&self.data.as_slice())
    }
}

fn upload(faults: Vec<Fault>) -> World {
    let mut world = World::new(1000, 300, faults);
    world.run(Input::Start);
    world
}

#[test]
fn creates_and_sends_in_chunks() {
    let world = upload(vec![]);
    assert_eq!(world.end(), &Event::Finished);
    assert!(world.is_whole());
    let methods: Vec<_> = world.server.log.iter().map(|(method, _)| *method).collect();
    assert_eq!(methods, ["OPTIONS", "POST", "PATCH", "PATCH", "PATCH", "PATCH"]);
    assert!(world.events.contains(&Event::Progress(150)), "progress within a chunk");
}

#[test]
fn a_server_that_forgot_much_is_sent_it_again_at_full_speed() {
    for share in [0, 20] {
        let mut world = World::new(6000, 300, vec![Fault::None; 17]);
        world.server.faults.extend([Fault::Forget(share), Fault::None]);
        // What fails meanwhile has all its tries.
        for _ in 0..3 {
            world.server.faults.extend([Fault::None, Fault::LostAnswer, Fault::LostRequest]);
        }
        world.run(Input::Start);
        assert_eq!(world.end(), &Event::Finished, "{:?}", world.server.log);
        assert!(world.is_whole());
        assert!(world.now < Millis(10_000), "{:?}", world.now);
    }
}

#[test]
fn a_server_that_always_forgets_is_an_error() {
    let faults = (0..400).flat_map(|_| [Fault::None, Fault::None, Fault::Forget(0)]).collect();
    let mut world = World::new(6000, 300, faults);
    world.run(Input::Start);
    assert!(matches!(world.end(), Event::Failed(_)), "{:?}", world.end());
    assert!(world.server.log.len() < 100, "{}", world.server.log.len());
}

#[test]
fn each_transient_fault_at_each_request_is_survived() {
    let faults = [
        Fault::LostRequest,
        Fault::LostAnswer,
        Fault::Cut(100),
        Fault::Stall,
        Fault::Status(500),
        Fault::Status(503),
        Fault::Status(423),
        Fault::Status(409),
        Fault::Status(460),
        Fault::Busy,
        Fault::Forget(128),
        Fault::Forget(0),
        Fault::Twice,
    ];
    for fault in faults {
        for at in 0..6 {
            let mut before = vec![Fault::None; at];
            before.push(fault.clone());
            let world = upload(before);
            assert_eq!(world.end(), &Event::Finished, "{fault:?} at {at}");
            assert!(world.is_whole(), "{fault:?} at {at}");
        }
    }
}

#[test]
fn tries_run_out_and_start_goes_on_from_the_offset() {
    let mut faults = vec![Fault::None, Fault::None, Fault::None];
    faults.extend(vec![Fault::LostRequest; 80]);
    let mut world = upload(faults);
    assert!(world.now > Millis(300_000), "an outage of five minutes is outlasted");
    world.server.faults.clear();
    assert_eq!(world.end(), &Event::Failed(Error::Unreachable { failure: Failure::Network }));
    let before = world.server.log.len();
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Finished);
    assert!(world.is_whole());
    assert_eq!(
        world.server.log[before..].iter().map(|(method, _)| *method).collect::<Vec<_>>(),
        ["HEAD", "PATCH", "PATCH", "PATCH"]
    );
}

#[test]
fn progress_gives_all_tries_back() {
    let mut faults = vec![Fault::None, Fault::None];
    for _ in 0..4 {
        faults.extend([
            Fault::Cut(200),
            Fault::LostRequest,
            Fault::LostRequest,
            Fault::LostRequest,
            Fault::None,
        ]);
    }
    let world = upload(faults);
    assert_eq!(world.end(), &Event::Finished);
    assert!(world.is_whole());
}

#[test]
fn retry_after_is_waited_for() {
    let world = upload(vec![Fault::None, Fault::None, Fault::Busy]);
    assert!(world.now >= Millis(2000), "{:?}", world.now);
    assert_eq!(world.end(), &Event::Finished);
}

#[test]
fn a_server_that_was_never_reached_is_given_up_soon() {
    let world = upload(vec![Fault::LostRequest; 10]);
    assert_eq!(world.end(), &Event::Failed(Error::Unreachable { failure: Failure::Network }));
    assert!(world.now < Millis(20_000), "{:?}", world.now);
}

#[test]
fn a_cancel_does_not_outlast_an_outage() {
    let mut world = World::new(1000, 300, vec![]);
    world.interrupt = Some((3, Input::Cancel));
    world.server.faults = vec![Fault::None; 4].into();
    world.server.faults.extend(vec![Fault::LostRequest; 80]);
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Cancelled);
    assert!(world.now < Millis(20_000), "{:?}", world.now);
}

#[test]
fn hours_asleep_are_no_silence() {
    const HOURS: Duration = Duration::from_secs(8 * 3600);
    let mut world = World::new(1000, 300, vec![Fault::None, Fault::None]);
    // Outages before and behind it: together they are no longer than each.
    world.server.faults.extend(vec![Fault::LostRequest; 30]);
    world.upload.handle(world.now, Input::Start);
    while world.server.faults.len() > 15 {
        world.step();
    }
    world.now = world.now + HOURS;
    world.run(Input::Woke);
    assert_eq!(world.end(), &Event::Finished);
    // A request that was on its way has its time from then on.
    let mut world = World::new(1000, 300, vec![]);
    world.upload.handle(world.now, Input::Start);
    assert!(matches!(world.upload.poll(), Some(Action::Send(_))));
    world.upload.handle(world.now, Input::Sent);
    world.now = world.now + HOURS;
    world.upload.handle(world.now, Input::Woke);
    world.upload.handle(world.now, Input::Timeout);
    assert_eq!(world.upload.poll(), None);
    assert_eq!(world.upload.poll_timeout(), Some(world.now + STALL));
}

#[test]
fn silence_is_given_up_after_the_stall_time() {
    let world = upload(vec![Fault::None, Fault::None, Fault::Stall]);
    assert!(world.now.since(Millis(0)) >= STALL);
    assert_eq!(world.end(), &Event::Finished);
}

#[test]
fn chunks_grow_and_stay_within_what_a_proxy_takes() {
    const MIB: usize = 1024 * 1024;
    let mut world = World::new(40 * MIB, 0, vec![]);
    world.run(Input::Start);
    assert_eq!(world.bodies, [5, 10, 20, 5].map(|mib| mib * MIB));
    assert!(world.is_whole());
    let mut world = World::new(12 * MIB, 0, vec![]);
    world.server.max_body = Some(4 * MIB);
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Finished);
    assert_eq!(world.bodies, [10, 5, 5, 5, 5, 4].map(|half| half * MIB / 2));
    let mut small = World::new(300_000, 0, vec![]);
    small.server.max_body = Some(65_535);
    small.run(Input::Start);
    let refused = Error::Refused { method: "PATCH", status: 413, text: String::new() };
    assert_eq!(small.end(), &Event::Failed(refused));
    let mut fixed = World::new(300_000, 200_000, vec![]);
    fixed.server.max_body = Some(150_000);
    fixed.run(Input::Start);
    assert_eq!(fixed.bodies, [200_000, 100_000, 100_000, 100_000]);
    assert!(fixed.is_whole());
}

#[test]
fn chunks_shrink_when_connections_break() {
    const MIB: usize = 1024 * 1024;
    let mut faults = vec![Fault::None; 2];
    for _ in 0..2 {
        faults.extend([Fault::LostRequest, Fault::None]);
    }
    let mut world = World::new(4 * MIB, 0, faults);
    world.run(Input::Start);
    assert!(world.is_whole());
    assert_eq!(world.bodies, [16, 10, 5, 5, 5, 1].map(|quarter| quarter * MIB / 4));
}

#[test]
fn refusals_carry_the_server_s_status() {
    for status in [400, 412, 413, 415] {
        let world = upload(vec![Fault::None, Fault::None, Fault::None, Fault::Status(status)]);
        let expected = Error::Refused { method: "PATCH", status, text: String::new() };
        assert_eq!(world.end(), &Event::Failed(expected));
    }
}

#[test]
fn gone_is_created_anew_once() {
    let none = || vec![Fault::None; 3];
    let world = upload([none(), vec![Fault::Gone]].concat());
    assert_eq!(world.end(), &Event::Finished);
    assert!(world.is_whole());
    let world =
        upload([none(), vec![Fault::Gone, Fault::None, Fault::None, Fault::None, Fault::Gone]].concat());
    assert!(
        matches!(world.end(), Event::Failed(Error::Refused { method: "HEAD", status: 404, .. })),
        "{:?}",
        world.end()
    );
}

#[test]
fn too_large_is_said_before_a_byte_is_sent() {
    let mut world = World::new(1000, 300, vec![]);
    world.server.max_size = Some(999);
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Failed(Error::TooLarge { size: 1000, max: 999 }));
    assert_eq!(world.server.log.len(), 1);
}

#[test]
fn a_refused_token_is_renewed_once() {
    let mut world = World::new(1000, 300, vec![]);
    world.interrupt = None;
    world.server.token = "renewed".to_owned();
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Finished);
    let storm = upload(vec![Fault::None, Fault::None, Fault::None, Fault::Status(401), Fault::Status(403)]);
    assert_eq!(storm.end(), &Event::Failed(Error::Unauthorized { status: 403, text: String::new() }));
}

#[test]
fn a_server_that_claims_too_much_or_hides_its_offset() {
    let refused = vec![Fault::None, Fault::None, Fault::None, Fault::Status(400)];
    for extra in [1, 300, 2000] {
        let mut world = upload(refused.clone());
        for (_, bytes) in world.server.uploads.values_mut() {
            bytes.extend(vec![0; 300 + extra]);
        }
        world.run(Input::Start);
        assert_eq!(world.end(), &Event::Finished, "created anew");
        assert!(world.is_whole());
        assert_eq!(world.server.created, 2);
    }
    let mut world = upload(refused);
    world.server.faults = vec![Fault::Claims(601), Fault::None, Fault::Claims(301)].into();
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Failed(Error::OffsetTooFar { offset: 301, sent: 300 }));
    let hidden = upload(vec![Fault::None, Fault::None, Fault::HiddenOffset, Fault::HiddenOffset]);
    assert_eq!(
        hidden.end(),
        &Event::Failed(Error::MissingHeader { method: "HEAD", header: "Upload-Offset" })
    );
}

#[test]
fn offline_uses_up_no_try() {
    let mut world = World::new(1000, 300, vec![]);
    world.run(Input::Online(false));
    world.server.faults = vec![Fault::None, Fault::LostRequest].into();
    world.run(Input::Start);
    assert!(world.events.contains(&Event::Connected(false)));
    assert_eq!(world.upload.poll_timeout(), None, "waits for the browser");
    for _ in 0..10 {
        world.server.faults = vec![Fault::LostRequest].into();
        world.upload.handle(world.now, Input::Online(true));
        world.run(Input::Online(false));
    }
    world.run(Input::Online(true));
    assert_eq!(world.end(), &Event::Finished);
    assert!(world.is_whole());
}

#[test]
fn pause_keeps_and_resume_goes_on() {
    for at in 0..6 {
        let mut world = World::new(1000, 300, vec![]);
        world.interrupt = Some((at, Input::Pause));
        world.run(Input::Start);
        let before = world.server.log.len();
        world.run(Input::Resume);
        assert_eq!(world.end(), &Event::Finished, "paused at {at}");
        assert!(world.is_whole());
        assert!(at < 2 || world.server.log[before].0 == "HEAD");
    }
}

#[test]
fn cancel_leaves_nothing_behind() {
    for at in 0..6 {
        let mut world = World::new(1000, 300, vec![]);
        world.interrupt = Some((at, Input::Cancel));
        world.run(Input::Start);
        assert_eq!(world.end(), &Event::Cancelled, "cancelled at {at}");
        assert!(world.server.uploads.is_empty(), "cancelled at {at}");
        assert!(!world.events.iter().any(|event| matches!(event, Event::Failed(_) | Event::Finished)));
    }
}

#[test]
fn cancel_insists_while_the_server_is_busy() {
    let mut world = World::new(1000, 300, vec![]);
    world.interrupt = Some((3, Input::Cancel));
    world.server.faults = vec![Fault::None, Fault::None, Fault::None, Fault::None, Fault::Status(423)].into();
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Cancelled);
    assert!(world.server.uploads.is_empty());
}

#[test]
fn the_first_chunk_goes_with_the_creation_where_it_can() {
    let mut world = World::new(1000, 300, vec![]);
    world.server.extensions = vec!["creation-with-upload"];
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Finished);
    assert!(world.is_whole());
    let methods: Vec<_> = world.server.log.iter().map(|(method, _)| *method).collect();
    assert_eq!(methods, ["OPTIONS", "POST", "PATCH", "PATCH", "PATCH"]);
    let mut small = World::new(1000, 0, vec![]);
    small.server.extensions = vec!["creation-with-upload"];
    small.run(Input::Start);
    assert_eq!(small.end(), &Event::Finished);
    assert_eq!(small.server.log.len(), 2);
    // What goes wrong with it does not go wrong without it.
    for fault in
        [Fault::Status(400), Fault::Status(413), Fault::LostRequest, Fault::LostAnswer, Fault::HiddenOffset]
    {
        let mut world = World::new(1000, 300, vec![Fault::None, fault.clone()]);
        world.server.extensions = vec!["creation-with-upload"];
        world.run(Input::Start);
        assert_eq!(world.end(), &Event::Finished, "{fault:?}");
        assert!(world.is_whole(), "{fault:?}");
    }
}

#[test]
fn a_creation_that_waits_for_its_first_chunk_is_cancelled_at_once() {
    let mut world = World::new(1000, 300, vec![]);
    world.server.extensions = vec!["creation-with-upload"];
    world.upload.handle(world.now, Input::Start);
    let Some(Action::Send(options)) = world.upload.poll() else { panic!("OPTIONS") };
    world.upload.handle(world.now, Input::Answer(world.server.answer(&options, &[]).expect("an answer")));
    assert!(matches!(world.upload.poll(), Some(Action::Send(Request { body: Body::Range(_), .. }))));
    world.run(Input::Cancel);
    assert_eq!(world.end(), &Event::Cancelled);
}

#[test]
fn chunks_carry_checksums_where_the_link_is_what_one_waits_for() {
    const MIB: usize = 1024 * 1024;
    let slow = |len, chunk| {
        let mut world = World::new(len, chunk, vec![]);
        world.server.extensions = vec!["checksum"];
        world.takes = 1000;
        world.run(Input::Start);
        assert!(world.is_whole());
        world
    };
    let world = slow(22 * MIB, 0);
    assert_eq!(world.bodies, [5, 8, 8, 1].map(|mib| mib * MIB), "they cost memory");
    assert_eq!(world.checksums, 4);
    assert_eq!(slow(18 * MIB, 9 * MIB as u64).checksums, 0);

    let mut fast = World::new(22 * MIB, 0, vec![]);
    fast.server.extensions = vec!["checksum"];
    fast.run(Input::Start);
    assert_eq!((fast.bodies.len(), fast.checksums), (3, 1), "they would only make it slower");

    // CORS that does not allow the header looks like a connection that breaks.
    let mut barred = World::new(1000, 300, vec![Fault::None, Fault::None, Fault::LostRequest]);
    barred.server.extensions = vec!["checksum"];
    barred.run(Input::Start);
    assert_eq!((barred.is_whole(), barred.checksums), (true, 1));

    let mut damaged = World::new(1000, 300, vec![Fault::None, Fault::None, Fault::None, Fault::Status(460)]);
    damaged.server.extensions = vec!["checksum"];
    damaged.run(Input::Start);
    assert_eq!(damaged.bodies, [300, 300, 300, 300, 100]);
    assert!(damaged.is_whole());
}

#[test]
fn what_is_still_in_the_making_is_sent_as_it_is_made() {
    let mut world = World::deferring(1000, 300, 250, vec![]);
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Finished);
    assert!(world.is_whole());
    let methods: Vec<_> = world.server.log.iter().map(|(method, _)| *method).collect();
    // 500, 750 and 1000 bytes made: a chunk, another, and the rest with the length.
    assert_eq!(methods, ["OPTIONS", "POST", "PATCH", "PATCH", "PATCH", "PATCH"]);
    assert!(!world.events.contains(&Event::NeedsLength));
    assert!(!world.events.contains(&Event::Connected(false)), "waiting for the owner is no silence");
}

#[test]
fn a_length_known_late_is_told_by_itself() {
    let mut world = World::deferring(600, 300, 300, vec![]);
    world.makes = None;
    world.run(Input::Available(600));
    world.run(Input::Start);
    assert_eq!(world.stored(), [world.data.as_slice()]);
    assert!(!world.events.contains(&Event::Finished));
    for answer in [Fault::LostRequest, Fault::LostAnswer, Fault::Status(503)] {
        let mut world = World::deferring(600, 300, 600, vec![Fault::None; 4]);
        world.server.faults.push_back(answer);
        world.makes = None;
        world.run(Input::Available(600));
        world.run(Input::Start);
        world.run(Input::Length(600));
        assert_eq!(world.end(), &Event::Finished);
    }
}

#[test]
fn a_server_that_wants_the_length_first_gets_it_first() {
    let mut world = World::deferring(1000, 300, 400, vec![]);
    world.server.extensions.clear();
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Finished);
    assert!(world.is_whole());
    assert_eq!(world.events.iter().filter(|event| **event == Event::NeedsLength).count(), 1);
}

#[test]
fn what_becomes_too_large_fails_as_soon_as_that_is_known() {
    let mut world = World::deferring(1000, 300, 400, vec![]);
    world.server.max_size = Some(999);
    world.run(Input::Start);
    assert_eq!(world.end(), &Event::Failed(Error::TooLarge { size: 1000, max: 999 }));
}

#[test]
fn pause_and_cancel_end_the_wait_for_the_owner() {
    let mut world = World::deferring(1000, 300, 400, vec![]);
    let makes = world.makes.take();
    world.run(Input::Start);
    world.run(Input::Pause);
    world.run(Input::Available(400));
    assert_eq!(world.server.log.len(), 2, "paused");
    (world.makes, world.made) = (makes, 400);
    world.run(Input::Resume);
    assert_eq!(world.end(), &Event::Finished);
    assert!(world.is_whole());
    let mut world = World::deferring(1000, 300, 400, vec![]);
    world.makes = None;
    world.run(Input::Start);
    world.run(Input::Cancel);
    assert_eq!(world.end(), &Event::Cancelled);
    assert!(world.server.uploads.is_empty());
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::None),
        1 => Just(Fault::LostRequest),
        1 => Just(Fault::LostAnswer),
        2 => any::<u8>().prop_map(Fault::Cut),
        1 => Just(Fault::Stall),
        2 => prop::sample::select(vec![400, 401, 403, 404, 409, 410, 412, 413, 423, 429, 460, 500, 502, 503])
            .prop_map(Fault::Status),
        1 => Just(Fault::Busy),
        1 => any::<u8>().prop_map(Fault::Forget),
        1 => Just(Fault::Gone),
        1 => Just(Fault::HiddenOffset),
        1 => Just(Fault::Twice),
        1 => any::<u64>().prop_map(Fault::Claims),
    ]
}

proptest! {
    /// Whatever goes wrong in whatever order: it finishes byte-identical, or stops with a typed error from which
    /// `Start` goes on; and once nothing goes wrong any more, it finishes.
    #[test]
    fn any_faults_end_byte_identical_or_in_a_typed_error(
        faults in prop::collection::vec(fault(), 0..40),
        len in 1usize..2000,
        chunk in 1u64..700,
        makes in prop::option::of(1u64..900),
        extensions in prop::sample::subsequence(
            vec!["creation-defer-length", "creation-with-upload", "checksum"], 0..=3,
        ),
    ) {
        let mut world = match makes {
            Some(makes) => World::deferring(len, chunk, makes, faults),
            None => World::new(len, chunk, faults),
        };
        world.server.extensions = extensions;
        world.run(Input::Start);
        let mut starts = 1;
        while let Event::Failed(_) = world.end() {
            starts += 1;
            prop_assert!(starts < 60, "never finishes: {:?}", world.server.log);
            world.run(Input::Start);
        }
        prop_assert_eq!(world.end(), &Event::Finished);
        prop_assert!(world.is_whole());
    }
}
