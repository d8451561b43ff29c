//! The whole session against a server in memory: order of the calls, cancel, failure, going on.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "session/studies.rs"]
mod studies;
mod support;
#[path = "support/tus_server.rs"]
mod tus_server;
#[path = "session/wire.rs"]
mod wire;

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use auraloader_core::archive::{Crc32, Part};
use auraloader_core::content::{Content, FileId, ItemId};
use auraloader_core::credentials::{Grant, Kind, Source, Unresolved};
use auraloader_core::dicom::{ExcludeRule, NativeDecoder, Reason};
use auraloader_core::http::{Answer, Body, Digest, Failure, Request, Response};
use auraloader_core::secret::Secret;
use auraloader_core::session::{
    Action, Compression, Config, Event, Input, Key, Record, RequestId, Session, key,
};
use auraloader_core::state::{ErrorContext, State, Step};
use auraloader_core::time::{Millis, Unix};
use proptest::prelude::*;
use support::Image;
use tus_server::{ENDPOINT, Fault, Server};

struct World {
    session: Session,
    tus: Server,
    /// Names of the API calls that got an answer, with their bodies.
    calls: Vec<(String, serde_json::Value)>,
    api_faults: VecDeque<Fault>,
    files: Vec<(String, Option<Vec<u8>>)>,
    now: Millis,
    state: State,
    /// The step of each state that was told.
    told: Vec<Step>,
    /// Bytes sent and in all, as told in the upload.
    shown: Vec<(u64, u64)>,
    events: Vec<Event>,
    /// An unfinished upload had been told of when the configuration was.
    told_in_time: bool,
    /// Sent in place of the answer to the request of this number.
    interrupt: Option<(usize, fn() -> Input)>,
    requests: usize,
    /// Files that have been let go of.
    released: Vec<Range<FileId>>,
    /// What is to be packed, and what has been.
    packing: Vec<(ItemId, Content, u8)>,
    packed: HashMap<ItemId, Vec<u8>>,
    /// How often something was packed.
    packs: usize,
    /// What of it was left when files were last let go of.
    left: usize,
    credentials: Credentials,
    /// When it was cancelled.
    ended: Option<Millis>,
    /// Checksums are read when there is nothing else to do.
    is_disc_slow: bool,
    unread: Vec<(ItemId, Content)>,
    /// Files read for their checksum alone.
    checksums: usize,
    /// What the browser keeps.
    records: Vec<(Key, Record)>,
    /// When all files were modified.
    modified: u64,
    has_digests: bool,
    /// The person was told of trouble with the connection.
    was_disconnected: bool,
    /// A request takes so many milliseconds.
    takes: u64,
    /// What a request carries takes so long to read.
    body_takes: Duration,
    /// Records kept since there was an answer, and how many of them a request would have had to wait for that was foreseen.
    fresh_records: usize,
    late_records: usize,
    /// The page is closed as this request is sent.
    closes_at: Option<usize>,
    /// The machine sleeps so long while this request is on its way.
    sleeps: Option<(usize, Duration)>,
    /// How far the API's clock, which its answers tell, is ahead.
    ahead: Option<Duration>,
    /// Bodies that were to be prepared.
    foreseen: Vec<(Option<Digest>, Vec<Part>)>,
    /// Bodies that were sent with a checksum.
    sent: Vec<(Option<Digest>, Vec<Part>)>,
    /// Requests are answered when there is nothing else to do, in their order.
    is_wire_slow: bool,
    out: VecDeque<(RequestId, Request)>,
    /// The most that were on their way to the tus server at a time.
    most_out: usize,
    /// `Upload-Metadata` of each upload that was created.
    created: Vec<String>,
    /// How far each archive was, as told.
    each: Vec<Vec<u64>>,
}

/// What the host's resolvers and the server hold of credentials; the wall clock is the monotonic one.
#[derive(Default)]
struct Credentials {
    /// How long tokens and signatures are good, if they come from resolvers.
    life: Option<u64>,
    /// What is good, and until when.
    issued: HashMap<String, u64>,
    /// Tokens of the tus server.
    lifts: HashMap<String, u64>,
    /// What the resolver gives instead, from now on.
    faults: VecDeque<Unresolved>,
    is_down: bool,
    /// From this request on it does not answer.
    hangs_from: Option<usize>,
    /// It has been called in vain, and nothing else is going on.
    hangs: bool,
    /// Calls that it has not answered.
    unanswered: Vec<(Kind, u32)>,
    resolutions: usize,
    /// At this request all that was issued so far is refused.
    revoked_at: Option<usize>,
    refusals: usize,
}

impl Credentials {
    fn resolve(&mut self, now: Millis, kind: Kind) -> Result<Grant, Unresolved> {
        self.resolutions += 1;
        if self.is_down {
            return Err(Unresolved::Failed);
        }
        if let Some(fault) = self.faults.pop_front() {
            return Err(fault);
        }
        let value = format!("{kind:?}{}", self.resolutions);
        let expires = now.0 + self.life.expect("a resolver");
        self.issued.insert(value.clone(), expires);
        Ok(Grant { value: Secret::new(value), expires: Some(Unix(expires)) })
    }

    fn is_good(&mut self, now: Millis, value: Option<&str>) -> bool {
        let good = self.life.is_none()
            || value.and_then(|value| self.issued.get(value)).is_some_and(|expires| now.0 < *expires);
        self.refusals += usize::from(!good);
        good
    }
}

fn config() -> Config {
    Config {
        api_base_url: "https://aura.example/api/".to_owned(),
        api_token: Secret::new("key"),
        upload_token: Source {
            given: Some(Grant { value: Secret::new("aubt_token"), expires: None }),
            has_resolver: false,
            threshold: 600_000,
        },
        signature: None,
        patient_id: Some("p1".to_owned()),
        context: Some("{\"a\":1}".to_owned()),
        chunk_size: Some(700),
        resume: true,
        compression: Compression::Store,
        by_study: false,
        retry_delays: vec![0, 1000, 3000, 5000],
        exclude_rules: ExcludeRule::defaults(),
    }
}

fn http_date(at: Millis) -> String {
    #[expect(clippy::disallowed_types, reason = "tests run outside of browsers")]
    httpdate::fmt_http_date(std::time::SystemTime::UNIX_EPOCH + at.since(Millis(0)))
}

impl World {
    fn new(files: Vec<(&str, Vec<u8>)>) -> Self {
        let mut count = 0_u8;
        let entropy = move || {
            count += 1;
            [count; 16]
        };
        Self {
            session: Session::new(config(), Box::new(entropy), Box::new(NativeDecoder)),
            tus: Server::new(Vec::new()),
            calls: Vec::new(),
            told_in_time: false,
            api_faults: VecDeque::new(),
            files: files.into_iter().map(|(path, bytes)| (path.to_owned(), Some(bytes))).collect(),
            now: Millis(0),
            state: State::default(),
            told: Vec::new(),
            shown: Vec::new(),
            events: Vec::new(),
            interrupt: None,
            requests: 0,
            released: Vec::new(),
            packing: Vec::new(),
            packed: HashMap::new(),
            packs: 0,
            left: 0,
            credentials: Credentials::default(),
            ended: None,
            ahead: None,
            sleeps: None,
            is_disc_slow: false,
            unread: Vec::new(),
            checksums: 0,
            records: Vec::new(),
            modified: 1,
            has_digests: true,
            was_disconnected: false,
            takes: 20,
            body_takes: Duration::ZERO,
            fresh_records: 0,
            late_records: 0,
            closes_at: None,
            foreseen: Vec::new(),
            sent: Vec::new(),
            is_wire_slow: false,
            out: VecDeque::new(),
            most_out: 0,
            created: Vec::new(),
            each: Vec::new(),
        }
    }

    /// As [`World::with_studies`], with resolvers of both credentials.
    fn with_resolvers(life: u64, prepare: impl FnOnce(&mut Self)) -> Self {
        let mut world = Self::with_studies();
        let source = Source { given: None, has_resolver: true, threshold: 600_000 };
        world.session = Session::new(
            Config { upload_token: source.clone(), signature: Some(source), ..config() },
            Box::new(|| [7; 16]),
            Box::new(NativeDecoder),
        );
        world.credentials.life = Some(life);
        world.calls.clear();
        world.events.clear();
        prepare(&mut world);
        world.run(Input::Configure);
        world.drop_files();
        world
    }

