//! Workers that deflate, started by the engine's worker and from the same module.

use std::cell::{Cell, RefCell};

use auraloader_core::archive::Packed;
use auraloader_core::content::Content;
use auraloader_core::dicom::Reason;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, MessageEvent, Worker};

use crate::platform::files;
use crate::platform::waiters::Waiters;

/// More than this make memory, but hardly speed: what they give is more than any link takes.
const MOST: f64 = 4.0;
/// A worker that does not answer within this is taken for refused.
const HANDSHAKE_MS: u32 = 5000;
/// One that has a job for longer than this, and a millisecond a kilobyte, is taken for broken: a drive that starts up answers
/// earlier, and a job done twice costs less than an upload that stands still.
const JOB_MS: u32 = 15_000;

/// What came of packing: with the bytes, if they are fewer.
pub(super) type Made = Result<(Packed, Option<Uint8Array>), Reason>;

/// Workers as they are needed, up to one less than there are processors: that one feeds them.
pub(super) struct Pool {
    start: Function,
    /// How many there can be.
    most: Cell<u32>,
    /// How many there are.
    running: Cell<u32>,
    idle: RefCell<Vec<Worker>>,
    /// How many have asked for a worker, and whose turn it is.
    turns: Cell<u32>,
    serving: Cell<u32>,
    waiting: RefCell<Waiters>,
}

impl Pool {
    /// `start` makes a worker, and may throw; the machine has so many `processors`.
    pub(super) fn new(start: Function, processors: f64) -> Self {
        Self {
            start,
            most: Cell::new((processors - 1.0).clamp(1.0, MOST) as u32),
            running: Cell::default(),
            idle: RefCell::default(),
            turns: Cell::default(),
            serving: Cell::default(),
            waiting: RefCell::default(),
        }
    }

    /// Deflates a content of the file; `None` if there is no worker to do it.
    pub(super) async fn pack(&self, file: &File, content: &Content, level: u8) -> Option<Made> {
        loop {
            let worker = self.worker().await?;
            let range = &content.range;
            let job =
                Array::of4(file, &(range.start as f64).into(), &(range.end as f64).into(), &level.into());
            let patience = JOB_MS + (content.size() / 1000) as u32;
            let reply = answer(&worker);
            let reply = match worker.post_message(&job) {
                Ok(()) => within(patience, reply).await.and_then(|event| made(&event)),
                Err(_) => None,
            };
            if reply.is_some() {
                self.idle.borrow_mut().push(worker);
                self.waiting.borrow_mut().resolve();
                return reply;
            }
            // It has broken down.
            self.end(&worker);
            self.most.set(self.most.get() - 1);
            self.waiting.borrow_mut().resolve();
        }
    }

    /// Ends those that have nothing to do; they are started again when there is.
    pub(super) fn end_idle(&self) {
        for worker in self.idle.take() {
            self.end(&worker);
        }
    }

    fn end(&self, worker: &Worker) {
        worker.terminate();
        self.running.set(self.running.get() - 1);
    }

    /// One that has nothing to do; waits for it if there are enough already. Who asks first is served first, as what is asked
    /// for first is sent first.
    async fn worker(&self) -> Option<Worker> {
        let mut turn = self.turns.replace(self.turns.get() + 1);
        loop {
            if self.serving.get() == turn {
                if let Some(worker) = self.idle.borrow_mut().pop() {
                    self.serve_next();
                    return Some(worker);
                }
                if self.running.get() < self.most.get() {
                    self.running.set(self.running.get() + 1);
                    self.serve_next();
                    if let Some(worker) = self.start().await {
                        return Some(worker);
                    }
                    // One that is refused will be refused again.
                    self.running.set(self.running.get() - 1);
                    self.most.set(self.running.get());
                    turn = self.turns.replace(self.turns.get() + 1);
                    self.waiting.borrow_mut().resolve();
                    continue;
                }
                if self.most.get() == 0 {
                    self.serve_next();
                    return None;
                }
            }
            let change = self.waiting.borrow_mut().promise();
            // Such a promise is never rejected.
            drop(JsFuture::from(change).await);
        }
    }

    fn serve_next(&self) {
        self.serving.set(self.serving.get() + 1);
        self.waiting.borrow_mut().resolve();
    }

    async fn start(&self) -> Option<Worker> {
        let worker: Worker = self.start.call0(&JsValue::UNDEFINED).ok()?.unchecked_into();
        if within(HANDSHAKE_MS, answer(&worker)).await.is_some() {
            return Some(worker);
        }
        worker.terminate();
        None
    }
}

/// The next message of a worker, or that it has broken down.
fn answer(worker: &Worker) -> Promise {
    Promise::new(&mut |resolve, reject| {
        worker.set_onmessage(Some(&resolve));
        worker.set_onerror(Some(&reject));
    })
}

/// What the promise comes to, if it does within so many milliseconds.
async fn within(ms: u32, promise: Promise) -> Option<JsValue> {
    match select(JsFuture::from(promise), TimeoutFuture::new(ms)).await {
        Either::Left((result, _)) => result.ok(),
        Either::Right(_) => None,
    }
}

/// What [`perform`] has said; `None` if it could not.
fn made(event: &JsValue) -> Option<Made> {
    let said = event.unchecked_ref::<MessageEvent>().data().dyn_into::<Array>().ok()?;
    let Some(crc) = said.get(0).as_f64() else { return Some(Err(Reason::Unreadable)) };
    let bytes = said.get(1).dyn_into::<Uint8Array>().ok();
    let len = bytes.as_ref().map(|bytes| u64::from(bytes.length()));
    Some(Ok((Packed { crc: crc as u32, len }, bytes)))
}

/// A job as [`Pool::pack`] sends it, in the worker: `[crc, bytes]`, with the bytes if they are fewer; empty if the file can't
/// be read. `None` if it is no job.
pub(super) async fn perform(job: &JsValue) -> Option<Array> {
    let job = job.dyn_ref::<Array>()?;
    let file = job.get(0).dyn_into::<File>().ok()?;
    let (start, end, level) = (job.get(1).as_f64()?, job.get(2).as_f64()?, job.get(3).as_f64()?);
    let content = Content::stored(0, start as u64..end as u64);
    Some(match files::pack(&file, &content, level as u8, || true).await {
        Ok((packed, bytes)) => Array::of2(&packed.crc.into(), &bytes.into()),
        Err(_) => Array::new(),
    })
}
