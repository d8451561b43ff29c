//! The files that an engine knows: those that it was handed, and small ones that stay with the page.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use auraloader_core::content::{Block as _, FileId};
use auraloader_core::dicom::Reason;
use auraloader_core::items::Items;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::protocol::Report;
use crate::platform::block::Block;
use crate::platform::files::{Asked, Source};

/// Bytes kept of files that are still to be read; others are asked for once more.
const HELD: usize = 16 * 1024 * 1024;

pub(super) struct Files {
    kept: RefCell<Items<Kept>>,
    /// Bytes kept of small files.
    held: Cell<usize>,
    report: Rc<dyn Fn(Report)>,
    /// What is asked of the page at the end of the turn.
    asks: Rc<RefCell<Vec<FileId>>>,
    /// Who waits for what of that, in order.
    waiting: RefCell<Vec<(FileId, Function)>>,
}

enum Kept {
    File(File),
    /// All bytes of one that stays with the page, as they came when it was added.
    Bytes(Block),
    /// It is with the page.
    Elsewhere,
}

impl Files {
    pub(super) fn new(report: Rc<dyn Fn(Report)>) -> Self {
        Self {
            kept: RefCell::default(),
            held: Cell::default(),
            report,
            asks: Rc::default(),
            waiting: RefCell::default(),
        }
    }

    /// Keeps what has come under ids that count on from `first`, and tells the sizes: a `File`; the bytes of one that
    /// stays with the page; or `null` for one that can't be opened.
    pub(super) fn add(&self, first: FileId, contents: &Array) -> Vec<u64> {
        let mut kept = self.kept.borrow_mut();
        let add = |(id, content): (FileId, JsValue)| match Source::of(content) {
            Some(Source::File(file)) => {
                let size = file.size() as u64;
                kept.insert(id.into(), Kept::File(file));
                size
            }
            Some(Source::Bytes(bytes)) => {
                let size = bytes.size();
                let is_held = self.held.get() + size <= HELD;
                if is_held {
                    self.held.set(self.held.get() + size);
                }
                kept.insert(id.into(), if is_held { Kept::Bytes(bytes) } else { Kept::Elsewhere });
                size as u64
            }
            // It counts as one that can't be read, not as an empty one.
            None => 1,
        };
        (first..).zip(contents.iter()).map(add).collect()
    }

    /// Whether the file is still wanted.
    pub(super) fn knows(&self, id: FileId) -> bool {
        self.kept.borrow().get(id.into()).is_some()
    }

    /// Whether it is a file here: what the page reads it tells of by itself.
    pub(super) fn has(&self, id: FileId) -> bool {
        matches!(self.kept.borrow().get(id.into()), Some(Kept::File(_)))
    }

    /// Whether none is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.kept.borrow().is_empty()
    }

    /// When it was modified, as far as it is here: milliseconds since 1970.
    pub(super) fn modified(&self, id: FileId) -> u64 {
        match self.kept.borrow().get(id.into()) {
            Some(Kept::File(file)) => file.last_modified() as u64,
            _ => 0,
        }
    }

    /// Has its bytes looked for; `None` if it is not known any more.
    pub(super) fn ask(&self, id: FileId) -> Option<Asked> {
        let mut kept = self.kept.borrow_mut();
        let slot = kept.get_mut(id.into())?;
        if let Kept::File(file) = slot {
            return Some(Asked::Here(Source::File(file.clone())));
        }
        self.let_go(slot);
        // The first to read a small file nearly always is the only one for a while.
        match std::mem::replace(slot, Kept::Elsewhere) {
            Kept::Bytes(bytes) => Some(Asked::Here(Source::Bytes(bytes))),
            _ => Some(Asked::Coming(self.ask_page(id))),
        }
    }

    /// Where its bytes are; `None` if it is not known any more, or can't be read by the page that has it.
    pub(super) async fn source(&self, id: FileId) -> Option<Source> {
        self.ask(id)?.source().await
    }

    /// A range of a file.
    ///
    /// # Errors
    /// [`Reason::Unreadable`].
    pub(super) async fn read(
        &self,
        id: FileId,
        range: Range<u64>,
    ) -> Result<Box<dyn auraloader_core::content::Block>, Reason> {
        match self.source(id).await {
            Some(source) => source.read(range).await,
            None => Err(Reason::Unreadable),
        }
    }

    /// What the page has read of those that it was asked for.
    pub(super) fn arrived(&self, ids: &[FileId], contents: &Array) {
        for (id, content) in ids.iter().zip(contents.iter()) {
            let mut waiting = self.waiting.borrow_mut();
            if let Some(at) = waiting.iter().position(|(wanted, _)| wanted == id) {
                // A promise's own function does not throw.
                drop(waiting.remove(at).1.call1(&JsValue::UNDEFINED, &content));
            }
        }
    }

    /// Lets go of these files.
    pub(super) fn release(&self, ids: &Range<FileId>) {
        self.kept.borrow_mut().retain(|id, kept| {
            let stays = !ids.contains(&id.file);
            if !stays {
                self.let_go(kept);
            }
            stays
        });
    }

    /// Nobody answers any more.
    pub(super) fn end(&self) {
        self.release(&(0..FileId::MAX));
        let waiting = self.waiting.take();
        waiting.iter().for_each(|(_, resolve)| drop(resolve.call0(&JsValue::UNDEFINED)));
    }

    fn ask_page(&self, id: FileId) -> Promise {
        let answer = Promise::new(&mut |resolve, _| self.waiting.borrow_mut().push((id, resolve)));
        if self.asks.borrow().is_empty() {
            let (asks, report) = (Rc::clone(&self.asks), Rc::clone(&self.report));
            spawn_local(async move { report(Report::Ask(asks.take())) });
        }
        self.asks.borrow_mut().push(id);
        answer
    }

    fn let_go(&self, kept: &Kept) {
        if let Kept::Bytes(bytes) = kept {
            self.held.set(self.held.get() - bytes.size());
        }
    }
}