    /// As [`World::with_studies`], whose images have pixels that shrink, but for one that is compressed already.
    fn with_compression(compression: Compression, extensions: &[&'static str]) -> Self {
        Self::with_pixels(6000, Config { compression, ..config() }, extensions)
    }

    fn with_pixels(count: u32, config: Config, extensions: &[&'static str]) -> Self {
        let mut world = Self::with_studies();
        for (at, (_, bytes)) in world.files[..4].iter_mut().enumerate() {
            let bytes = bytes.as_mut().expect("readable");
            if at == 1 {
                let jpeg = Image { instance: "1.2.3.1.1", ..Image::default() };
                *bytes = [support::part10("1.2.840.10008.1.2.4.90"), jpeg.data_set()].concat();
            }
            let pixels: Vec<u8> =
                (0..count).map(|pixel| (pixel.wrapping_mul(pixel) >> 7) as u8 & 0x3F).collect();
            support::element(bytes, 0x7FE0_0010, b"OW", &pixels);
        }
        world.tus.extensions = extensions.to_vec();
        world.session = Session::new(config, Box::new(|| [7; 16]), Box::new(NativeDecoder));
        world.calls.clear();
        world.run(Input::Configure);
        world.drop_files();
        world
    }

    /// Two studies, and one file that is none.
    fn with_studies() -> Self {
        let mut files = Vec::new();
        let instances: Vec<_> = (0..4).map(|i| format!("1.2.3.1.{i}")).collect();
        for (at, instance) in instances.iter().enumerate() {
            let study = if at < 3 { "1.2.3" } else { "1.2.4" };
            files.push((
                ["CD/1", "CD/2", "CD/3", "CD/4"][at],
                Image { instance, study, ..Image::default() }.file(),
            ));
        }
        files.push(("CD/readme.txt", b"Thank you for your visit.".to_vec()));
        let mut world = Self::new(files);
        world.run(Input::Configure);
        world.drop_files();
        world
    }

    fn drop_files(&mut self) {
        let sizes = |(path, bytes): &(String, Option<Vec<u8>>)| {
            (path.clone(), bytes.as_ref().map_or(9, Vec::len) as u64)
        };
        let files = self.files.iter().map(sizes).collect();
        self.run(Input::AddFiles(0, files));
        self.run(Input::AllListed(1));
    }

    /// Goes on after each error.
    fn until_complete(&mut self) {
        for _ in 0..20 {
            self.run(Input::Upload);
            if self.state.step == Step::Complete {
                return;
            }
        }
        panic!("never completes: {:?}", self.events);
    }

    fn run(&mut self, input: Input) {
        self.session.handle(self.now, input);
        for _ in 0..20_000 {
            if self.closes_at.is_some_and(|at| self.requests >= at) {
                return;
            }
            let Some(action) = self.session.poll() else {
                if self.pack_one() {
                    continue;
                }
                if let Some((id, request)) = self.out.pop_front() {
                    self.send(id, &request);
                    continue;
                }
                if let Some((item, content)) = self.unread.pop() {
                    self.is_disc_slow = false;
                    self.perform(Action::Checksum(item, content));
                    self.is_disc_slow = true;
                    continue;
                }
                if std::mem::take(&mut self.credentials.hangs) {
                    return;
                }
                match self.session.poll_timeout() {
                    Some(due) => {
                        self.now = self.now.max(due);
                        self.session.handle(self.now, Input::Timeout);
                        continue;
                    }
                    None => return,
                }
            };
            self.perform(action);
        }
        panic!("does not come to an end: {:?} {:?}", self.calls, self.tus.log);
    }

    /// Packs what was asked for, in any order.
    fn pack_one(&mut self) -> bool {
        let at = self.requests + self.packs;
        if self.packing.is_empty() {
            return false;
        }
        let (item, content, level) = self.packing.swap_remove(at % self.packing.len());
        self.now = self.now + Duration::from_millis(3);
        self.packs += 1;
        let packed = self.content(item.file).ok_or(Reason::Unreadable).map(|bytes| {
            let (packed, made) = support::pack(&bytes, &content, level);
            if packed.len.is_some() {
                self.packed.insert(item, made);
            }
            packed
        });
        self.session.handle(self.now, Input::Packed(item, packed));
        true
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Read(item, range) => {
                let read = match self.content(item.file) {
                    Some(bytes) => {
                        Ok(Box::new(bytes[range.start as usize..range.end as usize].to_vec()) as _)
                    }
                    None => Err(Reason::Unreadable),
                };
                self.session.handle(self.now, Input::Read(item, read));
            }
            Action::Checksum(item, content) if self.is_disc_slow => self.unread.push((item, content)),
            Action::Checksum(item, content) => {
                self.checksums += 1;
                let bytes = self.content(item.file).ok_or(Reason::Unreadable);
                let crc = bytes.and_then(|bytes| support::checksum(&bytes, &content));
                self.session.handle(self.now, Input::Checksum(item, crc));
            }
            Action::Pack(item, content, level) => self.packing.push((item, content, level)),
            Action::LetGo(item) => drop(self.packed.remove(&item)),
            Action::Send(id, request) if self.is_wire_slow => {
                if let Body::Parts(parts) = &request.body
                    && self.foreseen.last().is_some_and(|(_, foreseen)| foreseen == parts)
                {
                    self.late_records += self.fresh_records;
                }
                self.out.push_back((id, request));
                let out = self.out.iter().filter(|(_, request)| request.url.starts_with(ENDPOINT)).count();
                self.most_out = self.most_out.max(out);
            }
            Action::Send(id, request) => self.send(id, &request),
            Action::Foresee(_, digest, parts) => self.foreseen.push((digest, parts)),
            Action::Recall => {
                let records = self.records.clone();
                self.session.handle(self.now, Input::Recalled(records));
            }
            Action::Fingerprint(serial, mut material, files) => {
                material.extend(files.iter().flat_map(|_| self.modified.to_le_bytes()));
                let key = self.has_digests.then(|| {
                    let mut crc = Crc32::new();
                    crc.update(&material);
                    key(&[crc.finish().to_le_bytes(); 8].concat())
                });
                self.session.handle(self.now, Input::Fingerprint(serial, key));
            }
            Action::Remember(key, record) => {
                self.fresh_records += 1;
                self.records.retain(|(known, _)| *known != key);
                self.records.push((key, record));
            }
            Action::Forget(key) => self.records.retain(|(known, _)| *known != key),
            Action::Abort(id) => self.out.retain(|(known, _)| *known != id),
            Action::Resolve { kind, call, subject, .. } => {
                assert_eq!(subject.is_some(), kind == Kind::Signature);
                self.credentials.hangs =
                    self.credentials.hangs_from.is_some_and(|from| self.requests >= from);
                if self.credentials.hangs {
                    self.credentials.unanswered.push((kind, call));
                } else {
                    let grant = self.credentials.resolve(self.now, kind);
                    self.session.handle(self.now, Input::Resolved(kind, call, grant));
                }
            }
            Action::ReleaseFiles(ids) => {
                self.left = self.packed.len();
                self.packed.retain(|item, _| !ids.contains(&item.file));
                self.released.push(ids);
            }
            Action::Emit(Event::State(state)) => {
                self.told.push(state.step);
                self.was_disconnected |= state.connection_issues;
                if matches!(state.step, Step::Uploading | Step::Complete) {
                    self.shown.push((state.progress.bytes_sent, state.progress.bytes_total));
                    self.each.push(state.sent.clone());
                }
                self.state = *state;
            }
            Action::Emit(event) => {
                if let Event::Cancelled = event {
                    self.ended = Some(self.now);
                }
                if let Event::Configured(Ok(())) = event {
                    self.told_in_time = self.state.unfinished.is_some();
                }
                self.events.push(event);
            }
        }
    }

    fn content(&self, file: FileId) -> Option<Vec<u8>> {
        self.files
            .get(file as usize)
            .filter(|_| !self.released.iter().any(|ids| ids.contains(&file)))?
            .1
            .clone()
    }

    fn send(&mut self, id: RequestId, request: &Request) {
        if let Body::Parts(_) = &request.body {
            if !self.body_takes.is_zero() {
                self.now = self.now + self.body_takes;
                self.session.handle(self.now, Input::Timeout);
            }
            self.session.handle(self.now, Input::Sent(id));
        }
        let takes = if self.credentials.life.is_some() { 400 } else { self.takes };
        self.now = self.now + Duration::from_millis(takes);
        self.requests += 1;
        if self.credentials.revoked_at == Some(self.requests) {
            self.credentials.issued.clear();
        }
        if self.credentials.life.is_some() && request.url.starts_with(ENDPOINT) {
            let token = tus_server::header(request, "Authorization").expect("a token");
            let token = token.trim_start_matches("Bearer ");
            let is_good = self.credentials.lifts.get(token).is_some_and(|expires| self.now.0 < *expires);
            self.tus.token = if is_good { token } else { "none is good" }.to_owned();
        }
        if let Body::Parts(parts) = &request.body {
            self.sent.push((request.checksum, parts.clone()));
        }
        if let Some((at, sleep)) = self.sleeps
            && at == self.requests
        {
            // The connection is gone when it wakes, which is seen only by its silence.
            self.now = self.now + sleep;
            return;
        }
        let answer = if !self.is_authorised(request) {
            Some(Ok(Response { status: 401, ..Response::default() }))
        } else if request.url.starts_with(ENDPOINT) {
            match self.body(request) {
                Some(body) => {
                    let created = self.tus.created;
                    let answer = self.tus.answer(request, &body);
                    if self.tus.created > created {
                        let metadata = tus_server::header(request, "Upload-Metadata").expect("metadata");
                        self.created.extend(vec![metadata; self.tus.created - created]);
                    }
                    answer
                }
                None => Some(Err(Failure::Unreadable(self.unreadable(request)))),
            }
        } else {
            Some(self.serve_api(request))
        };
        if let Some((at, input)) = self.interrupt
            && at == self.requests
        {
            self.session.handle(self.now, input());
        }
        if let Some(answer) = answer {
            self.fresh_records = 0;
            self.session.handle(self.now, Input::Answer(id, answer));
        }
    }

    fn is_authorised(&mut self, request: &Request) -> bool {
        let name = if request.url.starts_with(ENDPOINT) { "X-Aura-Signature" } else { "Authorization" };
        let value = tus_server::header(request, name);
        let value = value.as_deref().map(|value| value.trim_start_matches("Bearer "));
        self.credentials.is_good(self.now, value)
    }

    /// The file that is missing of a body.
    fn unreadable(&self, request: &Request) -> Option<FileId> {
        let Body::Parts(parts) = &request.body else { return None };
        parts.iter().find_map(|part| match part {
            Part::File { file, .. } if self.content(*file).is_none() => Some(*file),
            _ => None,
        })
    }

    /// `None` if a file can't be read any more.
    fn body(&self, request: &Request) -> Option<Vec<u8>> {
        let Body::Parts(parts) = &request.body else { return Some(Vec::new()) };
        let mut body = Vec::new();
        for part in parts {
            match part {
                Part::Bytes(bytes) => body.extend(bytes),
                Part::File { file, range } => {
                    let bytes = self.content(*file)?;
                    body.extend(&bytes[range.start as usize..range.end as usize]);
                }
                Part::Packed { item, range } => {
                    let bytes = self.packed.get(item).expect("it is kept as long as it is wanted");
                    body.extend(&bytes[range.start as usize..range.end as usize]);
                }
            }
        }
        Some(body)
    }

    fn serve_api(&mut self, request: &Request) -> Answer {
        assert_eq!(tus_server::header(request, "X-Api-Key").as_deref(), Some("key"));
        let fault = self.api_faults.pop_front().unwrap_or(Fault::None);
        if let Fault::LostRequest = fault {
            return Err(Failure::Network);
        }
        if let Fault::Status(status) = fault {
            return Ok(Response {
                status,
                headers: Vec::new(),
                body: r#"{"message": "Not now."}"#.to_owned(),
            });
        }
        let path = request.url.strip_prefix("https://aura.example/api/uploader/").expect("an API URL");
        let body = match &request.body {
            Body::Json(json) => serde_json::from_str(json).expect("JSON"),
            _ => serde_json::Value::Null,
        };
        if path == "upload/complete" {
            let whole = self.tus.uploads.values().any(|(length, bytes)| *length == Some(bytes.len() as u64));
            assert!(whole, "complete is sent for what isn't whole");
        }
        self.calls.push((path.trim_start_matches("upload/").to_owned(), body));
        if let Fault::LostAnswer = fault {
            return Err(Failure::Network);
        }
        let body = match path {
            "config" => {
                let expires = self.credentials.life.map(|life| (self.now.0 + life) / 1000 * 1000);
                if let Some(expires) = expires {
                    self.tus.token = format!("lift{}", self.requests);
                    self.credentials.lifts.insert(self.tus.token.clone(), expires);
                }
                serde_json::json!({
                    "lift": {
                        "endpoint": ENDPOINT,
                        "token": self.tus.token,
                        "bucket": "b",
                        "expire": expires.map(|expires| expires / 1000),
                    },
                    "mode": "bulk",
                })
                .to_string()
            }
            "upload/init" => r#"{"studies": [{"id": "s1"}, {"id": "s2"}]}"#.to_owned(),
            _ => "{}".to_owned(),
        };
        let date = self.ahead.map(|ahead| ("date".to_owned(), http_date(self.now + ahead)));
        Ok(Response { status: 200, headers: date.into_iter().collect(), body })
    }

    fn names(&self) -> Vec<&str> {
        self.calls.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn ends(&self) -> Vec<&Event> {
        let end = |event: &&Event| matches!(event, Event::Complete(_) | Event::Failed(_) | Event::Cancelled);
        self.events.iter().filter(end).collect()
    }

    /// Whether the one archive on the server holds exactly the files of the studies.
    fn stored_is_right(&self) -> bool {
        let expected: HashMap<String, &Vec<u8>> = self.files[..4]
            .iter()
            .enumerate()
            .map(|(at, (path, bytes))| {
                let study = if at < 3 { "1.2.3" } else { "1.2.4" };
                (format!("{study}/{}", path.replace('/', "-")), bytes.as_ref().expect("readable"))
            })
            .collect();
        self.tus.uploads.values().any(|(_, bytes)| {
            let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) else { return false };
            (0..archive.len()).all(|at| {
                let mut entry = archive.by_index(at).expect("an entry");
                let mut content = Vec::new();
                std::io::Read::read_to_end(&mut entry, &mut content).expect("sound");
                expected.get(entry.name().expect("UTF-8").as_ref()) == Some(&&content)
            }) && archive.len() == expected.len()
        })
    }
}

#[test]
fn from_drop_to_complete() {
    let mut world = World::with_studies();
    assert_eq!(world.state.step, Step::Pending);
    assert_eq!((world.state.studies.len(), world.state.total_files), (2, 5));
    assert_eq!(world.state.rejected[0].reason, Reason::NotDicom);
    world.run(Input::Upload);
    assert_eq!(world.names(), ["config", "init", "start", "complete"]);
    let [_, (_, init), (_, start), (_, complete)] = &world.calls[..] else { panic!("four calls") };
    assert_eq!(init["type"], "uploader");
    assert_eq!(init["patient_id"], "p1");
    assert_eq!(init["context"]["a"], 1);
    assert_eq!(init["studies"]["1.2.3"]["images"], 3);
    assert_eq!(init["studies"]["1.2.3"]["series"]["1.2.3.1"]["series_number"], "7");
    assert!(init["studies"]["1.2.3"].get("warnings").is_none());
    assert_eq!(start["assembly_id"], complete["assembly_id"]);
    assert_eq!(start["upload_id"], init["upload_id"]);
    let [Event::Complete(result)] = &world.ends()[..] else { panic!("complete, once: {:?}", world.events) };
    assert_eq!(result.studies.iter().map(|study| study.id.as_str()).collect::<Vec<_>>(), ["s1", "s2"]);
    assert_eq!((result.successful, result.failed), (4, 0));
    assert!(world.stored_is_right());
    assert_eq!(world.state.step, Step::Complete);
    assert_eq!(world.state.progress.bytes_sent, world.state.progress.bytes_total);
}

/// Which entries of the archive on the server are deflated.
fn deflated(world: &World) -> Vec<bool> {
    let (_, sent) = world.tus.uploads.values().next().expect("an upload");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(sent)).expect("an archive");
    let is_deflated =
        |at| archive.by_index(at).expect("sound").compression() == zip::CompressionMethod::Deflated;
    (0..4).map(is_deflated).collect()
}

