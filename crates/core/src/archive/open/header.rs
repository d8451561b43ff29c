//! One header of the central directory (APPNOTE 6.3.10 §4.3.12).

use super::entry::{Entry, is_deflated, is_encrypted};
use super::fields::Fields;
use super::{Listed, limits, name};
use crate::dicom::Reason;

const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";
const FLAG_UTF8: u16 = 1 << 11;
/// AES as WinZip does it; the true method is in an extra field.
const METHOD_AES: u16 = 99;
const ZIP64: u16 = 1;
const MAX_16: u16 = u16::MAX;
const MAX_32: u32 = u32::MAX;

/// What is known of the archive when a header is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    /// Length of the archive.
    pub(super) len: u64,
    /// What is in front of the archive proper: offsets lie by this much further than they say.
    pub(super) shift: u64,
}

/// A header as it stands.
pub(super) struct Header<'a> {
    flags: u16,
    method: u16,
    crc: u32,
    packed_len: u32,
    size: u32,
    disk: u16,
    /// Of the local header, as far as it goes into 32 bits.
    pub(super) offset: u32,
    name: &'a [u8],
    extra: &'a [u8],
}

impl<'a> Header<'a> {
    /// Whether these bytes may be one.
    pub(super) fn starts(bytes: &[u8]) -> bool {
        bytes.starts_with(CENTRAL_HEADER)
    }

    /// From the start of `bytes`, of which the rest is left; `None` if they are too few.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut fields = Fields(bytes.strip_prefix(CENTRAL_HEADER)?);
        let _versions = fields.u32()?;
        let (flags, method) = (fields.u16()?, fields.u16()?);
        let _time = fields.u32()?;
        let (crc, packed_len, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
        let disk = fields.u16()?;
        let _attributes = fields.bytes(6_usize)?;
        let offset = fields.u32()?;
        let (name, extra) = (fields.bytes(name)?, fields.bytes(extra)?);
        fields.bytes(comment)?;
        let header = Self { flags, method, crc, packed_len, size, disk, offset, name, extra };
        Some((header, fields.0))
    }

    /// The file that it is of; `None` for a folder.
    pub(super) fn listed(&self, around: Around) -> Option<Listed> {
        let place = self.place();
        let is_empty = place.as_ref().is_some_and(|place| place.size == 0);
        if is_empty && matches!(self.name, [.., b'/' | b'\\']) {
            return None;
        }
        let path = name::path(self.name, self.flags & FLAG_UTF8 != 0, self.extra);
        let entry = self.entry(&path, place, around);
        Some(Listed { path, entry })
    }

    fn entry(&self, path: &str, place: Option<Place>, around: Around) -> Result<Entry, Reason> {
        let extension = path.len().checked_sub(4).and_then(|at| path.get(at..)).unwrap_or_default();
        if extension.eq_ignore_ascii_case(".zip") {
            return Err(Reason::NestedArchive);
        }
        if is_encrypted(self.flags) || self.method == METHOD_AES {
            return Err(Reason::EncryptedArchive);
        }
        let deflated = is_deflated(self.method).ok_or(Reason::UnsupportedArchive)?;
        let Place { size, packed_len, offset, disk } = place.ok_or(Reason::DamagedArchive)?;
        if disk != 0 {
            return Err(Reason::UnsupportedArchive);
        }
        let offset = offset.saturating_add(around.shift);
        let (crc, name_len) = (self.crc, self.name.len() as u16);
        let entry = Entry { offset, packed_len, size, limit: around.len, crc, name_len, deflated };
        if entry.least_end() > around.len || !deflated && packed_len != size {
            return Err(Reason::DamagedArchive);
        }
        if deflated && !limits::can_inflate_to(packed_len, size) {
            return Err(Reason::ArchiveLimit);
        }
        Ok(entry)
    }

    /// Sizes and place, from the ZIP64 field what doesn't fit: that has, in this order, only what is at its maximum
    /// in the header (§4.5.3). Without such a field the maximum is the value. `None` if the field is too short.
    fn place(&self) -> Option<Place> {
        let mut wide = Fields(self.extra).extra(ZIP64).map(Fields);
        let mut widen = |value: u32| match &mut wide {
            Some(wide) if value == MAX_32 => wide.u64(),
            _ => Some(value.into()),
        };
        let (size, packed_len, offset) = (widen(self.size)?, widen(self.packed_len)?, widen(self.offset)?);
        let disk = match &mut wide {
            Some(wide) if self.disk == MAX_16 => wide.u32()?,
            _ => self.disk.into(),
        };
        Some(Place { size, packed_len, offset, disk })
    }
}

struct Place {
    size: u64,
    packed_len: u64,
    offset: u64,
    disk: u32,
}
