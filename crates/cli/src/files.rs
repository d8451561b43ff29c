//! The files of a folder, and reading ranges of them.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use auraloader_core::archive::Checksum;
use auraloader_core::content::{Content, FileId};
use auraloader_core::dicom::Reason;
use walkdir::WalkDir;

/// Taken for the size of what doesn't tell it: not empty.
const UNKNOWN: u64 = 1;
/// Read at a time for a checksum.
const STEP: u64 = 1024 * 1024;

/// Files by their ids; the one read last stays open.
pub(crate) struct Files {
    paths: Vec<PathBuf>,
    open: Option<(FileId, File)>,
}

impl Files {
    /// Lists a folder: for each file its path below it, with `/`, and its size.
    pub(crate) fn below(dir: &Path) -> Result<(Self, Vec<(String, u64)>)> {
        ensure!(dir.is_dir(), "{} is not a folder", dir.display());
        let (mut paths, mut listed) = (Vec::new(), Vec::new());
        for entry in WalkDir::new(dir).sort_by_file_name() {
            // What can't be listed is told of like what can't be read.
            let (path, size) = match entry {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) if entry.file_type().is_file() => {
                    let size = entry.metadata().map_or(UNKNOWN, |metadata| metadata.len());
                    (entry.into_path(), size)
                }
                Ok(entry) => (entry.into_path(), UNKNOWN),
                Err(error) => (error.path().unwrap_or(dir).to_owned(), UNKNOWN),
            };
            let below = path.strip_prefix(dir).unwrap_or(&path);
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            listed.push((parts.join("/"), size));
            paths.push(path);
        }
        Ok((Self { paths, open: None }, listed))
    }

    /// A range of a file, or what there is of it.
    pub(crate) fn read(&mut self, id: FileId, range: &Range<u64>) -> Result<Vec<u8>, Reason> {
        self.try_read(id, range).map_err(|_| Reason::Unreadable)
    }

    fn try_read(&mut self, id: FileId, range: &Range<u64>) -> std::io::Result<Vec<u8>> {
        let file = self.file(id)?;
        file.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::new();
        file.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn file(&mut self, id: FileId) -> std::io::Result<&mut File> {
        let open = match self.open.take() {
            Some(open) if open.0 == id => open,
            _ => {
                let path = self.paths.get(id as usize).ok_or(std::io::ErrorKind::NotFound)?;
                // Links are not followed, and nothing waits for a pipe.
                if !path.symlink_metadata()?.is_file() {
                    return Err(std::io::ErrorKind::Unsupported.into());
                }
                (id, File::open(path)?)
            }
        };
        Ok(&mut self.open.insert(open).1)
    }

    /// CRC-32 of a content.
    pub(crate) fn checksum(&mut self, content: &Content) -> Result<u32, Reason> {
        let mut checksum = Checksum::new(content);
        let mut at = content.range.start;
        while at < content.range.end {
            let end = content.range.end.min(at.saturating_add(STEP));
            checksum.update(&self.read(content.file, &(at..end))?)?;
            at = end;
        }
        checksum.finish()
    }
}