const DEFERRING: &[&str] = &["creation-defer-length"];

#[test]
fn native_images_are_deflated_and_their_bytes_let_go_of() {
    for compression in [Compression::Auto, Compression::Deflate] {
        let is_auto = compression == Compression::Auto;
        let mut world = if is_auto {
            let config = Config { compression, chunk_size: None, ..config() };
            World::with_pixels(700_000, config, DEFERRING)
        } else {
            World::with_compression(compression, DEFERRING)
        };
        // A slow link, which is worth packing for.
        world.takes = 400;
        let plain: usize = world.files[..4].iter().map(|(_, bytes)| bytes.as_ref().map_or(0, Vec::len)).sum();
        world.run(Input::Upload);
        assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
        assert!(world.stored_is_right() && world.packed.is_empty());
        // All that was sent has been let go of before, but for what went last.
        assert!(is_auto || world.left <= 1, "{}", world.left);
        // What is to tell the speed of the wire is not packed.
        assert_eq!(
            (deflated(&world), world.packs),
            (vec![!is_auto, false, true, true], 3 - usize::from(is_auto))
        );
        let (_, sent) = world.tus.uploads.values().next().expect("an upload");
        assert!(sent.len() < plain * 4 / 5, "{} of {plain}", sent.len());
        let progress = world.state.progress;
        assert!(progress.bytes_total > plain as u64 && progress.bytes_sent == progress.bytes_total);
    }
}

