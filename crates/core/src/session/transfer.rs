//! One upload from init to complete: the calls of the API around the tus upload of the planned archive.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::compressing::Compression;
use super::packing::{self, Packing, Trouble};
use super::resume::{Key, Record};
use crate::archive::{Packed, Part};
use crate::content::{Content, ItemId};
use crate::credentials::{Now, Subject, renewal};
use crate::dicom::{Accepted, Reason, Text};
use crate::http::{Answer, Body, Digest, Failure, Request, Response};
use crate::lifecycle::{self, Announcement, Api, Call, Next, UploaderConfig};
use crate::retry::STALL;
use crate::state::{ErrorContext, ErrorInfo, StudyId, StudySpan};
use crate::time::{Millis, Unix};
use crate::tus;

/// The server opens the archive and reads every instance before it answers.
const COMPLETE_PATIENCE: Duration = Duration::from_secs(300);
/// A person is waiting to leave.
const CANCEL_PATIENCE: Duration = Duration::from_secs(5);
/// The speed of the wire is taken at most this often.
const SPEED_EVERY: Duration = Duration::from_millis(500);

/// A transfer has at most one request of each sort on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    Api,
    Tus,
}

/// What the session is to do for a transfer.
#[derive(Debug)]
pub(super) enum Action {
    Send(Slot, Request),
    Abort(Slot),
    Checksum(ItemId, Content),
    Digest(Digest, Vec<Part>),
    Pack(ItemId, Content, u8),
    LetGo(ItemId),
    Remember(Key, Record),
    Forget(Key),
    Emit(Event),
}

/// What the session is told.
#[derive(Debug)]
pub(super) enum Event {
    /// Bytes of the archive that have gone out.
    Progress(u64),
    Connected(bool),
    Complete(Vec<StudyId>),
    Failed(ErrorInfo),
    Cancelled,
    /// What was begun before can't be gone on with, and is taken back: begin anew.
    Outdated {
        key: Option<Key>,
        /// What is still being done for it.
        jobs: Vec<ItemId>,
    },
}

/// What all transfers of a session share.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) api: Api,
    pub(super) server: UploaderConfig,
    pub(super) retry_delays: Vec<u64>,
    pub(super) chunk_size: Option<u64>,
    pub(super) compression: Compression,
    pub(super) jitter: u8,
    /// How long before its expiry the token of the tus server is renewed, in milliseconds.
    pub(super) threshold: u64,
}

impl Settings {
    fn renewal(&self, moment: Now, expires: Option<Unix>) -> Option<Unix> {
        expires.map(|expires| renewal(self.threshold, moment, expires))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Init,
    Start,
    Sending,
    Completing,
    /// Stopped by an error; [`Transfer::begin`] goes on.
    Failed,
    /// The tus upload is being taken back.
    Terminating,
    /// The cancel is being told.
    Cancelling,
    Ended,
}

/// Which call of the API is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Init,
    Start,
    Complete,
    Error,
    Cancel,
    /// The config once more, for a new token.
    Config,
}

/// Whether an upload was begun before, in another page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resumed {
    No,
    /// The server has not said that it knows of it.
    Unconfirmed,
    Confirmed,
}

pub(super) struct Transfer {
    settings: Settings,
    announcement: Announcement,
    assembly_id: String,
    packing: Packing,
    tus: tus::Upload,
    phase: Phase,
    /// The server has been told of the upload.
    announced: bool,
    study_ids: Vec<StudyId>,
    call: Option<(Purpose, Call)>,
    /// A PATCH that waits for checksums or deflated entries.
    held: Option<(Range<u64>, Request)>,
    /// The chunk that is being sent; what is behind it is got ready.
    sending: Range<u64>,
    /// The chunk behind it, once it is ready to be sent.
    foreseen: Range<u64>,
    /// Since when the wire has been carrying it, without what is counted already, and how much that was.
    on_wire: Option<(Millis, u64)>,
    /// The server is told the length, or will be as soon as it is asked.
    has_length: bool,
    /// What it is remembered by.
    key: Option<Key>,
    /// Where the server has it.
    url: Option<String>,
    created: Unix,
    /// Up to where bytes can have been made, and how many entries were decided, when it was last remembered.
    remembered: (u64, usize),
    /// It was begun before.
    resumed: Resumed,
    online: bool,
    paused: bool,
    moment: Now,
    /// When the token of the tus server is to be renewed.
    renewal: Option<Unix>,
    actions: VecDeque<Action>,
}

