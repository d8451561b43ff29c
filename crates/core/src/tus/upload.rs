//! One upload to a tus server.

use std::collections::VecDeque;
use std::time::Duration;

use super::checksum;
use super::chunk::Chunk;
use super::error::Error;
use super::interface::{Action, Config, Event, Input};
use super::length::Length;
use super::server::Server;
use super::{location, metadata};
use crate::http::{Answer, Body, Digest, Failure, HeaderValue, Method, Request, Response};
use crate::retry::{Backoff, STALL, is_transient};
use crate::time::Millis;

/// How long a cancel waits for the answer to a creation, to be able to take back what it created.
const CANCEL_PATIENCE: Duration = Duration::from_secs(5);
/// Bytes that go with a creation at most: should its answer get lost, nobody can tell where they are.
const WITH_CREATION: u64 = 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// `OPTIONS`: what the server can do, and how much it takes.
    Discover,
    /// `POST`.
    Create,
    /// `HEAD`: where the server is.
    Locate,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Terminate,
}

impl Step {
    fn method(self) -> Method {
        match self {
            Self::Discover => Method::Options,
            Self::Create => Method::Post,
            Self::Locate => Method::Head,
            Self::Patch => Method::Patch,
            Self::Terminate => Method::Delete,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not begun, paused, or failed: waits for `Start` or `Resume`.
    Idle,
    /// A request is out; `since` is its last sign of life.
    Sending {
        step: Step,
        since: Option<Millis>,
    },
    /// Until the next try.
    Waiting {
        step: Step,
        until: Millis,
    },
    /// Until the browser is online.
    Offline {
        step: Step,
    },
    /// Until there is a new token.
    Token {
        step: Step,
    },
    /// Until the owner has more to send, or knows how much it is.
    Owner {
        step: Step,
    },
    Ended,
}

/// The upload. See [`crate`] for the shape that all machines share.
#[derive(Debug)]
pub struct Upload {
    config: Config,
    state: State,
    url: Option<String>,
    offset: u64,
    /// The furthest that the server ever acknowledged; going beyond it is what counts as progress.
    best: u64,
    backoff: Backoff,
    /// The token was renewed since the last progress.
    renewed: bool,
    /// The upload was created anew since it was last started.
    recreated: bool,
    /// The server has been asked what it can do.
    has_discovered: bool,
    online: bool,
    connected: bool,
    cancelling: bool,
    server: Server,
    length: Length,
    chunk: Chunk,
    /// Where the furthest chunk ended.
    reached: u64,
    /// How many bytes went with the last request, and when.
    sent: (u64, Millis),
    jitter: u8,
    actions: VecDeque<Action>,
}

impl Upload {
    /// An upload that has not begun. `jitter` is any number, to spread the retries of many clients.
    pub fn new(config: Config, jitter: u8) -> Self {
        let backoff = Backoff::new(&config.retry_delays);
        let (length, chunk) = (Length::new(config.length), Chunk::new(config.chunk_size));
        let (url, reached) = config.resume.clone().unzip();
        let reached = reached.unwrap_or_default();
        Self {
            config,
            state: State::Idle,
            url,
            offset: 0,
            best: 0,
            backoff,
            renewed: false,
            recreated: false,
            has_discovered: false,
            online: true,
            connected: true,
            cancelling: false,
            server: Server::default(),
            length,
            chunk,
            reached,
            sent: Default::default(),
            jitter,
            actions: VecDeque::new(),
        }
    }

    /// Takes what happened.
    pub fn handle(&mut self, now: Millis, input: Input) {
        match input {
            Input::Start | Input::Resume if self.state == State::Idle => {
                self.backoff.reset();
                (self.renewed, self.recreated) = (false, false);
                let is_known = self.url.is_some() && self.has_discovered;
                self.send(if is_known { Step::Locate } else { Step::Discover });
            }
            Input::Start | Input::Resume => {}
            Input::Sent => {
                self.sent.1 = now;
                self.sign_of_life(now);
            }
            Input::Progress(sent) => {
                self.sign_of_life(now);
                if matches!(self.state, State::Sending { step: Step::Patch | Step::Create, .. }) {
                    self.set_connected(true);
                    let upto = (self.offset + sent).min(self.length.available());
                    self.emit(Event::Progress(upto));
                }
            }
            Input::Answer(answer) => {
                if let State::Sending { step, .. } = self.state {
                    self.answered(now, step, &answer);
                }
            }
            Input::Token(token) => {
                self.config.token = token;
                if let State::Token { step } = self.state {
                    self.send(step);
                }
            }
            Input::Available(bytes) => {
                self.length.set_available(bytes);
                if self.state == (State::Owner { step: Step::Patch }) {
                    self.send(Step::Patch);
                }
            }
            Input::Length(length) => self.set_length(length),
            Input::Woke => {
                self.backoff.reset();
                if self.poll_timeout().is_some() {
                    self.sign_of_life(now);
                }
            }
            Input::Online(online) => self.set_online(online),
            Input::Pause => self.pause(),
            Input::Cancel => self.cancel(now),
            Input::Timeout => self.timeout(now),
        }
    }

    /// The next thing to do, if any.
    pub fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When [`Input::Timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Millis> {
        match self.state {
            State::Sending { since, .. } => Some(since? + self.patience()),
            State::Waiting { until, .. } => Some(until),
            _ => None,
        }
    }

    /// Whether it waits for another token.
    pub fn needs_token(&self) -> bool {
        matches!(self.state, State::Token { .. })
    }

    /// Whether everything is on the server, or it was cancelled.
    pub fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Bytes to have ready behind those that are on their way.
    pub fn next_chunk_size(&self) -> u64 {
        self.chunk.next_size(self.most())
    }

    /// The checksum that a chunk of so many bytes is sent with.
    pub fn digest(&self, len: u64) -> Option<Digest> {
        self.server.checksums.digest().filter(|_| len <= checksum::MOST)
    }

    fn most(&self) -> u64 {
        let most = self.config.largest_chunk;
        if self.server.checksums.digest().is_some() { most.min(checksum::MOST) } else { most }
    }

    fn patience(&self) -> Duration {
        if self.cancelling { CANCEL_PATIENCE } else { STALL }
    }

    fn sign_of_life(&mut self, now: Millis) {
        if let State::Sending { since, .. } = &mut self.state {
            *since = Some(now);
        }
    }

    fn emit(&mut self, event: Event) {
        self.actions.push_back(Action::Emit(event));
    }

    fn set_connected(&mut self, connected: bool) {
        if self.connected != connected {
            self.connected = connected;
            self.emit(Event::Connected(connected));
        }
    }

    fn set_online(&mut self, online: bool) {
        self.online = online;
        match self.state {
            State::Offline { step } | State::Waiting { step, .. } if online => self.send(step),
            // A cancel goes on trying: the person wants to leave.
            State::Waiting { step, .. } if !self.cancelling => {
                self.state = State::Offline { step };
                self.set_connected(false);
            }
            State::Idle if online => self.set_connected(true),
            _ if !online => self.set_connected(false),
            _ => {}
        }
    }

    fn pause(&mut self) {
        if matches!(self.state, State::Ended) || self.cancelling {
            return;
        }
        if matches!(self.state, State::Sending { .. }) {
            self.actions.push_back(Action::Abort);
        }
        self.state = State::Idle;
        self.emit(Event::Progress(self.offset));
    }

    fn cancel(&mut self, now: Millis) {
        if self.cancelling || self.state == State::Ended {
            return;
        }
        self.cancelling = true;
        match self.state {
            // Its answer says where the upload is; without it, it could not be taken back.
            State::Sending { step: Step::Create, since: Some(_) } => return self.sign_of_life(now),
            State::Sending { .. } => self.actions.push_back(Action::Abort),
            _ => {}
        }
        self.terminate();
    }

    fn terminate(&mut self) {
        if self.url.is_some() && self.server.can_terminate != Some(false) {
            self.backoff = Backoff::new(&self.config.retry_delays);
            self.send(Step::Terminate);
        } else {
            self.cancelled();
        }
    }

    fn cancelled(&mut self) {
        self.state = State::Ended;
        self.emit(Event::Cancelled);
    }

    fn fail(&mut self, error: Error) {
        if self.cancelling {
            return self.cancelled();
        }
        self.state = State::Idle;
        self.emit(Event::Failed(error));
    }

    fn timeout(&mut self, now: Millis) {
        match self.state {
            State::Waiting { step, until } if now >= until => self.send(step),
            State::Sending { step, since: Some(since) } if now >= since + self.patience() => {
                self.actions.push_back(Action::Abort);
                self.answered(now, step, &Err(Failure::Stalled));
            }
            _ => {}
        }
    }

    fn set_length(&mut self, length: u64) {
        self.length.set(length);
        if let Some(max) = self.server.exceeded_by(length)
            && !matches!(self.state, State::Idle | State::Ended)
            && !self.cancelling
        {
            self.pause();
            return self.fail(Error::TooLarge { size: length, max });
        }
        if let State::Owner { step } = self.state {
            self.send(step);
        }
    }

    /// Sends the request, or waits for what it needs.
    fn send(&mut self, step: Step) {
        let Some(request) = self.request(step) else {
            self.state = State::Owner { step };
            if step == Step::Create {
                self.emit(Event::NeedsLength);
            }
            return;
        };
        self.state = State::Sending { step, since: None };
        self.actions.push_back(Action::Send(request));
    }

    fn request(&mut self, step: Step) -> Option<Request> {
        let plain = |value: &str| HeaderValue::Plain(value.to_owned());
        let mut headers = vec![
            ("Tus-Resumable", plain("1.0.0")),
            ("Authorization", HeaderValue::Secret("Bearer ", self.config.token.clone())),
        ];
        let mut chunk = None;
        match step {
            Step::Create => {
                if self.length.known().is_none() && !self.server.can_defer {
                    return None;
                }
                let (name, value) = self.length.creating();
                headers.push((name, plain(&value.to_string())));
                headers.push(("Upload-Metadata", plain(&metadata::encode(&self.config.metadata))));
                let size = self.chunk.size(self.most()).min(WITH_CREATION);
                chunk = self.length.chunk(0, size).filter(|_| self.server.can_create_with);
            }
            Step::Patch => {
                headers.push(("Upload-Offset", plain(&self.offset.to_string())));
                chunk = Some(self.length.chunk(self.offset, self.chunk.size(self.most()))?);
                let length = self.length.patching();
                headers.extend(length.map(|length| ("Upload-Length", plain(&length.to_string()))));
            }
            Step::Discover | Step::Locate | Step::Terminate => {}
        }
        let at_endpoint = matches!(step, Step::Discover | Step::Create);
        let url = self.url.as_ref().filter(|_| !at_endpoint).unwrap_or(&self.config.endpoint).clone();
        let (start, end) = chunk.as_ref().map_or((0, 0), |chunk| (chunk.start, chunk.end));
        self.sent.0 = end - start;
        self.reached = self.reached.max(end);
        let checksum = chunk.as_ref().and_then(|_| self.digest(self.sent.0));
        if chunk.is_some() {
            headers.push(("Content-Type", plain("application/offset+octet-stream")));
        }
        let body = chunk.map_or(Body::Empty, Body::Range);
        Some(Request { method: step.method(), url, headers, body, checksum })
    }

    fn answered(&mut self, now: Millis, step: Step, answer: &Answer) {
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

    fn discovered(&mut self, answer: &Answer) {
        self.server = Server::read(answer);
        self.has_discovered = true;
        let size = self.length.available();
        match self.server.exceeded_by(size) {
            Some(max) => self.fail(Error::TooLarge { size, max }),
            None if self.url.is_some() => self.send(Step::Locate),
            None => self.send(Step::Create),
        }
    }

    fn created(&mut self, now: Millis, response: &Response) {
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
    fn located(&mut self, now: Millis, step: Step, response: &Response) {
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
        self.offset = offset;
        self.emit(Event::Progress(offset));
        if offset > self.best {
            self.best = offset;
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
    fn anew(&mut self, error: Error) {
        if self.recreated {
            return self.fail(error);
        }
        self.recreated = true;
        (self.url, self.offset, self.best, self.reached) = (None, 0, 0, 0);
        self.emit(Event::Progress(0));
        self.send(Step::Create);
    }

    fn unauthorized(&mut self, step: Step, response: &Response) {
        if self.renewed || self.cancelling {
            return self.fail(Error::unauthorized(response.status, &response.body));
        }
        self.renewed = true;
        let step = if step == Step::Patch { Step::Locate } else { step };
        self.state = State::Token { step };
        self.actions.push_back(Action::RenewToken);
    }

    fn terminate_answered(&mut self, now: Millis, answer: &Answer) {
        let again = is_transient(answer).then(|| self.backoff.next(now, self.jitter, answer)).flatten();
        match again {
            Some(wait) => self.state = State::Waiting { step: Step::Terminate, until: now + wait },
            None => self.cancelled(),
        }
    }

    /// Waits and goes on with `next`; offline, it waits without using up a try.
    fn retry(&mut self, now: Millis, next: Step, failed: Step, answer: &Answer) {
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

    fn give_up(&mut self, step: Step, answer: &Answer) {
        self.fail(match answer {
            Ok(response) => Error::refused(step.method(), response.status, &response.body),
            Err(Failure::Unreadable) => Error::Unreadable,
            Err(failure) => Error::Unreachable { failure: *failure },
        });
    }
}
