//! One upload from init to complete: the calls of the API around the tus upload of the planned archive.

mod again;
mod archive;
mod calls;
mod sending;

use std::collections::VecDeque;
use std::time::Duration;

use super::compressing::Compression;
use super::packing::Trouble;
use super::resume::{Key, Record};
use crate::archive::{Packed, Part};
use crate::content::{Content, ItemId};
use crate::credentials::{Now, Subject, renewal};
use crate::dicom::{Accepted, Reason, Text};
use crate::http::{Answer, Digest, Request};
use crate::lifecycle::{Announcement, Api, Call, UploaderConfig};
use crate::state::{ErrorContext, ErrorInfo, StudyId, StudySpan};
use crate::time::{Millis, Unix};
use crate::tus;
use archive::Archive;

/// The speed of the wire is taken at most this often.
const SPEED_EVERY: Duration = Duration::from_millis(500);

/// Archives that are sent side by side.
const AT_A_TIME: usize = 3;

/// A transfer has at most one request of each sort on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Api,
    /// For the archive of this number.
    Tus(usize),
}

/// What the session is to do for a transfer.
#[derive(Debug)]
pub(super) enum Action {
    Send(Slot, Request),
    Abort(Slot),
    Checksum(ItemId, Content),
    Foresee(usize, Option<Digest>, Vec<Part>),
    Pack(ItemId, Content, u8),
    LetGo(ItemId),
    Remember(Key, Record),
    Forget(Key),
    Emit(Event),
}

/// What the session is told.
#[derive(Debug)]
pub(super) enum Event {
    /// More has gone out, or less has arrived than was thought.
    Progress,
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
    /// One archive a study.
    pub(super) by_study: bool,
    pub(super) jitter: u8,
    /// How long before its expiry the token of the tus server is renewed, in milliseconds.
    pub(super) threshold: u64,
}

impl Settings {
    /// What the archive of this number is called.
    fn name(&self, upload_id: &str, at: usize) -> String {
        archive::name(upload_id, self.by_study.then_some(at + 1))
    }

    fn side_by_side(&self) -> u64 {
        if self.by_study { AT_A_TIME as u64 } else { 1 }
    }

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
    archives: Vec<Archive>,
    /// How many of them have had their turn.
    begun: usize,
    phase: Phase,
    /// The server has been told of the upload.
    announced: bool,
    study_ids: Vec<StudyId>,
    call: Option<(Purpose, Call)>,
    /// What it is remembered by.
    key: Option<Key>,
    created: Unix,
    /// How many percent were sent when it was last remembered.
    remembered: u64,
    online: bool,
    paused: bool,
    moment: Now,
    /// When the token of the tus server is to be renewed.
    renewal: Option<Unix>,
    actions: VecDeque<Action>,
}

impl Transfer {
    pub(super) fn new(
        settings: Settings,
        announcement: Announcement,
        files: &[Accepted],
        text: &dyn Text,
        moment: Now,
    ) -> Self {
        let is_same_archive = |a: &Accepted, b: &Accepted| !settings.by_study || a.study_uid == b.study_uid;
        let mut archives = Vec::new();
        for files in files.chunk_by(is_same_archive) {
            let name = settings.name(&announcement.upload_id, archives.len());
            archives.push(Archive::new(&settings, &announcement.upload_id, name, files, text));
        }
        Self {
            archives,
            begun: 0,
            created: moment.unix,
            remembered: 0,
            moment,
            renewal: settings.renewal(moment, settings.server.expires),
            settings,
            announcement,
            assembly_id: String::new(),
            phase: Phase::New,
            announced: false,
            study_ids: Vec::new(),
            call: None,
            key: None,
            online: true,
            paused: false,
            actions: VecDeque::new(),
        }
    }

    pub(super) fn upload_id(&self) -> &str {
        &self.announcement.upload_id
    }

    /// What a signature is asked for: one is for all archives.
    pub(super) fn subject(&self) -> Subject {
        Subject {
            upload_id: self.upload_id().to_owned(),
            file_name: archive::name(self.upload_id(), None),
            file_size: self.archives.iter().map(|archive| archive.packing.len()).sum(),
            study_uids: self.announcement.studies.iter().map(|study| study.study_uid.clone()).collect(),
        }
    }

    /// Where the studies lie, as if all archives were one.
    pub(super) fn spans(&self) -> Vec<StudySpan> {
        let (mut spans, mut before) = (Vec::new(), 0);
        for archive in &self.archives {
            for span in archive.packing.spans() {
                let (start, end) = (span.start + before, span.end + before);
                spans.push(StudySpan { study_uid: span.study_uid.clone(), start, end });
            }
            before += archive.packing.plain_len();
        }
        spans
    }

    /// What progress is measured against.
    pub(super) fn plain_len(&self) -> u64 {
        self.archives.iter().map(|archive| archive.packing.plain_len()).sum()
    }

    /// Bytes and files sent. Where each study has its archive, the third says of each how far it is among the spans.
    pub(super) fn sent(&self) -> (u64, usize, Vec<u64>) {
        let (mut bytes, mut files, mut before, mut each) = (0, 0, 0, Vec::new());
        for Archive { sent, packing, .. } in &self.archives {
            bytes += sent.0;
            files += sent.1;
            if self.settings.by_study {
                each.push(before + sent.0);
                before += packing.plain_len();
            }
        }
        (bytes, files, each)
    }

    pub(super) fn file_count(&self) -> usize {
        self.archives.iter().map(|archive| archive.packing.entry_count()).sum()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.phase == Phase::Ended && self.call.is_none()
    }