fn file_name(upload_id: &str) -> String {
    format!("{upload_id}.zip")
}

fn tus_upload(
    settings: &Settings,
    upload_id: &str,
    packing: &Packing,
    resume: Option<(String, u64)>,
) -> tus::Upload {
    let filename = file_name(upload_id);
    let server = &settings.server;
    let config = tus::Config {
        endpoint: server.endpoint.clone(),
        token: server.token.clone(),
        metadata: vec![
            ("upload_id", upload_id.to_owned()),
            ("bucket", server.bucket.clone()),
            ("mode", server.mode.clone()),
            ("name", filename.clone()),
            ("filename", filename),
            ("type", "application/zip".to_owned()),
            ("filetype", "application/zip".to_owned()),
        ],
        length: packing.len(),
        resume,
        chunk_size: settings.chunk_size,
        largest_chunk: packing.largest_chunk(),
        retry_delays: settings.retry_delays.clone(),
    };
    tus::Upload::new(config, settings.jitter)
}

impl Transfer {
    pub(super) fn new(
        settings: Settings,
        announcement: Announcement,
        files: &[Accepted],
        text: &dyn Text,
        moment: Now,
    ) -> Self {
        let packing = Packing::new(files, text, settings.compression);
        let tus = tus_upload(&settings, &announcement.upload_id, &packing, None);
        Self {
            tus,
            created: moment.unix,
            moment,
            renewal: settings.renewal(moment, settings.server.expires),
            settings,
            announcement,
            assembly_id: String::new(),
            has_length: packing.len().is_some(),
            packing,
            phase: Phase::New,
            announced: false,
            study_ids: Vec::new(),
            call: None,
            held: None,
            sending: 0..0,
            foreseen: 0..0,
            on_wire: None,
            key: None,
            url: None,
            remembered: (0, 0),
            resumed: Resumed::No,
            online: true,
            paused: false,
            actions: VecDeque::new(),
        }
    }

    pub(super) fn upload_id(&self) -> &str {
        &self.announcement.upload_id
    }

    /// What a signature is asked for.
    pub(super) fn subject(&self) -> Subject {
        Subject {
            upload_id: self.upload_id().to_owned(),
            file_name: file_name(self.upload_id()),
            file_size: self.packing.len(),
            study_uids: self.announcement.studies.iter().map(|study| study.study_uid.clone()).collect(),
        }
    }

    pub(super) fn spans(&self) -> &[StudySpan] {
        self.packing.spans()
    }

    /// What progress is measured against.
    pub(super) fn plain_len(&self) -> u64 {
        self.packing.plain_len()
    }

    /// How much of that `offset` stands for.
    pub(super) fn plain_offset(&self, offset: u64) -> u64 {
        self.packing.plain_offset(offset)
    }

    pub(super) fn file_count(&self) -> usize {
        self.packing.entry_count()
    }

    pub(super) fn files_before(&self, offset: u64) -> usize {
        self.packing.entries_before(offset)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.phase == Phase::Ended && self.call.is_none()
    }

    pub(super) fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    pub(super) fn poll_timeout(&self) -> Option<Millis> {
        let call = self.call.as_ref().and_then(|(_, call)| call.poll_timeout());
        [call, self.tus.poll_timeout(), self.renewal_due()].into_iter().flatten().min()
    }

