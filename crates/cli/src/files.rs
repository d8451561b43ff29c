//! The files of a folder, and reading ranges of them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use auraloader_core::archive::{Checksum, Deflating, Packed};
use auraloader_core::content::{Content, FileId};
use auraloader_core::dicom::Reason;
use walkdir::WalkDir;

/// Taken for the size of what doesn't tell it: not empty.
const UNKNOWN: u64 = 1;
/// Read at a time for a checksum or to be deflated. A deflate stream depends on it: an upload that was begun with another
/// step is not gone on with.
const STEP: u64 = 256 * 1024;

/// Files by their ids, as they were when they were listed.
pub(crate) struct Files(Vec<Listed>);

struct Listed {
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
}

impl Files {
    /// Lists a folder: for each file its path below it, with `/`, and its size.
    pub(crate) fn below(dir: &Path) -> Result<(Self, Vec<(String, u64)>)> {
        ensure!(dir.is_dir(), "{} is not a folder", dir.display());
        let (mut files, mut listed) = (Vec::new(), Vec::new());
        for entry in WalkDir::new(dir).sort_by_file_name() {
            // What can't be listed is told of like what can't be read.
            let (path, metadata) = match entry {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) if entry.file_type().is_file() => {
                    let metadata = entry.metadata().ok();
                    (entry.into_path(), metadata)
                }
                Ok(entry) => (entry.into_path(), None),
                Err(error) => (error.path().unwrap_or(dir).to_owned(), None),
            };
            let size = metadata.as_ref().map_or(UNKNOWN, std::fs::Metadata::len);
            let below = path.strip_prefix(dir).unwrap_or(&path);
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            listed.push((parts.join("/"), size));
            let modified = metadata.and_then(|metadata| metadata.modified().ok());
            files.push(Listed { path, size, modified });
        }
        Ok((Self(files), listed))
    }

    /// When a file was modified, in milliseconds since 1970; 0 if it isn't known.
    pub(crate) fn modified(&self, id: FileId) -> u64 {
        let modified = self.0.get(id as usize).and_then(|file| file.modified);
        let since = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        since.map_or(0, |since| since.as_millis() as u64)
    }

    /// Opens a file, if it still is what was listed.
    pub(crate) fn open(&self, id: FileId) -> io::Result<File> {
        let listed = self.0.get(id as usize).ok_or(io::ErrorKind::NotFound)?;
        // Links are not followed, and nothing waits for a pipe.
        if !listed.path.symlink_metadata()?.is_file() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let file = File::open(&listed.path)?;
        let now = file.metadata()?;
        // Half of what it was and half of what it is would be sent.
        if now.len() != listed.size || now.modified().ok() != listed.modified {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(file)
    }

    /// A range of a file, or what there is of it.
    pub(crate) fn read(&self, id: FileId, range: &Range<u64>) -> Result<Vec<u8>, Reason> {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = self.open(id)?;
            file.seek(SeekFrom::Start(range.start))?;
            let mut bytes = Vec::new();
            file.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|_| Reason::Unreadable)
    }

    /// CRC-32 of a content.
    pub(crate) fn checksum(&self, content: &Content) -> Result<u32, Reason> {
        let mut checksum = Checksum::new(content);
        self.pieces(content, &mut |piece| checksum.update(piece))?;
        checksum.finish()
    }

    /// Deflates a content; with the bytes, if they are fewer.
    pub(crate) fn pack(&self, content: &Content, level: u8) -> Result<(Packed, Vec<u8>), Reason> {
        let mut deflating = Deflating::new(content.size(), level);
        let mut made = Vec::new();
        let mut take = |bytes: &[u8]| made.extend_from_slice(bytes);
        self.pieces(content, &mut |piece| {
            deflating.update(piece, &mut take);
            Ok(())
        })?;
        let packed = deflating.finish(&mut take);
        Ok((packed, made))
    }

    /// Reads a content and hands it on in steps, always the same ones.
    fn pieces(
        &self,
        content: &Content,
        take: &mut dyn FnMut(&[u8]) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        let mut file = self.open(content.file).map_err(|_| Reason::Unreadable)?;
        file.seek(SeekFrom::Start(content.range.start)).map_err(|_| Reason::Unreadable)?;
        let mut left = content.packed_len();
        let mut buffer = vec![0; STEP.min(left) as usize];
        while left > 0 {
            buffer.truncate(left.min(STEP) as usize);
            file.read_exact(&mut buffer).map_err(|_| Reason::Unreadable)?;
            take(&buffer)?;
            left -= buffer.len() as u64;
        }
        Ok(())
    }
}
