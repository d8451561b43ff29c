//! Reads a folder as the widget reads what is dropped on it.

use std::path::Path;

use anyhow::Result;
use auraloader_core::content::ItemId;
use auraloader_core::dicom::{ExcludeRule, Fields, Index, NativeDecoder};
use auraloader_core::reading::{Action, Reader};

use crate::files::Files;

/// What was found in one file or entry of an archive, beside what the index keeps of it.
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) path: String,
    pub(crate) transfer_syntax: String,
    pub(crate) fields: Fields,
}

/// Every item found, and what came of them.
pub(crate) fn read(dir: &Path) -> Result<(Vec<Item>, Index)> {
    let (files, listed) = Files::below(dir)?;
    let mut reader = Reader::default();
    let mut index = Index::new(ExcludeRule::defaults());
    let mut items = Vec::new();
    reader.add(0, listed);
    reader.all_listed();
    while let Some(action) = reader.poll() {
        match action {
            Action::Read(item, range) => {
                let bytes = files.read(item.file, &range);
                reader.read(item, bytes.map(|bytes| Box::new(bytes) as _));
            }
            Action::Checksum(item, content) => reader.checksummed(item, files.checksum(&content)),
            Action::Found(found) => {
                let header = found.header.as_ref().ok();
                items.push(Item {
                    id: found.item,
                    path: found.path.clone(),
                    transfer_syntax: header
                        .map(|header| header.transfer_syntax().to_owned())
                        .unwrap_or_default(),
                    fields: header.map(|header| header.fields(&NativeDecoder)).unwrap_or_default(),
                });
                index.add(*found, &NativeDecoder);
            }
            Action::AllFound => reader.compare(index.to_compare()),
            Action::Compared(item, crc) => index.set_crc(item, crc),
            Action::Done => index.settle(),
        }
    }
    items.sort_unstable_by(|a, b| (&a.path, a.id).cmp(&(&b.path, b.id)));
    Ok((items, index))
}
