//! Archives made by hand, so that each field can be untrue, and the reading of them.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(unreachable_pub, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::ops::Range;

use auraloader_core::archive::{Entry, Listed, Opening};
use auraloader_core::content::Packing;
use auraloader_core::dicom::Reason;

/// One raw deflate stream.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec(bytes, 6)
}

/// Bytes that deflate somewhat.
pub fn content(seed: u32, len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i as u32).wrapping_mul(seed + 31) >> 5) as u8 & 0x3F).collect()
}

/// An entry; each field goes into the headers as it stands.
#[derive(Clone)]
pub struct Raw {
    pub name: Vec<u8>,
    pub data: Vec<u8>,
    pub method: u16,
    pub flags: u16,
    pub crc: u32,
    pub packed_len: u32,
    pub size: u32,
    pub disk: u16,
    pub central_extra: Vec<u8>,
    /// In place of where it is.
    pub offset: Option<u32>,
    pub local_signature: [u8; 4],
    pub local_name: Vec<u8>,
    pub local_extra: Vec<u8>,
    pub local_method: u16,
    pub local_flags: u16,
}

impl Raw {
    pub fn stored(name: impl AsRef<[u8]>, data: &[u8]) -> Self {
        Self::new(name.as_ref(), data, data.to_vec(), 0)
    }

    pub fn deflated(name: impl AsRef<[u8]>, data: &[u8]) -> Self {
        Self::new(name.as_ref(), data, deflate(data), 8)
    }

