//! From a file's bytes to its data set (PS3.10 §7.1).

use std::borrow::Cow;

use auraloader_core::dicom::{Encoding, Tag};
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::FILE_LIMIT;
use crate::elements::Elements;

const TRANSFER_SYNTAX: Tag = Tag(0x0002_0010);
const META_GROUP: u32 = 0x0002;
const DEFLATED: &str = "1.2.840.10008.1.2.1.99";

/// The elements behind the meta group.
pub(crate) struct DataSet<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    pub(crate) encoding: Encoding,
    /// Transfer Syntax UID (0002,0010), or `""`.
    pub(crate) transfer_syntax: String,
}

/// The data set of a file with or without preamble and meta group.
pub(crate) fn data_set(file: &[u8]) -> Option<DataSet<'_>> {
    let mut rest = if file.get(128..132)? == b"DICM" { file.get(132..)? } else { file };
    let mut transfer_syntax = String::new();
    let encoding = Encoding::guess(rest.first_chunk()?, rest.len() as u64);
    let mut meta = Elements::new(rest, encoding);
    while let Some(element) = meta.next().filter(|element| element.tag.0 >> 16 == META_GROUP) {
        if element.tag == TRANSFER_SYNTAX {
            transfer_syntax = element.text();
        }
        rest = meta.rest();
    }
    let bytes = if transfer_syntax == DEFLATED { Cow::Owned(inflate(rest)?) } else { Cow::Borrowed(rest) };
    let encoding = Encoding::guess(bytes.first_chunk()?, bytes.len() as u64);
    Some(DataSet { bytes, encoding, transfer_syntax })
}

/// A raw deflate stream, as far as it goes.
pub(crate) fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let inflated = decompress_to_vec_with_limit(bytes, FILE_LIMIT).unwrap_or_else(|cut| cut.output);
    (!inflated.is_empty()).then_some(inflated)
}
