//! Performs what the session asks for; in the worker, or on the page where workers are refused.

mod body;
mod memory;
mod packing;
mod pictures;

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use auraloader_core::archive::Part;
use auraloader_core::dicom::Reason;
use auraloader_core::few::Few;
use auraloader_core::http::{Answer, Body, Failure, Request};
use auraloader_core::session::{Action, Input, Key, RequestId, Session};
use auraloader_core::time::Millis;
use gloo_timers::callback::Timeout;
use js_sys::{Array, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::XmlHttpRequest;

use packing::Packing;

use super::files::Files;
use super::pool::Pool;
use super::protocol::{Command, Report, Slimmer};
use crate::platform::http::Pending;
use crate::platform::text::BrowserDecoder;
use crate::platform::{clock, files, http, random};

/// What was begun for a request before it was to be sent.
struct Ahead {
    /// What it carries, if that was foreseen.
    body: Option<Promise>,
    /// The records that have to be written first.
    recorded: Option<Promise>,
}

/// One widget's engine.
pub(super) struct Engine {
    me: Weak<Self>,
    session: RefCell<Option<Session>>,
    files: Files,
    requests: RefCell<Few<RequestId, Pending>>,
    /// Of each archive that is being sent.
    foreseen: RefCell<Few<usize, body::Foreseen>>,
    /// Uploads that no other page may go on with.
    locked: RefCell<Vec<Key>>,
    /// Handles of all that is being uploaded, if there are any.
    handles: RefCell<Array>,
    /// Comes true when all records are written.
    recorded: RefCell<Option<Promise>>,
    packing: Packing,
    timer: RefCell<Option<(Millis, Timeout)>>,
    slimmer: RefCell<Slimmer>,
    report: Rc<dyn Fn(Report)>,
    debug: RefCell<bool>,
}

impl Engine {
    /// An engine that tells what happens to `report`; `pool` is there in a worker.
    pub(super) fn new(pool: Option<Pool>, report: impl Fn(Report) + 'static) -> Rc<Self> {
        let report: Rc<dyn Fn(Report)> = Rc::new(report);
        Rc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            session: RefCell::default(),
            files: Files::new(Rc::clone(&report)),
            requests: RefCell::default(),
            foreseen: RefCell::default(),
            locked: RefCell::default(),
            handles: RefCell::default(),
            recorded: RefCell::default(),
            packing: Packing::new(pool),
            timer: RefCell::default(),
            slimmer: RefCell::default(),
            report,
            debug: RefCell::default(),
        })
    }

    pub(super) fn command(&self, command: Command, files: &Array) {
        let input = match command {
            Command::Open { config, debug } => {
                let session = Session::new(*config, Box::new(random::bytes), Box::new(BrowserDecoder));
                *self.session.borrow_mut() = Some(session);
                *self.debug.borrow_mut() = debug;
                Input::Configure
            }
            Command::AddFiles { first, paths, coming } => {
                let sizes = self.files.add(first, files);
                self.handle(Input::AddFiles(first, paths.into_iter().zip(sizes).collect()));
                Input::Expect(coming)
            }
            Command::Contents(ids) => return self.files.arrived(&ids, files),
            Command::AllListed(drop) => Input::AllListed(drop),
            Command::StopReading => Input::StopReading,
            Command::Resolved { kind, call, result } => Input::Resolved(kind, call, result),
            Command::Online(online) => Input::Online(online),
            Command::Upload => {
                *self.handles.borrow_mut() = files.clone();
                Input::Upload
            }
            Command::Abandon(key) => return self.spawn(move |engine| engine.abandon(key)),
            Command::Pause => Input::Pause,
            Command::Resume => Input::Resume,
            Command::Cancel => Input::Cancel,
            Command::Reset => Input::Reset,
            Command::RemoveStudy(uid) => Input::RemoveStudy(uid),
            Command::Pictures => return self.answer_pictures(&files.get(0).unchecked_into()),
        };
        self.handle(input);
    }

    /// Ends everything; for an engine on the page, as a worker is simply ended.
    pub(super) fn close(&self) {
        let requests = self.requests.take();
        requests.iter().for_each(|(_, pending)| pending.abort());
        self.files.end();
        self.foreseen.borrow_mut().clear();
        self.packing.release(&self.files);
        *self.timer.borrow_mut() = None;
        // After a panic it stays borrowed, as nothing is unwound.
        if let Ok(mut session) = self.session.try_borrow_mut() {
            *session = None;
        }
    }

    fn handle(&self, input: Input) {
        if let Some(session) = &mut *self.session.borrow_mut() {
            let now = clock::now();
            session.set_wall_clock(now, clock::unix());
            session.handle(now, input);
        }
        // Performing an action can bring the next input, so the session is not held meanwhile.
        while let Some(action) = self.next_action() {
            self.perform(action);
        }
        self.set_timer();
    }

    fn next_action(&self) -> Option<Action> {
        self.session.borrow_mut().as_mut().and_then(Session::poll)
    }

    fn perform(&self, action: Action) {
        match action {
            Action::Read(item, range) => self.spawn(move |engine| async move {
                let bytes = engine.files.read(item.file, range).await;
                engine.handle(Input::Read(item, bytes));
            }),
            Action::Checksum(item, content) => self.spawn(move |engine| async move {
                let crc = match engine.files.source(item.file).await {
                    // A file that has been let go of meanwhile is of no interest.
                    Some(source) => {
                        files::checksum(&source, &content, || engine.files.knows(item.file)).await
                    }
                    None => Err(Reason::Unreadable),
                };
                engine.handle(Input::Checksum(item, crc));
            }),
            Action::Pack(item, content, level) => self.spawn(move |engine| async move {
                let packed = engine.pack(item, &content, level).await;
                engine.handle(Input::Packed(item, packed));
            }),
            Action::LetGo(item) => self.packing.let_go(item),
            Action::Send(id, request) => {
                // Known at once, so that it can be aborted before it has begun.
                let pending = Pending::of(&request);
                if let Some(pending) = &pending {
                    self.requests.borrow_mut().insert(id, pending.clone());
                }
                let ahead = Ahead { body: self.foreseen(&request), recorded: self.recorded.borrow().clone() };
                self.spawn(move |engine| async move { engine.send(id, request, pending, ahead).await });
            }
            Action::Foresee(archive, digest, parts) => self.foresee(archive, digest, parts),
            Action::Recall => self.spawn(Self::recall),
            Action::Fingerprint(upload, material, files) => {
                self.spawn(move |engine| engine.fingerprint(upload, material, files));
            }
            Action::Remember(key, record) => self.remember(key, &record),
            Action::Forget(key) => spawn_local(memory::forget(key)),
            Action::Abort(id) => {
                // Aborting can report progress there and then.
                let pending = self.requests.borrow_mut().remove(&id);
                pending.iter().for_each(Pending::abort);
            }
            Action::Resolve { kind, call, subject, attempt } => {
                (self.report)(Report::Resolve { kind, call, subject, attempt });
            }
            Action::ReleaseFiles(ids) => {
                self.files.release(&ids);
                self.packing.release(&self.files);
                self.foreseen.borrow_mut().clear();
                (self.report)(Report::LetGo(ids.start, ids.end));
            }
            Action::Emit(event) => {
                let report = self.slimmer.borrow_mut().slim(event);
                (self.report)(report);
            }
        }
    }

    fn spawn<F: Future<Output = ()> + 'static>(&self, task: impl FnOnce(Rc<Self>) -> F) {
        if let Some(me) = self.me.upgrade() {
            spawn_local(task(me));
        }
    }

    async fn send(self: Rc<Self>, id: RequestId, request: Request, pending: Option<Pending>, ahead: Ahead) {
        // Aborted before it began.
        if pending.is_some() && !self.requests.borrow().contains_key(&id) {
            return;
        }
        let answer = match (&request.body, &pending) {
            (Body::Parts(parts), Some(Pending::Xhr(xhr))) => {
                self.send_parts(id, &request, parts, xhr, ahead).await
            }
            (_, Some(Pending::Fetch(controller))) => http::fetch(&request, controller).await,
            _ => Err(Failure::Network),
        };
        self.log(&request, &answer);
        // An aborted request is no longer known, and its answer not wanted.
        if self.requests.borrow_mut().remove(&id).is_some() || pending.is_none() {
            self.handle(Input::Answer(id, answer));
        }
    }

    async fn send_parts(
        self: &Rc<Self>,
        id: RequestId,
        request: &Request,
        parts: &[Part],
        xhr: &XmlHttpRequest,
        ahead: Ahead,
    ) -> Answer {
        let answer = self.try_to_send(id, request, parts, xhr, ahead).await;
        // A body that can't be read looks like a connection that broke.
        if matches!(answer, Err(Failure::Network | Failure::Unreadable(None)))
            && self.requests.borrow().contains_key(&id)
        {
            for part in parts {
                if let Part::File { file, .. } = part
                    && self.files.has(*file)
                    && self.files.read(*file, 0..1).await.is_err()
                {
                    return Err(Failure::Unreadable(Some(*file)));
                }
            }
        }
        answer
    }

    async fn try_to_send(
        self: &Rc<Self>,
        id: RequestId,
        request: &Request,
        parts: &[Part],
        xhr: &XmlHttpRequest,
        ahead: Ahead,
    ) -> Answer {
        let (body, checksum) = self.body(request.checksum, parts, ahead.body).await?;
        memory::until(ahead.recorded).await;
        // Which may show that the machine slept, and that the token has to be renewed first.
        self.handle(Input::Sent(id));
        // Aborted meanwhile: what is not open yet can't be.
        if !self.requests.borrow().contains_key(&id) {
            return Err(Failure::Network);
        }
        let me = Weak::clone(&self.me);
        let progress = move |sent| {
            if let Some(engine) = me.upgrade() {
                engine.handle(Input::Progress(id, sent));
            }
        };
        http::send(xhr, request, body, checksum, progress).await
    }

    /// Says what was asked and answered; addresses hold no secret, and nothing else is told.
    fn log(&self, request: &Request, answer: &Answer) {
        if *self.debug.borrow() {
            let outcome = match answer {
                Ok(response) => response.status.to_string(),
                Err(failure) => failure.to_string(),
            };
            let line = format!("[auraloader] {} {} → {outcome}", request.method.as_str(), request.url);
            web_sys::console::debug_1(&line.into());
        }
    }

    /// Comes back when the session next wants to; one set for earlier just finds nothing to do.
    fn set_timer(&self) {
        let due = self.session.borrow().as_ref().and_then(Session::poll_timeout);
        let Some(due) = due else { return };
        let mut timer = self.timer.borrow_mut();
        if timer.as_ref().is_some_and(|(set, _)| *set <= due) {
            return;
        }
        let me = Weak::clone(&self.me);
        let wait = due.since(clock::now()).as_millis() as u32;
        let timeout = Timeout::new(wait, move || {
            if let Some(engine) = me.upgrade() {
                // It has run: dropping it must not clear a timer that some other code was given the number of.
                if let Some((_, timeout)) = engine.timer.borrow_mut().take() {
                    timeout.forget();
                }
                engine.handle(Input::Timeout);
            }
        });
        *timer = Some((due, timeout));
    }
}
