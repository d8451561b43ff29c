//! One archive a study: up to three uploads side by side, and still one life of the whole.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};

use super::*;

const STUDIES: usize = 5;

fn by_study(compression: Compression) -> Config {
    Config { by_study: true, ..compressing(compression) }
}

impl World {
    /// Five studies, of one file to five, some of whose pixels shrink.
    fn with_archives(config: Config) -> Self {
        let mut files = Vec::new();
        for study in 1..=STUDIES {
            for at in 0..study {
                let (uid, instance) = (format!("1.2.{study}"), format!("1.2.{study}.1.{at}"));
                let mut bytes = Image { study: &uid, instance: &instance, ..Image::default() }.file();
                let pixels: Vec<u8> =
                    (0..2000_u32).map(|pixel| ((pixel * pixel) >> 7) as u8 & 0x3F).collect();
                support::element(&mut bytes, 0x7FE0_0010, b"OW", &pixels);
                files.push((format!("CD/{study}-{at}"), bytes));
            }
        }
        let mut world = Self::new(files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect());
        world.session = Session::new(config, Box::new(|| [7; 16]), Box::new(NativeDecoder));
        world.is_wire_slow = true;
        world.run(Input::Configure);
        world.drop_files();
        world
    }

    /// Files by the archive that they should be in.
    fn wanted(&self) -> BTreeMap<String, Vec<(String, Vec<u8>)>> {
        let mut wanted: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (path, bytes) in &self.files {
            let study = path.trim_start_matches("CD/").split('-').next().expect("a number");
            let name = format!("1.2.{study}/{}", path.replace('/', "-"));
            wanted.entry(format!("-{study}.zip")).or_default().push((name, bytes.clone().expect("readable")));
        }
        wanted
    }

    /// Whether each study's archive is on the server, under its name, with exactly the study's files.
    fn archives_are_right(&self) -> bool {
        self.wanted().iter().all(|(name, files)| {
            self.created.iter().enumerate().any(|(at, metadata)| {
                let upload = self.tus.uploads.get(&format!("{ENDPOINT}{}", at + 1));
                filename(metadata).ends_with(name) && upload.is_some_and(|(_, bytes)| holds(bytes, files))
            })
        })
    }
}

fn holds(bytes: &[u8], files: &[(String, Vec<u8>)]) -> bool {
    let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) else { return false };
    archive.len() == files.len()
        && files.iter().all(|(name, bytes)| {
            let mut content = Vec::new();
            let read = archive.by_name(name).ok().map(|mut entry| {
                std::io::Read::read_to_end(&mut entry, &mut content).expect("sound");
            });
            read.is_some() && content == *bytes
        })
}

fn filename(metadata: &str) -> String {
    let value = metadata.split(',').find_map(|pair| pair.strip_prefix("filename ")).expect("a name");
    let name = Base64::decode_vec(value).expect("base64");
    String::from_utf8(name).expect("UTF-8")
}

#[test]
fn each_study_has_its_archive_and_three_are_sent_at_a_time() {
    for (compression, extensions) in
        [(Compression::Store, vec![]), (Compression::Deflate, vec!["creation-defer-length"])]
    {
        let mut world = World::with_archives(by_study(compression));
        world.tus.extensions = extensions;
        world.run(Input::Upload);
        assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
        assert_eq!(world.names(), ["config", "init", "start", "complete"]);
        assert_eq!((world.tus.created, world.most_out), (STUDIES, 3));
        assert!(world.archives_are_right());
        let upload_id = world.calls[1].1["upload_id"].as_str().expect("an id");
        for number in 1..=STUDIES {
            let name = format!("{upload_id}-{number}.zip");
            assert!(world.created.iter().any(|metadata| filename(metadata) == name), "{name}");
        }
        let [Event::Complete(result)] = &world.ends()[..] else {
            panic!("complete, once: {:?}", world.events)
        };
        assert_eq!((result.successful, result.failed), (15, 0));
        assert!(world.packed.is_empty());
    }
}