    /// Goes on, once it begins, with what was begun in another page.
    pub(super) fn restore(&mut self, record: &Record) {
        if self.phase != Phase::New || !self.packing.restore(&record.decided) {
            return;
        }
        self.announcement.upload_id.clone_from(&record.upload_id);
        self.study_ids.clone_from(&record.studies);
        self.remembered = self.packing.made();
        let resume = Some((record.url.clone(), self.remembered.0));
        self.tus = tus_upload(&self.settings, &record.upload_id, &self.packing, resume);
        self.tus.handle(Millis::default(), tus::Input::Online(self.online));
        self.url = Some(record.url.clone());
        (self.announced, self.resumed, self.created) = (true, Resumed::Unconfirmed, record.created);
        self.has_length = self.packing.len().is_some();
    }

    /// Takes the place of one for which these items are still being read or packed.
    pub(super) fn inherit(&mut self, jobs: &[ItemId]) {
        self.packing.inherit(jobs);
    }

    /// From now on it is remembered by this.
    pub(super) fn set_key(&mut self, key: Key) {
        self.key = Some(key);
        if self.resumed == Resumed::No {
            self.remember();
        }
    }

    /// Starts, or goes on after a failure, under a new assembly id.
    pub(super) fn begin(&mut self, now: Millis, assembly_id: String) {
        if !matches!(self.phase, Phase::New | Phase::Failed) {
            return;
        }
        self.assembly_id = assembly_id;
        self.paused = false;
        if self.announced {
            self.start(now);
        } else {
            self.phase = Phase::Init;
            let request = self.settings.api.init(&self.announcement);
            self.make_call(now, Purpose::Init, request);
        }
        // The first chunk is got ready meanwhile.
        self.get_ready(now);
    }

    /// Stops sending; says whether there is anything left to send.
    pub(super) fn pause(&mut self, now: Millis) -> bool {
        self.paused = matches!(self.phase, Phase::Init | Phase::Start | Phase::Sending);
        if self.phase == Phase::Sending {
            self.tus(now, tus::Input::Pause);
        }
        self.paused
    }

    pub(super) fn resume(&mut self, now: Millis) {
        self.paused = false;
        if self.phase == Phase::Sending {
            self.tus(now, tus::Input::Resume);
        }
    }

    /// Ends whatever is running and takes back what is on the server.
    pub(super) fn cancel(&mut self, now: Millis) {
        if matches!(self.phase, Phase::Terminating | Phase::Cancelling | Phase::Ended) {
            return;
        }
        self.drop_call();
        self.held = None;
        // A server that never took note of it need not be told.
        if self.phase == Phase::New || (self.phase == Phase::Failed && !self.announced) {
            self.end(Event::Cancelled);
        } else {
            self.phase = Phase::Terminating;
            self.tus(now, tus::Input::Cancel);
            // A tus upload that is already whole has nothing to abort; the API takes it back.
            if self.phase == Phase::Terminating && self.tus.has_ended() {
                self.tell_cancel(now);
            }
        }
    }

    /// To be called before [`Transfer::begin`] when the browser is offline.
    pub(super) fn start_offline(&mut self) {
        self.online = false;
        self.tus.handle(Millis::default(), tus::Input::Online(false));
    }

    pub(super) fn set_online(&mut self, now: Millis, online: bool) {
        self.online = online;
        self.tus(now, tus::Input::Online(online));
        if online && let Some((_, call)) = &mut self.call {
            let next = call.came_online(now);
            self.call_next(now, next);
        }
    }

    pub(super) fn timeout(&mut self, now: Millis) {
        if let Some((_, call)) = &mut self.call {
            let next = call.timeout(now);
            self.call_next(now, next);
        }
        self.renew_if_due(now);
        self.tus(now, tus::Input::Timeout);
    }

