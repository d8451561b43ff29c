//! Performs what the session asks for, as `src/worker/engine.rs` does in the browser; decides nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use auraloader_core::archive::Packed;
use auraloader_core::content::ItemId;
use auraloader_core::credentials::{Grant, Kind, Unresolved};
use auraloader_core::dicom::{NativeDecoder, Reason};
use auraloader_core::http::{Answer, Request};
use auraloader_core::session::{self, Action, Config, Event, Input, Key, RequestId, Session};
use auraloader_core::state::{ErrorContext, ErrorInfo, State, Step};
use auraloader_core::time::{Millis, Unix};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::body::Source;
use super::http::Client;
use super::memory::{Lock, Memory};
use super::outcome::{End, Outcome};
use super::packing::Packing;
use super::progress::Display;
use super::token::TokenCommand;
use crate::files::Files;
use crate::summary::printable;

/// Once it has ended, what is still being told to the server is waited for this long.
const FAREWELL: Duration = Duration::from_secs(10);

/// What an engine works with.
pub(super) struct Shell {
    pub(super) files: Arc<Files>,
    /// Path and size of each file.
    pub(super) listed: Vec<(String, u64)>,
    pub(super) http: Client,
    pub(super) memory: Option<Memory>,
    pub(super) token: Option<TokenCommand>,
    pub(super) display: Display,
    pub(super) debug: bool,
}

/// What came of something that runs beside the session.
pub(super) enum Happened {
    Read(ItemId, Result<Vec<u8>, Reason>),
    Checksum(ItemId, Result<u32, Reason>),
    Packed(ItemId, Result<(Packed, Bytes), Reason>),
    Progress(RequestId, u64),
    Answer(RequestId, Answer),
    Resolved(Kind, u32, Result<Grant, Unresolved>),
}

/// One upload, from listing to the end.
pub(super) struct Engine {
    session: Session,
    shell: Shell,
    started: Instant,
    requests: HashMap<RequestId, AbortHandle>,
    packing: Packing,
    /// Keeps other runs from sending the same.
    locks: Vec<Lock>,
    sender: UnboundedSender<Happened>,
    happened: UnboundedReceiver<Happened>,
    state: State,
    upload_id: Option<String>,
    end: Option<End>,
    interrupted: bool,
    /// Another run sends the same: nothing more goes out.
    barred: bool,
}

impl Engine {
    pub(super) fn new(config: Config, shell: Shell) -> Self {
        let (sender, happened) = unbounded_channel();
        Self {
            session: Session::new(config, Box::new(rand::random), Box::new(NativeDecoder)),
            shell,
            started: Instant::now(),
            requests: HashMap::new(),
            packing: Packing::new(),
            locks: Vec::new(),
            sender,
            happened,
            state: State::default(),
            upload_id: None,
            end: None,
            interrupted: false,
            barred: false,
        }
    }

    /// Runs until it is over or interrupted.
    pub(super) async fn run(mut self) -> Outcome {
        self.handle(Input::Configure);
        let mut interrupts = Interrupts::new();
        let mut farewell = None;
        loop {
            if self.end.is_some() && self.requests.is_empty() {
                break;
            }
            if self.end.is_some() && farewell.is_none() {
                farewell = Some(self.now() + FAREWELL);
            }
            let due = [self.session.poll_timeout(), farewell].into_iter().flatten().min();
            let wait = due.map_or(Duration::from_secs(3600), |due| due.since(self.now()));
            tokio::select! {
                Some(happened) = self.happened.recv() => self.take(happened),
                () = interrupts.next() => {
                    if !self.interrupt() {
                        break;
                    }
                }
                () = tokio::time::sleep(wait) => {
                    if farewell.is_some_and(|until| self.now() >= until) {
                        break;
                    }
                    self.handle(Input::Timeout);
                }
            }
        }
        self.requests.values().for_each(AbortHandle::abort);
        self.shell.display.clear();
        let is_kept = self.shell.memory.is_some();
        let end = self.end.unwrap_or(End::Interrupted { is_kept });
        Outcome { end, state: self.state, upload_id: self.upload_id }
    }

    /// Whether there is still something to wait for: an upload that nobody can go on with is taken back.
    fn interrupt(&mut self) -> bool {
        let is_uploading = matches!(self.state.step, Step::Uploading | Step::Error);
        if self.shell.memory.is_some() || self.interrupted || !is_uploading {
            return false;
        }
        self.interrupted = true;
        self.handle(Input::Cancel);
        true
    }

    fn take(&mut self, happened: Happened) {
        let input = match happened {
            Happened::Read(item, bytes) => Input::Read(item, bytes.map(|bytes| Box::new(bytes) as _)),
            Happened::Checksum(item, crc) => Input::Checksum(item, crc),
            Happened::Packed(item, made) => {
                Input::Packed(item, made.map(|made| self.packing.keep(item, made)))
            }
            Happened::Progress(request, sent) => Input::Progress(request, sent),
            Happened::Answer(request, answer) => {
                // An aborted request is no longer known, and its answer not wanted.
                if self.requests.remove(&request).is_none() {
                    return;
                }
                Input::Answer(request, answer)
            }
            Happened::Resolved(kind, call, result) => Input::Resolved(kind, call, result),
        };
        self.handle(input);
    }