#[test]
fn on_a_link_that_seems_fast_more_is_tried_before_anything_is_packed() {
    let config = Config { compression: Compression::Auto, chunk_size: None, ..config() };
    // 1 MiB in 20 ms: as fast as it then still is, packing would hold it up. In 70 ms it could be worth it, and 4 MiB in 70 ms
    // show that it is not.
    for (pixels, takes, packs) in
        [(700_000, 20, 0), (700_000, 70, 0), (3_000_000, 20, 0), (3_000_000, 70, 0), (700_000, 200, 2)]
    {
        let mut world = World::with_pixels(pixels, config.clone(), DEFERRING);
        world.takes = takes;
        world.run(Input::Upload);
        assert!(world.stored_is_right());
        assert_eq!(world.packs, packs, "{pixels} {takes}");
    }
}

#[test]
fn what_breaks_off_before_the_link_is_known_goes_on() {
    let config = Config { compression: Compression::Auto, chunk_size: None, ..config() };
    for (first, share) in (0..6).flat_map(|first| (0..16).map(move |share| (first, share * 16 + 8))) {
        let mut world =
            World::with_pixels(700_000, config.clone(), &["creation-defer-length", "creation-with-upload"]);
        world.takes = 2;
        world.tus.faults.extend(std::iter::repeat_n(Fault::None, first));
        world.tus.faults.extend([Fault::Cut(share), Fault::None, Fault::Cut(share)]);
        world.until_complete();
        assert!(world.stored_is_right(), "{first} {share}");
    }
}

#[test]
fn stored_is_stored() {
    let mut world = World::with_compression(Compression::Store, DEFERRING);
    world.run(Input::Upload);
    assert!(world.stored_is_right());
    assert_eq!((deflated(&world), world.packs), (vec![false; 4], 0));
}

#[test]
fn a_server_that_wants_the_length_first_is_told_it() {
    let mut world = World::with_compression(Compression::Deflate, &[]);
    world.run(Input::Upload);
    assert!(world.stored_is_right());
    assert_eq!(deflated(&world), [true, false, true, true]);
    // Nobody packs everything only to know how long it becomes, where it is not sure to be worth the while.
    let mut world = World::with_compression(Compression::Auto, &[]);
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete);
    assert!(world.stored_is_right());
}

#[test]
fn progress_goes_on_to_the_end_and_never_back() {
    let mut world = World::with_compression(Compression::Deflate, DEFERRING);
    world.run(Input::Upload);
    assert!(world.shown.len() > 5);
    let total = world.state.progress.bytes_total;
    assert!(world.shown.iter().all(|(_, of)| *of == total), "{:?}", world.shown);
    assert!(world.shown.is_sorted() && world.shown.last() == Some(&(total, total)), "{:?}", world.shown);
}

#[test]
fn what_the_server_forgets_is_packed_again() {
    let mut world = World::with_compression(Compression::Deflate, DEFERRING);
    world.tus.faults = vec![Fault::None; 20].into();
    world.tus.faults.extend([Fault::Forget(20), Fault::LostAnswer]);
    world.until_complete();
    assert!(world.stored_is_right() && world.packed.is_empty());
    assert!(world.packs > 3, "{:?}", world.tus.log);
}

#[test]
fn a_file_that_changes_while_it_is_packed_again_stops_the_upload() {
    let mut world = World::with_compression(Compression::Deflate, DEFERRING);
    world.tus.faults = vec![Fault::None; 20].into();
    world.tus.faults.extend([Fault::Forget(20), Fault::LostAnswer]);
    world.interrupt = Some((23, || Input::Pause));
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Paused);
    let bytes = world.files[0].1.as_mut().expect("readable");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    world.run(Input::Resume);
    let error = world.state.error.clone().expect("an error");
    assert_eq!((world.state.step, error.context), (Step::Error, ErrorContext::Files));
    world.files[0].1.as_mut().expect("readable")[last] ^= 1;
    world.until_complete();
    assert!(world.stored_is_right());
}

#[test]
fn what_lies_in_a_dropped_archive_is_sent_as_it_was_packed() {
    let images: Vec<_> =
        ["1.1", "1.2", "1.3"].map(|instance| Image { instance, ..Image::default() }.file()).into();
    let packed =
        support::zip_of(&[("CD/1", images[0].clone()), ("CD/2", images[1].clone()), ("note", vec![65])]);
    let mut world = World::new(vec![("disc.zip", packed), ("3", images[2].clone())]);
    world.run(Input::Configure);
    world.drop_files();
    assert_eq!((world.state.studies[0].images, world.state.total_files), (3, 4));
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete);
    let (_, sent) = world.tus.uploads.values().next().expect("an upload");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(sent)).expect("an archive");
    let names = ["1.2.3/3", "1.2.3/disc.zip!-CD-1", "1.2.3/disc.zip!-CD-2"];
    for (name, image) in names.into_iter().zip([&images[2], &images[0], &images[1]]) {
        let mut entry = archive.by_name(name).expect(name);
        let deflated = entry.compression() == zip::CompressionMethod::Deflated;
        assert_eq!(deflated, name.ends_with("CD-1"), "{name}");
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).expect("sound");
        assert!(content == *image, "{name}");
    }
    assert_eq!(archive.len(), 3);
}

#[test]
fn cancel_at_any_request_ends_everything_and_reports_only_that() {
    for at in 2..12 {
        let mut world = World::with_studies();
        world.interrupt = Some((at, || Input::Cancel));
        world.run(Input::Upload);
        if world.state.step == Step::Complete {
            continue;
        }
        assert!(matches!(world.ends()[..], [Event::Cancelled]), "at {at}: {:?}", world.ends());
        assert!(world.tus.uploads.is_empty() || world.names().contains(&"complete"), "at {at}");
        assert_eq!(world.names().last(), Some(&"cancel"), "at {at}");
        assert_eq!(world.state.step, Step::Cancelled);
    }
}

#[test]
fn cancel_does_not_wait_for_the_net() {
    let mut world = World::with_studies();
    world.interrupt = Some((7, || Input::Online(false)));
    world.tus.faults = vec![Fault::None; 5].into();
    world.tus.faults.extend(vec![Fault::LostRequest; 20]);
    world.run(Input::Upload);
    assert_eq!((world.state.step, world.state.connection_issues), (Step::Uploading, true));
    world.api_faults = vec![Fault::LostRequest; 20].into();
    world.run(Input::Cancel);
    assert_eq!(world.state.step, Step::Cancelled);
    assert!(matches!(world.ends()[..], [Event::Cancelled]));
}

#[test]
fn an_error_is_told_and_trying_again_goes_on() {
    let mut world = World::with_studies();
    world.tus.faults = vec![Fault::None, Fault::None, Fault::None, Fault::Status(413)].into();
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Error);
    assert_eq!(world.names(), ["config", "init", "start", "error"]);
    let error = world.state.error.clone().expect("an error");
    assert_eq!((error.context, error.status_code), (ErrorContext::Upload, Some(413)));
    let sent = world.state.progress.bytes_sent;
    assert!(sent > 0);
    world.run(Input::Upload);
    assert_eq!(world.names(), ["config", "init", "start", "error", "start", "complete"]);
    assert_ne!(world.calls[2].1["assembly_id"], world.calls[4].1["assembly_id"]);
    assert_eq!(world.calls[2].1["upload_id"], world.calls[5].1["upload_id"]);
    assert!(world.stored_is_right());
    assert_eq!(world.tus.log.iter().filter(|(method, _)| *method == "POST").count(), 1);
    assert!(matches!(world.ends()[..], [Event::Failed(_), Event::Complete(_)]));
}

#[test]
fn a_complete_that_fails_is_not_a_success() {
    let mut world = World::with_studies();
    world.api_faults = vec![Fault::None, Fault::None, Fault::Status(422)].into();
    world.run(Input::Upload);
    let [Event::Failed(error)] = &world.ends()[..] else { panic!("{:?}", world.ends()) };
    assert_eq!(error.message, "Not now. (status 422)");
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete);
    assert_eq!(
        world.tus.log.iter().filter(|(method, _)| *method == "PATCH").count(),
        6,
        "nothing is sent twice"
    );
}

#[test]
fn a_file_taken_away_is_named_and_the_server_is_not_told_its_name() {
    let mut world = World::with_studies();
    let taken = world.files[2].1.take();
    world.run(Input::Upload);
    let error = world.state.error.clone().expect("an error");
    assert_eq!(error.context, ErrorContext::Files);
    assert!(error.message.starts_with("CD/3 can't be read"), "{}", error.message);
    assert_eq!(world.calls.last().expect("a call").1["message"], "A file could not be read.");
    world.files[2].1 = taken;
    world.run(Input::Upload);
    assert!(world.stored_is_right());
}

