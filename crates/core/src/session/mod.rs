//! One widget's life: from the first dropped file to the finished upload.

mod authorising;
mod compressing;
mod pace;
mod packing;
mod resume;
mod transfer;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::archive::{Packed, Part};
use crate::content::{Block, Content, FileId, ItemId};
use crate::credentials::{self, Credential, Grant, Kind, Subject, Unresolved};
use crate::dicom::{ExcludeRule, Index, Reason, Text};
use crate::few::Few;
use crate::http::{Answer, Digest, Failure, Request};
use crate::lifecycle::{self, Announcement, Api, Call, Next, UploaderConfig};
use crate::reading::{self, Reader};
use crate::retry::{STALL, settle_retry_after};
use crate::secret::Secret;
use crate::state::{ErrorContext, ErrorInfo, Phase, Progress, State, Step, UploadResult};
use crate::time::{Millis, Unix, http_date};
pub use compressing::Compression;
use pace::Pace;
pub use resume::{Key, Record};
use transfer::{Slot, Transfer};

/// Progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// While files are read, all there is to it is a bar that moves; drawing it costs as much as reading 40 files.
const TELL_READING_EVERY: Duration = Duration::from_millis(333);
/// Timers in pages that nobody sees come up to a minute late; what is later was slept through.
const ASLEEP: Duration = Duration::from_secs(120);
/// Gathering the studies anew costs time with many files, so while reading it is done less often.
const GATHER_EVERY: Duration = Duration::from_millis(500);

/// What the host page configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Config {
    /// Absolute base URL of the Aura API, without a trailing slash.
    pub api_base_url: String,
    /// Service key.
    pub api_token: Secret,
    /// `aubt_` token.
    pub upload_token: credentials::Source,
    /// Upload signature, if the host uses one.
    pub signature: Option<credentials::Source>,
    /// Aurabox patient id.
    pub patient_id: Option<String>,
    /// JSON text that is sent unchanged on init.
    pub context: Option<String>,
    /// Bytes of one PATCH; none: as many as link and server take.
    pub chunk_size: Option<u64>,
    /// How the archive's entries are written.
    pub compression: Compression,
    /// Waits between tries of one request in milliseconds.
    pub retry_delays: Vec<u64>,
    /// Whether unfinished uploads are remembered.
    pub resume: bool,
    /// Which instances are left out.
    pub exclude_rules: Vec<ExcludeRule>,
}

/// Numbers what was dropped or chosen at once, in order.
pub type DropId = u32;

/// Names a request until it is answered or aborted.
pub type RequestId = u32;

/// What happened.
pub enum Input {
    /// Fetch the server's configuration.
    Configure,
    /// Files were dropped: path and size. Their ids count on from the one given, which is above all before.
    AddFiles(FileId, Vec<(String, u64)>),
    /// So many more files of the drops being listed will come, as far as is known.
    Expect(usize),
    /// There are no more files in the drops up to the one of this number.
    AllListed(DropId),
    /// Forget the drop that is being read.
    StopReading,
    /// Bytes that [`Action::Read`] asked for; fewer are fine, none means that the file ends there.
    Read(ItemId, Result<Box<dyn Block>, Reason>),
    /// The CRC-32 that [`Action::Checksum`] asked for.
    Checksum(ItemId, Result<u32, Reason>),
    /// What came of [`Action::Pack`]; if the item shrank, its deflated bytes are kept by the shell.
    Packed(ItemId, Result<Packed, Reason>),
    /// What came of a request.
    Answer(RequestId, Answer),
    /// Bytes of a request's body that have gone out.
    Progress(RequestId, u64),
    /// What came of [`Action::Resolve`].
    Resolved(Kind, Result<Grant, Unresolved>),
    /// The records that [`Action::Recall`] asked for.
    Recalled(Vec<(Key, Record)>),
    /// What [`Action::Fingerprint`] of this number asked for; none if the browser makes no digests.
    Fingerprint(u32, Option<Key>),
    /// Whether the browser is online.
    Online(bool),
    /// Send what was found; or go on after an error.
    Upload,
    /// Pause the upload.
    Pause,
    /// Go on after a pause.
    Resume,
    /// End everything that is running.
    Cancel,
    /// Back to the start, with a new upload.
    Reset,
    /// Take a study out.
    RemoveStudy(String),
    /// The time of [`Session::poll_timeout`] has come.
    Timeout,
}