#[test]
fn one_archive_for_all_is_one_upload() {
    let mut world = World::with_archives(compressing(Compression::Store));
    world.run(Input::Upload);
    assert_eq!((world.state.step, world.tus.created, world.most_out), (Step::Complete, 1, 1));
    assert!(world.state.sent.is_empty());
}

#[test]
fn progress_is_of_all_and_of_each() {
    let mut world = World::with_archives(by_study(Compression::Deflate));
    world.run(Input::Upload);
    let total = world.state.progress.bytes_total;
    assert!(world.shown.iter().all(|(_, of)| *of == total), "{:?}", world.shown);
    assert!(world.shown.is_sorted() && world.shown.last() == Some(&(total, total)), "{:?}", world.shown);
    assert_eq!(world.state.progress.files_done, 15);
    let spans: Vec<_> = world.state.spans.iter().map(|span| (span.start, span.end)).collect();
    assert!(spans.len() == STUDIES && spans.is_sorted());
    // At some time three were on their way at once, and at the end each is there.
    let partly = |sent: &[u64]| {
        spans.iter().zip(sent).filter(|((start, end), sent)| *start < **sent && **sent < *end).count()
    };
    assert!(world.each.iter().any(|sent| partly(sent) > 1), "{:?}", world.each);
    assert!(spans.iter().zip(&world.state.sent).all(|((_, end), sent)| sent >= end));
}

#[test]
fn a_pause_holds_all_and_going_on_sends_nothing_twice() {
    for at in 4..30 {
        let mut world = World::with_archives(by_study(Compression::Store));
        world.interrupt = Some((at, || Input::Pause));
        world.run(Input::Upload);
        if world.state.step == Step::Complete {
            continue;
        }
        assert_eq!(world.state.step, Step::Paused, "at {at}");
        let requests = world.requests;
        world.run(Input::Timeout);
        assert_eq!((world.requests, world.session.poll_timeout()), (requests, None), "at {at}");
        world.run(Input::Resume);
        assert_eq!(world.state.step, Step::Complete, "at {at}: {:?}", world.events);
        assert!(world.archives_are_right(), "at {at}");
        assert_eq!(world.names(), ["config", "init", "start", "complete"], "at {at}");
        let sent: usize = world.tus.uploads.values().map(|(_, bytes)| bytes.len()).sum();
        assert_eq!(world.tus.received, sent, "at {at}");
    }
}

#[test]
fn cancel_at_any_request_takes_back_all_of_them() {
    let mut cancelled = 0;
    for at in 3..70 {
        let mut world = World::with_archives(by_study(Compression::Deflate));
        world.interrupt = Some((at, || Input::Cancel));
        world.run(Input::Upload);
        if world.state.step == Step::Complete {
            continue;
        }
        cancelled += 1;
        assert!(matches!(world.ends()[..], [Event::Cancelled]), "at {at}: {:?}", world.ends());
        assert!(world.tus.uploads.is_empty(), "at {at}: {:?}", world.tus.log);
        assert_eq!(world.names().iter().filter(|name| **name == "cancel").count(), 1, "at {at}");
        assert_eq!((world.names().last(), world.records.len()), (Some(&"cancel"), 0), "at {at}");
    }
    assert!(cancelled > 30, "{cancelled}");
}

#[test]
fn an_error_of_one_stops_all_and_trying_again_goes_on_with_all() {
    for at in 4..24 {
        let mut world = World::with_archives(by_study(Compression::Store));
        world.tus.faults = vec![Fault::None; at].into();
        world.tus.faults.push_back(Fault::Status(400));
        world.run(Input::Upload);
        // What a server can do is asked for, and done without where it does not say.
        if world.tus.log.contains(&("OPTIONS", 400)) {
            continue;
        }
        assert_eq!(world.state.step, Step::Error, "at {at}");
        assert!(matches!(world.ends()[..], [Event::Failed(_)]), "at {at}: {:?}", world.ends());
        assert_eq!(world.session.poll_timeout(), None);
        world.run(Input::Upload);
        assert_eq!(world.state.step, Step::Complete, "at {at}: {:?}", world.events);
        assert_eq!(world.names(), ["config", "init", "start", "error", "start", "complete"]);
        assert!(world.archives_are_right());
    }
}

