//! Keeps the session's records, and finds out which upload it is.

use std::rc::Rc;

use auraloader_core::content::FileId;
use auraloader_core::session::{Input, Key, Record};

use super::Engine;
use crate::platform::{digest, lock, storage};

impl Engine {
    pub(super) async fn recall(self: Rc<Self>) {
        let all = storage::all().await;
        let records: Vec<(Key, Record)> =
            all.iter().filter_map(|bytes| postcard::from_bytes(bytes).ok()).collect();
        self.handle(Input::Recalled(records));
    }

    pub(super) async fn fingerprint(self: Rc<Self>, upload: u32, mut material: Vec<u8>, files: Vec<FileId>) {
        for id in files {
            let modified = self.files.file(id).await.map_or(0.0, |file| file.last_modified());
            material.extend((modified as u64).to_le_bytes());
        }
        let mut key = digest::sha256(&material).await;
        if let Some(wanted) = key
            && !self.locked.borrow().contains(&wanted)
        {
            // An upload that another page sends at this moment is not gone on with, and its record left alone.
            if lock::take(&lock_name(&wanted)).await {
                self.locked.borrow_mut().push(wanted);
            } else {
                key = None;
            }
        }
        self.handle(Input::Fingerprint(upload, key));
    }
}

fn lock_name(key: &Key) -> String {
    ["auraloader-", &String::from_utf16_lossy(&key.map(|byte| 0x100 + u16::from(byte)))].concat()
}

pub(super) async fn remember(key: Key, record: Record) {
    let bytes = postcard::to_allocvec(&(key, record)).unwrap_or_default();
    storage::put(&key, &bytes).await;
}

pub(super) async fn forget(key: Key) {
    storage::delete(&key).await;
}