/// What the shell is to do.
#[derive(Debug)]
pub enum Action {
    /// Read this range of the item's dropped file.
    Read(ItemId, Range<u64>),
    /// Read all of this content and take its CRC-32 ([`crate::archive::Checksum`]).
    Checksum(ItemId, Content),
    /// Deflate all of this content, which lies as it is, at this level ([`crate::archive::Deflating`]), and keep what comes of
    /// it for bodies ([`crate::archive::Part::Packed`]) as long as its file is kept, if it is smaller.
    Pack(ItemId, Content, u8),
    /// Let go of the deflated bytes of this item, if there are any.
    LetGo(ItemId),
    /// Send a request.
    Send(RequestId, Request),
    /// Tell what records there are ([`Input::Recalled`]).
    Recall,
    /// SHA-256 of these bytes, followed by when each of these files was modified: milliseconds since 1970 as 64 bits,
    /// little end first ([`Input::Fingerprint`]).
    Fingerprint(u32, Vec<u8>, Vec<FileId>),
    /// Keep this record in place of any by the same key.
    Remember(Key, Record),
    /// Let go of the record.
    Forget(Key),
    /// A body of these parts is likely to be sent next with this checksum: have it ready.
    Digest(Digest, Vec<Part>),
    /// Call the host's resolver.
    Resolve {
        /// Of which credential.
        kind: Kind,
        /// What a signature is for.
        subject: Option<Subject>,
        /// 1, and more after failures.
        attempt: u32,
    },
    /// Abort a request; its answer is no longer wanted.
    Abort(RequestId),
    /// Let go of these files.
    ReleaseFiles(Range<FileId>),
    /// Tell the page.
    Emit(Event),
}

/// What the page is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Event {
    /// The server's configuration is there, or why not.
    Configured(Result<(), ErrorInfo>),
    /// Something of the state changed.
    State(Box<State>),
    /// All drops up to this one have been read: which studies there are now is in the state.
    FilesRead(DropId),
    /// The upload is whole and the server took it.
    Complete(UploadResult),
    /// The upload stopped.
    Failed(ErrorInfo),
    /// It was cancelled, and taken back as far as the server let us.
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Config,
    Transfer(u32, Slot),
}

/// A request until it is answered or aborted.
struct Out {
    owner: Owner,
    /// As it was before it was authorised.
    request: Request,
    /// The credential that it went out with.
    value: Option<Secret>,
    is_repeated: bool,
}

/// The machine behind one widget.
pub struct Session {
    config: Config,
    api: Api,
    entropy: Box<dyn FnMut() -> [u8; 16]>,
    text: Box<dyn Text>,
    server: Option<UploaderConfig>,
    config_call: Option<Call>,
    state: State,
    index: Index,
    reading: Reader,
    /// The last drop that has been listed.
    listed: DropId,
    /// Files dropped before the drop that is being read.
    files_before: usize,
    /// The upload that the person sees; others are only being taken back.
    current: Option<u32>,
    transfers: Few<u32, Transfer>,
    last_transfer: u32,
    pace: Pace,
    memory: resume::Memory,
    online: bool,
    requests: Few<RequestId, Out>,
    token: Credential,
    signature: Option<Credential>,
    /// What a signature is asked for.
    subject: Option<Subject>,
    /// Requests that wait for a credential.
    held: Vec<RequestId>,
    /// Requests that there is no credential for.
    unauthorised: VecDeque<(RequestId, credentials::Error)>,
    /// What the shell last said of its clocks.
    wall: (Millis, Unix),
    /// How far the server's clock is ahead, in milliseconds.
    skew: i64,
    last_request: RequestId,
    actions: VecDeque<Action>,
    /// Something of the state is not told yet.
    dirty: bool,
    /// The lists in the state are not up to date.
    stale: bool,
    told: Option<Millis>,
    /// The step that was told last.
    shown: Step,
    gathered: Option<Millis>,
}