#[test]
fn an_archive_taken_away_is_a_matter_of_files_and_sending_goes_on_once_it_is_back() {
    let image = Image::default().file();
    let mut world = World::new(vec![("disc.zip", support::zip_of(&[("CD/1", image)]))]);
    world.run(Input::Configure);
    world.drop_files();
    // The checksums of its entries are known: it is missed only when it is sent.
    let taken = world.files[0].1.take();
    world.run(Input::Upload);
    let error = world.state.error.clone().expect("an error");
    assert_eq!((world.state.step, error.context), (Step::Error, ErrorContext::Files));
    world.files[0].1 = taken;
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete);
}

#[test]
fn the_end_of_a_drop_is_told_once() {
    let ends = |world: &World| world.told.iter().filter(|step| **step != Step::Processing).count();
    assert_eq!(ends(&World::with_studies()), 1);
    // One that finds nothing ends at the start, where files are waited for no longer.
    let mut world = World::new(vec![("readme.txt", b"hello".to_vec())]);
    world.drop_files();
    assert_eq!((ends(&world), world.state.step), (1, Step::Start));
}

#[test]
fn without_permission_the_message_says_what_to_do() {
    let mut world = World::with_studies();
    world.api_faults = vec![Fault::Status(401)].into();
    world.run(Input::Upload);
    let error = world.state.error.clone().expect("an error");
    assert_eq!(error.message, "Authentication failed. Please refresh and try again.");
    assert_eq!(world.names(), ["config"], "the server is told nothing of an upload that it refused");
    let mut world = World::new(Vec::new());
    world.api_faults = vec![Fault::Status(401)].into();
    world.run(Input::Configure);
    let [Event::Configured(Err(error))] = &world.events[..] else { panic!("{:?}", world.events) };
    assert_eq!(error.message, "Authentication failed. Check your upload token.");
}

#[test]
fn a_lift_token_that_ran_out_is_fetched_anew() {
    let mut world = World::with_studies();
    world.tus.token = "renewed".to_owned();
    world.run(Input::Upload);
    assert_eq!(world.names(), ["config", "init", "start", "config", "complete"]);
    assert!(world.stored_is_right());
}

#[test]
fn the_chunk_behind_the_one_on_its_way_is_prepared_with_its_digest() {
    for extensions in [vec!["checksum"], vec![]] {
        let mut world = World::with_studies();
        world.tus.extensions = extensions.clone();
        world.run(Input::Upload);
        assert_eq!(world.state.step, Step::Complete);
        assert!(world.sent.len() > 3);
        assert!(world.sent.iter().all(|(digest, _)| digest.is_some() != extensions.is_empty()));
        // The first can't be foreseen.
        assert_eq!(world.foreseen, world.sent[1..]);
    }
}

#[test]
fn pause_and_resume() {
    let mut world = World::with_studies();
    world.interrupt = Some((7, || Input::Pause));
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Paused);
    world.run(Input::Resume);
    assert_eq!(world.state.step, Step::Complete);
    assert!(world.stored_is_right());
}

#[test]
fn removing_a_study_reads_nothing_again() {
    let mut world = World::with_studies();
    world.files.iter_mut().skip(3).for_each(|(_, bytes)| *bytes = None);
    world.run(Input::RemoveStudy("1.2.4".to_owned()));
    assert_eq!(world.state.studies.len(), 1);
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete);
    assert_eq!(world.calls[1].1["studies"].as_object().expect("an object").len(), 1);
}

#[test]
fn paused_before_the_first_byte_nothing_is_sent() {
    let mut world = World::with_studies();
    world.interrupt = Some((2, || Input::Pause));
    world.run(Input::Upload);
    assert_eq!((world.state.step, world.names()), (Step::Paused, vec!["config", "init", "start"]));
    assert!(world.tus.log.is_empty());
    world.run(Input::Resume);
    assert_eq!(world.state.step, Step::Complete);
    assert!(world.stored_is_right());
}

#[test]
fn files_added_after_completion_are_kept_and_those_ignored_shift_nothing() {
    // Ignored, as an upload runs, but the shell has used up an id for it.
    let mut world = World::with_studies();
    world.interrupt = Some((6, || Input::AddFiles(5, vec![("late".to_owned(), 9)])));
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete);
    world.interrupt = None;
    let files: Vec<_> = world.files[..2].to_vec();
    let sizes =
        files.iter().map(|(path, bytes)| (path.clone(), bytes.as_ref().map_or(9, Vec::len) as u64)).collect();
    world.files.push(("late".to_owned(), None));
    world.files.extend(files);
    world.run(Input::AddFiles(6, sizes));
    world.run(Input::AllListed(1));
    assert_eq!((world.state.step, world.state.rejected.len()), (Step::Pending, 0));
    assert_eq!(world.state.studies[0].images, 2);
}

#[test]
fn files_that_are_known_to_come_count_while_others_are_read() {
    let mut world = World::new(Vec::new());
    world.session.handle(world.now, Input::AddFiles(0, vec![("CD/1".to_owned(), 500)]));
    world.run(Input::Expect(9));
    assert_eq!((world.state.progress.files_total, world.state.total_files), (10, 10));
    world.run(Input::AllListed(1));
    assert_eq!((world.state.step, world.state.total_files), (Step::Start, 1));
}

#[test]
fn what_an_archive_adds_takes_no_percent_back() {
    let entries: Vec<_> = ["1", "2", "3", "4", "5", "6"].map(|name| (name, b"text".to_vec())).to_vec();
    let mut files: Vec<_> = ["a", "b", "c", "d"].map(|name| (name, b"text".to_vec())).to_vec();
    files.push(("disc.zip", support::zip_of(&entries)));
    let sizes = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.len() as u64)).collect();
    let mut world = World::new(files);
    let mut told = Vec::new();
    let mut inputs = VecDeque::from([Input::AddFiles(0, sizes), Input::AllListed(1)]);
    while let Some(input) = inputs.pop_front() {
        // Each is told by itself.
        world.now = world.now + Duration::from_secs(1);
        world.session.handle(world.now, input);
        while let Some(action) = world.session.poll() {
            match action {
                Action::Read(item, range) => {
                    let bytes = world.content(item.file).expect("a file");
                    let bytes = bytes[range.start as usize..range.end as usize].to_vec();
                    inputs.push_back(Input::Read(item, Ok(Box::new(bytes))));
                }
                Action::Checksum(item, content) => {
                    let bytes = world.content(item.file).expect("a file");
                    inputs.push_back(Input::Checksum(item, support::checksum(&bytes, &content)));
                }
                Action::Emit(Event::State(state)) => told.push(state.progress),
                _ => {}
            }
        }
    }
    let percent: Vec<_> = told.iter().map(|progress| progress.percent()).collect();
    assert_eq!((told[0].files_total, told.last().expect("an end").files_total), (5, 10));
    assert!(percent.is_sorted() && percent.contains(&80), "{percent:?}");
    assert_eq!(percent.last(), Some(&100));
    // The next drop is another matter.
    world.now = world.now + Duration::from_secs(1);
    world.session.handle(world.now, Input::AddFiles(5, vec![("more".to_owned(), 500)]));
    let mut actions = std::iter::from_fn(|| world.session.poll());
    let state = actions.find_map(|action| match action {
        Action::Emit(Event::State(state)) => Some(state),
        _ => None,
    });
    assert_eq!(state.map(|state| state.progress.percent()), Some(0));
}

#[test]
fn a_cancel_before_the_first_file_has_come_is_answered() {
    let mut world = World::new(Vec::new());
    world.run(Input::Cancel);
    assert!(matches!(world.events[..], [Event::Cancelled]), "{:?}", world.events);
    assert_eq!(world.state, State::default());
}

#[test]
fn lists_that_did_not_change_stay_the_same() {
    let mut world = World::with_studies();
    let before = world.state.clone();
    world.session.handle(world.now, Input::AddFiles(5, vec![("text".to_owned(), 4)]));
    world.session.handle(world.now, Input::Read(5.into(), Ok(Box::new(b"text".to_vec()))));
    world.run(Input::AllListed(2));
    assert!(Arc::ptr_eq(&before.studies, &world.state.studies));
    assert!(!Arc::ptr_eq(&before.rejected, &world.state.rejected));
    assert_eq!(world.state.rejected.len(), 2);
}

#[test]
fn a_drop_is_told_by_its_number_to_have_been_read() {
    let mut world = World::new(Vec::new());
    world.session.handle(world.now, Input::AddFiles(0, vec![("CD/1".to_owned(), 500)]));
    world.session.handle(world.now, Input::AllListed(1));
    // The second is still being listed when the first has been read.
    world.run(Input::AddFiles(1, vec![("CD/2".to_owned(), 500)]));
    assert!(!world.events.iter().any(|event| matches!(event, Event::FilesRead(_))));
    world.run(Input::AllListed(2));
    assert!(matches!(world.events[..], [Event::FilesRead(2)]), "{:?}", world.events);
}

