//! Keeps the session's records, and finds out which upload it is.

use std::rc::Rc;

use auraloader_core::content::FileId;
use auraloader_core::session::{self, Input, Key, Record};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use super::Engine;
use crate::platform::within::within;
use crate::platform::{digest, lock, storage};

/// Records that take longer to write are not waited for.
const RECORD_MS: u32 = 1000;

impl Engine {
    pub(super) async fn recall(self: Rc<Self>) {
        let all = storage::all().await;
        let read = |(bytes, at_hand): &(Vec<u8>, bool)| {
            let (key, record): (Key, Record) = postcard::from_bytes(bytes).ok()?;
            Some((key, Record { at_hand: *at_hand, ..record }))
        };
        let records = all.iter().filter_map(read).collect();
        self.handle(Input::Recalled(records));
    }

    pub(super) async fn fingerprint(self: Rc<Self>, upload: u32, mut material: Vec<u8>, files: Vec<FileId>) {
        for id in files {
            material.extend(self.files.modified(id).to_le_bytes());
        }
        let mut key = digest::sha256(&material).await.map(|digest| session::key(&digest));
        // An upload that another page sends at this moment is not gone on with, and its record left alone.
        if let Some(wanted) = &key
            && !self.lock(wanted).await
        {
            key = None;
        }
        self.handle(Input::Fingerprint(upload, key));
    }

    pub(super) async fn abandon(self: Rc<Self>, key: Key) {
        let is_ours = self.lock(&key).await;
        self.handle(Input::Abandon(key, is_ours));
    }

    /// Keeps other pages from sending it; `false` if one does.
    async fn lock(&self, key: &Key) -> bool {
        if self.locked.borrow().contains(key) {
            return true;
        }
        let is_ours = lock::take(&["auraloader-", key].concat()).await;
        if is_ours {
            self.locked.borrow_mut().push(key.clone());
        }
        is_ours
    }

    /// Writes the record behind those before.
    pub(super) fn remember(&self, key: Key, record: &Record) {
        let bytes = postcard::to_allocvec(&(&key, record)).unwrap_or_default();
        let handles = self.handles.borrow().clone();
        let before = self.recorded.borrow().clone();
        let recorded = future_to_promise(async move {
            if let Some(before) = before {
                within(RECORD_MS, before).await;
            }
            storage::put(&key, &bytes, &handles).await;
            Ok(JsValue::UNDEFINED)
        });
        *self.recorded.borrow_mut() = Some(recorded);
    }
}

/// Nothing is sent before the record of it is written: a server that has more than that can't be gone on with. A browser that
/// does not get it written holds nothing up.
pub(super) async fn until(recorded: Option<Promise>) {
    if let Some(recorded) = recorded {
        within(RECORD_MS, recorded).await;
    }
}

pub(super) async fn forget(key: Key) {
    storage::delete(&key).await;
}