impl Session {
    /// A widget without files. `entropy` gives random bytes; `text` decodes names.
    pub fn new(config: Config, mut entropy: Box<dyn FnMut() -> [u8; 16]>, text: Box<dyn Text>) -> Self {
        let api = Api {
            base_url: config.api_base_url.trim_end_matches('/').to_owned(),
            api_token: config.api_token.clone(),
        };
        let jitter = entropy()[0];
        let credential =
            |source: &credentials::Source| Credential::new(source.clone(), &config.retry_delays, jitter);
        let (token, signature) =
            (credential(&config.upload_token), config.signature.as_ref().map(credential));
        Self {
            index: Index::new(config.exclude_rules.clone()),
            config,
            api,
            entropy,
            text,
            server: None,
            config_call: None,
            state: State::default(),
            reading: Reader::default(),
            listed: 0,
            files_before: 0,
            current: None,
            transfers: Few::default(),
            last_transfer: 0,
            pace: Pace::default(),
            memory: resume::Memory::default(),
            online: true,
            requests: Few::default(),
            token,
            signature,
            subject: None,
            held: Vec::new(),
            unauthorised: VecDeque::new(),
            wall: (Millis::default(), Unix::default()),
            skew: 0,
            last_request: 0,
            actions: VecDeque::new(),
            dirty: false,
            stale: false,
            told: None,
            shown: Step::default(),
            gathered: None,
        }
    }

    /// Takes what happened. What makes no sense in the present step is ignored.
    pub fn handle(&mut self, now: Millis, input: Input) {
        self.notice_sleep(now);
        let step = self.state.step;
        match input {
            Input::Configure => {
                if self.config.resume {
                    self.actions.push_back(Action::Recall);
                }
                self.configure(now);
            }
            Input::AddFiles(first, files) => self.add_files(now, first, files),
            Input::Expect(coming) => self.reading.expect(coming),
            Input::AllListed(drop) => {
                self.listed = drop;
                self.reading.all_listed();
                // With nothing to read, or all of it stopped, this is the end already.
                if step != Step::Processing {
                    self.actions.push_back(Action::Emit(Event::FilesRead(drop)));
                }
            }
            Input::StopReading => self.stop_reading(now),
            Input::Read(item, bytes) => self.reading.read(item, bytes),
            Input::Checksum(item, crc) => self.checksummed(now, item, crc),
            Input::Packed(item, packed) => {
                if let Some(serial) = self.current {
                    self.with_transfer(now, serial, |transfer| transfer.packed(now, item, packed));
                }
            }
            Input::Answer(request, answer) => self.answered(now, request, answer),
            Input::Progress(request, sent) => {
                if let Some(Owner::Transfer(serial, Slot::Tus)) =
                    self.requests.get(&request).map(|out| out.owner)
                {
                    self.with_transfer(now, serial, |transfer| transfer.progress(now, sent));
                }
            }
            Input::Resolved(kind, result) => self.resolved(now, kind, result),
            Input::Recalled(records) => self.recalled(now, records),
            Input::Fingerprint(serial, key) => self.fingerprinted(now, serial, key),
            Input::Online(online) => self.set_online(now, online),
            Input::Upload => self.upload(now),
            Input::Pause => self.pause(now),
            Input::Resume => self.resume(now),
            Input::Cancel => self.cancel(now),
            Input::Reset => self.reset(now),
            Input::RemoveStudy(uid) => self.remove_study(&uid),
            Input::Timeout => self.timeout(now),
        }
        self.read_on(now);
        self.settle_credentials(now);
        self.tell(now, self.state.step != self.shown);
    }

