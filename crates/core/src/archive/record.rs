//! The records of a ZIP file as bytes (APPNOTE 6.3.10; the section is named at each).

const VERSION_DEFAULT: u16 = 20;
const VERSION_ZIP64: u16 = 45;
/// Upper byte of "version made by" (§4.4.2). Were it MS-DOS, Info-ZIP would take names for that one's characters, whatever
/// bit 11 says, but not where there is an extra field.
const MADE_BY_UNIX: u16 = 3 << 8;
/// A file that its owner may change and all may read; without it Info-ZIP gives nobody any right to it.
const UNIX_FILE: u32 = 0o100_644;
/// General purpose flag bit 11: the name is UTF-8 (§4.4.4).
const FLAG_UTF8: u16 = 1 << 11;
const METHOD_STORED: u16 = 0;
const METHOD_DEFLATED: u16 = 8;
/// 1980-01-01 00:00:00, the earliest that a ZIP can say: the same files give the same archive.
const DOS_TIME: u16 = 0;
const DOS_DATE: u16 = 0x0021;
const MAX_32: u64 = u32::MAX as u64;
const MAX_16: u64 = u16::MAX as u64;

/// What the records of one entry say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    /// Of the unpacked bytes, as is `size`.
    pub(super) crc: u32,
    pub(super) size: u64,
    pub(super) packed_len: u64,
    pub(super) deflated: bool,
    pub(super) offset: u64,
}

impl Entry<'_> {
    /// A local header has both sizes in the ZIP64 extra field or none of them (§4.5.3).
    fn large(&self) -> bool {
        self.size >= MAX_32 || self.packed_len >= MAX_32
    }

    /// Length of [`Entry::local_header`].
    pub(super) fn local_header_len(&self) -> u64 {
        30 + self.name.len() as u64 + if self.large() { 20 } else { 0 }
    }

    /// Local file header (§4.3.7).
    pub(super) fn local_header(&self) -> Vec<u8> {
        let sizes = if self.large() { (MAX_32, MAX_32) } else { (self.size, self.packed_len) };
        let mut to = Record::new(b"PK\x03\x04");
        to.u16(if self.large() { VERSION_ZIP64 } else { VERSION_DEFAULT });
        self.common(&mut to, sizes);
        to.u16(if self.large() { 20 } else { 0 });
        to.bytes(self.name.as_bytes());
        if self.large() {
            to.u16(1).u16(16).u64(self.size).u64(self.packed_len);
        }
        to.0
    }

    /// What a central header has no room for, in the order of the ZIP64 extra field (§4.5.3).
    fn wide(&self) -> impl Iterator<Item = u64> {
        [self.size, self.packed_len, self.offset].into_iter().filter(|value| *value >= MAX_32)
    }

    fn central_extra_len(&self) -> u16 {
        let fields = self.wide().count() as u16 * 8;
        if fields == 0 { 0 } else { 4 + fields }
    }

    /// Length of [`Entry::central_header`].
    pub(super) fn central_header_len(&self) -> u64 {
        46 + self.name.len() as u64 + u64::from(self.central_extra_len())
    }

    /// Central directory header (§4.3.12), with the ZIP64 extra field where one is needed.
    pub(super) fn central_header(&self) -> Vec<u8> {
        let extra_len = self.central_extra_len();
        let version = if extra_len > 0 { VERSION_ZIP64 } else { VERSION_DEFAULT };
        let mut to = Record::new(b"PK\x01\x02");
        to.u16(MADE_BY_UNIX | version).u16(version);
        self.common(&mut to, (self.size, self.packed_len));
        to.u16(extra_len).u16(0).u16(0).u16(0).u32(UNIX_FILE << 16);
        to.u32(self.offset.min(MAX_32) as u32);
        to.bytes(self.name.as_bytes());
        if extra_len > 0 {
            to.u16(1).u16(extra_len - 4);
        }
        for value in self.wide() {
            to.u64(value);
        }
        to.0
    }

    /// From the flags to the name's length, the same in both headers.
    fn common(&self, to: &mut Record, (size, packed_len): (u64, u64)) {
        let method = if self.deflated { METHOD_DEFLATED } else { METHOD_STORED };
        to.u16(FLAG_UTF8).u16(method).u16(DOS_TIME).u16(DOS_DATE);
        to.u32(self.crc).u32(packed_len.min(MAX_32) as u32).u32(size.min(MAX_32) as u32);
        to.u16(self.name.len() as u16);
    }
}

/// Where the central directory is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Directory {
    pub(super) entries: u64,
    pub(super) offset: u64,
    pub(super) len: u64,
}

impl Directory {
    fn needs_zip64(&self) -> bool {
        self.entries >= MAX_16 || self.offset >= MAX_32 || self.len >= MAX_32
    }

    /// Length of [`Directory::end`].
    pub(super) fn end_len(&self) -> u64 {
        if self.needs_zip64() { 56 + 20 + 22 } else { 22 }
    }

    /// End of central directory (§4.3.16), behind its ZIP64 form and locator (§4.3.14, §4.3.15) if needed.
    pub(super) fn end(&self) -> Vec<u8> {
        let mut to = Record(Vec::new());
        if self.needs_zip64() {
            to.bytes(b"PK\x06\x06").u64(44).u16(VERSION_ZIP64).u16(VERSION_ZIP64).u32(0).u32(0);
            to.u64(self.entries).u64(self.entries).u64(self.len).u64(self.offset);
            to.bytes(b"PK\x06\x07").u32(0).u64(self.offset + self.len).u32(1);
        }
        let entries = self.entries.min(MAX_16) as u16;
        to.bytes(b"PK\x05\x06").u16(0).u16(0).u16(entries).u16(entries);
        to.u32(self.len.min(MAX_32) as u32).u32(self.offset.min(MAX_32) as u32).u16(0);
        to.0
    }
}

/// Little-endian fields, one after the other.
struct Record(Vec<u8>);

impl Record {
    fn new(signature: &[u8; 4]) -> Self {
        Self(signature.to_vec())
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }
}