    /// The machine was asleep: the silence meanwhile is nobody's, and a token that ran out is renewed before it is used.
    pub(super) fn woke(&mut self, now: Millis) {
        self.call.iter_mut().for_each(|(_, call)| call.woke(now));
        self.tus(now, tus::Input::Woke);
        if self.renew_if_due(now) {
            self.tus(now, tus::Input::Pause);
        }
    }

    /// A request of this sort waits for a credential.
    pub(super) fn sign_of_life(&mut self, now: Millis, slot: Slot) {
        match slot {
            Slot::Api => self.call.iter_mut().for_each(|(_, call)| call.sign_of_life(now)),
            Slot::Tus => self.tus(now, tus::Input::Sent),
        }
    }

    /// What is out can't be authorised.
    pub(super) fn unauthorised(&mut self, now: Millis, slot: Slot, error: ErrorInfo) {
        let purpose = self.call.as_ref().filter(|_| slot == Slot::Api).map(|(purpose, _)| *purpose);
        if slot == Slot::Api {
            self.call = None;
        }
        match (purpose, self.phase) {
            // The first failure is what counts.
            (Some(Purpose::Error), _) => {}
            // The server lets go of what is unfinished by itself.
            (_, Phase::Terminating | Phase::Cancelling) => self.end(Event::Cancelled),
            _ => self.fail(now, error),
        }
    }

    /// What time it is by the server's clock.
    pub(super) fn set_moment(&mut self, moment: Now) {
        self.moment = moment;
    }

    pub(super) fn progress(&mut self, now: Millis, sent: u64) {
        if let Some((since, before)) = &mut self.on_wire
            && now >= *since + SPEED_EVERY
        {
            self.packing.rates().wire.add(sent.saturating_sub(*before) as f64, now.since(*since));
            (*since, *before) = (now, sent);
        }
        self.tus(now, tus::Input::Progress(sent));
    }

    pub(super) fn answered(&mut self, now: Millis, slot: Slot, answer: Answer) {
        match slot {
            Slot::Tus => {
                if let Some((since, before)) = self.on_wire.take().filter(|_| is_taken(&answer)) {
                    let rest = (self.sending.end - self.sending.start).saturating_sub(before);
                    self.packing.rates().wire.add(rest as f64, now.since(since));
                }
                // Not left to timers alone, which browsers slow down in pages that nobody sees.
                self.renew_if_due(now);
                self.tus(now, tus::Input::Answer(answer));
            }
            Slot::Api => self.call_answered(now, answer),
        }
    }

    /// A file's CRC-32, or that it can't be read any more.
    pub(super) fn checksummed(&mut self, now: Millis, item: ItemId, crc: Result<u32, Reason>) {
        let result = self.packing.checksummed(item, crc);
        self.is_ready(now, item, result);
    }

    /// What came of packing an item, or that it can't be read any more.
    pub(super) fn packed(&mut self, now: Millis, item: ItemId, packed: Result<Packed, Reason>) {
        let result = self.packing.packed(now, item, packed);
        self.is_ready(now, item, result);
    }

    fn is_ready(&mut self, now: Millis, item: ItemId, result: Result<(), Trouble>) {
        match result {
            Err(Trouble::Changed) if self.resumed != Resumed::No => self.outdated(now),
            // Whoever goes on after an error, asks for it again.
            _ if !self.is_under_way() => self.pass_on(),
            Ok(()) => {
                self.get_ready(now);
                self.complete_if_verified(now);
            }
            Err(_) => {
                let path = self.packing.path(item);
                let message =
                    format!("{path} can't be read: was it changed or moved, or the disc taken out?");
                self.fail(now, ErrorInfo { context: ErrorContext::Files, message, status_code: None });
            }
        }
    }

    fn is_under_way(&self) -> bool {
        matches!(self.phase, Phase::Init | Phase::Start | Phase::Sending)
    }

    fn start(&mut self, now: Millis) {
        self.phase = Phase::Start;
        let request = self.settings.api.start(self.upload_id(), &self.assembly_id);
        self.make_call(now, Purpose::Start, request);
    }

