//! The class that the TypeScript `StandaloneAuraloader` stands on. Its order of calls is checked there.

mod intake;
mod lending;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use auraloader_core::credentials::{Kind, Subject};
use auraloader_core::session::{DropId, Event, Key};
use auraloader_core::state::{ErrorContext, ErrorInfo, State, Step};
use js_sys::{Array, Function, Object, Promise};
use leptos::prelude::{GetUntracked, Owner, RwSignal, Set, WithUntracked};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DataTransfer, File, HtmlElement};

use super::error;
use super::events::{self, States, Topic};
use super::options::Options;
use super::page::{self, OnlineListener};
use super::vigil::Vigil;
use crate::platform::breakdown::on_breakdown;
use crate::platform::waiters::Waiters;
use crate::ui::{self, Intent, Intents, Model, Mounted};
use crate::worker::{Command, Host, Report};
use intake::Intake;
use lending::Lending;

/// One widget.
#[wasm_bindgen]
pub struct Widget(Rc<Inner>);

struct Inner {
    options: Options,
    container: HtmlElement,
    module: JsValue,
    start_worker: Option<Function>,
    /// Keeps the signal alive; disposed of with the widget.
    owner: Owner,
    model: Model,
    states: States,
    /// The state whose lists the host was last told of.
    told: RefCell<State>,
    host: RefCell<Option<Rc<Host>>>,
    mounted: RefCell<Option<Mounted>>,
    online: RefCell<Option<OnlineListener>>,
    /// There while an upload runs.
    vigil: RefCell<Option<Vigil>>,
    intake: Intake,
    lending: Lending,
    destroyed: Cell<bool>,
    waiting: Waiting,
}

#[derive(Default)]
struct Waiting {
    init: RefCell<Waiters>,
    upload: RefCell<Waiters>,
    cancel: RefCell<Waiters>,
    reset: RefCell<Waiters>,
    remove: RefCell<Waiters>,
}

#[wasm_bindgen]
impl Widget {
    /// A widget that draws nothing yet. `module` is what the worker is given; `start_worker` makes one.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(
        options: &Object,
        container: HtmlElement,
        module: JsValue,
        start_worker: Option<Function>,
    ) -> Self {
        let owner = Owner::new_root(None);
        let model =
            owner.with(|| Model { state: RwSignal::new(State::default()), may_sleep: RwSignal::new(false) });
        let inner = Rc::new(Inner {
            options: Options::read(options),
            container,
            module,
            start_worker,
            owner,
            model,
            states: States::default(),
            told: RefCell::default(),
            host: RefCell::default(),
            mounted: RefCell::default(),
            online: RefCell::default(),
            vigil: RefCell::default(),
            intake: Intake::default(),
            lending: Lending::default(),
            destroyed: Cell::default(),
            waiting: Waiting::default(),
        });
        let weak = Rc::downgrade(&inner);
        on_breakdown(move || weak.upgrade().map(|inner| inner.broke_down()).is_some());
        Self(inner)
    }

    /// Starts the engine and fetches the server's configuration.
    pub fn init(&self) -> Promise {
        let promise = self.0.waiting.init.borrow_mut().promise();
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            let Some(inner) = weak.upgrade() else { return };
            let (module, start_worker) = (inner.module.clone(), inner.start_worker.clone());
            drop(inner);
            let reports = Weak::clone(&weak);
            let report = move |report| reports.upgrade().iter().for_each(|inner| inner.reported(&report));
            let host = Host::start(&module, start_worker, report).await;
            if let Some(inner) = weak.upgrade() {
                inner.started(host);
            }
        });
        promise
    }

    /// Draws the widget into its container.
    ///
    /// # Errors
    /// The container can't hold it.
    pub fn mount(&self) -> Result<(), JsValue> {
        let weak = Rc::downgrade(&self.0);
        let intents = Intents::new(move |intent| {
            if let Some(inner) = weak.upgrade() {
                inner.intended(intent);
            }
        });
        let mounted = ui::mount(
            &self.0.container,
            self.0.model,
            intents,
            self.0.options.theme,
            self.0.options.language.clone(),
        )?;
        *self.0.mounted.borrow_mut() = Some(mounted);
        Ok(())
    }

    /// Adds a `File[]`, `FileList` or `DataTransfer`, as if dropped; ends when all are read.
    #[wasm_bindgen(js_name = addFiles)]
    pub fn add_files(&self, files: &JsValue) -> Promise {
        if matches!(self.0.step(), Step::Uploading | Step::Paused | Step::Error) {
            let message = "Files can't be added while an upload is unfinished. Cancel or reset it first.";
            return Promise::reject(&error::with_message(message));
        }
        match files.dyn_ref::<DataTransfer>() {
            Some(transfer) => self.0.add_dropped(transfer),
            None => {
                let is_file = &mut |file: JsValue, _, _: Array| file.is_instance_of::<File>();
                self.0.add_chosen(Array::from(files).filter(is_file));
            }
        }
        self.0.intake.promise()
    }

    /// Uploads what was found, or goes on after an error; ends when the upload has.
    pub fn upload(&self) -> Promise {
        if !matches!(self.0.step(), Step::Pending | Step::Error) {
            return done();
        }
        self.0.ask(&self.0.waiting.upload, Command::Upload)
    }

    /// Pauses the upload.
    pub fn pause(&self) {
        self.0.send(Command::Pause);
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        self.0.send(Command::Resume);
    }

    /// Ends everything that is running; ends when the server has been cleaned up.
    pub fn cancel(&self) -> Promise {
        let rests = matches!(self.0.step(), Step::Start | Step::Complete | Step::Cancelled);
        if rests && !self.0.intake.is_busy() {
            return done();
        }
        self.0.ask(&self.0.waiting.cancel, Command::Cancel)
    }

    /// Back to the start.
    pub fn reset(&self) -> Promise {
        self.0.ask(&self.0.waiting.reset, Command::Reset)
    }

    /// Takes a study out of the queue.
    #[wasm_bindgen(js_name = removeStudy)]
    pub fn remove_study(&self, uid: String) -> Promise {
        if self.0.step() != Step::Pending {
            return done();
        }
        self.0.ask(&self.0.waiting.remove, Command::RemoveStudy(uid))
    }

    /// Has the engine answer on `port`: to a Study Instance UID with `[Blob, whether it is a raw deflate stream]` of the image
    /// by which the study is shown, or `undefined`.
    pub fn pictures(&self, port: &JsValue) {
        self.0.send_with(Command::Pictures, &Array::of1(port));
    }

    /// Unmounts, ends the engine and lets go of everything.
    pub fn destroy(&self) {
        self.0.destroyed.set(true);
        drop(self.0.mounted.take());
        drop(self.0.host.take());
        drop(self.0.online.take());
        drop(self.0.vigil.take());
        self.0.lending.end();
        self.0.owner.cleanup();
    }
}

