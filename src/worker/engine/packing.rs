//! Deflated entries: had made by the pool, and kept until they are sent.

use std::cell::RefCell;

use auraloader_core::archive::{Packed, Part};
use auraloader_core::content::{Content, ItemId};
use auraloader_core::dicom::Reason;
use auraloader_core::few::Few;
use auraloader_core::http::Failure;
use web_sys::Blob;

use super::Engine;
use crate::platform::block::Block;
use crate::platform::files;
use crate::worker::files::Files;
use crate::worker::pool::Pool;

pub(super) struct Packing {
    pool: Option<Pool>,
    /// In about the order in which they are sent, so that the ones looked for are in front.
    kept: RefCell<Few<ItemId, Block>>,
}

impl Packing {
    pub(super) fn new(pool: Option<Pool>) -> Self {
        Self { pool, kept: RefCell::default() }
    }

    pub(super) fn let_go(&self, item: ItemId) {
        self.kept.borrow_mut().remove(&item);
    }

    /// Files have been let go of, and what was made of them is too; the pool ends with the last of them.
    pub(super) fn release(&self, files: &Files) {
        let mut kept = self.kept.borrow_mut();
        let gone: Vec<_> =
            kept.iter().map(|(item, _)| *item).filter(|item| !files.knows(item.file)).collect();
        for item in gone {
            kept.remove(&item);
        }
        if let Some(pool) = self.pool.as_ref().filter(|_| files.is_empty()) {
            pool.end_idle();
        }
    }
}

impl Engine {
    pub(super) async fn pack(&self, item: ItemId, content: &Content, level: u8) -> Result<Packed, Reason> {
        let source = self.files.source(item.file).await.ok_or(Reason::Unreadable)?;
        let is_wanted = || self.files.knows(item.file);
        let Some(pool) = &self.packing.pool else {
            // On the page nothing is packed: that would hold it up.
            let crc = files::checksum(&source, content, is_wanted).await?;
            return Ok(Packed { crc, len: None });
        };
        let made = match pool.pack(&source, content, level).await {
            Some(made) => made,
            None => files::pack(&source, content, level, is_wanted).await,
        };
        if !is_wanted() {
            self.packing.release(&self.files);
            return Err(Reason::Unreadable);
        }
        let (packed, bytes) = made?;
        if let Some(bytes) = bytes {
            self.packing.kept.borrow_mut().insert(item, Block::new(bytes.buffer()));
        }
        Ok(packed)
    }

    /// A request's body.
    pub(super) async fn compose(&self, parts: &[Part]) -> Result<Blob, Failure> {
        let packed = |item: &ItemId| self.packing.kept.borrow().get(item).cloned();
        files::compose(parts, |file| self.files.ask(file), packed).await
    }
}
