//! What is read, and where its bytes lie: whole dropped files, and entries of dropped archives.

use std::ops::Range;

/// Names a dropped file: its number in order of dropping. What holds the file itself is the shell's matter.
pub type FileId = u32;

/// Names one thing to read and send: a dropped file, or an entry of a dropped archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    /// The dropped file.
    pub file: FileId,
    /// 0: the file itself; else the number of the entry in it, from 1.
    pub entry: u32,
}

impl From<FileId> for ItemId {
    fn from(file: FileId) -> Self {
        Self { file, entry: 0 }
    }
}

/// Where the bytes of an item are, and how they are packed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// In this dropped file,
    pub file: FileId,
    /// at these bytes of it,
    pub range: Range<u64>,
    /// packed like this.
    pub packing: Packing,
}

/// How an item's bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As they are.
    Stored,
    /// One raw deflate stream (RFC 1951).
    Deflated {
        /// Bytes once inflated, as the archive claims.
        size: u64,
    },
}

/// Bytes read of a file, wherever they are kept: the walk copies only those that it looks at.
pub trait Block {
    /// How many there are.
    fn size(&self) -> usize;

    /// A copy of some of them.
    fn piece(&self, range: Range<usize>) -> Vec<u8>;

    /// A copy of all.
    fn to_vec(&self) -> Vec<u8> {
        self.piece(0..self.size())
    }
}

impl<T: AsRef<[u8]> + ?Sized> Block for T {
    fn size(&self) -> usize {
        self.as_ref().len()
    }

    fn piece(&self, range: Range<usize>) -> Vec<u8> {
        self.as_ref().get(range).unwrap_or_default().to_vec()
    }
}

impl Content {
    /// All of a dropped file of `len` bytes.
    pub fn whole(file: FileId, len: u64) -> Self {
        Self::stored(file, 0..len)
    }

    /// These bytes of a dropped file, as they are.
    pub fn stored(file: FileId, range: Range<u64>) -> Self {
        Self { file, range, packing: Packing::Stored }
    }

    /// Bytes of the item itself, unpacked.
    pub fn size(&self) -> u64 {
        match self.packing {
            Packing::Stored => self.packed_len(),
            Packing::Deflated { size } => size,
        }
    }

    /// Bytes that it takes in the dropped file.
    pub fn packed_len(&self) -> u64 {
        self.range.end.saturating_sub(self.range.start)
    }
}
