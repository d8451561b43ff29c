//! One upload to a tus server.

mod answers;

use std::collections::VecDeque;
use std::time::Duration;

use super::checksum;
use super::chunk::Chunk;
use super::error::Error;
use super::interface::{Action, Config, Event, Input};
use super::length::Length;
use super::metadata;
use super::server::Server;
use crate::http::{Body, Digest, Failure, HeaderValue, Method, Request};
use crate::retry::{Backoff, STALL};
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
    /// The furthest that the server ever acknowledged.
    best: u64,
    /// How often it has lost some of that since.
    forgot: u8,
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
            forgot: 0,
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
            Input::LargestChunk(bytes) => self.config.largest_chunk = bytes,
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

    /// Whether it was cancelled, and is over.
    pub fn is_cancelled(&self) -> bool {
        self.cancelling && self.has_ended()
    }

    /// Up to where the server has it, as far as is known.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes to have ready behind those that are on their way.
    pub fn next_chunk_size(&self) -> u64 {
        self.chunk.next_size(self.most())
    }

    /// Of an upload whose length is not known yet, bytes without which nothing is sent.
    pub fn enough(&self) -> u64 {
        self.chunk.enough(self.most())
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
        if self.cancelling {
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
                chunk = self.length.chunk(0, size, size).filter(|_| self.server.can_create_with);
            }
            Step::Patch => {
                headers.push(("Upload-Offset", plain(&self.offset.to_string())));
                let size = self.chunk.size(self.most());
                chunk = Some(self.length.chunk(self.offset, size, self.enough())?);
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
}
