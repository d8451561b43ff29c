//! Listing what was dropped or chosen: files with their paths, folders to any depth.

use futures::future::join_all;
use js_sys::Array;
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

#[wasm_bindgen]
extern "C" {
    /// A [`File`] with what web-sys leaves out.
    type Chosen;

    #[wasm_bindgen(method, getter, js_name = webkitRelativePath)]
    fn relative_path(this: &Chosen) -> Option<String>;
}

/// The path of a chosen file; in a chosen folder it knows it.
pub fn path_of(file: &File) -> String {
    let relative = file.unchecked_ref::<Chosen>().relative_path();
    relative.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}

/// Entries opened at a time: to open one holds the page up for about 1 ms.
const BATCH: usize = 8;

/// What a drop held, taken from it while it could be.
#[derive(Debug)]
pub enum Dropped {
    /// Files and folders.
    Entries(Vec<FileSystemEntry>),
    /// Files only: scripts can make transfers whose items have files but no entries.
    Files(Array),
}

impl Dropped {
    /// To be called within the event: a `DataTransfer` is empty after it.
    pub fn take(transfer: &DataTransfer) -> Self {
        let items = transfer.items();
        let items = (0..items.length()).filter_map(|at| items.get(at));
        let entries: Vec<_> = items.filter_map(|item| item.webkit_get_as_entry().ok().flatten()).collect();
        match transfer.files() {
            Some(files) if entries.is_empty() => Self::Files(Array::from(&files)),
            _ => Self::Entries(entries),
        }
    }
}

/// Lists everything in `entries`, some files at a time, as long as `found` says to go on.
pub async fn list(entries: Vec<FileSystemEntry>, mut found: impl AsyncFnMut(Vec<Listed>) -> bool) {
    let mut folders = Vec::new();
    let mut reader: Option<(FileSystemDirectoryEntry, FileSystemDirectoryReader)> = None;
    let mut entries = entries;
    loop {
        for some in entries.chunks(BATCH) {
            if !found(open(some, &mut folders).await).await {
                return;
            }
        }
        // A reader gives a hundred entries or so at a time, and none at the end.
        if entries.is_empty() || reader.is_none() {
            let Some(folder): Option<FileSystemDirectoryEntry> = folders.pop() else { return };
            reader = Some((folder.clone(), folder.create_reader()));
        }
        let Some((folder, reading)) = &reader else { return };
        entries = match read_entries(reading).await {
            Ok(entries) => entries,
            Err(_) => {
                if !found(vec![Listed { path: path(folder), file: None }]).await {
                    return;
                }
                Vec::new()
            }
        };
    }
}

/// Opens the files among `entries`, and puts the folders on the pile.
async fn open(entries: &[FileSystemEntry], folders: &mut Vec<FileSystemDirectoryEntry>) -> Vec<Listed> {
    let (files, others): (Vec<_>, Vec<_>) = entries.iter().cloned().partition(FileSystemEntry::is_file);
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