    /// What was sent before is only taken for what is there now once it has been seen to be that.
    fn complete_if_verified(&mut self, now: Millis) {
        if self.phase == Phase::Sending && self.tus.has_ended() && self.packing.is_verified() {
            self.complete(now);
        }
    }

    fn complete(&mut self, now: Millis) {
        self.phase = Phase::Completing;
        let request = self.settings.api.complete(self.upload_id(), &self.assembly_id);
        self.make_call(now, Purpose::Complete, request);
    }

    fn tell_cancel(&mut self, now: Millis) {
        self.phase = Phase::Cancelling;
        let request = self.settings.api.cancel(self.upload_id());
        self.make_call(now, Purpose::Cancel, request);
    }

    /// Refused by a server that has not said yet that it knows of it.
    fn is_doubtful(&self, status: Option<u16>) -> bool {
        let is_refused = status.is_some_and(|status| status < 500 && !matches!(status, 408 | 423 | 429));
        self.resumed == Resumed::Unconfirmed && is_refused
    }

    /// The same files can be sent only as a new upload.
    fn outdated(&mut self, now: Millis) {
        let key = self.key.take();
        self.actions.extend(key.map(Action::Forget));
        let jobs = self.packing.abandon();
        self.pass_on();
        self.actions.push_back(Action::Emit(Event::Outdated { key, jobs }));
        self.phase = Phase::Failed;
        self.cancel(now);
    }

    /// Has a record kept of how far it can have got. Nothing is sent that is not in it.
    fn remember(&mut self) {
        let (Some(key), Some(url)) = (self.key, &self.url) else { return };
        self.remembered = self.packing.made();
        let record = Record {
            created: self.created,
            url: url.clone(),
            upload_id: self.upload_id().to_owned(),
            studies: self.study_ids.clone(),
            decided: self.packing.decided(),
        };
        self.actions.push_back(Action::Remember(key, record));
    }

    fn end(&mut self, event: Event) {
        self.phase = Phase::Ended;
        self.actions.extend(self.key.take().map(Action::Forget));
        self.actions.push_back(Action::Emit(event));
    }

    /// Stops with an error, which the server is told of afterwards.
    fn fail(&mut self, now: Millis, error: ErrorInfo) {
        self.drop_call();
        self.held = None;
        // Aborts what is in flight; what is on the server stays.
        self.tus(now, tus::Input::Pause);
        self.phase = Phase::Failed;
        if self.announced {
            // What the person is told can name a file, and its name a patient.
            let told = match error.context {
                ErrorContext::Files => "A file could not be read.",
                _ => &error.message,
            };
            let request = self.settings.api.error(self.upload_id(), told);
            self.make_call(now, Purpose::Error, request);
        }
        self.actions.push_back(Action::Emit(Event::Failed(error)));
    }

    fn make_call(&mut self, now: Millis, purpose: Purpose, request: Request) {
        self.drop_call();
        let patience = match purpose {
            Purpose::Complete => COMPLETE_PATIENCE,
            Purpose::Cancel => CANCEL_PATIENCE,
            _ => STALL,
        };
        let (mut call, first) =
            Call::new(now, request, patience, &self.settings.retry_delays, self.settings.jitter);
        if !matches!(purpose, Purpose::Cancel | Purpose::Error) {
            call.outlast();
        }
        self.call = Some((purpose, call));
        self.actions.push_back(Action::Send(Slot::Api, first));
    }

    fn drop_call(&mut self) {
        if self.call.take().is_some() {
            self.actions.push_back(Action::Abort(Slot::Api));
        }
    }

    fn call_answered(&mut self, now: Millis, answer: Answer) {
        let Some((purpose, call)) = &mut self.call else { return };
        if self.phase != Phase::Failed && *purpose != Purpose::Cancel {
            self.actions.push_back(Action::Emit(Event::Connected(answer.is_ok())));
        }
        // Nobody waits for the net to cancel: the server lets go of what is unfinished by itself.
        let online = self.online || *purpose == Purpose::Cancel;
        let next = call.answered(now, answer, online);
        self.call_next(now, next);
    }

