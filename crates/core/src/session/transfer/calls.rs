//! The calls of the API around an upload, and renewing the token of the tus server.

use std::time::Duration;

use super::archive::Archive;
use super::{Action, Event, Phase, Purpose, Slot, Transfer};
use crate::http::{Answer, Failure, Request};
use crate::lifecycle::{self, Call, Next};
use crate::retry::STALL;
use crate::state::{ErrorContext, ErrorInfo};
use crate::time::Millis;
use crate::tus;

/// The server opens the archive and reads every instance before it answers.
const COMPLETE_PATIENCE: Duration = Duration::from_secs(300);
/// A person is waiting to leave.
const CANCEL_PATIENCE: Duration = Duration::from_secs(5);

impl Transfer {
    pub(super) fn start(&mut self, now: Millis) {
        self.phase = Phase::Start;
        let request = self.settings.api.start(self.upload_id(), &self.assembly_id);
        self.make_call(now, Purpose::Start, request);
    }

    /// What was sent before is only taken for what is there now once it has been seen to be that.
    pub(super) fn complete_if_verified(&mut self, now: Millis) {
        let is_whole = |archive: &Archive| archive.tus.has_ended() && archive.packing.is_verified();
        if self.phase == Phase::Sending && self.archives.iter().all(is_whole) {
            self.complete(now);
        }
    }

    pub(super) fn complete(&mut self, now: Millis) {
        self.phase = Phase::Completing;
        let request = self.settings.api.complete(self.upload_id(), &self.assembly_id);
        self.make_call(now, Purpose::Complete, request);
    }

    pub(super) fn tell_cancel(&mut self, now: Millis) {
        self.phase = Phase::Cancelling;
        let request = self.settings.api.cancel(self.upload_id());
        self.make_call(now, Purpose::Cancel, request);
    }

    /// Stops with an error, which the server is told of afterwards.
    pub(super) fn fail(&mut self, now: Millis, error: ErrorInfo) {
        self.drop_call();
        self.drop_held();
        // Aborts what is in flight; what is on the server stays.
        self.tus_all(now, || tus::Input::Pause);
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

    pub(super) fn make_call(&mut self, now: Millis, purpose: Purpose, request: Request) {
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

    pub(super) fn drop_call(&mut self) {
        if self.call.take().is_some() {
            self.actions.push_back(Action::Abort(Slot::Api));
        }
    }

    pub(super) fn call_answered(&mut self, now: Millis, answer: Answer) {
        let Some((purpose, call)) = &mut self.call else { return };
        if self.phase != Phase::Failed && *purpose != Purpose::Cancel {
            self.actions.push_back(Action::Emit(Event::Connected(answer.is_ok())));
        }
        // Nobody waits for the net to cancel: the server lets go of what is unfinished by itself.
        let online = self.online || *purpose == Purpose::Cancel;
        let next = call.answered(now, answer, online);
        self.call_next(now, next);
    }

    pub(super) fn call_next(&mut self, now: Millis, next: Next) {
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

    pub(super) fn call_ended(&mut self, now: Millis, purpose: Purpose, answer: &Answer) {
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
                self.complete_if_verified(now);
                if !self.renew_if_due(now) {
                    self.go_on(now);
                }
            }),
            Purpose::Complete => lifecycle::success(answer).map(drop).map(|()| {
                let ids = std::mem::take(&mut self.study_ids);
                self.end(Event::Complete(ids));
            }),
            Purpose::Config => match lifecycle::read_config(answer) {
                // Renewed ahead: the last one may still be good, and the tus server says if it is not.
                Err(_) if !self.archives.iter().any(|archive| archive.tus.needs_token()) => {
                    self.go_on(now);
                    Ok(())
                }
                config => config.map(|config| {
                    self.renewal = self.settings.renewal(self.moment, config.expires);
                    self.tus_all(now, || tus::Input::Token(config.token.clone()));
                    self.go_on(now);
                }),
            },
        };
        if let Err(error) = result {
            let is_doubtful = |archive: &Archive| archive.is_doubtful(error.status());
            if purpose == Purpose::Start && self.archives.iter().any(is_doubtful) {
                return self.outdated(now);
            }
            let context = if purpose == Purpose::Config { ErrorContext::Token } else { ErrorContext::Api };
            self.fail(now, ErrorInfo { context, message: error.to_string(), status_code: error.status() });
        }
    }

    /// Starts what has its turn and does not run.
    pub(super) fn go_on(&mut self, now: Millis) {
        if self.phase == Phase::Sending && !self.paused {
            (0..self.begun).for_each(|at| self.tus(now, at, tus::Input::Start));
        }
    }

    /// When the token of the tus server is to be renewed, while it is in use and nobody else is being called.
    pub(super) fn renewal_due(&self) -> Option<Millis> {
        let renewal = self.renewal.filter(|_| self.phase == Phase::Sending && self.call.is_none())?;
        Some(self.moment.at + Duration::from_millis(renewal.0.saturating_sub(self.moment.unix.0)))
    }

    pub(super) fn renew_if_due(&mut self, now: Millis) -> bool {
        let is_due = self.renewal_due().is_some_and(|due| now >= due);
        if is_due {
            self.renewal = None;
            let request = self.settings.api.config();
            self.make_call(now, Purpose::Config, request);
        }
        is_due
    }
}
