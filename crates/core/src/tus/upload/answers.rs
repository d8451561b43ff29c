//! What follows from an answer, or from there being none.

use super::{State, Step, Upload};
use crate::http::{Answer, Failure, Method, Response};
use crate::retry::is_transient;
use crate::time::Millis;
use crate::tus::error::Error;
use crate::tus::interface::{Action, Event};
use crate::tus::location;
use crate::tus::server::Server;

/// Times that a server may lose what it had acknowledged before sending it again counts as no progress any more: one that
/// never keeps anything would be sent to for ever.
const FORGIVEN: u8 = 8;

impl Upload {
    pub(super) fn answered(&mut self, now: Millis, step: Step, answer: &Answer) {
        if answer.is_ok() {
            self.backoff.outlast();
            self.set_connected(true);
        }
        match (step, answer) {
            (Step::Terminate, answer) => self.terminate_answered(now, answer),
            (Step::Discover, answer) => self.discovered(answer),
            (_, Ok(response)) if matches!(response.status, 401 | 403) => self.unauthorized(step, response),
            (Step::Create, Ok(response)) if response.is_success() => self.created(now, response),
            // Without a body it may be taken.
            (Step::Create, Ok(_)) if self.sent.0 > 0 && !self.cancelling && !is_transient(answer) => {
                self.server.can_create_with = false;
                self.send(Step::Create);
            }
            (Step::Locate | Step::Patch, Ok(response)) if response.is_success() => {
                self.located(now, step, response)
            }
            (Step::Locate, Ok(response)) if matches!(response.status, 404 | 410) => {
                self.anew(Error::refused(Method::Head, response.status, &response.body));
            }
            // A server forgets uploads: HEAD tells whether it did.
            (Step::Patch, Ok(response)) if matches!(response.status, 404 | 410) => {
                self.retry(now, Step::Locate, step, answer);
            }
            // What is asked for by PATCH is not too much; what comes with it at once can be, to a proxy.
            (Step::Patch, Ok(response)) if response.status == 413 && self.chunk.refused(self.sent.0) => {
                self.send(Step::Locate);
            }
            (Step::Create, answer) if is_transient(answer) => self.retry(now, Step::Create, step, answer),
            (_, answer) if is_transient(answer) => self.retry(now, Step::Locate, step, answer),
            (_, answer) => self.give_up(step, answer),
        }
    }

    pub(super) fn discovered(&mut self, answer: &Answer) {
        self.server = Server::read(answer);
        self.has_discovered = true;
        let size = self.length.available();
        match self.server.exceeded_by(size) {
            Some(max) => self.fail(Error::TooLarge { size, max }),
            None if self.url.is_some() => self.send(Step::Locate),
            None => self.send(Step::Create),
        }
    }

    pub(super) fn created(&mut self, now: Millis, response: &Response) {
        let location = response.header("Location");
        let Some(url) = location.and_then(|value| location::resolve(&self.config.endpoint, value)) else {
            return self.fail(Error::MissingHeader { method: "POST", header: "Location" });
        };
        self.url = Some(url.clone());
        self.emit(Event::Created(url));
        self.length.taken();
        self.offset = 0;
        self.backoff.reset();
        if self.cancelling {
            self.terminate();
        } else if self.sent.0 > 0 {
            self.located(now, Step::Create, response);
        } else {
            self.send(Step::Patch);
        }
    }

