//! Small files, which stay on the page: it reads them as the engine asks for them. Handed over as files, each would cost more
//! time and memory than its bytes do (`docs/performance.md`).

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use auraloader_core::content::FileId;
use auraloader_core::items::Items;
use auraloader_core::time::Millis;
use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::Inner;
use super::intake::{AT_A_TIME, GATHERING};
use crate::platform::clock;
use crate::platform::small::SmallFiles;
use crate::worker::Command;

/// What the engine may ask for.
#[derive(Default)]
pub(super) struct Lending {
    files: RefCell<Items<File>>,
    asked: RefCell<VecDeque<FileId>>,
    /// How many are reading.
    readers: Cell<usize>,
    /// What has been read, and when it goes.
    read: RefCell<(Vec<FileId>, Array)>,
    due: Cell<Millis>,
}

impl Lending {
    /// Keeps files of which the engine has had the bytes.
    pub(super) fn keep(&self, files: impl Iterator<Item = (FileId, File)>) {
        let mut kept = self.files.borrow_mut();
        files.for_each(|(id, file)| kept.insert(id.into(), file));
    }

    /// These are wanted no more.
    pub(super) fn let_go(&self, ids: &Range<FileId>) {
        self.files.borrow_mut().retain(|id, _| !ids.contains(&id.file));
    }

    /// Nobody asks any more.
    pub(super) fn end(&self) {
        self.asked.borrow_mut().clear();
        self.let_go(&(0..FileId::MAX));
    }
}

impl Inner {
    /// Reads what the engine asks for, some files at a time.
    pub(super) fn lend(self: &Rc<Self>, ids: &[FileId]) {
        let Lending { asked, readers, due, .. } = &self.lending;
        asked.borrow_mut().extend(ids);
        due.set(clock::now() + GATHERING);
        for _ in 0..ids.len().min(AT_A_TIME - readers.get()) {
            readers.set(readers.get() + 1);
            let inner = Rc::clone(self);
            spawn_local(async move {
                inner.read_asked().await;
                inner.lending.readers.update(|readers| readers - 1);
            });
        }
    }

    async fn read_asked(&self) {
        let reader = SmallFiles::new().ok();
        loop {
            let next = self.lending.asked.borrow_mut().pop_front();
            let Some(id) = next else { return };
            let file = self.lending.files.borrow().get(id.into()).cloned();
            let content = match (file, &reader) {
                (Some(file), Some(reader)) => match reader.read(&file).await {
                    Ok(Some(bytes)) => bytes.into(),
                    Ok(None) => file.into(),
                    Err(_) => JsValue::NULL,
                },
                (file, _) => file.into(),
            };
            self.give(id, &content);
        }
    }

    /// What has been read goes together with what is read next, as long as that is soon.
    fn give(&self, id: FileId, content: &JsValue) {
        let Lending { asked, read, due, .. } = &self.lending;
        let mut read = read.borrow_mut();
        read.0.push(id);
        read.1.push(content);
        if asked.borrow().is_empty() || clock::now() >= due.get() {
            let (ids, contents) = std::mem::take(&mut *read);
            due.set(clock::now() + GATHERING);
            self.send_with(Command::Contents(ids), &contents);
        }
    }
}