fn done() -> Promise {
    Promise::resolve(&JsValue::UNDEFINED)
}

impl Inner {
    fn step(&self) -> Step {
        self.model.state.try_with_untracked(|state| state.step).unwrap_or_default()
    }

    /// Sends a command whose end is waited for; an engine on the page may be done before this returns.
    fn ask(&self, waiters: &RefCell<Waiters>, command: Command) -> Promise {
        if self.host.borrow().is_none() {
            return done();
        }
        let promise = waiters.borrow_mut().promise();
        self.send(command);
        promise
    }

    fn send(&self, command: Command) {
        let handles = if matches!(command, Command::Upload) { self.intake.handles() } else { Array::new() };
        self.send_with(command, &handles);
    }

    /// The upload that was left unfinished.
    fn unfinished(&self) -> Option<Key> {
        self.model
            .state
            .try_with_untracked(|state| state.unfinished.as_ref().map(|it| it.key.clone()))
            .flatten()
    }

    fn send_with(&self, command: Command, files: &Array) {
        if matches!(command, Command::StopReading | Command::Cancel | Command::Reset) {
            self.intake.stop(matches!(command, Command::StopReading));
        }
        // Held by itself: what comes of it on the page can be that the host page destroys the widget.
        let host = self.host.borrow().clone();
        if let Some(host) = host {
            host.send(command, files);
        }
    }

    fn tell(&self, topic: Topic, detail: &JsValue) {
        events::tell(&self.options, &self.container, topic, detail);
    }

    fn started(self: &Rc<Self>, host: Host) {
        // Destroyed meanwhile: the engine ends with its host.
        if self.destroyed.get() {
            return;
        }
        if self.options.debug {
            let place = if host.is_worker() { "in a worker" } else { "on the page, as a worker was refused" };
            web_sys::console::debug_1(&format!("[auraloader] The engine runs {place}").into());
        }
        *self.host.borrow_mut() = Some(Rc::new(host));
        let config = Box::new(self.options.config.clone());
        self.send(Command::Open { config, debug: self.options.debug });
        self.send(Command::Online(page::is_online()));
        let weak = Rc::downgrade(self);
        let listener = OnlineListener::new(move |online| {
            weak.upgrade().iter().for_each(|inner| inner.send(Command::Online(online)));
        });
        *self.online.borrow_mut() = Some(listener);
    }

    fn reported(self: &Rc<Self>, report: &Report) {
        match report {
            Report::Event { event, .. } => self.happened(event),
            Report::Resolve { kind, call, subject, attempt } => {
                self.resolve(*kind, *call, subject.as_ref(), *attempt)
            }
            Report::Ask(ids) => self.lend(ids),
            Report::LetGo(first, end) => self.lending.let_go(&(*first..*end)),
            Report::Broken => self.broke_down(),
            // The host's own.
            Report::Ready | Report::StartPacker | Report::EndPacker(_) => {}
        }
    }

