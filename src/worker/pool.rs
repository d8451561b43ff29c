//! Workers that deflate, each reached by a port; the page starts them (`packers.rs`).

use std::cell::{Cell, RefCell};

use auraloader_core::archive::Packed;
use auraloader_core::content::Content;
use auraloader_core::dicom::Reason;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessageEvent, MessagePort};

use super::protocol::Report;
use crate::platform::files::{self, Source};
use crate::platform::waiters::Waiters;
use crate::platform::within::within;

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
    /// Asks the page for workers.
    ask: fn(Report, &Array),
    /// How many there can be.
    most: Cell<u32>,
    /// How many there are.
    running: Cell<u32>,
    /// The number of the next.
    next: Cell<u32>,
    idle: RefCell<Vec<Packer>>,
    /// How many have asked for a worker, and whose turn it is.
    turns: Cell<u32>,
    serving: Cell<u32>,
    waiting: RefCell<Waiters>,
}

/// A worker as the page knows it, and the way to it.
struct Packer {
    number: u32,
    port: MessagePort,
}

impl Pool {
    /// `ask` asks the page for workers, with their ports; the machine has so many `processors`.
    pub(super) fn new(ask: fn(Report, &Array), processors: f64) -> Self {
        Self {
            ask,
            most: Cell::new((processors - 1.0).clamp(1.0, MOST) as u32),
            running: Cell::default(),
            next: Cell::default(),
            idle: RefCell::default(),
            turns: Cell::default(),
            serving: Cell::default(),
            waiting: RefCell::default(),
        }
    }

    /// Deflates a content of the source; `None` if there is no worker to do it.
    pub(super) async fn pack(&self, source: &Source, content: &Content, level: u8) -> Option<Made> {
        loop {
            let worker = self.worker().await?;
            let range = &content.range;
            let job = Array::of4(
                source.as_js(),
                &(range.start as f64).into(),
                &(range.end as f64).into(),
                &level.into(),
            );
            let patience = JOB_MS + (content.size() / 1000) as u32;
            let reply = match worker.port.post_message(&job) {
                Ok(()) => within(patience, answer(&worker.port)).await.and_then(|message| made(&message)),
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

    fn end(&self, worker: &Packer) {
        (self.ask)(Report::EndPacker(worker.number), &Array::new());
        worker.port.close();
        self.running.set(self.running.get() - 1);
    }

    /// One that has nothing to do; waits for it if there are enough already. Who asks first is served first, as what is asked
    /// for first is sent first.
    async fn worker(&self) -> Option<Packer> {
        let mut turn = self.turns.replace(self.turns.get() + 1);
        loop {
            if self.serving.get() == turn {
                if let Some(worker) = self.idle.borrow_mut().pop() {
                    self.serve_next();
                    return Some(worker);
                }
                if self.running.get() < self.most.get() {
                    self.serve_next();
                    if let Some(worker) = self.start().await {
                        return Some(worker);
                    }
                    // One that is refused will be refused again.
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

    /// One more, counted at once; `None` if it is refused.
    async fn start(&self) -> Option<Packer> {
        let channel = MessageChannel::new().ok()?;
        let worker = Packer { number: self.next.replace(self.next.get() + 1), port: channel.port1() };
        self.running.set(self.running.get() + 1);
        (self.ask)(Report::StartPacker, &Array::of1(&channel.port2()));
        let first = within(HANDSHAKE_MS, answer(&worker.port)).await;
        if first.is_some_and(|message| said(&message).is_truthy()) {
            return Some(worker);
        }
        self.end(&worker);
        None
    }
}

/// The next message of a worker.
fn answer(port: &MessagePort) -> Promise {
    Promise::new(&mut |resolve, _| port.set_onmessage(Some(&resolve)))
}

fn said(message: &JsValue) -> JsValue {
    message.unchecked_ref::<MessageEvent>().data()
}

/// What [`perform`] has said; `None` if it could not.
fn made(message: &JsValue) -> Option<Made> {
    let said = said(message).dyn_into::<Array>().ok()?;
    let Some(crc) = said.get(0).as_f64() else { return Some(Err(Reason::Unreadable)) };
    let bytes = said.get(1).dyn_into::<Uint8Array>().ok();
    let len = bytes.as_ref().map(|bytes| u64::from(bytes.length()));
    Some(Ok((Packed { crc: crc as u32, len }, bytes)))
}

/// A job as [`Pool::pack`] sends it, in the worker: `[crc, bytes]`, with the bytes if they are fewer; empty if the file can't
/// be read. `None` if it is no job.
pub(super) async fn perform(job: &JsValue) -> Option<Array> {
    let job = job.dyn_ref::<Array>()?;
    let source = Source::of(job.get(0))?;
    let (start, end, level) = (job.get(1).as_f64()?, job.get(2).as_f64()?, job.get(3).as_f64()?);
    let content = Content::stored(0, start as u64..end as u64);
    Some(match files::pack(&source, &content, level as u8, || true).await {
        Ok((packed, bytes)) => Array::of2(&packed.crc.into(), &bytes.into()),
        Err(_) => Array::new(),
    })
}
