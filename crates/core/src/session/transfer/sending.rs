//! What the tus upload asks for, and getting it ready.

use super::super::packing;
use super::{Action, Event, Purpose, Resumed, Slot, Transfer};
use crate::http::{Body, Request};
use crate::state::{ErrorContext, ErrorInfo};
use crate::time::Millis;
use crate::tus;

impl Transfer {
    pub(super) fn tus(&mut self, now: Millis, input: tus::Input) {
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

    pub(super) fn tus_event(&mut self, now: Millis, event: tus::Event) {
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

    pub(super) fn send(&mut self, now: Millis, request: Request) {
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
    pub(super) fn get_ready(&mut self, now: Millis) {
        self.tus.handle(now, tus::Input::LargestChunk(self.packing.largest_chunk()));
        // Where an upload goes on that was begun in another page, no chunk has been asked for yet.
        if self.sending.end < self.tus.offset() {
            self.sending = self.tus.offset()..self.tus.offset();
            self.packing.wanted(&self.sending);
        }
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
    pub(super) fn foresee(&mut self) {
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

    pub(super) fn pass_on(&mut self) {
        while let Some(action) = self.packing.poll() {
            self.actions.push_back(match action {
                packing::Action::Checksum(item, content) => Action::Checksum(item, content),
                packing::Action::Pack(item, content, level) => Action::Pack(item, content, level),
                packing::Action::LetGo(item) => Action::LetGo(item),
            });
        }
    }
}