    pub(super) fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    pub(super) fn poll_timeout(&self) -> Option<Millis> {
        let call = self.call.as_ref().and_then(|(_, call)| call.poll_timeout());
        let tus = self.archives.iter().filter_map(|archive| archive.tus.poll_timeout());
        call.into_iter().chain(tus).chain(self.renewal_due()).min()
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
        self.take_turns(now);
        (0..self.begun).for_each(|at| self.get_ready(now, at));
    }

    /// Stops sending; says whether there is anything left to send.
    pub(super) fn pause(&mut self, now: Millis) -> bool {
        self.paused = matches!(self.phase, Phase::Init | Phase::Start | Phase::Sending);
        if self.phase == Phase::Sending {
            self.tus_all(now, || tus::Input::Pause);
        }
        self.paused
    }

    pub(super) fn resume(&mut self, now: Millis) {
        self.paused = false;
        self.go_on(now);
    }

    /// Ends whatever is running and takes back what is on the server.
    pub(super) fn cancel(&mut self, now: Millis) {
        if matches!(self.phase, Phase::Terminating | Phase::Cancelling | Phase::Ended) {
            return;
        }
        self.drop_call();
        self.drop_held();
        // A server that never took note of it need not be told.
        if self.phase == Phase::New || (self.phase == Phase::Failed && !self.announced) {
            self.end(Event::Cancelled);
        } else {
            self.phase = Phase::Terminating;
            self.tus_all(now, || tus::Input::Cancel);
        }
    }

    /// To be called before [`Transfer::begin`] when the browser is offline.
    pub(super) fn start_offline(&mut self) {
        self.online = false;
        for archive in &mut self.archives {
            archive.tus.handle(Millis::default(), tus::Input::Online(false));
        }
    }

    pub(super) fn set_online(&mut self, now: Millis, online: bool) {
        self.online = online;
        self.tus_all(now, || tus::Input::Online(online));
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
        self.tus_all(now, || tus::Input::Timeout);
    }

    /// The machine was asleep: the silence meanwhile is nobody's, and a token that ran out is renewed before it is used.
    pub(super) fn woke(&mut self, now: Millis) {
        self.call.iter_mut().for_each(|(_, call)| call.woke(now));
        self.tus_all(now, || tus::Input::Woke);
        if self.renew_if_due(now) {
            self.tus_all(now, || tus::Input::Pause);
        }
    }

    /// A request of this sort waits for a credential.
    pub(super) fn sign_of_life(&mut self, now: Millis, slot: Slot) {
        match slot {
            Slot::Api => self.call.iter_mut().for_each(|(_, call)| call.sign_of_life(now)),
            Slot::Tus(at) => {
                let is_out =
                    self.archives.get(at).is_some_and(|archive| archive.tus.poll_timeout().is_some());
                if is_out {
                    self.tus(now, at, tus::Input::Sent);
                }
            }
        }
    }

    /// What the archive's request carries has been read. Until now nobody waited for the server.
    pub(super) fn goes_out(&mut self, now: Millis, at: usize) {
        if let Some(since) = self.archives.get_mut(at).and_then(|archive| archive.on_wire.as_mut()) {
            *since = (now, 0);
        }
        self.tus(now, at, tus::Input::Sent);
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

    pub(super) fn progress(&mut self, now: Millis, at: usize, sent: u64) {
        if let Some(archive) = self.archives.get_mut(at) {
            archive.gone_out(now, sent);
        }
        self.tus(now, at, tus::Input::Progress(sent));
    }

    pub(super) fn answered(&mut self, now: Millis, slot: Slot, answer: Answer) {
        match slot {
            Slot::Tus(at) => {
                let Some(archive) = self.archives.get_mut(at) else { return };
                archive.got_through(now, &answer);
                let may_have_grown = !archive.has_length;
                // Not left to timers alone, which browsers slow down in pages that nobody sees.
                self.renew_if_due(now);
                self.tus(now, at, tus::Input::Answer(answer));
                // What is sent next may have grown.
                if self.is_under_way() && may_have_grown {
                    self.get_ready(now, at);
                }
            }
            Slot::Api => self.call_answered(now, answer),
        }
    }

    /// A file's CRC-32, or that it can't be read any more.
    pub(super) fn checksummed(&mut self, now: Millis, item: ItemId, crc: Result<u32, Reason>) {
        let at = self.place(item);
        if let Some(archive) = self.archives.get_mut(at) {
            let result = archive.packing.checksummed(item, crc);
            self.is_ready(now, at, item, result);
        }
    }

    /// What came of packing an item, or that it can't be read any more.
    pub(super) fn packed(&mut self, now: Millis, item: ItemId, packed: Result<Packed, Reason>) {
        let at = self.place(item);
        if let Some(archive) = self.archives.get_mut(at) {
            let result = archive.packing.packed(now, item, packed);
            self.is_ready(now, at, item, result);
        }
    }

    /// The archive that an item is in.
    fn place(&self, item: ItemId) -> usize {
        self.archives.iter().position(|archive| archive.packing.has(item)).unwrap_or_default()
    }

    fn is_ready(&mut self, now: Millis, at: usize, item: ItemId, result: Result<(), Trouble>) {
        let Some(archive) = self.archives.get(at) else { return };
        match result {
            Err(Trouble::Changed) if archive.resumed != Resumed::No => self.outdated(now),
            // Whoever goes on after an error, asks for it again.
            _ if !self.is_under_way() => self.pass_on(at),
            Ok(()) => {
                self.get_ready(now, at);
                self.complete_if_verified(now);
            }
            Err(_) => {
                let error = unreadable(archive.packing.path(item));
                self.fail(now, error);
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

fn unreadable(path: &str) -> ErrorInfo {
    let message = format!("{path} can't be read: was it changed or moved, or the disc taken out?");
    ErrorInfo { context: ErrorContext::Files, message, status_code: None }
}