    /// The server's offset counts, whatever was sent.
    pub(super) fn located(&mut self, now: Millis, step: Step, response: &Response) {
        let offset = response.header("Upload-Offset").and_then(|value| value.parse::<u64>().ok());
        let Some(offset) = offset else {
            // What can't be read from another answer is found out about by HEAD, whose can't has no way on.
            return match step {
                Step::Create => self.send(Step::Locate),
                Step::Patch => self.retry(now, Step::Locate, step, &Ok(response.clone())),
                _ => self.fail(Error::MissingHeader { method: "HEAD", header: "Upload-Offset" }),
            };
        };
        let available = self.length.available();
        if offset > self.reached {
            // Whatever they are, these bytes are not ours.
            return self.anew(Error::OffsetTooFar { offset, sent: self.reached });
        }
        // Bytes behind the offset of a request whose answer was lost came with its headers.
        if step == Step::Patch || offset > self.offset {
            self.length.taken();
        }
        if step == Step::Locate && !self.length.located(response) {
            return self.anew(Error::OffsetTooFar { offset, sent: available });
        }
        if step == Step::Patch && offset > self.offset {
            let (sent, elapsed) = (offset - self.offset, now.since(self.sent.1));
            self.chunk.taken(sent, elapsed, self.most());
            self.server.checksums.taken(sent, elapsed);
        }
        let got_through = offset > self.offset;
        self.forgot = self.forgot.saturating_add(u8::from(offset < self.offset));
        self.offset = offset;
        self.emit(Event::Progress(offset));
        if offset > self.best || (got_through && self.forgot < FORGIVEN) {
            if offset > self.best {
                (self.best, self.forgot) = (offset, 0);
            }
            self.backoff.reset();
            self.renewed = false;
        } else if step == Step::Patch && offset < available {
            return self.retry(now, Step::Patch, step, &Ok(response.clone()));
        }
        if self.length.is_whole(offset) {
            self.state = State::Ended;
            self.emit(Event::Finished);
        } else {
            self.send(Step::Patch);
        }
    }

    /// Creates the upload anew, once; what was wrong with it is the error if that does not help.
    pub(super) fn anew(&mut self, error: Error) {
        if self.recreated {
            return self.fail(error);
        }
        self.recreated = true;
        (self.url, self.offset, self.best, self.reached) = (None, 0, 0, 0);
        self.emit(Event::Progress(0));
        self.send(Step::Create);
    }

    pub(super) fn unauthorized(&mut self, step: Step, response: &Response) {
        if self.renewed || self.cancelling {
            return self.fail(Error::unauthorized(response.status, &response.body));
        }
        self.renewed = true;
        let step = if step == Step::Patch { Step::Locate } else { step };
        self.state = State::Token { step };
        self.actions.push_back(Action::RenewToken);
    }

    pub(super) fn terminate_answered(&mut self, now: Millis, answer: &Answer) {
        let again = is_transient(answer).then(|| self.backoff.next(now, self.jitter, answer)).flatten();
        match again {
            Some(wait) => self.state = State::Waiting { step: Step::Terminate, until: now + wait },
            None => self.cancelled(),
        }
    }

    /// Waits and goes on with `next`; offline, it waits without using up a try.
    pub(super) fn retry(&mut self, now: Millis, next: Step, failed: Step, answer: &Answer) {
        if self.cancelling {
            return self.cancelled();
        }
        // Nothing of what was in flight counts until the server says so.
        self.emit(Event::Progress(self.offset));
        if answer.is_err() {
            self.set_connected(false);
        }
        if failed == Step::Patch && answer.as_ref().map_or(true, |response| response.status >= 500) {
            self.chunk.lost();
        }
        if answer.is_err() && self.sent.0 > 0 {
            self.server.checksums.lost();
            self.server.can_create_with = false;
        }
        if !self.online {
            self.state = State::Offline { step: next };
        } else if let Some(wait) = self.backoff.next(now, self.jitter, answer) {
            self.state = State::Waiting { step: next, until: now + wait };
        } else {
            self.give_up(failed, answer);
        }
    }

    pub(super) fn give_up(&mut self, step: Step, answer: &Answer) {
        self.fail(match answer {
            Ok(response) => Error::refused(step.method(), response.status, &response.body),
            Err(Failure::Unreadable(file)) => Error::Unreadable(*file),
            Err(failure) => Error::Unreachable { failure: *failure },
        });
    }
}
