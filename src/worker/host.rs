//! The page's side: starts a worker, or an engine on the page where there can be none.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use auraloader_core::session::Event;
use auraloader_core::state::State;
use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort, Worker};

use super::engine::Engine;
use super::packers::Packers;
use super::protocol::{Command, Report, complete, message, open};
use crate::platform::within::within;

/// A worker that does not answer within this is taken for refused: a policy shows only as a late error, or never.
const HANDSHAKE_MS: u32 = 5000;

/// The engine as the page sees it. Dropping it ends the engine.
pub struct Host(Link);

enum Link {
    Worker { worker: Worker, _listener: Closure<dyn Fn(MessageEvent)>, _on_error: Closure<dyn Fn()> },
    Page(Rc<Engine>),
}

impl Host {
    /// Starts an engine; `on_report` is told what happens. `start_worker` makes the worker and may throw.
    pub async fn start(
        module: &JsValue,
        start_worker: Option<Function>,
        on_report: impl Fn(Report) + 'static,
    ) -> Self {
        let on_report: Rc<dyn Fn(Report)> = Rc::new(with_whole_states(on_report));
        let worker = match start_worker {
            Some(start) => start_in(start, module, Rc::clone(&on_report)).await,
            None => None,
        };
        Self(worker.unwrap_or_else(|| Link::Page(Engine::new(None, move |report| on_report(report)))))
    }

    /// Whether the engine is in a worker of its own.
    pub fn is_worker(&self) -> bool {
        matches!(self.0, Link::Worker { .. })
    }

    /// Sends a command; `files` are what goes beside it.
    pub fn send(&self, command: Command, files: &Array) {
        match &self.0 {
            // All of it can always be posted; bytes and ports move, the page has no more use for them.
            Link::Worker { worker, .. } => {
                let moved = files.filter(&mut |file, _, _| {
                    file.is_instance_of::<ArrayBuffer>() || file.is_instance_of::<MessagePort>()
                });
                drop(worker.post_message_with_transfer(&message(&command, files), &moved));
            }
            Link::Page(engine) => engine.command(command, files),
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        match &self.0 {
            Link::Worker { worker, .. } => {
                worker.set_onmessage(None);
                worker.set_onerror(None);
                worker.terminate();
            }
            Link::Page(engine) => engine.close(),
        }
    }
}

/// Waits for the worker to say that it is ready; `None` if it can't be.
async fn start_in(start: Function, module: &JsValue, on_report: Rc<dyn Fn(Report)>) -> Option<Link> {
    let worker: Worker = start.call0(&JsValue::UNDEFINED).ok()?.unchecked_into();
    let packers = Packers::new(start, module);
    let ready = Rc::new(Cell::new(false));
    let settle = Rc::new(RefCell::new(None));
    let answered = Promise::new(&mut |resolve, _| *settle.borrow_mut() = Some(resolve));
    let settled = move || {
        if let Some(resolve) = settle.take() {
            // A promise's own function does not throw.
            drop(resolve.call0(&JsValue::UNDEFINED));
        }
    };
    let listener = Closure::<dyn Fn(MessageEvent)>::new({
        let (ready, settled, on_report) = (Rc::clone(&ready), settled.clone(), Rc::clone(&on_report));
        move |event: MessageEvent| match open(&event.data()) {
            Some((Report::Ready, _)) => {
                ready.set(true);
                settled();
            }
            Some((Report::StartPacker, port)) => packers.start(&port.get(0).unchecked_into()),
            Some((Report::EndPacker(number), _)) => packers.end(number),
            Some((report, _)) => on_report(report),
            None => {}
        }
    });
    let on_error = Closure::<dyn Fn()>::new({
        let ready = Rc::clone(&ready);
        move || if ready.get() { on_report(Report::Broken) } else { settled() }
    });
    worker.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    let first = Object::new();
    let posted =
        Reflect::set(&first, &"module".into(), module).is_ok() && worker.post_message(&first).is_ok();
    if posted && within(HANDSHAKE_MS, answered).await.is_some() && ready.get() {
        return Some(Link::Worker { worker, _listener: listener, _on_error: on_error });
    }
    worker.set_onmessage(None);
    worker.set_onerror(None);
    worker.terminate();
    None
}

/// Puts back the lists that the engine leaves out of states when they did not change.
fn with_whole_states(on_report: impl Fn(Report)) -> impl Fn(Report) {
    let last = RefCell::new(State::default());
    move |mut report| {
        if let Report::Event { event: Event::State(state), same } = &mut report {
            complete(state, &last.borrow(), *same);
            *last.borrow_mut() = State::clone(state);
        }
        on_report(report);
    }
}
