//! Which headers `dicom-object` can be given.
//!
//! It allocates what an element claims to be long before it reads it, and recurses into sequences, so a small file could
//! take gigabytes of memory, or the process. Here the elements are looked at first, one header after another by
//! `dicom-parser`'s lazy reader, which does neither.

use std::io::{Cursor, Seek, SeekFrom};

use dicom_core::Tag;
use dicom_core::header::Header;
use dicom_encoding::transfer_syntax::{Codec, TransferSyntax, TransferSyntaxIndex};
use dicom_parser::StatefulDecode;
use dicom_parser::dataset::LazyDataToken;
use dicom_parser::dataset::lazy_read::LazyDataSetReader;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

/// Sequences within sequences; what scanners write is 6 deep at most.
const MAX_DEPTH: u32 = 32;
const PREAMBLE: usize = 128;
const MAGIC: &[u8] = b"DICM";

/// Whether everything in front of `end` lies within `head` and is nested moderately.
pub(super) fn is_plain(head: &[u8], end: Tag) -> bool {
    match read_meta(head) {
        Some((syntax, at)) => is_plain_data_set(head, at, syntax, end).unwrap_or(false),
        None => false,
    }
}

/// Transfer syntax and length of preamble and meta group, if that is just as PS3.10 §7.1 wants it.
fn read_meta(head: &[u8]) -> Option<(&'static TransferSyntax, u64)> {
    let mut rest = head.get(PREAMBLE..)?.strip_prefix(MAGIC)?;
    let (tag, value, behind) = meta_element(rest)?;
    let group_length = usize::try_from(u32::from_le_bytes(value.try_into().ok()?)).ok()?;
    if tag != Tag(2, 0) {
        return None;
    }
    let data_set = behind.get(group_length..)?;
    let mut syntax = None;
    rest = behind;
    while rest.len() > data_set.len() {
        let (tag, value, behind) = meta_element(rest)?;
        if tag == Tag(2, 0x10) {
            let uid = std::str::from_utf8(value).ok()?.trim_end_matches(['\0', ' ']);
            syntax = Some(TransferSyntaxRegistry.get(uid)?);
        }
        rest = behind;
    }
    let syntax = syntax.filter(|syntax| !matches!(syntax.codec(), Codec::Dataset(_)))?;
    let at = u64::try_from(head.len() - data_set.len()).ok()?;
    (rest.len() == data_set.len()).then_some((syntax, at))
}

/// Tag and value of an element of group 0002, and what is behind it.
fn meta_element(bytes: &[u8]) -> Option<(Tag, &[u8], &[u8])> {
    let (&[g0, g1, e0, e1, v0, v1], rest) = bytes.split_first_chunk()?;
    let (length, rest) = if matches!(&[v0, v1], b"OB" | b"UN" | b"UT") {
        let (&[_, _, l0, l1, l2, l3], rest) = rest.split_first_chunk()?;
        (usize::try_from(u32::from_le_bytes([l0, l1, l2, l3])).ok()?, rest)
    } else {
        let (length, rest) = rest.split_first_chunk()?;
        (usize::from(u16::from_le_bytes(*length)), rest)
    };
    let tag = Tag(u16::from_le_bytes([g0, g1]), u16::from_le_bytes([e0, e1]));
    let (value, rest) = rest.split_at_checked(length)?;
    (tag.group() == 2).then_some((tag, value, rest))
}

/// `None` where the data set can't be read at all.
fn is_plain_data_set(head: &[u8], at: u64, syntax: &TransferSyntax, end: Tag) -> Option<bool> {
    let mut source = Cursor::new(head);
    source.seek(SeekFrom::Start(at)).ok()?;
    let mut reader = LazyDataSetReader::new_with_ts(source, syntax).ok()?;
    let length = u64::try_from(head.len()).ok()?;
    let mut depth = 0_u32;
    while let Some(token) = reader.advance() {
        match token.ok()? {
            LazyDataToken::ElementHeader(header) if depth == 0 && header.tag() >= end => return Some(true),
            LazyDataToken::SequenceStart { tag, .. } if depth == 0 && tag >= end => return Some(true),
            LazyDataToken::PixelSequenceStart => return Some(depth == 0),
            LazyDataToken::SequenceStart { .. } => depth += 1,
            LazyDataToken::SequenceEnd => depth = depth.saturating_sub(1),
            LazyDataToken::LazyValue { header, decoder } => {
                let size = header.len.get()?;
                if decoder.position().saturating_add(u64::from(size)) > length {
                    return Some(false);
                }
                decoder.skip_bytes(size).ok()?;
            }
            LazyDataToken::LazyItemValue { .. } => return Some(false),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Some(false);
        }
    }
    Some(true)
}