#[test]
fn a_drop_without_files_comes_to_its_end_too() {
    let mut world = World::new(Vec::new());
    world.run(Input::AllListed(1));
    assert!(matches!(world.events[..], [Event::FilesRead(1)]));
    assert_eq!(world.state.step, Step::Start);
}

#[test]
fn without_its_last_study_the_widget_is_at_its_start() {
    let mut world = World::with_studies();
    world.run(Input::RemoveStudy("1.2.3".to_owned()));
    world.run(Input::RemoveStudy("1.2.4".to_owned()));
    assert_eq!(world.state, State::default());
}

#[test]
fn stop_forgets_the_drop_and_a_late_answer_does_no_harm() {
    let mut world = World::with_studies();
    world.session.handle(world.now, Input::AddFiles(5, vec![("more/1".to_owned(), 500)]));
    world.run(Input::StopReading);
    assert_eq!((world.state.step, world.state.studies.len(), world.state.total_files), (Step::Pending, 2, 5));
    // What was dropped before is still needed.
    assert_eq!(world.released.as_slice(), std::slice::from_ref(&(5..6)));
    world.run(Input::Reset);
    assert_eq!(world.state, State::default());
    world.session.handle(world.now, Input::AddFiles(6, vec![("other/1".to_owned(), 500)]));
    world.session.handle(world.now, Input::Read(0.into(), Ok(Box::new(Image::default().file()))));
    world.run(Input::AllListed(1));
    assert!(world.state.studies.is_empty());
    assert_eq!(world.state.rejected[0].reason, Reason::Unreadable);
}

#[test]
fn reset_in_mid_upload_cleans_up_behind_it() {
    let mut world = World::with_studies();
    world.interrupt = Some((7, || Input::Reset));
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Start);
    assert!(world.tus.uploads.is_empty());
    assert_eq!(world.names().last(), Some(&"cancel"));
    let upload_id = world.calls[1].1["upload_id"].clone();
    // The files of a new drop have new ids.
    world.files = [world.files.clone(), world.files.clone()].concat();
    let again = world.files.split_off(5);
    let files =
        again.iter().map(|(path, bytes)| (path.clone(), bytes.as_ref().map_or(9, Vec::len) as u64)).collect();
    world.files.extend(again);
    world.run(Input::AddFiles(5, files));
    world.run(Input::AllListed(1));
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete);
    assert_ne!(world.calls.last().expect("complete").1["upload_id"], upload_id);
}

#[test]
fn a_second_upload_during_one_is_ignored() {
    let mut world = World::with_studies();
    world.interrupt = Some((6, || Input::Upload));
    world.run(Input::Upload);
    assert_eq!(world.names(), ["config", "init", "start", "complete"]);
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::None),
        2 => Just(Fault::LostRequest),
        1 => Just(Fault::LostAnswer),
        2 => prop::sample::select(vec![400, 401, 403, 404, 409, 413, 423, 429, 500, 503]).prop_map(Fault::Status),
        1 => any::<u8>().prop_map(Fault::Cut),
        1 => Just(Fault::Stall),
        1 => Just(Fault::Gone),
        1 => Just(Fault::Busy),
        1 => Just(Fault::HiddenOffset),
        1 => any::<u8>().prop_map(Fault::Forget),
        1 => Just(Fault::Twice),
        1 => any::<u64>().prop_map(Fault::Claims),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever goes wrong at either server: each upload ends once, complete only when whole, and goes on.
    #[test]
    fn any_faults_end_whole_or_in_an_error_that_can_be_tried_again(
        tus in prop::collection::vec(fault(), 0..30),
        api in prop::collection::vec(fault(), 0..12),
        extensions in prop::sample::subsequence(vec!["creation-with-upload", "checksum"], 0..=2),
    ) {
        let mut world = World::with_studies();
        world.tus.extensions = extensions;
        world.tus.faults = tus.into();
        world.api_faults = api.into();
        let mut starts = 0;
        while world.state.step != Step::Complete {
            starts += 1;
            prop_assert!(starts < 60, "never completes: {:?} {:?}", world.calls, world.tus.log);
            world.run(Input::Upload);
            prop_assert!(matches!(world.state.step, Step::Complete | Step::Error));
            prop_assert_eq!(world.ends().len(), starts);
        }
        prop_assert!(world.stored_is_right());
    }

    /// The same with entries that are deflated, whether the server has to know the length first or not.
    #[test]
    fn any_faults_of_a_deflated_upload_end_so_too(
        tus in prop::collection::vec(fault(), 0..60),
        api in prop::collection::vec(fault(), 0..6),
        defers in any::<bool>(),
        auto in any::<bool>(),
    ) {
        let compression = if auto { Compression::Auto } else { Compression::Deflate };
        let mut world = World::with_compression(compression, if defers { DEFERRING } else { &[] });
        world.tus.faults = tus.into();
        world.api_faults = api.into();
        let mut starts = 0;
        while world.state.step != Step::Complete {
            starts += 1;
            prop_assert!(starts < 90, "never completes: {:?} {:?}", world.calls, world.tus.log);
            world.run(Input::Upload);
            prop_assert!(matches!(world.state.step, Step::Complete | Step::Error), "{:?}", world.state.step);
        }
        prop_assert!(world.stored_is_right() && world.packed.is_empty());
    }
}

#[test]
fn credentials_shorter_than_the_upload_are_renewed_without_a_refusal() {
    let mut world = World::with_resolvers(5000, |_| {});
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
    assert!(world.stored_is_right());
    assert_eq!(world.credentials.refusals, 0);
    assert!(world.tus.log.iter().all(|(_, status)| *status != 401), "{:?}", world.tus.log);
    // Both, and the token of the tus server, more than once.
    assert!(world.credentials.resolutions > 3, "{}", world.credentials.resolutions);
    assert!(world.names().iter().filter(|name| **name == "config").count() > 1, "{:?}", world.names());
}

#[test]
fn a_resolver_that_fails_twice_holds_nothing_up() {
    let mut world = World::with_resolvers(6000, |_| {});
    world.credentials.faults = [Unresolved::Failed, Unresolved::Failed].into();
    world.run(Input::Upload);
    assert_eq!((world.state.step, world.credentials.refusals), (Step::Complete, 0), "{:?}", world.events);
    assert!(world.stored_is_right() && world.credentials.faults.is_empty());
}

#[test]
fn a_resolver_that_is_down_stops_the_upload_where_it_is() {
    let mut world = World::with_resolvers(3000, |_| {});
    world.interrupt = Some((7, || Input::Online(true)));
    world.credentials.is_down = true;
    world.run(Input::Upload);
    let error = world.state.error.clone().expect("an error");
    assert_eq!((world.state.step, error.context), (Step::Error, ErrorContext::Token));
    assert!(error.message.starts_with("The upload ") && error.message.contains("could not be renewed"));
    world.credentials.is_down = false;
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
    assert!(world.stored_is_right());
    assert_eq!((world.tus.created, world.credentials.refusals), (1, 0));
}

#[test]
fn what_is_revoked_early_costs_one_refusal_and_is_made_anew() {
    for revoked_at in 2..12 {
        let mut world = World::with_resolvers(60_000, |world| world.requests = 0);
        world.credentials.revoked_at = Some(revoked_at);
        world.run(Input::Upload);
        assert_eq!(world.state.step, Step::Complete, "{revoked_at} {:?}", world.events);
        assert!(world.stored_is_right());
        // One for the token, one for the signature.
        assert!((1..=2).contains(&world.credentials.refusals), "{revoked_at} {}", world.credentials.refusals);
    }
}

#[test]
fn a_refusal_that_stays_is_not_asked_about_for_ever() {
    let mut world = World::with_resolvers(60_000, |world| {
        world.api_faults = [Fault::Status(403), Fault::Status(403)].into()
    });
    let refused = matches!(&world.events[0], Event::Configured(Err(error)) if error.status_code == Some(403));
    assert!(refused, "{:?}", world.events);
    assert_eq!(world.credentials.resolutions, 2);
    world.run(Input::Configure);
    assert!(matches!(world.events.last(), Some(Event::Configured(Ok(())))), "{:?}", world.events);
}

#[test]
fn a_resolver_that_gives_nonsense_is_named_by_init() {
    let wrong = "uploadTokenResolver gave no token";
    let world = World::with_resolvers(60_000, |world| {
        world.credentials.faults = [Unresolved::Incomplete(wrong.to_owned())].into();
    });
    let named = matches!(&world.events[0], Event::Configured(Err(error)) if error.message.contains(wrong));
    assert!(named, "{:?}", world.events);
}

#[test]
fn the_servers_clock_counts() {
    let mut world = World::with_resolvers(3_600_000, |_| {});
    let resolutions = world.credentials.resolutions;
    // Ours is an hour behind: what it says is good for an hour is good no more.
    world.ahead = Some(Duration::from_secs(3700));
    world.credentials.life = Some(10_000_000);
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
    assert!(world.credentials.resolutions > resolutions + 1);
}