#[test]
fn a_token_that_runs_out_is_renewed_once_for_all() {
    let mut world = World::with_archives(by_study(Compression::Store));
    world.interrupt = Some((20, || Input::Online(true)));
    world.tus.faults = vec![Fault::None; 14].into();
    world.tus.faults.extend(vec![Fault::Status(401); 3]);
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
    assert_eq!(world.names(), ["config", "init", "start", "config", "complete"]);
    assert!(world.archives_are_right());
}

#[test]
fn all_go_on_in_a_new_page_with_what_is_missing() {
    for (compression, extensions) in [
        (Compression::Store, vec![]),
        (Compression::Deflate, vec!["creation-defer-length"]),
        (Compression::Auto, vec!["creation-defer-length", "creation-with-upload"]),
    ] {
        let mut closed = 0;
        for at in 4..40 {
            let mut world = World::with_archives(by_study(compression));
            world.tus.extensions.clone_from(&extensions);
            let mut world = world.in_new_page(by_study(compression), Some(at));
            let Some((_, record)) = world.records.first().cloned() else { continue };
            let begun = record.archives.iter().filter(|archive| archive.url.is_some()).count();
            let (sent, created) = (world.patched(), world.tus.created);
            let mut world = world.in_new_page(by_study(compression), None);
            closed += 1;
            assert_eq!(world.state.step, Step::Complete, "{compression:?} {at} {:?}", world.events);
            assert!(world.archives_are_right(), "{compression:?} {at}");
            assert_eq!((world.names(), world.records.len()), (vec!["config", "start", "complete"], 0));
            assert_eq!(world.calls[1].1["upload_id"], record.upload_id);
            // Only those that the page did not live to know of are created twice.
            assert_eq!(world.tus.created, STUDIES + created - begun, "{compression:?} {at}");
            if created == begun {
                let total: usize = world.tus.uploads.values().map(|(_, bytes)| bytes.len()).sum();
                assert_eq!(sent + world.patched(), total, "{compression:?} {at}: nothing is sent twice");
            }
        }
        assert!(closed > 15, "{compression:?} {closed}");
    }
}

#[test]
fn other_content_in_one_study_starts_all_anew() {
    let mut world = World::with_archives(by_study(Compression::Store))
        .in_new_page(by_study(Compression::Store), Some(16));
    let before: Vec<String> = world.tus.uploads.keys().cloned().collect();
    assert_eq!(before.len(), 3);
    *world.files[0].1.as_mut().and_then(|bytes| bytes.last_mut()).expect("pixels") ^= 1;
    let world = world.in_new_page(by_study(Compression::Store), None);
    assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
    assert!(world.archives_are_right());
    assert!(before.iter().all(|url| !world.tus.uploads.contains_key(url)));
    for (call, times) in [("init", 1), ("cancel", 1), ("complete", 1)] {
        assert_eq!(world.names().iter().filter(|name| **name == call).count(), times, "{call}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever goes wrong, and whenever pages are closed: the last one ends whole, and keeps nothing.
    #[test]
    fn whatever_happens_all_end_whole(
        tus in prop::collection::vec(fault(), 0..40),
        api in prop::collection::vec(fault(), 0..6),
        closes in prop::collection::vec(1usize..40, 0..4),
        extensions in prop::sample::subsequence(
            vec!["creation-defer-length", "creation-with-upload", "checksum"], 0..=3,
        ),
        compression in prop::sample::select(vec![Compression::Auto, Compression::Store, Compression::Deflate]),
    ) {
        let mut world = World::with_archives(by_study(compression));
        world.tus.extensions = extensions;
        world.tus.faults = tus.into();
        world.api_faults = api.into();
        for at in closes {
            world = world.in_new_page(by_study(compression), Some(at));
        }
        world = world.in_new_page(by_study(compression), None);
        let mut starts = 1;
        while world.state.step != Step::Complete {
            starts += 1;
            prop_assert!(starts < 90, "never completes: {:?} {:?}", world.calls, world.tus.log);
            world.run(Input::Upload);
        }
        prop_assert!(world.archives_are_right());
        prop_assert!(world.records.is_empty());
    }
}
