//! One upload from init to complete: the calls of the API around the tus upload of the planned archive.

mod again;
mod calls;
mod sending;

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::compressing::Compression;
use super::packing::{Packing, Trouble};
use super::resume::{Key, Record};
use crate::archive::{Packed, Part};
use crate::content::{Content, ItemId};
use crate::credentials::{Now, Subject, renewal};
use crate::dicom::{Accepted, Reason, Text};
use crate::http::{Answer, Digest, Request, Response};
use crate::lifecycle::{Announcement, Api, Call, UploaderConfig};
use crate::state::{ErrorContext, ErrorInfo, StudyId, StudySpan};
use crate::time::{Millis, Unix};
use crate::tus;

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
                // What is sent next may have grown.
                if self.is_under_way() && !self.has_length {
                    self.get_ready(now);
                }
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

    fn end(&mut self, event: Event) {
        self.phase = Phase::Ended;
        self.actions.extend(self.key.take().map(Action::Forget));
        self.actions.push_back(Action::Emit(event));
    }
}

fn is_taken(answer: &Answer) -> bool {
    answer.as_ref().is_ok_and(Response::is_success)
}
