//! The page's side of the pool: the page starts its workers, as one worker starting another at times stands still for good in
//! Firefox.

use std::cell::RefCell;

use auraloader_core::few::Few;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{MessagePort, Worker};

/// The workers that deflate, by the numbers that the engine knows them by. Dropping them ends them.
pub(super) struct Packers {
    start: Function,
    module: JsValue,
    running: RefCell<Few<u32, Worker>>,
}

impl Packers {
    /// `start` makes a worker, and may throw; `module` is what it is given.
    pub(super) fn new(start: Function, module: &JsValue) -> Self {
        Self { start, module: module.clone(), running: RefCell::default() }
    }

    /// Starts one that takes its jobs from the port, which hears `null` if there can be none.
    pub(super) fn start(&self, number: u32, port: &MessagePort) {
        match self.try_to_start(port) {
            Ok(worker) => {
                self.running.borrow_mut().insert(number, worker);
            }
            Err(_) => drop(port.post_message(&JsValue::NULL)),
        }
    }

    pub(super) fn end(&self, number: u32) {
        if let Some(worker) = self.running.borrow_mut().remove(&number) {
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
        for (_, worker) in self.running.take().iter() {
            worker.terminate();
        }
    }
}
