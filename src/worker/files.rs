//! The files that an engine knows: those that are there, and small ones whose bytes came before them.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use auraloader_core::content::{Block, FileId};
use auraloader_core::dicom::Reason;
use auraloader_core::items::Items;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::platform::waiters::Waiters;
use crate::platform::{block, files};

/// Bytes kept of files that are still to be read; of others the file itself is waited for, and read once more.
const HELD: u32 = 16 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Files {
    kept: RefCell<Items<Kept>>,
    /// Bytes kept of small files.
    held: Cell<u32>,
    arrivals: RefCell<Waiters>,
}

enum Kept {
    File(File),
    /// All bytes of it; the file itself is yet to come.
    Bytes(Uint8Array),
    /// Still to come.
    Nothing,
}

impl Files {
    /// Keeps what has come under ids that count on from `first`, and tells the sizes: a `File`; the bytes of a file
    /// that follows ([`Files::arrived`]); or `null` for one that can't be opened.
    pub(super) fn add(&self, first: FileId, contents: &Array) -> Vec<u64> {
        let mut kept = self.kept.borrow_mut();
        let add = |(id, content): (FileId, wasm_bindgen::JsValue)| {
            if let Some(file) = content.dyn_ref::<File>() {
                kept.insert(id.into(), Kept::File(file.clone()));
                file.size() as u64
            } else if let Some(buffer) = content.dyn_ref::<ArrayBuffer>() {
                let len = buffer.byte_length();
                let is_held = self.held.get() + len <= HELD;
                if is_held {
                    self.held.set(self.held.get() + len);
                }
                kept.insert(
                    id.into(),
                    if is_held { Kept::Bytes(Uint8Array::new(buffer)) } else { Kept::Nothing },
                );
                len.into()
            } else {
                // It counts as one that can't be read, not as an empty one.
                1
            }
        };
        (first..).zip(contents.iter()).map(add).collect()
    }

    /// Files whose bytes have come before; those let go of meanwhile are not wanted any more.
    pub(super) fn arrived(&self, ids: &[FileId], files: &Array) {
        for (id, file) in ids.iter().zip(files.iter()) {
            if let (Some(kept), Ok(file)) = (self.kept.borrow_mut().get_mut((*id).into()), file.dyn_into()) {
                self.let_go(&std::mem::replace(kept, Kept::File(file)));
            }
        }
        self.arrivals.borrow_mut().resolve();
    }

    /// Whether the file is still wanted.
    pub(super) fn knows(&self, id: FileId) -> bool {
        self.kept.borrow().get(id.into()).is_some()
    }

    /// Whether none is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.kept.borrow().is_empty()
    }

    /// The file, once it is there; `None` if it is not known any more.
    pub(super) async fn file(&self, id: FileId) -> Option<File> {
        loop {
            if let Kept::File(file) = self.kept.borrow().get(id.into())? {
                return Some(file.clone());
            }
            let arrival = self.arrivals.borrow_mut().promise();
            JsFuture::from(arrival).await.ok()?;
        }
    }

    /// A range of a file.
    ///
    /// # Errors
    /// [`Reason::Unreadable`].
    pub(super) async fn read(&self, id: FileId, range: Range<u64>) -> Result<Box<dyn Block>, Reason> {
        if let Some(bytes) = self.take_bytes(id) {
            let (start, end) = (range.start as u32, range.end as u32);
            return Ok(Box::new(block::Block(bytes.subarray(start, end))));
        }
        match self.file(id).await {
            Some(file) => files::read(&file, range).await,
            None => Err(Reason::Unreadable),
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
        self.arrivals.borrow_mut().resolve();
    }

    /// The first to read a small file nearly always is the only one.
    fn take_bytes(&self, id: FileId) -> Option<Uint8Array> {
        let mut kept = self.kept.borrow_mut();
        let slot = kept.get_mut(id.into()).filter(|kept| matches!(kept, Kept::Bytes(_)))?;
        let taken = std::mem::replace(slot, Kept::Nothing);
        self.let_go(&taken);
        if let Kept::Bytes(bytes) = taken { Some(bytes) } else { None }
    }

    fn let_go(&self, kept: &Kept) {
        if let Kept::Bytes(bytes) = kept {
            self.held.set(self.held.get() - bytes.length());
        }
    }
}
