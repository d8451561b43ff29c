//! What the tus upload asks for, and getting it ready.

use super::super::packing;
use super::archive::Archive;
use super::{AT_A_TIME, Action, Event, Purpose, Slot, Transfer, unreadable};
use crate::http::{Body, Request};
use crate::state::{ErrorContext, ErrorInfo};
use crate::time::Millis;
use crate::tus;

impl Transfer {
    /// Lets archives begin while fewer than may are on their way.
    pub(super) fn take_turns(&mut self, now: Millis) {
        let is_running = |archive: &&Archive| !archive.tus.has_ended();
        while self.begun < self.archives.len()
            && self.archives.iter().take(self.begun).filter(is_running).count() < AT_A_TIME
        {
            self.begun += 1;
            self.get_ready(now, self.begun - 1);
        }
    }

    pub(super) fn tus_all(&mut self, now: Millis, input: impl Fn() -> tus::Input) {
        (0..self.archives.len()).for_each(|at| self.tus(now, at, input()));
    }

    pub(super) fn tus(&mut self, now: Millis, at: usize, input: tus::Input) {
        if let Some(archive) = self.archives.get_mut(at) {
            archive.tus.handle(now, input);
        }
        while let Some(archive) = self.archives.get_mut(at)
            && let Some(action) = archive.tus.poll()
        {
            match action {
                tus::Action::Send(request) => self.send(now, at, request),
                tus::Action::Abort => {
                    archive.on_wire = None;
                    // A PATCH still held has not been sent.
                    if archive.held.take().is_none() {
                        self.actions.push_back(Action::Abort(Slot::Tus(at)));
                    }
                }
                // One answer is for all that ask.
                tus::Action::RenewToken if matches!(self.call, Some((Purpose::Config, _))) => {}
                tus::Action::RenewToken => {
                    let request = self.settings.api.config();
                    self.make_call(now, Purpose::Config, request);
                }
                tus::Action::Emit(event) => self.tus_event(now, at, event),
            }
        }
    }

    fn tus_event(&mut self, now: Millis, at: usize, event: tus::Event) {
        let Some(archive) = self.archives.get_mut(at) else { return };
        match event {
            tus::Event::Progress(sent) => {
                archive.set_sent(sent);
                self.actions.push_back(Action::Emit(Event::Progress));
            }
            tus::Event::NeedsLength => {
                archive.packing.needs_len();
                self.get_ready(now, at);
            }
            tus::Event::Connected(connected) => {
                archive.is_connected = connected;
                let connected = self.archives.iter().all(|archive| archive.is_connected);
                self.actions.push_back(Action::Emit(Event::Connected(connected)));
            }
            tus::Event::Created(url) => {
                archive.url = Some(url);
                self.remember();
            }
            tus::Event::Finished => {
                self.take_turns(now);
                self.go_on(now);
                self.complete_if_verified(now);
            }
            // Whose it was may not be known here any more, or it is not what it was.
            tus::Event::Failed(error) if archive.is_doubtful(error.status()) => self.outdated(now),
            tus::Event::Failed(error) => {
                let (context, path) = match error {
                    tus::Error::Unreadable(file) => {
                        (ErrorContext::Files, file.map(|file| archive.packing.path(file.into())))
                    }
                    _ => (ErrorContext::Upload, None),
                };
                let info = match path {
                    Some(path) if !path.is_empty() => unreadable(path),
                    // An entry of an archive has a path of its own.
                    _ => ErrorInfo { context, message: error.to_string(), status_code: error.status() },
                };
                self.fail(now, info);
            }
            tus::Event::Cancelled => {
                if self.archives.iter().all(|archive| archive.tus.is_cancelled()) {
                    self.tell_cancel(now);
                }
            }
        }
    }

    fn send(&mut self, now: Millis, at: usize, request: Request) {
        let Some(archive) = self.archives.get_mut(at) else { return };
        if let Body::Range(range) = &request.body {
            archive.sending = range.clone();
            archive.packing.wanted(range);
            archive.held = Some((range.clone(), request));
            self.get_ready(now, at);
        } else {
            archive.tus.handle(now, tus::Input::Sent);
            self.actions.push_back(Action::Send(Slot::Tus(at), request));
        }
    }

    pub(super) fn drop_held(&mut self) {
        self.archives.iter_mut().for_each(|archive| archive.held = None);
    }

    /// Has what comes next got ready, sends the held PATCH if that is by now, and tells how much can be sent.
    pub(super) fn get_ready(&mut self, now: Millis, at: usize) {
        let Some(archive) = self.archives.get_mut(at) else { return };
        archive.read_ahead(now);
        self.pass_on(at);
        let Some(archive) = self.archives.get_mut(at) else { return };
        let mut is_sent = false;
        if let Some((range, request)) = archive.held.take() {
            match archive.packing.parts(&range) {
                Ok(parts) => {
                    archive.on_wire = Some((now, 0));
                    if archive.is_beyond_record(range.end) {
                        self.remember();
                    }
                    let request = Request { body: Body::Parts(parts), ..request };
                    self.actions.push_back(Action::Send(Slot::Tus(at), request));
                    is_sent = true;
                }
                Err(_) => archive.held = Some((range, request)),
            }
        }
        let Some(archive) = self.archives.get_mut(at) else { return };
        let foreseen = archive.foresee();
        let is_new = foreseen.is_some() && archive.is_beyond_record(archive.foreseen.end);
        self.actions.extend(foreseen.map(|(digest, parts)| Action::Foresee(at, digest, parts)));
        // Not only as it is sent, which would have to wait for it.
        if is_new || (is_sent && self.has_moved_on()) {
            self.remember();
        }
        let Some(archive) = self.archives.get_mut(at) else { return };
        if let Some(input) = archive.news_of_length() {
            self.tus(now, at, input);
        }
    }

    pub(super) fn pass_on(&mut self, at: usize) {
        while let Some(action) = self.archives.get_mut(at).and_then(|archive| archive.packing.poll()) {
            self.actions.push_back(match action {
                packing::Action::Checksum(item, content) => Action::Checksum(item, content),
                packing::Action::Pack(item, content, level) => Action::Pack(item, content, level),
                packing::Action::LetGo(item) => Action::LetGo(item),
            });
        }
    }
}