    /// The next thing to do, if any.
    pub fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When [`Input::Timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Millis> {
        let transfers = self.transfers.iter().filter_map(|(_, transfer)| transfer.poll_timeout());
        let config = self.config_call.as_ref().and_then(Call::poll_timeout);
        let tell = self.told.filter(|_| self.dirty).map(|told| told + self.tell_every());
        transfers.chain(config).chain(tell).chain(self.credentials_due()).chain(self.memory.due()).min()
    }

    /// What was due long ago says that the machine slept.
    fn notice_sleep(&mut self, now: Millis) {
        let due = self.poll_timeout().filter(|_| !self.transfers.is_empty());
        if due.is_some_and(|due| now.since(due) > ASLEEP) {
            for serial in self.serials() {
                self.with_transfer(now, serial, |transfer| transfer.woke(now));
            }
        }
    }

    fn configure(&mut self, now: Millis) {
        let (call, request) =
            Call::new(now, self.api.config(), STALL, &self.config.retry_delays, (self.entropy)()[0]);
        self.config_call = Some(call);
        self.send(now, Owner::Config, request);
    }

    fn add_files(&mut self, now: Millis, first: FileId, files: Vec<(String, u64)>) {
        if matches!(self.state.step, Step::Complete | Step::Cancelled) {
            self.reset(now);
        }
        if !matches!(self.state.step, Step::Start | Step::Processing | Step::Pending) {
            self.actions.push_back(Action::ReleaseFiles(first..first.saturating_add(files.len() as FileId)));
            return;
        }
        if self.state.step != Step::Processing {
            self.files_before = self.state.total_files;
        }
        self.reading.add(first, files);
        self.state.step = Step::Processing;
    }

    fn stop_reading(&mut self, now: Millis) {
        if self.state.step != Step::Processing {
            return;
        }
        self.state.total_files = self.files_before;
        let first = self.reading.stop();
        self.index.forget_from(first);
        self.actions.push_back(Action::ReleaseFiles(first..self.reading.next()));
        self.reading_ended(now);
    }

    /// Goes on reading, and sees when it is over.
    fn read_on(&mut self, now: Millis) {
        if self.state.step != Step::Processing {
            return;
        }
        let mut done = false;
        while let Some(action) = self.reading.poll() {
            match action {
                reading::Action::Read(item, range) => self.actions.push_back(Action::Read(item, range)),
                reading::Action::Checksum(item, content) => {
                    self.actions.push_back(Action::Checksum(item, content));
                }
                reading::Action::Found(found) => self.index.add(*found, &*self.text),
                reading::Action::AllFound => self.reading.compare(self.index.to_compare()),
                reading::Action::Compared(item, crc) => self.index.set_crc(item, crc),
                reading::Action::Done => {
                    self.index.settle();
                    done = true;
                }
            }
        }
        let (files_done, files_total) = self.reading.counts();
        self.state.total_files = self.files_before + files_total;
        self.state.progress =
            Progress { phase: Phase::Reading, files_done, files_total, ..Progress::default() };
        (self.dirty, self.stale) = (true, true);
        if done {
            self.reading_ended(now);
        }
    }

    fn reading_ended(&mut self, now: Millis) {
        self.state.step = if self.index.is_empty() { Step::Start } else { Step::Pending };
        (self.dirty, self.stale, self.gathered) = (true, true, None);
        self.tell(now, true);
        self.actions.push_back(Action::Emit(Event::FilesRead(self.listed)));
    }

    fn checksummed(&mut self, now: Millis, item: ItemId, crc: Result<u32, Reason>) {
        if self.state.step == Step::Processing {
            self.reading.checksummed(item, crc);
        } else if let Some(serial) = self.current {
            self.with_transfer(now, serial, |transfer| transfer.checksummed(now, item, crc));
        }
    }

    fn remove_study(&mut self, uid: &str) {
        // While files are being read more of the study may come.
        if self.state.step == Step::Pending {
            let files = self.index.remove_study(uid);
            self.state.total_files = self.state.total_files.saturating_sub(files);
            (self.dirty, self.stale, self.gathered) = (true, true, None);
            // What was left out beside studies that are gone is of no interest any more.
            if self.index.is_empty() {
                self.clear(Step::Start);
            }
        }
    }

    fn upload(&mut self, now: Millis) {
        let unfinished = self.current.filter(|_| self.state.step == Step::Error && !self.state.stopping);
        let serial = match (unfinished, self.state.step, self.server.clone()) {
            (Some(serial), ..) => serial,
            (None, Step::Pending, Some(server)) => self.new_transfer(now, server),
            _ => return,
        };
        self.token.try_again();
        self.signature.iter_mut().for_each(Credential::try_again);
        self.pace = Pace::default();
        self.state.step = Step::Uploading;
        self.state.error = None;
        self.dirty = true;
        match unfinished {
            Some(serial) => self.begin(now, serial),
            None => self.begin_or_resume(now, serial),
        }
    }

    fn new_transfer(&mut self, now: Millis, server: UploaderConfig) -> u32 {
        self.gather();
        let announcement = Announcement {
            upload_id: self.uuid(),
            studies: self.state.studies.to_vec(),
            patient_id: self.config.patient_id.clone(),
            context: self.config.context.clone(),
        };
        let settings = transfer::Settings {
            api: self.api.clone(),
            server,
            retry_delays: self.config.retry_delays.clone(),
            chunk_size: self.config.chunk_size,
            compression: self.config.compression,
            jitter: (self.entropy)()[0],
            threshold: self.config.upload_token.threshold,
        };
        let moment = self.moment(now);
        let mut transfer = Transfer::new(settings, announcement, &self.index.accepted(), &*self.text, moment);
        self.signature.iter_mut().for_each(Credential::forget);
        self.subject = Some(transfer.subject());
        if !self.online {
            transfer.start_offline();
        }
        self.state.spans = Arc::new(transfer.spans().to_vec());
        self.state.progress = Progress {
            phase: Phase::Uploading,
            files_total: transfer.file_count(),
            bytes_total: transfer.plain_len(),
            ..Progress::default()
        };
        self.last_transfer += 1;
        self.transfers.insert(self.last_transfer, transfer);
        self.current = Some(self.last_transfer);
        self.last_transfer
    }

    fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes((self.entropy)()).into_uuid().to_string()
    }

    fn pause(&mut self, now: Millis) {
        if let (Step::Uploading, Some(serial), false) = (self.state.step, self.current, self.state.stopping) {
            let mut paused = false;
            self.with_transfer(now, serial, |transfer| paused = transfer.pause(now));
            if paused {
                self.state.step = Step::Paused;
            }
        }
    }

    fn resume(&mut self, now: Millis) {
        if let (Step::Paused, Some(serial), false) = (self.state.step, self.current, self.state.stopping) {
            self.state.step = Step::Uploading;
            self.pace = Pace::default();
            self.with_transfer(now, serial, |transfer| transfer.resume(now));
        }
    }

    fn cancel(&mut self, now: Millis) {
        match (self.state.step, self.current) {
            (Step::Uploading | Step::Paused | Step::Error, Some(serial)) => {
                self.state.stopping = true;
                self.dirty = true;
                self.with_transfer(now, serial, |transfer| transfer.cancel(now));
            }
            (Step::Processing | Step::Pending, _) => self.cancelled(now),
            _ => {}
        }
    }

    fn cancelled(&mut self, now: Millis) {
        self.clear(Step::Cancelled);
        self.tell(now, true);
        self.actions.push_back(Action::Emit(Event::Cancelled));
    }

    /// Back to the start at once; an upload that is unfinished is taken back behind the scenes.
    fn reset(&mut self, now: Millis) {
        let unfinished = self.current;
        let running = matches!(self.state.step, Step::Uploading | Step::Paused) || self.state.stopping;
        self.clear(Step::Start);
        if let Some(serial) = unfinished {
            self.with_transfer(now, serial, |transfer| transfer.cancel(now));
        }
        if running {
            self.actions.push_back(Action::Emit(Event::Cancelled));
        }
    }

    /// Forgets all files. An upload that runs goes on until its owner cancels it.
    fn clear(&mut self, step: Step) {
        let next = self.reading.next();
        self.reading = Reader::from(next);
        self.index = Index::new(self.config.exclude_rules.clone());
        self.state = State { step, ..State::default() };
        self.current = None;
        (self.dirty, self.stale) = (true, false);
        self.actions.push_back(Action::ReleaseFiles(0..next));
    }

    fn set_online(&mut self, now: Millis, online: bool) {
        self.online = online;
        for serial in self.serials() {
            self.with_transfer(now, serial, |transfer| transfer.set_online(now, online));
        }
        if online && let Some(call) = &mut self.config_call {
            let next = call.came_online(now);
            self.config_next(now, next);
        }
    }

    fn serials(&self) -> Vec<u32> {
        self.transfers.iter().map(|(serial, _)| *serial).collect()
    }

    fn timeout(&mut self, now: Millis) {
        self.keep_waiting(now);
        self.credentials_timeout(now);
        self.memory_timeout(now);
        for serial in self.serials() {
            self.with_transfer(now, serial, |transfer| transfer.timeout(now));
        }
        if let Some(call) = &mut self.config_call {
            let next = call.timeout(now);
            self.config_next(now, next);
        }
    }

    fn abort(&mut self, owner: Owner) {
        let of_owner = |(request, known): (&RequestId, &Out)| (known.owner == owner).then_some(*request);
        for request in self.requests.iter().filter_map(of_owner).collect::<Vec<_>>() {
            self.requests.remove(&request);
            self.held.retain(|held| *held != request);
            self.actions.push_back(Action::Abort(request));
        }
    }

    fn answered(&mut self, now: Millis, request: RequestId, mut answer: Answer) {
        if let Ok(response) = &mut answer {
            if let Some(date) = response.header("Date").and_then(http_date) {
                self.server_time(now, date);
            }
            settle_retry_after(self.moment(now).unix, response);
        }
        if self.repeats(now, request, &answer) {
            return;
        }
        match self.requests.remove(&request).map(|out| out.owner) {
            Some(Owner::Config) => {
                if let Some(call) = &mut self.config_call {
                    let next = call.answered(now, answer, self.online);
                    self.config_next(now, next);
                }
            }
            Some(Owner::Transfer(serial, slot)) => {
                self.with_transfer(now, serial, |transfer| transfer.answered(now, slot, answer));
            }
            None => {}
        }
    }

    fn config_next(&mut self, now: Millis, next: Next) {
        match next {
            Next::Nothing => {}
            Next::Send(request) => self.send(now, Owner::Config, request),
            Next::Abort => {
                self.abort(Owner::Config);
                if let Some(call) = &mut self.config_call {
                    let next = call.answered(now, Err(Failure::Stalled), self.online);
                    self.config_next(now, next);
                }
            }
            Next::Ended(answer) => {
                self.config_call = None;
                let result = match lifecycle::read_config(&answer) {
                    Ok(server) => {
                        self.server = Some(server);
                        Ok(())
                    }
                    Err(error) => Err(init_error(&error)),
                };
                self.actions.push_back(Action::Emit(Event::Configured(result)));
            }
        }
    }

    /// Lets a transfer act and does what it asks for.
    fn with_transfer(&mut self, now: Millis, serial: u32, act: impl FnOnce(&mut Transfer)) {
        let Some(mut transfer) = self.transfers.remove(&serial) else { return };
        transfer.set_moment(self.moment(now));
        act(&mut transfer);
        while let Some(action) = transfer.poll() {
            match action {
                transfer::Action::Send(slot, request) => {
                    self.send(now, Owner::Transfer(serial, slot), request);
                }
                transfer::Action::Abort(slot) => self.abort(Owner::Transfer(serial, slot)),
                transfer::Action::Checksum(item, content) => {
                    self.actions.push_back(Action::Checksum(item, content));
                }
                transfer::Action::Digest(digest, parts) => {
                    self.actions.push_back(Action::Digest(digest, parts));
                }
                transfer::Action::Pack(item, content, level) => {
                    self.actions.push_back(Action::Pack(item, content, level));
                }
                transfer::Action::LetGo(item) => self.actions.push_back(Action::LetGo(item)),
                transfer::Action::Remember(key, record) => self.remember(key, record),
                transfer::Action::Forget(key) => self.forget(key),
                transfer::Action::Emit(event) if self.current == Some(serial) => {
                    self.transfer_event(now, &transfer, event);
                }
                transfer::Action::Emit(_) => {}
            }
        }
        if !transfer.has_ended() {
            self.transfers.insert(serial, transfer);
        }
    }

    fn transfer_event(&mut self, now: Millis, transfer: &Transfer, event: transfer::Event) {
        if self.state.stopping && !matches!(event, transfer::Event::Cancelled) {
            return;
        }
        self.dirty = true;
        match event {
            transfer::Event::Progress(offset) => {
                let (progress, bytes) = (&mut self.state.progress, transfer.plain_offset(offset));
                progress.bytes_sent = bytes;
                progress.files_done = transfer.files_before(offset);
                self.pace.sample(now, bytes);
                progress.bytes_per_second = self.pace.rate();
                progress.seconds_left = self.pace.seconds_left(now, progress.bytes_total);
            }
            transfer::Event::Connected(connected) => self.state.connection_issues = !connected,
            transfer::Event::Complete(studies) => {
                let result = UploadResult {
                    upload_id: transfer.upload_id().to_owned(),
                    studies,
                    successful: transfer.file_count(),
                    failed: 0,
                };
                self.state.step = Step::Complete;
                self.state.connection_issues = false;
                self.state.result = Some(result.clone());
                self.current = None;
                self.tell(now, true);
                self.actions.push_back(Action::ReleaseFiles(0..self.reading.next()));
                self.actions.push_back(Action::Emit(Event::Complete(result)));
            }
            transfer::Event::Failed(error) => {
                self.state.step = Step::Error;
                self.state.connection_issues = false;
                self.state.error = Some(error.clone());
                self.tell(now, true);
                self.actions.push_back(Action::Emit(Event::Failed(error)));
            }
            transfer::Event::Cancelled => self.cancelled(now),
            transfer::Event::Outdated { key, jobs } => self.begin_anew(now, key, &jobs),
        }
    }

    fn gather(&mut self) {
        self.state.studies = Arc::new(self.index.studies());
        // A long list that is only looked at once reading is over.
        if self.state.step != Step::Processing {
            self.state.rejected = Arc::new(self.index.rejected());
        }
        self.state.total_bytes = self.index.total_bytes();
        self.stale = false;
    }

    fn tell_every(&self) -> Duration {
        if self.state.step == Step::Processing { TELL_READING_EVERY } else { TELL_EVERY }
    }

    /// Tells the page of the state: at once if it is urgent, else not too often.
    fn tell(&mut self, now: Millis, urgent: bool) {
        let early = self.told.is_some_and(|told| now < told + self.tell_every());
        if !urgent && (early || !self.dirty) {
            return;
        }
        let due = self.gathered.is_none_or(|gathered| now >= gathered + GATHER_EVERY);
        if self.stale && (due || self.state.step != Step::Processing) {
            self.gather();
            self.gathered = Some(now);
        }
        self.state.can_resume = self.memory.has_records();
        self.dirty = false;
        self.told = Some(now);
        self.shown = self.state.step;
        self.actions.push_back(Action::Emit(Event::State(Box::new(self.state.clone()))));
    }
}

fn init_error(error: &lifecycle::Error) -> ErrorInfo {
    let message = match error {
        lifecycle::Error::Unauthorized => "Authentication failed. Check your upload token.".to_owned(),
        error => error.to_string(),
    };
    ErrorInfo { context: ErrorContext::Init, message, status_code: error.status() }
}