    fn new(name: &[u8], unpacked: &[u8], data: Vec<u8>, method: u16) -> Self {
        Self {
            name: name.to_vec(),
            method,
            flags: 0,
            crc: crc32fast::hash(unpacked),
            packed_len: data.len() as u32,
            size: unpacked.len() as u32,
            data,
            disk: 0,
            central_extra: Vec::new(),
            offset: None,
            local_signature: *b"PK\x03\x04",
            local_name: name.to_vec(),
            local_extra: Vec::new(),
            local_method: method,
            local_flags: 0,
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn local(&self) -> Vec<u8> {
        let mut to = self.local_signature.to_vec();
        u16s(&mut to, &[20, self.local_flags, self.local_method, 0, 0x21]);
        u32s(&mut to, &[self.crc, self.packed_len, self.size]);
        u16s(&mut to, &[self.local_name.len() as u16, self.local_extra.len() as u16]);
        [to, self.local_name.clone(), self.local_extra.clone(), self.data.clone()].concat()
    }

    fn central(&self, offset: u32) -> Vec<u8> {
        let mut to = b"PK\x01\x02".to_vec();
        u16s(&mut to, &[20, 20, self.flags, self.method, 0, 0x21]);
        u32s(&mut to, &[self.crc, self.packed_len, self.size]);
        u16s(&mut to, &[self.name.len() as u16, self.central_extra.len() as u16, 3, self.disk, 0]);
        u32s(&mut to, &[0, self.offset.unwrap_or(offset)]);
        [to, self.name.clone(), self.central_extra.clone(), b"any".to_vec()].concat()
    }
}

/// An archive; the first fields are put in between its parts.
#[derive(Clone, Default)]
pub struct Archive {
    pub in_front: Vec<u8>,
    pub before_directory: Vec<u8>,
    pub behind_directory: Vec<u8>,
    pub comment: Vec<u8>,
    /// What the end record says in place of the truth.
    pub disk: u16,
    pub count: Option<u16>,
    pub directory_len: Option<u32>,
    pub directory_offset: Option<u32>,
    /// Puts a ZIP64 record, with these bytes of extensions, and its locator there.
    pub zip64: Option<Vec<u8>>,
    /// The locator's offset in place of the truth.
    pub zip64_offset: Option<u64>,
    /// The version in the ZIP64 record.
    pub zip64_version: u16,
}

impl Archive {
    pub fn bytes(&self, entries: &[Raw]) -> Vec<u8> {
        let mut archive = Vec::new();
        let mut directory = Vec::new();
        for entry in entries {
            directory.extend(entry.central(archive.len() as u32));
            archive.extend(entry.local());
        }
        archive.extend(&self.before_directory);
        let (start, len, count) = (archive.len(), directory.len(), entries.len());
        archive.extend(directory);
        archive.extend(&self.behind_directory);
        if let Some(extensions) = &self.zip64 {
            let at = archive.len() as u64;
            archive.extend(b"PK\x06\x06");
            u64s(&mut archive, &[44 + extensions.len() as u64]);
            u16s(&mut archive, &[self.zip64_version, self.zip64_version]);
            u32s(&mut archive, &[0, 0]);
            u64s(&mut archive, &[count as u64, count as u64, len as u64, start as u64]);
            archive.extend(extensions);
            archive.extend(b"PK\x06\x07\0\0\0\0");
            u64s(&mut archive, &[self.zip64_offset.unwrap_or(at)]);
            u32s(&mut archive, &[1]);
        }
        let count = self.count.unwrap_or(count as u16);
        archive.extend(b"PK\x05\x06");
        u16s(&mut archive, &[self.disk, 0, count, count]);
        u32s(&mut archive, &[self.directory_len.unwrap_or(len as u32)]);
        u32s(&mut archive, &[self.directory_offset.unwrap_or(start as u32)]);
        u16s(&mut archive, &[self.comment.len() as u16]);
        archive.extend(&self.comment);
        [self.in_front.clone(), archive].concat()
    }
}

pub fn archive(entries: &[Raw]) -> Vec<u8> {
    Archive::default().bytes(entries)
}

fn u16s(to: &mut Vec<u8>, values: &[u16]) {
    values.iter().for_each(|value| to.extend(value.to_le_bytes()));
}

fn u32s(to: &mut Vec<u8>, values: &[u32]) {
    values.iter().for_each(|value| to.extend(value.to_le_bytes()));
}

pub fn u64s(to: &mut Vec<u8>, values: &[u64]) {
    values.iter().for_each(|value| to.extend(value.to_le_bytes()));
}

/// What a reading of the directory gave and cost.
pub struct Opened {
    pub listed: Result<Vec<Listed>, Reason>,
    pub reads: Vec<Range<u64>>,
}

/// Opens what is said to be `len` bytes; each read gives as many bytes of the wanted ones as `cut` says.
pub fn open_as(len: u64, bytes: &[u8], mut cut: impl FnMut(usize) -> usize) -> Opened {
    let mut opening = Opening::new(len);
    let mut reads = Vec::new();
    while let Some(range) = opening.want() {
        assert!(range.start < range.end && range.end <= len, "{range:?} of {len}");
        let there = slice(bytes, &range);
        opening.supply(&there[..cut(there.len())]);
        reads.push(range);
    }
    Opened { listed: opening.finish(), reads }
}

pub fn open(bytes: &[u8]) -> Result<Vec<Listed>, Reason> {
    open_as(bytes.len() as u64, bytes, |len| len).listed
}

/// The reason of each entry that can't be read.
pub fn reasons(bytes: &[u8]) -> Result<Vec<Option<Reason>>, Reason> {
    Ok(open(bytes)?.into_iter().map(|listed| listed.entry.err()).collect())
}

pub fn slice<'a>(bytes: &'a [u8], range: &Range<u64>) -> &'a [u8] {
    let at = |at: u64| usize::try_from(at).expect("fits").min(bytes.len());
    &bytes[at(range.start)..at(range.end)]
}

/// The unpacked bytes of an entry.
pub fn read(bytes: &[u8], entry: &Entry) -> Result<Vec<u8>, Reason> {
    let (content, _) = entry.content(0, slice(bytes, &entry.start_range()))?;
    let packed = slice(bytes, &content.range);
    match content.packing {
        Packing::Stored => Ok(packed.to_vec()),
        Packing::Deflated { .. } => {
            miniz_oxide::inflate::decompress_to_vec(packed).map_err(|_| Reason::DamagedArchive)
        }
    }
}