    fn happened(&self, event: &Event) {
        match event {
            Event::Configured(Ok(())) => self.waiting.init.borrow_mut().resolve(),
            Event::Configured(Err(info)) => self.waiting.init.borrow_mut().reject(&error::to_js(info)),
            Event::State(state) => self.changed(State::clone(state)),
            Event::FilesRead(drop) => self.files_read(*drop),
            Event::Complete(result) => {
                self.waiting.upload.borrow_mut().resolve();
                // A cancel that came too late.
                self.waiting.cancel.borrow_mut().resolve();
                self.tell(Topic::Complete, &events::result(result));
            }
            Event::Failed(info) => self.failed(info),
            Event::Cancelled => {
                self.intake.stopped();
                self.tell(Topic::Cancel, &JsValue::UNDEFINED);
                self.waiting.upload.borrow_mut().resolve();
                self.waiting.cancel.borrow_mut().resolve();
            }
            _ => {}
        }
    }

    /// Calls the host's resolver; what comes of it goes to the engine, whenever that is.
    fn resolve(self: &Rc<Self>, kind: Kind, call: u32, subject: Option<&Subject>, attempt: u32) {
        let resolution = self.options.resolvers.call(kind, subject, attempt);
        let inner = Rc::clone(self);
        spawn_local(async move {
            let result = resolution.await;
            inner.send(Command::Resolved { kind, call, result });
        });
    }

    fn changed(&self, state: State) {
        // A widget that has been destroyed has no state any more.
        let Some(moved) = self.model.state.try_with_untracked(|last| last.progress != state.progress) else {
            return;
        };
        let (public, progress) = (self.states.public(&state), events::progress(&state.progress));
        let step = state.step;
        self.watch(step == Step::Uploading);
        self.model.state.set(state);
        self.waiting.remove.borrow_mut().resolve();
        if step != Step::Processing {
            self.intake.stopped();
        }
        if step == Step::Start {
            for waiters in [&self.waiting.reset, &self.waiting.upload, &self.waiting.cancel] {
                waiters.borrow_mut().resolve();
            }
        }
        self.tell(Topic::State, &public);
        if moved && matches!(step, Step::Processing | Step::Uploading) {
            self.tell(Topic::Progress, &progress);
        }
    }

    fn watch(&self, is_uploading: bool) {
        let mut vigil = self.vigil.borrow_mut();
        if !is_uploading {
            *vigil = None;
        } else if vigil.is_none() {
            *vigil = Some(Vigil::new(self.model.may_sleep));
        }
    }

    fn files_read(&self, drop: DropId) {
        let state = self.model.state.try_get_untracked().unwrap_or_default();
        let told = self.told.replace(state.clone());
        if !state.studies.is_empty() && !Arc::ptr_eq(&told.studies, &state.studies) {
            self.tell(Topic::Studies, &self.states.studies(&state));
        }
        if !state.rejected.is_empty() && !Arc::ptr_eq(&told.rejected, &state.rejected) {
            self.tell(Topic::Rejected, &self.states.rejected(&state));
        }
        self.intake.read(drop);
    }

    fn failed(&self, info: &ErrorInfo) {
        self.waiting.upload.borrow_mut().resolve();
        self.tell(Topic::Error, &error::to_js(info));
    }

    /// A panic, in the worker or here. Nothing will answer any more.
    fn broke_down(&self) {
        if self.destroyed.get() {
            return;
        }
        let info = ErrorInfo {
            context: ErrorContext::Init,
            message: "The uploader has broken down. Reload the page and add your files again.".to_owned(),
            status_code: None,
        };
        drop(self.host.take());
        self.lending.end();
        let state = State { step: Step::Error, error: Some(info.clone()), ..State::default() };
        let error = error::to_js(&info);
        self.changed(state);
        self.failed(&info);
        self.waiting.init.borrow_mut().reject(&error);
        self.intake.read(DropId::MAX);
        for waiters in [&self.waiting.cancel, &self.waiting.reset, &self.waiting.remove] {
            waiters.borrow_mut().resolve();
        }
    }

    fn intended(self: &Rc<Self>, intent: Intent) {
        match intent {
            Intent::Chosen(files) => self.add_chosen(files),
            Intent::Dropped(transfer) => self.add_dropped(&transfer),
            Intent::StopReading => self.send(Command::StopReading),
            Intent::Upload => self.send(Command::Upload),
            Intent::GoOn => self.add_again(),
            Intent::Abandon => self.unfinished().into_iter().for_each(|key| self.send(Command::Abandon(key))),
            Intent::Pause => self.send(Command::Pause),
            Intent::Resume => self.send(Command::Resume),
            Intent::Cancel => self.send(Command::Cancel),
            Intent::Reset => self.send(Command::Reset),
            Intent::RemoveStudy(uid) => self.send(Command::RemoveStudy(uid)),
        }
    }
}