#[test]
fn a_server_may_say_by_a_date_how_long_to_wait() {
    let mut world = World::with_studies();
    world.ahead = Some(Duration::from_secs(500));
    world.now = Millis(1_000_000);
    world.run(Input::Configure);
    let until = world.now + Duration::from_secs(540);
    world.tus.faults = [Fault::None, Fault::Status(503)].into();
    world.tus.retry_after = Some(http_date(until));
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete);
    let waited = world.now.since(Millis(1_000_000));
    assert!(Duration::from_secs(39) < waited && waited < Duration::from_secs(45), "{waited:?}");
}

#[test]
fn a_server_that_is_gone_for_five_minutes_ends_no_upload() {
    for (api, tus) in [(61, 0), (0, 62)] {
        let mut world = World::with_studies();
        world.tus.faults = [vec![Fault::None; 4], vec![Fault::LostRequest; tus]].concat().into();
        world.api_faults = [vec![Fault::None; 1], vec![Fault::LostRequest; api]].concat().into();
        world.run(Input::Upload);
        assert!(world.now > Millis(290_000), "{:?}", world.now);
        assert_eq!(world.names(), ["config", "init", "start", "complete"]);
        assert!(world.stored_is_right());
        assert!(!world.state.connection_issues);
    }
}

#[test]
fn after_hours_asleep_tokens_are_renewed_first() {
    let mut world = World::with_resolvers(3_600_000, |_| {});
    // The network is away for two minutes before and after: neither is five.
    world.tus.faults = [vec![Fault::None; 4], vec![Fault::LostRequest; 40]].concat().into();
    world.sleeps = Some((world.requests + 24, Duration::from_secs(8 * 3600)));
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
    assert!(world.now > Millis(8 * 3_600_000) && world.now < Millis(9 * 3_600_000));
    assert_eq!(world.credentials.refusals, 0);
    assert!(world.tus.log.iter().all(|(_, status)| *status != 401));
    assert!(world.stored_is_right());
    assert!(!world.events.iter().any(|event| matches!(event, Event::Failed(_))));
}

#[test]
fn who_cancels_does_not_wait_for_a_resolver_that_hangs() {
    let mut world = World::with_resolvers(3000, |_| {});
    world.credentials.hangs_from = Some(7);
    world.run(Input::Upload);
    assert_eq!(world.state.step, Step::Uploading);
    // What was good is so no more.
    let asked = world.now + Duration::from_secs(10);
    world.now = asked;
    world.run(Input::Cancel);
    for _ in 0..20 {
        // Comes back whenever the resolver is called once more.
        world.run(Input::Timeout);
    }
    assert_eq!(world.state.step, Step::Cancelled, "{:?}", world.events);
    let taken = world.ended.expect("a time").since(asked);
    assert!(taken < Duration::from_secs(60), "{taken:?}");
}

#[test]
fn an_answer_to_an_earlier_call_is_not_taken_for_that_to_the_latest() {
    let mut world = World::with_resolvers(60_000, |_| {});
    world.credentials.hangs_from = Some(world.requests);
    world.run(Input::Upload);
    let signatures = |world: &World| -> Vec<u32> {
        let calls = world.credentials.unanswered.iter();
        calls.filter(|(kind, _)| *kind == Kind::Signature).map(|(_, call)| *call).collect()
    };
    while signatures(&world).len() < 2 {
        world.run(Input::Timeout);
    }
    let late = Grant { value: Secret::new("late"), expires: None };
    let calls = signatures(&world);
    world.session.handle(world.now, Input::Resolved(Kind::Signature, calls[0], Ok(late)));
    world.credentials.hangs_from = None;
    let grant = world.credentials.resolve(world.now, Kind::Signature);
    world.run(Input::Resolved(Kind::Signature, calls[1], grant));
    assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
    assert_eq!(world.credentials.refusals, 0);
}

impl World {
    /// The same files in a new page, which is closed again as the request of this number is sent.
    fn in_new_page(mut self, config: Config, closes_at: Option<usize>) -> Self {
        let mut world = Self::new(Vec::new());
        // Ids differ from page to page.
        let mut count = self.requests as u8;
        let entropy = move || {
            count = count.wrapping_add(1);
            [count; 16]
        };
        world.session = Session::new(config, Box::new(entropy), Box::new(NativeDecoder));
        world.files = std::mem::take(&mut self.files);
        world.tus = std::mem::take(&mut self.tus);
        world.records = std::mem::take(&mut self.records);
        world.created = std::mem::take(&mut self.created);
        world.is_wire_slow = self.is_wire_slow;
        (world.modified, world.has_digests, world.now) = (self.modified, self.has_digests, self.now);
        world.run(Input::Configure);
        world.drop_files();
        world.closes_at = closes_at.map(|at| world.requests + at);
        world.api_faults = std::mem::take(&mut self.api_faults);
        world.is_disc_slow = self.is_disc_slow;
        world.tus.log.clear();
        world.run(Input::Upload);
        world
    }

    fn closed_at(config: Config, at: usize) -> Self {
        Self::with_studies().in_new_page(config, Some(at))
    }

    /// Bytes that have gone to the server since it was last asked.
    fn patched(&mut self) -> usize {
        std::mem::take(&mut self.tus.received)
    }
}

fn compressing(compression: Compression) -> Config {
    Config { compression, ..config() }
}

#[test]
fn what_was_read_for_its_header_is_not_read_again_to_be_compared() {
    let world = World::closed_at(config(), 8).in_new_page(config(), None);
    assert_eq!((world.state.step, world.checksums), (Step::Complete, 0));
    let large = || World::with_pixels(70_000, config(), &[]);
    let mut world = large();
    world.closes_at = Some(8);
    world.run(Input::Upload);
    let world = world.in_new_page(config(), None);
    assert_eq!(world.state.step, Step::Complete);
    assert!(world.checksums > 0, "of these only the headers were read");
}

#[test]
fn an_upload_goes_on_in_a_new_page_with_what_is_missing() {
    for (compression, extensions) in [
        (Compression::Store, vec![]),
        (Compression::Auto, vec!["creation-defer-length", "creation-with-upload"]),
        (Compression::Deflate, vec![]),
        (Compression::Deflate, vec!["creation-defer-length"]),
    ] {
        let mut closed = 0;
        for at in 1..30 {
            let mut world = World::with_studies();
            world.tus.extensions.clone_from(&extensions);
            let mut world = world.in_new_page(compressing(compression), Some(at));
            if world.state.step == Step::Complete {
                assert_eq!(world.records, [], "no upload is left");
                continue;
            }
            let (upload_id, sent) =
                (world.records.first().map(|(_, record)| record.upload_id.clone()), world.patched());
            let mut world = world.in_new_page(compressing(compression), None);
            assert_eq!(world.state.step, Step::Complete, "{compression:?} {at} {:?}", world.events);
            assert!(world.stored_is_right(), "{compression:?} {at}");
            assert_eq!(world.records, []);
            let Some(upload_id) = upload_id else { continue };
            closed += 1;
            assert_eq!(
                world.names(),
                ["config", "start", "complete"],
                "{compression:?} {at}: no second init"
            );
            assert_eq!(world.calls[1].1["upload_id"], upload_id);
            assert_eq!(world.tus.created, 1);
            let total = world.tus.uploads.values().map(|(_, bytes)| bytes.len()).sum::<usize>();
            assert_eq!(sent + world.patched(), total, "{compression:?} {at}: nothing is sent twice");
            let Some(Event::Complete(result)) = world.ends().first().copied() else { panic!("complete") };
            assert_eq!(result.upload_id, upload_id);
            assert_eq!(result.studies.len(), 2, "the ids that init returned");
        }
        assert!(closed > 2, "{compression:?} {closed}");
    }
}

#[test]
fn records_hold_no_name_of_a_file_or_patient_and_no_token() {
    let world = World::closed_at(config(), 6);
    let json = serde_json::to_string(&world.records).expect("JSON");
    assert!(json.contains(ENDPOINT));
    for secret in ["CD/", "readme", "1.2.3", "Doe", "p1", "lift", "aubt_", "key"] {
        assert!(!json.contains(secret), "{secret} in {json}");
    }
}

