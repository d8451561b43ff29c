//! The worker's side: hands messages to an engine and its reports to the page.

use js_sys::{Array, Function, Uint8Array, global};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::engine::Engine;
use super::pool::{self, Pool};
use super::protocol::{Report, message, open};
use crate::platform::breakdown::on_breakdown;

/// Called once by the worker's script when the module is instantiated. `start` makes a worker for the pool, on a machine
/// of so many processors.
#[wasm_bindgen]
pub fn run_worker(start: Function, processors: f64) {
    let scope: DedicatedWorkerGlobalScope = global().unchecked_into();
    let post = move |report: Report| {
        // Reports are text only, so posting can't fail.
        drop(scope.post_message(&message(&report, &JsValue::UNDEFINED)));
    };
    on_breakdown({
        let post = post.clone();
        move || {
            post(Report::Broken);
            true
        }
    });
    let engine = Engine::new(Some(Pool::new(start, processors)), post.clone());
    listen(move |message| {
        if let Some((command, files)) = open(&message) {
            engine.command(command, &files);
        }
    });
    post(Report::Ready);
}

/// The same in a worker of the pool.
#[wasm_bindgen]
pub fn run_packer() {
    let scope: DedicatedWorkerGlobalScope = global().unchecked_into();
    on_breakdown({
        let scope = scope.clone();
        move || {
            drop(scope.post_message(&JsValue::NULL));
            true
        }
    });
    let to = scope.clone();
    listen(move |job| {
        let scope = scope.clone();
        spawn_local(async move {
            let made = pool::perform(&job).await.unwrap_or_default();
            // The bytes move: they are wanted on the other side only.
            let bytes = made.get(1).dyn_into::<Uint8Array>().map(|bytes| Array::of1(&bytes.buffer()));
            drop(scope.post_message_with_transfer(&made, &bytes.unwrap_or_default()));
        });
    });
    drop(to.post_message(&JsValue::NULL));
}

/// Has a worker's messages handed to `take` as long as it lives.
fn listen(take: impl Fn(JsValue) + 'static) {
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| take(event.data()));
    let scope: DedicatedWorkerGlobalScope = global().unchecked_into();
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
}
