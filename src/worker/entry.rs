//! The worker's side: hands messages to an engine and its reports to the page.

use js_sys::{Array, Function, Uint8Array, global};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, MessagePort};

use super::engine::Engine;
use super::pool::{self, Pool};
use super::protocol::{Report, message, open};
use crate::platform::breakdown::on_breakdown;

/// Called once by the worker's script when the module is instantiated, on a machine of so many processors.
#[wasm_bindgen]
pub fn run_worker(processors: f64) {
    on_breakdown(|| {
        post(Report::Broken, &Array::new());
        true
    });
    let pool = Pool::new(post, processors);
    let engine = Engine::new(Some(pool), |report| post(report, &Array::new()));
    scope().set_onmessage(Some(&listener(move |message| {
        if let Some((command, files)) = open(&message) {
            engine.command(command, &files);
        }
    })));
    post(Report::Ready, &Array::new());
}

/// The same in a worker of the pool, which takes its jobs from the port.
#[wasm_bindgen]
pub fn run_packer(port: MessagePort) {
    on_breakdown({
        let port = port.clone();
        move || {
            drop(port.post_message(&JsValue::NULL));
            true
        }
    });
    let from = port.clone();
    from.set_onmessage(Some(&listener(move |job| {
        let port = port.clone();
        spawn_local(async move {
            let made = pool::perform(&job).await.unwrap_or_default();
            // The bytes move: they are wanted on the other side only.
            let bytes = made.get(1).dyn_into::<Uint8Array>().map(|bytes| Array::of1(&bytes.buffer()));
            drop(port.post_message_with_transferable(&made, &bytes.unwrap_or_default()));
        });
    })));
    drop(from.post_message(&JsValue::TRUE));
}

/// Tells the page, and hands it the ports.
fn post(report: Report, ports: &Array) {
    // Text and ports that move can always be posted.
    drop(scope().post_message_with_transfer(&message(&report, ports), ports));
}

fn scope() -> DedicatedWorkerGlobalScope {
    global().unchecked_into()
}

/// Has messages handed to `take` as long as the worker lives.
fn listener(take: impl Fn(JsValue) + 'static) -> Function {
    Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| take(event.data()))
        .into_js_value()
        .unchecked_into()
}
