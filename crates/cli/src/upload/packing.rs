//! Deflated entries: made on threads, and kept until they are sent.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::thread::available_parallelism;

use auraloader_core::archive::Packed;
use auraloader_core::content::{Content, FileId, ItemId};
use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;

use super::engine::Happened;
use crate::files::Files;

pub(super) struct Packing {
    /// As many at a time as there are processors.
    room: Arc<Semaphore>,
    kept: HashMap<ItemId, Bytes>,
}

impl Packing {
    pub(super) fn new() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self { room: Arc::new(Semaphore::new(processors)), kept: HashMap::new() }
    }

    /// Packs an item; [`Happened::Packed`] tells what came of it.
    pub(super) fn start(
        &self,
        item: ItemId,
        content: Content,
        level: u8,
        files: &Arc<Files>,
        sender: &UnboundedSender<Happened>,
    ) {
        let (room, files, sender) = (Arc::clone(&self.room), Arc::clone(files), sender.clone());
        tokio::spawn(async move {
            let Ok(_room) = room.acquire_owned().await else { return };
            let packing = tokio::task::spawn_blocking(move || {
                let made = files.pack(&content, level);
                let _ = sender.send(Happened::Packed(item, made.map(|(packed, made)| (packed, made.into()))));
            });
            // It has room until it is done.
            let _ = packing.await;
        });
    }

    /// Keeps what was made of an item, if that is shorter than the item.
    pub(super) fn keep(&mut self, item: ItemId, (packed, made): (Packed, Bytes)) -> Packed {
        if packed.len.is_some() {
            self.kept.insert(item, made);
        }
        packed
    }

    pub(super) fn slice(&self, item: ItemId, range: &Range<u64>) -> Option<Bytes> {
        let range = range.start as usize..range.end as usize;
        self.kept.get(&item).filter(|made| range.end <= made.len()).map(|made| made.slice(range))
    }

    pub(super) fn let_go(&mut self, item: ItemId) {
        self.kept.remove(&item);
    }

    pub(super) fn release(&mut self, ids: &Range<FileId>) {
        self.kept.retain(|item, _| !ids.contains(&item.file));
    }
}