    fn call_next(&mut self, now: Millis, next: Next) {
        match next {
            Next::Nothing => {}
            Next::Send(request) => self.actions.push_back(Action::Send(Slot::Api, request)),
            Next::Abort => {
                self.actions.push_back(Action::Abort(Slot::Api));
                self.call_answered(now, Err(Failure::Stalled));
            }
            Next::Ended(answer) => {
                if let Some((purpose, _)) = self.call.take() {
                    self.call_ended(now, purpose, &answer);
                }
            }
        }
    }

    fn call_ended(&mut self, now: Millis, purpose: Purpose, answer: &Answer) {
        let result = match purpose {
            // The first failure is what counts; this was only to tell the server.
            Purpose::Error => return,
            Purpose::Cancel => return self.end(Event::Cancelled),
            Purpose::Init => lifecycle::read_init(answer).map(|ids| {
                self.announced = true;
                self.study_ids = ids;
                self.start(now);
            }),
            Purpose::Start => lifecycle::success(answer).map(drop).map(|()| {
                self.phase = Phase::Sending;
                if self.tus.has_ended() {
                    self.complete_if_verified(now);
                } else if !self.paused && !self.renew_if_due(now) {
                    self.tus(now, tus::Input::Start);
                }
            }),
            Purpose::Complete => lifecycle::success(answer).map(drop).map(|()| {
                let ids = std::mem::take(&mut self.study_ids);
                self.end(Event::Complete(ids));
            }),
            Purpose::Config => match lifecycle::read_config(answer) {
                // Renewed ahead: the last one may still be good, and the tus server says if it is not.
                Err(_) if !self.tus.needs_token() => {
                    self.go_on(now);
                    Ok(())
                }
                config => config.map(|config| {
                    self.renewal = self.settings.renewal(self.moment, config.expires);
                    self.tus(now, tus::Input::Token(config.token));
                    self.go_on(now);
                }),
            },
        };
        if let Err(error) = result {
            if purpose == Purpose::Start && self.is_doubtful(error.status()) {
                return self.outdated(now);
            }
            let context = if purpose == Purpose::Config { ErrorContext::Token } else { ErrorContext::Api };
            self.fail(now, ErrorInfo { context, message: error.to_string(), status_code: error.status() });
        }
    }

    /// Starts the upload that waited for a token; one that runs does nothing.
    fn go_on(&mut self, now: Millis) {
        if self.phase == Phase::Sending && !self.paused {
            self.tus(now, tus::Input::Start);
        }
    }

    /// When the token of the tus server is to be renewed, while it is in use and nobody else is being called.
    fn renewal_due(&self) -> Option<Millis> {
        let renewal = self.renewal.filter(|_| self.phase == Phase::Sending && self.call.is_none())?;
        Some(self.moment.at + Duration::from_millis(renewal.0.saturating_sub(self.moment.unix.0)))
    }

    fn renew_if_due(&mut self, now: Millis) -> bool {
        let is_due = self.renewal_due().is_some_and(|due| now >= due);
        if is_due {
            self.renewal = None;
            let request = self.settings.api.config();
            self.make_call(now, Purpose::Config, request);
        }
        is_due
    }

    fn tus(&mut self, now: Millis, input: tus::Input) {
        self.tus.handle(now, input);
        while let Some(action) = self.tus.poll() {
            match action {
                tus::Action::Send(request) => self.send(now, request),
                tus::Action::Abort => {
                    self.on_wire = None;
                    // A PATCH still held has not been sent.
                    if self.held.take().is_none() {
                        self.actions.push_back(Action::Abort(Slot::Tus));
                    }
                }
                tus::Action::RenewToken => {
                    let request = self.settings.api.config();
                    self.make_call(now, Purpose::Config, request);
                }
                tus::Action::Emit(event) => self.tus_event(now, event),
            }
        }
    }

