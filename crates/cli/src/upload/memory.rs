//! The session's records of unfinished uploads, a file each, which hold no name of a file, nothing of a patient and no
//! token.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use auraloader_core::session::{Key, Record};
use etcetera::{BaseStrategy, choose_base_strategy};
use tempfile::NamedTempFile;

/// Goes up whenever the records change their form.
const FOLDER: &str = "uploads-2";

/// A folder of records.
pub(super) struct Memory {
    folder: PathBuf,
    has_warned: bool,
}

/// As long as it is there no other run sends the same.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Memory {
    /// In this folder, or where the system keeps the state of programs; `None` where there is no such place.
    pub(super) fn open(chosen: Option<&Path>) -> Result<Option<Self>> {
        let base = match chosen {
            Some(chosen) => Some(chosen.to_owned()),
            None => choose_base_strategy()
                .ok()
                .map(|base| base.state_dir().unwrap_or_else(|| base.data_dir()).join("auraloader")),
        };
        let Some(folder) = base.map(|base| base.join(FOLDER)) else {
            eprintln!("auraloader: there is no place for state: name one by --state-dir to be able to go on");
            return Ok(None);
        };
        private_folder(&folder).with_context(|| format!("cannot keep state in {}", folder.display()))?;
        Ok(Some(Self { folder, has_warned: false }))
    }

    /// All records that can be read.
    pub(super) fn all(&self) -> Vec<(Key, Record)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let records = entries.filter(|entry| entry.path().extension().is_some_and(|kind| kind == "record"));
        records.filter_map(|entry| postcard::from_bytes(&fs::read(entry.path()).ok()?).ok()).collect()
    }

    /// Keeps a record in place of any by the same key.
    pub(super) fn remember(&mut self, key: &Key, record: Record) {
        let bytes = postcard::to_allocvec(&(key, record)).unwrap_or_default();
        let written = || -> io::Result<()> {
            let mut file = NamedTempFile::new_in(&self.folder)?;
            file.write_all(&bytes)?;
            file.persist(self.path(key, "record"))?;
            Ok(())
        };
        if let Err(error) = written()
            && !self.has_warned
        {
            self.has_warned = true;
            eprintln!("auraloader: cannot keep state ({error}): an interrupted upload would begin anew");
        }
    }

    /// Lets go of a record.
    pub(super) fn forget(&self, key: &Key) {
        // It may never have been kept.
        let _ = fs::remove_file(self.path(key, "record"));
    }

    /// Keeps other runs from sending the same; `Err` if one does.
    pub(super) fn lock(&self, key: &Key) -> Result<Option<Lock>, ()> {
        let path = self.path(key, "lock");
        let Ok(file) = File::create(&path) else { return Ok(None) };
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { path, _file: file })),
            Err(TryLockError::WouldBlock) => Err(()),
            // Some network file systems have no locks.
            Err(TryLockError::Error(_)) => Ok(None),
        }
    }

    fn path(&self, key: &Key, kind: &str) -> PathBuf {
        self.folder.join(format!("{key}.{kind}"))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It is only in the way of tidiness.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whose uploads are unfinished, and where, is nobody else's business.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
