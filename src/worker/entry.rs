//! The worker's side: hands messages to an engine and its reports to the page.

use js_sys::global;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::engine::Engine;
use super::protocol::{Report, message, open};
use crate::platform::breakdown::on_breakdown;

/// Called once by the worker's script when the module is instantiated.
#[wasm_bindgen]
pub fn run_worker() {
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
    let engine = Engine::new(post.clone());
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some((command, files)) = open(&event.data()) {
            engine.command(command, &files);
        }
    });
    global()
        .unchecked_ref::<DedicatedWorkerGlobalScope>()
        .set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // It lives as long as the worker.
    listener.forget();
    post(Report::Ready);
}
