//! One widget's life: from the first dropped file to the finished upload.

mod authorising;
mod compressing;
mod intake;
mod interface;
mod pace;
mod packing;
mod resume;
mod transfer;
mod uploads;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::content::Content;
use crate::credentials::{self, Credential, Kind, Subject};
use crate::dicom::{Index, Text};
use crate::few::Few;
use crate::http::{Answer, Failure, Request};
use crate::lifecycle::{self, Api, Call, Next, UploaderConfig};
use crate::reading::Reader;
use crate::retry::{STALL, settle_retry_after};
use crate::secret::Secret;
use crate::state::{ErrorContext, ErrorInfo, State, Step};
use crate::time::{Millis, Unix, http_date};
pub use compressing::Compression;
pub use interface::{Action, Config, DropId, Event, Input, RequestId};
use pace::Pace;
pub use resume::{Begun, Key, Record, key};
use transfer::{Slot, Transfer};

/// Progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// While files are read, all there is to it is a bar that moves; drawing it costs as much as reading 40 files.
const TELL_READING_EVERY: Duration = Duration::from_millis(333);
/// Timers in pages that nobody sees come up to a minute late; what is later was slept through.
const ASLEEP: Duration = Duration::from_secs(120);
/// Gathering the studies anew costs time with many files, so while reading it is done less often.
const GATHER_EVERY: Duration = Duration::from_millis(500);

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
    /// Calls of resolvers so far, and the latest of each.
    resolutions: u32,
    resolving: Few<Kind, u32>,
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
            resolutions: 0,
            resolving: Few::default(),
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
            Input::Sent(request) => {
                if let Some((serial, at)) = self.archive_of(request) {
                    self.with_transfer(now, serial, |transfer| transfer.goes_out(now, at));
                }
            }
            Input::Progress(request, sent) => {
                if let Some((serial, at)) = self.archive_of(request) {
                    self.with_transfer(now, serial, |transfer| transfer.progress(now, at, sent));
                }
            }
            Input::Resolved(kind, call, result) => self.resolved(now, kind, call, result),
            Input::Recalled(records) => self.recalled(now, records),
            Input::Fingerprint(serial, key) => self.fingerprinted(now, serial, key),
            Input::Online(online) => self.set_online(now, online),
            Input::Upload => self.upload(now),
            Input::Pause => self.pause(now),
            Input::Resume => self.resume(now),
            Input::Cancel => self.cancel(now),
            Input::Reset => self.reset(now),
            Input::Abandon(key, is_ours) => self.abandon(now, key, is_ours),
            Input::RemoveStudy(uid) => self.remove_study(&uid),
            Input::Timeout => self.timeout(now),
        }
        self.read_on(now);
        self.settle_credentials(now);
        self.tell(now, self.state.step != self.shown);
    }

    /// Where the image lies by which a study is shown ([`Index::middle_image`]).
    pub fn picture(&self, study_uid: &str) -> Option<&Content> {
        self.index.middle_image(study_uid)
    }

    /// The UUID of the upload that runs or has stopped, if there is one.
    pub fn upload_id(&self) -> Option<&str> {
        self.current.and_then(|serial| self.transfers.get(&serial)).map(Transfer::upload_id)
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

    /// The transfer and the number of the archive that a request is for.
    fn archive_of(&self, request: RequestId) -> Option<(u32, usize)> {
        match self.requests.get(&request)?.owner {
            Owner::Transfer(serial, Slot::Tus(at)) => Some((serial, at)),
            _ => None,
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
                        // Who waits for the configuration finds that it is told already.
                        if self.memory.has_records() {
                            self.tell(now, true);
                        }
                        Ok(())
                    }
                    Err(error) => Err(init_error(&error)),
                };
                self.actions.push_back(Action::Emit(Event::Configured(result)));
            }
        }
    }

    fn gather(&mut self) {
        let studies = self.index.studies();
        // What is as before stays the same, so that nobody looks at it again.
        if *self.state.studies != studies {
            self.state.studies = Arc::new(studies);
        }
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
        // Not before there is a server with which to go on, or from which to take it back.
        self.state.unfinished = self.server.as_ref().and_then(|_| self.memory.unfinished());
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