#[test]
fn other_content_under_the_same_names_starts_anew() {
    // Of small files it does not matter when they were modified, as their checksums are known.
    for (compression, len, modified, is_known) in [
        (Compression::Store, 0, 1, true),
        (Compression::Deflate, 0, 1, true),
        (Compression::Store, 0, 2, true),
        (Compression::Store, 100_000, 1, true),
        (Compression::Store, 100_000, 2, false),
    ] {
        let mut world = World::with_studies();
        for (_, bytes) in &mut world.files[..4] {
            let bytes = bytes.as_mut().expect("a file");
            bytes.resize(len.max(bytes.len()), 0);
        }
        world.tus.extensions = vec!["creation-defer-length"];
        let mut world = world.in_new_page(compressing(compression), Some(5));
        assert_eq!(world.records.len(), 1);
        let before = world.tus.uploads.keys().next().expect("an upload").clone();
        let bytes = world.files[0].1.as_mut().expect("a file");
        *bytes.last_mut().expect("pixels") ^= 1;
        world.modified = modified;
        let world = world.in_new_page(compressing(compression), None);
        assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
        assert!(world.stored_is_right());
        assert_eq!(world.ends().len(), 1);
        assert_eq!(world.names().iter().filter(|name| **name == "init").count(), 1, "{:?}", world.names());
        // What was begun with what was there before is taken back, if it is known that it was.
        assert_eq!(world.tus.uploads.contains_key(&before), !is_known);
        assert_eq!(world.names().contains(&"cancel"), is_known);
    }
}

#[test]
fn what_is_whole_on_the_server_is_complete_only_once_it_has_been_compared() {
    let at_once = || Config { chunk_size: None, ..config() };
    for (is_changed, len, calls) in [
        (false, 0, &["config", "start", "complete"][..]),
        // What is read as a whole for its header is known to be another at once.
        (true, 0, &["config", "init", "start", "cancel", "complete"]),
        (false, 100_000, &["config", "start", "complete"]),
        (true, 100_000, &["config", "start", "init", "start", "cancel", "complete"]),
    ] {
        let mut world = World::with_studies();
        for (_, bytes) in &mut world.files[..4] {
            let bytes = bytes.as_mut().expect("a file");
            bytes.resize(len.max(bytes.len()), 0);
        }
        let mut world = world.in_new_page(at_once(), Some(5));
        assert_eq!(world.patched() as u64, world.state.progress.bytes_total);
        if is_changed {
            *world.files[0].1.as_mut().and_then(|bytes| bytes.last_mut()).expect("pixels") ^= 1;
        }
        world.is_disc_slow = true;
        let world = world.in_new_page(at_once(), None);
        assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
        assert_eq!(world.names(), calls);
        assert!(world.stored_is_right());
    }
}

#[test]
fn what_the_server_does_not_know_any_more_starts_anew() {
    // Gone from the tus server; not this person's there; not known to the API.
    for (tus, api, calls) in [
        (vec![Fault::None, Fault::Gone], vec![], &["config", "start", "complete"][..]),
        (
            vec![Fault::None, Fault::Status(403), Fault::Status(403)],
            vec![],
            &["config", "start", "config", "init", "start", "cancel", "complete"],
        ),
        (vec![], vec![Fault::Status(404)], &["config", "init", "start", "cancel", "complete"]),
    ] {
        let mut world = World::closed_at(config(), 6);
        world.tus.faults = tus.into();
        world.api_faults = api.into();
        let world = world.in_new_page(config(), None);
        assert_eq!(world.state.step, Step::Complete, "{:?}", world.events);
        assert!(world.stored_is_right());
        assert_eq!(world.names(), calls);
        assert_eq!(world.ends().len(), 1);
    }
}

#[test]
fn records_end_with_the_upload_and_after_seven_days() {
    let mut world = World::closed_at(config(), 6).in_new_page(config(), Some(4));
    world.closes_at = None;
    world.run(Input::Cancel);
    assert_eq!((world.state.step, world.records.len(), world.tus.uploads.len()), (Step::Cancelled, 0, 0));

    let mut world = World::closed_at(config(), 6);
    world.now = world.now + Duration::from_secs(7 * 24 * 3600 + 100);
    let world = world.in_new_page(config(), None);
    assert_eq!(world.names(), ["config", "init", "start", "complete"]);
    assert_eq!((world.state.step, world.records.len()), (Step::Complete, 0));
}

#[test]
fn without_digests_or_where_the_host_does_not_want_it_nothing_is_remembered() {
    let mut world = World::with_studies();
    world.has_digests = false;
    let world = world.in_new_page(config(), Some(6));
    assert_eq!(world.records.len(), 0);
    assert_eq!(world.in_new_page(config(), None).state.step, Step::Complete);
    let forgetful = || Config { resume: false, ..config() };
    let world = World::closed_at(forgetful(), 6);
    assert_eq!(world.records.len(), 0);
    let world = World::closed_at(config(), 6).in_new_page(forgetful(), None);
    assert_eq!((world.state.step, world.records.len()), (Step::Complete, 1));
    assert_eq!(world.state.unfinished, None);
}

/// A page opened after one with this upload was closed, and nothing chosen in it yet.
fn come_back() -> World {
    let before = World::closed_at(config(), 8);
    assert_eq!(before.state.unfinished, None);
    let mut world = World::new(Vec::new());
    (world.records, world.tus, world.now) = (before.records, before.tus, before.now);
    world.run(Input::Configure);
    world
}

#[test]
fn who_comes_back_is_told_which_upload_can_go_on_and_how_far_it_was() {
    let world = come_back();
    let unfinished = world.state.unfinished.clone().expect("an upload");
    assert_eq!((unfinished.studies, unfinished.at_hand), (2, false));
    assert_eq!(unfinished.key, world.records[0].0);
    let arrived = world.tus.uploads.values().map(|(_, bytes)| bytes.len() as u64).sum::<u64>();
    let (sent, total) = unfinished.sent;
    assert!(arrived >= 1400, "some chunks of 700 bytes");
    // How far it is, is noted as the next chunk goes out.
    assert!(sent >= arrived - 1400 && sent <= arrived, "{sent}: what was on its way is not counted");
    assert!(total > sent, "{sent} of {total}");
}

#[test]
fn nobody_is_told_of_it_before_there_is_a_server_to_go_on_with() {
    let before = World::closed_at(config(), 8);
    let mut world = World::new(Vec::new());
    (world.records, world.tus, world.now) = (before.records, before.tus, before.now);
    world.api_faults = vec![Fault::LostRequest; 20].into();
    world.run(Input::Configure);
    assert_eq!(world.state.unfinished, None);
    world.api_faults.clear();
    world.run(Input::Configure);
    assert!(world.told_in_time, "a page that waits for the configuration shows it at once");
}

#[test]
fn of_two_the_last_is_told_of() {
    let mut records = come_back().records;
    let mut other = records[0].clone();
    other.0 = key(&[1; 32]);
    other.1.created.0 += 1;
    other.1.at_hand = true;
    records.insert(0, other.clone());
    let mut world = World::new(Vec::new());
    world.records = records;
    world.run(Input::Configure);
    let unfinished = world.state.unfinished.expect("an upload");
    assert_eq!((unfinished.key, unfinished.at_hand), (other.0, true));
}

#[test]
fn what_nobody_will_go_on_with_is_taken_back() {
    let mut world = come_back();
    let key = world.state.unfinished.clone().expect("an upload").key;
    assert_eq!(world.tus.uploads.len(), 1);
    world.run(Input::Abandon(key, true));
    assert_eq!((world.state.step, world.state.unfinished.is_some()), (Step::Start, false));
    assert_eq!((world.tus.uploads.len(), world.records.len()), (0, 0));
    assert_eq!(world.names(), ["config", "cancel"]);
    assert_eq!(world.ends().len(), 0, "the page is told of none that it did not begin");
}

#[test]
fn what_another_page_goes_on_with_is_left_to_it() {
    let mut world = come_back();
    let key = world.state.unfinished.clone().expect("an upload").key;
    world.run(Input::Abandon(key, false));
    assert_eq!(world.state.unfinished, None);
    assert_eq!((world.tus.uploads.len(), world.records.len()), (1, 1));
    assert_eq!(world.names(), ["config"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever goes wrong, and whenever pages are closed: the last one ends whole, and keeps nothing.
    #[test]
    fn pages_closed_at_any_time_end_whole(
        tus in prop::collection::vec(fault(), 0..20),
        api in prop::collection::vec(fault(), 0..6),
        closes in prop::collection::vec(1usize..14, 0..4),
        extensions in prop::sample::subsequence(
            vec!["creation-defer-length", "creation-with-upload", "checksum"], 0..=3,
        ),
        compression in prop::sample::select(vec![Compression::Auto, Compression::Store, Compression::Deflate]),
    ) {
        let mut world = World::with_studies();
        world.tus.extensions = extensions;
        world.tus.faults = tus.into();
        world.api_faults = api.into();
        for at in closes {
            world = world.in_new_page(compressing(compression), Some(at));
            if world.state.step == Step::Complete {
                prop_assert!(world.stored_is_right());
            }
        }
        world = world.in_new_page(compressing(compression), None);
        let mut starts = 1;
        while world.state.step != Step::Complete {
            starts += 1;
            prop_assert!(starts < 60, "never completes: {:?} {:?}", world.calls, world.tus.log);
            world.run(Input::Upload);
        }
        prop_assert!(world.stored_is_right());
        prop_assert_eq!(world.records, []);
    }
}