    fn handle(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let now = self.now();
            self.session.set_wall_clock(now, unix());
            self.session.handle(now, input);
            if let Some(id) = self.session.upload_id() {
                self.upload_id = Some(id.to_owned());
            }
            while let Some(action) = self.session.poll() {
                inputs.extend(self.perform(action));
            }
        }
    }

    /// Begins what is asked for; what is known there and then comes back.
    fn perform(&mut self, action: Action) -> Option<Input> {
        match action {
            Action::Read(item, range) => {
                let files = Arc::clone(&self.shell.files);
                self.beside(move || Happened::Read(item, files.read(item.file, &range)));
            }
            Action::Checksum(item, content) => {
                let files = Arc::clone(&self.shell.files);
                self.beside(move || Happened::Checksum(item, files.checksum(&content)));
            }
            Action::Pack(item, content, level) => {
                self.packing.start(item, content, level, &self.shell.files, &self.sender);
            }
            Action::LetGo(item) => self.packing.let_go(item),
            Action::Send(id, request) if !self.barred => {
                self.send(id, request);
                return Some(Input::Sent(id));
            }
            Action::Send(..) => {}
            // Hashing takes a fraction of what the wire takes: it is done as the body is sent.
            Action::Foresee(..) => {}
            Action::Recall => {
                return Some(Input::Recalled(
                    self.shell.memory.as_ref().map(Memory::all).unwrap_or_default(),
                ));
            }
            Action::Fingerprint(upload, mut material, files) => {
                for id in files {
                    material.extend(self.shell.files.modified(id).to_le_bytes());
                }
                let key = session::key(&Sha256::digest(&material));
                return self.lock(&key).then_some(Input::Fingerprint(upload, Some(key)));
            }
            Action::Remember(key, record) => {
                if let Some(memory) = &mut self.shell.memory {
                    memory.remember(&key, record);
                }
            }
            Action::Forget(key) => {
                if let Some(memory) = &mut self.shell.memory {
                    memory.forget(&key);
                }
            }
            Action::Abort(id) => {
                if let Some(request) = self.requests.remove(&id) {
                    request.abort();
                }
            }
            Action::Resolve { kind, call, .. } => self.resolve(kind, call),
            Action::ReleaseFiles(ids) => self.packing.release(&ids),
            Action::Emit(event) => return self.event(event),
        }
        None
    }

    fn event(&mut self, event: Event) -> Option<Input> {
        match event {
            Event::Configured(Ok(())) => {
                let listed = std::mem::take(&mut self.shell.listed);
                self.handle(Input::AddFiles(0, listed));
                return Some(Input::AllListed(1));
            }
            Event::Configured(Err(error)) => self.finish(End::Failed(error)),
            Event::State(state) => {
                self.shell.display.show(&state);
                self.state = *state;
            }
            Event::FilesRead(_) if self.state.studies.is_empty() => self.finish(End::NothingToSend),
            Event::FilesRead(_) => return Some(Input::Upload),
            Event::Complete(result) => self.finish(End::Complete(result)),
            Event::Failed(error) => self.finish(End::Failed(error)),
            Event::Cancelled => self.finish(End::Interrupted { is_kept: false }),
            // Events that a later core may have say nothing of the end.
            _ => {}
        }
        None
    }

    /// The first end is what counts.
    fn finish(&mut self, end: End) {
        self.end.get_or_insert(end);
    }

    /// Whether no other run sends the same at this moment; else this one is over.
    fn lock(&mut self, key: &Key) -> bool {
        let Some(memory) = &self.shell.memory else { return true };
        match memory.lock(key) {
            Ok(lock) => self.locks.extend(lock),
            Err(()) => {
                let message = "these files are being sent by another run".to_owned();
                self.finish(End::Failed(ErrorInfo {
                    context: ErrorContext::Files,
                    message,
                    status_code: None,
                }));
                self.barred = true;
                return false;
            }
        }
        true
    }

    fn send(&mut self, id: RequestId, request: Request) {
        let source = Source::new(&request.body, &self.shell.files, &self.packing);
        let (http, sender) = (self.shell.http.clone(), self.sender.clone());
        let debug = self.shell.debug.then(|| self.shell.display.clone());
        let task = tokio::spawn(async move {
            let progress = sender.clone();
            let answer = match source {
                Some(source) => {
                    http.send(&request, source, move |sent| {
                        // Nobody listens once it is over.
                        let _ = progress.send(Happened::Progress(id, sent));
                    })
                    .await
                }
                None => Err(auraloader_core::http::Failure::Unreadable(None)),
            };
            if let Some(display) = debug {
                log(&display, &request, &answer);
            }
            let _ = sender.send(Happened::Answer(id, answer));
        });
        self.requests.insert(id, task.abort_handle());
    }

    fn resolve(&self, kind: Kind, call: u32) {
        let (token, sender) = (self.shell.token.clone(), self.sender.clone());
        tokio::spawn(async move {
            let result = match token {
                Some(token) => token.run().await,
                None => Err(Unresolved::Failed),
            };
            let _ = sender.send(Happened::Resolved(kind, call, result));
        });
    }

    /// Does something that takes its time on another thread.
    fn beside(&self, task: impl FnOnce() -> Happened + Send + 'static) {
        let sender = self.sender.clone();
        tokio::task::spawn_blocking(move || {
            let _ = sender.send(task());
        });
    }

    fn now(&self) -> Millis {
        Millis(self.started.elapsed().as_millis() as u64)
    }
}

/// Says what was asked and answered; addresses hold no secret, and nothing else is told.
fn log(display: &Display, request: &Request, answer: &Answer) {
    let outcome = match answer {
        Ok(response) => response.status.to_string(),
        Err(failure) => failure.to_string(),
    };
    display.line(&printable(&format!("{} {} → {outcome}", request.method.as_str(), request.url)));
}

fn unix() -> Unix {
    Unix(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64)
}

/// Ctrl-C, and SIGTERM where there is such a thing.
struct Interrupts {
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
}

impl Interrupts {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok(),
        }
    }

    async fn next(&mut self) {
        let interrupt = async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        #[cfg(unix)]
        if let Some(terminate) = &mut self.terminate {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        interrupt.await;
    }
}
