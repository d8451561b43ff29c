//! The uploads of a session: the one that the person sees, and those that are being taken back.

use std::sync::Arc;

use super::transfer::{self, Transfer};
use super::{Action, Event, Owner, Pace, Session};
use crate::credentials::Credential;
use crate::dicom::Index;
use crate::lifecycle::{Announcement, UploaderConfig};
use crate::reading::Reader;
use crate::state::{Phase, Progress, State, Step, UploadResult};
use crate::time::Millis;

impl Session {
    pub(super) fn upload(&mut self, now: Millis) {
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

    pub(super) fn new_transfer(&mut self, now: Millis, server: UploaderConfig) -> u32 {
        self.gather();
        let announcement = Announcement {
            upload_id: self.uuid(),
            studies: self.state.studies.to_vec(),
            patient_id: self.config.patient_id.clone(),
            context: self.config.context.clone(),
        };
        let settings = self.settings(server);
        let moment = self.moment(now);
        let mut transfer = Transfer::new(settings, announcement, &self.index.accepted(), &*self.text, moment);
        self.signature.iter_mut().for_each(Credential::forget);
        self.subject = Some(transfer.subject());
        if !self.online {
            transfer.start_offline();
        }
        self.state.spans = Arc::new(transfer.spans());
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

    pub(super) fn settings(&mut self, server: UploaderConfig) -> transfer::Settings {
        transfer::Settings {
            api: self.api.clone(),
            server,
            retry_delays: self.config.retry_delays.clone(),
            chunk_size: self.config.chunk_size,
            compression: self.config.compression,
            by_study: self.config.by_study,
            jitter: (self.entropy)()[0],
            threshold: self.config.upload_token.threshold,
        }
    }

    pub(super) fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes((self.entropy)()).into_uuid().to_string()
    }

    pub(super) fn pause(&mut self, now: Millis) {
        if let (Step::Uploading, Some(serial), false) = (self.state.step, self.current, self.state.stopping) {
            let mut paused = false;
            self.with_transfer(now, serial, |transfer| paused = transfer.pause(now));
            if paused {
                self.state.step = Step::Paused;
            }
        }
    }

    pub(super) fn resume(&mut self, now: Millis) {
        if let (Step::Paused, Some(serial), false) = (self.state.step, self.current, self.state.stopping) {
            self.state.step = Step::Uploading;
            self.pace = Pace::default();
            self.with_transfer(now, serial, |transfer| transfer.resume(now));
        }
    }

    pub(super) fn cancel(&mut self, now: Millis) {
        match (self.state.step, self.current) {
            (Step::Uploading | Step::Paused | Step::Error, Some(serial)) => {
                self.state.stopping = true;
                self.dirty = true;
                self.with_transfer(now, serial, |transfer| transfer.cancel(now));
            }
            (Step::Processing | Step::Pending, _) => self.cancelled(now),
            // What was dropped a moment ago has not come here, and won't.
            (Step::Start | Step::Complete | Step::Cancelled, _) => {
                self.actions.push_back(Action::Emit(Event::Cancelled));
            }
            _ => {}
        }
    }

    pub(super) fn cancelled(&mut self, now: Millis) {
        self.clear(Step::Cancelled);
        self.tell(now, true);
        self.actions.push_back(Action::Emit(Event::Cancelled));
    }

    /// Back to the start at once; an upload that is unfinished is taken back behind the scenes.
    pub(super) fn reset(&mut self, now: Millis) {
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
    pub(super) fn clear(&mut self, step: Step) {
        let next = self.reading.next();
        self.reading = Reader::from(next);
        self.index = Index::new(self.config.exclude_rules.clone());
        self.state = State { step, ..State::default() };
        self.current = None;
        (self.dirty, self.stale) = (true, false);
        self.actions.push_back(Action::ReleaseFiles(0..next));
    }

    pub(super) fn serials(&self) -> Vec<u32> {
        self.transfers.iter().map(|(serial, _)| *serial).collect()
    }

    /// Lets a transfer act and does what it asks for.
    pub(super) fn with_transfer(&mut self, now: Millis, serial: u32, act: impl FnOnce(&mut Transfer)) {
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
                transfer::Action::Foresee(at, digest, parts) => {
                    self.actions.push_back(Action::Foresee(at, digest, parts));
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

    pub(super) fn transfer_event(&mut self, now: Millis, transfer: &Transfer, event: transfer::Event) {
        if self.state.stopping && !matches!(event, transfer::Event::Cancelled) {
            return;
        }
        self.dirty = true;
        match event {
            transfer::Event::Progress => {
                let progress = &mut self.state.progress;
                let bytes;
                (bytes, progress.files_done, self.state.sent) = transfer.sent();
                progress.bytes_sent = bytes;
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
}
