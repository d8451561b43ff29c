//! Listing what was dropped or chosen: files with their paths, folders to any depth.

use futures::future::join_all;
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry,
};

/// A file with its path relative to what was dropped; without the file if the browser can't open it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// With `/`.
    pub path: String,
    /// What can be read.
    pub file: Option<File>,
}

impl Listed {
    /// A chosen file; in a chosen folder it knows its path.
    pub fn chosen(file: File) -> Self {
        let relative =
            Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let path = relative.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
        Self { path, file: Some(file) }
    }
}

/// What a drop held, taken from it while it could be.
#[derive(Debug)]
pub struct Dropped {
    entries: Vec<FileSystemEntry>,
    files: Vec<Listed>,
}

impl Dropped {
    /// To be called within the event: a `DataTransfer` is empty after it.
    pub fn take(transfer: &DataTransfer) -> Self {
        let items = transfer.items();
        let items = (0..items.length()).filter_map(|at| items.get(at));
        let entries: Vec<_> = items.filter_map(|item| item.webkit_get_as_entry().ok().flatten()).collect();
        // Scripts can make transfers whose items have files but no entries.
        let files = transfer.files().filter(|_| entries.is_empty());
        let files = files
            .map(|files| (0..files.length()).filter_map(|at| files.get(at)).map(Listed::chosen).collect());
        Self { entries, files: files.unwrap_or_default() }
    }

    /// Lists everything, a folder's worth at a time, as long as `found` says to go on.
    pub async fn list(self, mut found: impl FnMut(Vec<Listed>) -> bool) {
        let mut folders = Vec::new();
        if !self.files.is_empty() && !found(self.files) || !found(open(self.entries, &mut folders).await) {
            return;
        }
        while let Some(folder) = folders.pop() {
            let reader = folder.create_reader();
            // A reader gives a hundred entries or so at a time, and none at the end.
            loop {
                let (listed, more) = match read_entries(&reader).await {
                    Ok(entries) => {
                        let more = !entries.is_empty();
                        (open(entries, &mut folders).await, more)
                    }
                    Err(_) => (vec![Listed { path: path(&folder), file: None }], false),
                };
                if !found(listed) {
                    return;
                }
                if !more {
                    break;
                }
            }
        }
    }
}

/// Opens the files among `entries`, and puts the folders on the pile.
async fn open(entries: Vec<FileSystemEntry>, folders: &mut Vec<FileSystemDirectoryEntry>) -> Vec<Listed> {
    let (files, others): (Vec<_>, Vec<_>) = entries.into_iter().partition(FileSystemEntry::is_file);
    folders.extend(others.into_iter().map(JsCast::unchecked_into));
    join_all(files.into_iter().map(|entry| async move {
        let file = file(entry.unchecked_ref()).await.ok();
        Listed { path: path(&entry), file }
    }))
    .await
}

fn path(entry: &FileSystemEntry) -> String {
    entry.full_path().trim_start_matches('/').to_owned()
}

async fn file(entry: &FileSystemFileEntry) -> Result<File, JsValue> {
    let promise =
        js_sys::Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject));
    JsFuture::from(promise).await?.dyn_into()
}

async fn read_entries(reader: &FileSystemDirectoryReader) -> Result<Vec<FileSystemEntry>, JsValue> {
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        if let Err(error) = reader.read_entries_with_callback_and_callback(&resolve, &reject) {
            // Rejecting twice does no harm.
            drop(reject.call1(&JsValue::UNDEFINED, &error));
        }
    });
    let entries: Array = JsFuture::from(promise).await?.dyn_into()?;
    Ok(entries.iter().map(JsCast::unchecked_into).collect())
}
