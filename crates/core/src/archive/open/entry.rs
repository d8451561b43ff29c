//! One entry, and its local header (APPNOTE 6.3.10 §4.3.7).

use std::ops::Range;

use super::fields::Fields;
use crate::content::{Content, FileId, Packing};
use crate::dicom::Reason;

const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
/// Without name and extra fields.
const LOCAL_HEADER_LEN: u64 = 30;
/// Times, owners and ZIP64 sizes as the usual writers add them.
const USUAL_EXTRA: u64 = 128;
/// What is read of the data together with the header.
const READ: u64 = 64 * 1024;

/// What the central directory says of a file that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Of the local header, in the archive.
    pub(super) offset: u64,
    /// Bytes of data in the archive.
    pub(super) packed_len: u64,
    /// Bytes once unpacked.
    pub(super) size: u64,
    /// Where the next entry starts, or the directory.
    pub(super) limit: u64,
    /// CRC-32 once unpacked.
    pub(super) crc: u32,
    pub(super) name_len: u16,
    pub(super) deflated: bool,
}

impl Entry {
    /// Bytes once unpacked, as the archive claims.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// CRC-32 of the unpacked bytes, as the archive claims.
    pub fn crc(&self) -> u32 {
        self.crc
    }

    /// What to read first: the local header and up to 64 KiB of data, if it has no more extra fields than usual.
    pub fn start_range(&self) -> Range<u64> {
        let header = LOCAL_HEADER_LEN + u64::from(self.name_len) + USUAL_EXTRA;
        let end = self.offset.saturating_add(header + self.packed_len.min(READ));
        self.offset..end.min(self.limit)
    }

    /// Where the data is, from bytes read at the start of [`Entry::start_range`]; and where it begins in them, which
    /// is behind their end if the header is longer than expected.
    ///
    /// # Errors
    /// [`Reason::EncryptedArchive`], or [`Reason::DamagedArchive`] if there is no such header or no room for the data.
    pub fn content(&self, file: FileId, bytes: &[u8]) -> Result<(Content, usize), Reason> {
        let Local { flags, deflated, len } = Local::parse(bytes).ok_or(Reason::DamagedArchive)?;
        if is_encrypted(flags) {
            return Err(Reason::EncryptedArchive);
        }
        let start = self.offset.saturating_add(len as u64);
        let end = start.saturating_add(self.packed_len);
        if deflated != self.deflated || end > self.limit {
            return Err(Reason::DamagedArchive);
        }
        let packing = if deflated { Packing::Deflated { size: self.size } } else { Packing::Stored };
        Ok((Content { file, range: start..end, packing }, len))
    }

    /// Where the entry ends if its local header is as short as can be.
    pub(super) fn least_end(&self) -> u64 {
        self.offset.saturating_add(LOCAL_HEADER_LEN).saturating_add(self.packed_len)
    }
}

/// What matters of a local header: its sizes may be left open, those of the directory count.
struct Local {
    flags: u16,
    deflated: bool,
    /// With name and extra fields, which may be others than in the directory.
    len: usize,
}

impl Local {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes.strip_prefix(LOCAL_HEADER)?);
        let _version = fields.u16()?;
        let flags = fields.u16()?;
        let deflated = is_deflated(fields.u16()?)?;
        let _time_crc_sizes = fields.bytes(16_usize)?;
        let (name, extra) = (fields.u16()?, fields.u16()?);
        let len = LOCAL_HEADER_LEN as usize + usize::from(name) + usize::from(extra);
        Some(Self { flags, deflated, len })
    }
}

/// Whether the method is deflate or none at all; another is not read (§4.4.5).
pub(super) fn is_deflated(method: u16) -> Option<bool> {
    match method {
        0 => Some(false),
        8 => Some(true),
        _ => None,
    }
}

/// Encrypted, strongly encrypted, or with the header masked (§4.4.4, bits 0, 6 and 13).
pub(super) fn is_encrypted(flags: u16) -> bool {
    flags & (1 | 1 << 6 | 1 << 13) != 0
}