    fn tus_event(&mut self, now: Millis, event: tus::Event) {
        match event {
            tus::Event::Progress(sent) => {
                if self.resumed == Resumed::Unconfirmed && sent > 0 {
                    self.resumed = Resumed::Confirmed;
                }
                self.actions.push_back(Action::Emit(Event::Progress(sent)));
            }
            tus::Event::NeedsLength => {
                self.packing.needs_len();
                self.get_ready(now);
            }
            tus::Event::Connected(connected) => {
                self.actions.push_back(Action::Emit(Event::Connected(connected)));
            }
            tus::Event::Created(url) => {
                self.url = Some(url);
                self.remember();
            }
            tus::Event::Finished => self.complete_if_verified(now),
            // Whose it was may not be known here any more, or it is not what it was.
            tus::Event::Failed(error) if self.is_doubtful(error.status()) => self.outdated(now),
            tus::Event::Failed(error) => {
                let context = match error {
                    tus::Error::Unreadable => ErrorContext::Files,
                    _ => ErrorContext::Upload,
                };
                let status_code = error.status();
                self.fail(now, ErrorInfo { context, message: error.to_string(), status_code });
            }
            tus::Event::Cancelled => self.tell_cancel(now),
        }
    }

    fn send(&mut self, now: Millis, request: Request) {
        if let Body::Range(range) = &request.body {
            self.sending = range.clone();
            self.packing.wanted(range);
            self.held = Some((range.clone(), request));
            self.get_ready(now);
        } else {
            self.actions.push_back(Action::Send(Slot::Tus, request));
            self.tus.handle(now, tus::Input::Sent);
        }
    }

    /// Has what comes next got ready, sends the held PATCH if that is by now, and tells how much can be sent.
    fn get_ready(&mut self, now: Millis) {
        self.packing.read_ahead(now, self.sending.end.saturating_add(self.tus.next_chunk_size()));
        self.pass_on();
        if let Some((range, request)) = self.held.take() {
            match self.packing.parts(&range) {
                Ok(parts) => {
                    if range.end > self.remembered.0 || self.packing.made().1 > self.remembered.1 {
                        self.remember();
                    }
                    let request = Request { body: Body::Parts(parts), ..request };
                    self.actions.push_back(Action::Send(Slot::Tus, request));
                    self.on_wire = Some((now, 0));
                    self.tus.handle(now, tus::Input::Sent);
                }
                Err(_) => self.held = Some((range, request)),
            }
        }
        self.foresee();
        if !self.has_length {
            let length = self.packing.len();
            self.has_length = length.is_some();
            let available = tus::Input::Available(self.packing.decided_len());
            self.tus(now, length.map_or(available, tus::Input::Length));
        }
    }

    /// Has the digest of the next chunk made, if it is sent with one, while this one is on its way.
    fn foresee(&mut self) {
        let start = self.sending.end;
        let end = start.saturating_add(self.tus.next_chunk_size());
        let next = start..self.packing.len().map_or(end, |len| end.min(len));
        let digest = self.tus.digest(next.end.saturating_sub(start)).filter(|_| !next.is_empty());
        if let Some(digest) = digest.filter(|_| self.foreseen != next && self.held.is_none())
            && let Ok(parts) = self.packing.parts(&next)
        {
            self.foreseen = next;
            self.actions.push_back(Action::Digest(digest, parts));
        }
    }

    fn pass_on(&mut self) {
        while let Some(action) = self.packing.poll() {
            self.actions.push_back(match action {
                packing::Action::Checksum(item, content) => Action::Checksum(item, content),
                packing::Action::Pack(item, content, level) => Action::Pack(item, content, level),
                packing::Action::LetGo(item) => Action::LetGo(item),
            });
        }
    }
}

fn is_taken(answer: &Answer) -> bool {
    answer.as_ref().is_ok_and(Response::is_success)
}
