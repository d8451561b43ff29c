//! The end of an archive: where its central directory is (APPNOTE 6.3.10 §4.3.14 to §4.3.16).

use super::fields::Fields;

const END: &[u8] = b"PK\x05\x06";
const END_LEN: usize = 22;
const LOCATOR: &[u8] = b"PK\x06\x07";
const LOCATOR_LEN: u64 = 20;
const ZIP64_END: &[u8] = b"PK\x06\x06";
/// Without the part that is for extensions.
pub(super) const ZIP64_END_LEN: u64 = 56;
/// The least version that encrypts a central directory (§4.4.3.2).
const VERSION_ENCRYPTED_DIRECTORY: u16 = 62;
const MAX_16: u64 = u16::MAX as u64;
const MAX_32: u64 = u32::MAX as u64;

/// How much from the end of a file has all of these records, however long the comment is.
pub(super) const TAIL: u64 = u16::MAX as u64 + END_LEN as u64 + LOCATOR_LEN + ZIP64_END_LEN;

/// What the end of an archive says about the central directory.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Where this record is in the file, or the ZIP64 one: the directory ends here.
    pub(super) at: u64,
    /// Entries of the directory; without ZIP64 only the lower 16 bits are sure.
    pub(super) entries: u64,
    /// Whether `entries` is exact.
    pub(super) counted: bool,
    /// Length of the directory.
    pub(super) len: u64,
    /// Where the directory is, as far as the writer knew.
    pub(super) offset: u64,
    /// Number of this volume, of the one with the directory's start, and the entries in this one.
    disk: u64,
    directory_disk: u64,
    entries_here: u64,
    /// The directory is encrypted, as the ZIP64 record says.
    pub(super) encrypted: bool,
    /// Something follows that is not the comment.
    pub(super) trailed: bool,
}

impl End {
    /// Finds the record in `tail`, the bytes of the file from `start` to its end: the last whose comment ends where
    /// the file does, so that neither text in a comment nor an archive stored as an entry is taken for it. If there is
    /// none, something has been added behind the archive, and the last record may do.
    pub(super) fn find(tail: &[u8], start: u64) -> Option<Self> {
        let last = tail.len().checked_sub(END_LEN)?;
        let mut added = None;
        for at in (0..=last).rev() {
            match Self::parse(tail.get(at..)?, start + at as u64) {
                Some(end) if !end.trailed => return Some(end),
                end => added = added.or(end),
            }
        }
        added
    }

    fn parse(bytes: &[u8], at: u64) -> Option<Self> {
        let mut fields = Fields(bytes.strip_prefix(END)?);
        let (disk, directory_disk) = (fields.u16()?.into(), fields.u16()?.into());
        let (entries_here, entries) = (fields.u16()?.into(), fields.u16()?.into());
        let (len, offset) = (fields.u32()?.into(), fields.u32()?.into());
        let comment = fields.u16()?;
        fields.bytes(comment)?;
        Some(Self {
            at,
            entries,
            counted: false,
            len,
            offset,
            disk,
            directory_disk,
            entries_here,
            encrypted: false,
            trailed: !fields.0.is_empty(),
        })
    }

    /// Where the ZIP64 record is by the locator in front of this one, if there is a locator.
    pub(super) fn zip64_offset(&self, tail: &[u8], start: u64) -> Option<u64> {
        let locator = self.at.checked_sub(start)?.checked_sub(LOCATOR_LEN)?;
        let mut fields = Fields(tail.get(locator as usize..)?.strip_prefix(LOCATOR)?);
        fields.u32()?;
        fields.u64()
    }

    /// Where the ZIP64 record is if it has no extensions, whatever the locator says: with something in front of the
    /// archive it is too low.
    pub(super) fn zip64_usual(&self) -> Option<u64> {
        self.at.checked_sub(LOCATOR_LEN + ZIP64_END_LEN)
    }

    /// Whether only the ZIP64 record can say it all.
    pub(super) fn needs_zip64(&self) -> bool {
        self.entries == MAX_16 || self.len == MAX_32 || self.offset == MAX_32
    }

    /// Takes from the ZIP64 record, whose bytes are these, what was too large for this one.
    pub(super) fn widened(self, bytes: &[u8], at: u64) -> Option<Self> {
        let mut fields = Fields(bytes.strip_prefix(ZIP64_END)?);
        let record_len = fields.u64()?;
        let (_made_by, version) = (fields.u16()?, fields.u16()?);
        let (disk, directory_disk) = (fields.u32()?.into(), fields.u32()?.into());
        let (entries_here, entries) = (fields.u64()?, fields.u64()?);
        let (len, offset) = (fields.u64()?, fields.u64()?);
        let either = |small: u64, max: u64, large: u64| if small == max { large } else { small };
        let end = Self {
            at,
            entries: either(self.entries, MAX_16, entries),
            counted: self.entries == MAX_16,
            len: either(self.len, MAX_32, len),
            offset: either(self.offset, MAX_32, offset),
            disk: either(self.disk, MAX_16, disk),
            directory_disk: either(self.directory_disk, MAX_16, directory_disk),
            entries_here: either(self.entries_here, MAX_16, entries_here),
            encrypted: version >= VERSION_ENCRYPTED_DIRECTORY && record_len > ZIP64_END_LEN - 12,
            ..self
        };
        (at < self.at).then_some(end)
    }

    /// Whether the archive is one of several volumes.
    pub(super) fn is_split(&self) -> bool {
        self.disk != 0 || self.directory_disk != 0 || self.entries_here != self.entries
    }
}
