//! The page's side of the pool: the page starts its workers, as one worker starting another at times stands still for good in
//! Firefox.

use std::cell::RefCell;

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{MessagePort, Worker};

/// The workers that deflate, in the order in which they were asked for. Dropping them ends them.
pub(super) struct Packers {
    start: Function,
    module: JsValue,
    started: RefCell<Vec<Option<Worker>>>,
}

impl Packers {
    /// `start` makes a worker, and may throw; `module` is what it is given.
    pub(super) fn new(start: Function, module: &JsValue) -> Self {
        Self { start, module: module.clone(), started: RefCell::default() }
    }

    /// Starts one that takes its jobs from the port, which hears `null` if there can be none.
    pub(super) fn start(&self, port: &MessagePort) {
        let worker = self.try_to_start(port);
        if worker.is_err() {
            // A port that has not moved can be posted to.
            drop(port.post_message(&JsValue::NULL));
        }
        self.started.borrow_mut().push(worker.ok());
    }

    pub(super) fn end(&self, number: u32) {
        if let Some(worker) = self.started.borrow_mut().get_mut(number as usize).and_then(Option::take) {
            worker.terminate();
        }
    }

    fn try_to_start(&self, port: &MessagePort) -> Result<Worker, JsValue> {
        let first = Object::new();
        Reflect::set(&first, &"module".into(), &self.module)?;
        Reflect::set(&first, &"port".into(), port)?;
        let worker: Worker = self.start.call0(&JsValue::UNDEFINED)?.unchecked_into();
        worker.post_message_with_transfer(&first, &Array::of1(port)).inspect_err(|_| worker.terminate())?;
        Ok(worker)
    }
}

impl Drop for Packers {
    fn drop(&mut self) {
        self.started.take().iter().flatten().for_each(Worker::terminate);
    }
}
