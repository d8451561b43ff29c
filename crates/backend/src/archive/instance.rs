//! One instance's header.

use std::io::{self, Cursor, Read};
use std::panic::catch_unwind;

use auraloader_core::content::Content;
use auraloader_core::dicom::{Field, NativeDecoder, Walk};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::{InMemDicomObject, OpenFileOptions};

use super::plain::is_plain;

/// What of a file `dicom-object` is given; longer headers are read by the core's own walk.
const HEAD_LIMIT: u64 = 256 * 1024;
/// Study ID: everything needed lies in front of it.
const END: Tag = tags::STUDY_ID;

/// Where an instance belongs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Instance {
    pub(super) study_uid: String,
    pub(super) series_uid: String,
    pub(super) modality: String,
    pub(super) series_description: String,
}

/// Reads the header of a file of `len` bytes; `None` if it isn't an instance of a study and series.
///
/// `dicom-object` reads first. What it refuses or can't safely be given (no preamble, an untrue meta group, a long
/// header, …) is left to the walk that the widget itself reads with, so that nothing the widget sends is refused here.
///
/// # Errors
/// Those of `file`.
pub(super) fn read_instance(file: &mut impl Read, len: u64) -> io::Result<Option<Instance>> {
    let mut head = Vec::new();
    file.take(HEAD_LIMIT).read_to_end(&mut head)?;
    match by_dicom_object(&head) {
        Some(instance) => Ok(Some(instance)),
        None => by_walk(head, file, len),
    }
}

fn by_dicom_object(head: &[u8]) -> Option<Instance> {
    if !is_plain(head, END) {
        return None;
    }
    // Whatever a malformed file brings the library to, the next file goes on.
    let object = catch_unwind(|| OpenFileOptions::new().read_until(END).from_reader(Cursor::new(head)));
    let object = object.ok()?.ok()?;
    instance(
        text(&object, tags::STUDY_INSTANCE_UID),
        text(&object, tags::SERIES_INSTANCE_UID),
        text(&object, tags::MODALITY),
        text(&object, tags::SERIES_DESCRIPTION),
    )
}

fn text(object: &InMemDicomObject, tag: Tag) -> String {
    let Some(element) = object.element_opt(tag).ok().flatten() else { return String::new() };
    // The text of an unknown VR (PS3.5 §6.2.2) would be its bytes as numbers.
    let value = match element.vr() {
        VR::UN => element.to_bytes().ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned().into()),
        _ => element.to_str().ok(),
    };
    first_value(value.as_deref().unwrap_or_default())
}

fn by_walk(head: Vec<u8>, rest: &mut impl Read, len: u64) -> io::Result<Option<Instance>> {
    let mut file = Cursor::new(head).chain(rest);
    let mut walk = Walk::new(Content::whole(0, len));
    let mut at = 0;
    let mut buffer = Vec::new();
    // Ranges only ever move on, so a stream serves as well as a file.
    while let Some(range) = walk.want() {
        io::copy(&mut file.by_ref().take(range.start.saturating_sub(at)), &mut io::sink())?;
        buffer.clear();
        file.by_ref().take(range.end - range.start).read_to_end(&mut buffer)?;
        walk.supply(&buffer);
        at = range.start + buffer.len() as u64;
    }
    let Ok(header) = walk.finish() else { return Ok(None) };
    let fields = header.fields(&NativeDecoder);
    let value = |field| fields.first(field).to_owned();
    Ok(instance(
        value(Field::StudyUid),
        value(Field::SeriesUid),
        value(Field::Modality),
        value(Field::SeriesDescription),
    ))
}

fn instance(
    study_uid: String,
    series_uid: String,
    modality: String,
    series_description: String,
) -> Option<Instance> {
    let known = !study_uid.is_empty() && !series_uid.is_empty();
    known.then_some(Instance { study_uid, series_uid, modality, series_description })
}

/// The first of several values (PS3.5 §6.2), without padding.
fn first_value(value: &str) -> String {
    let first = value.split('\\').next().unwrap_or_default();
    first.trim_matches(|c: char| c == '\0' || c.is_ascii_whitespace()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Cursor, by_dicom_object, by_walk};
    use crate::phantom::Phantom;

    fn phantom() -> Vec<u8> {
        let mut files = Phantom { slices: 1, size: 512 }.files().unwrap();
        files.next().unwrap().unwrap().bytes
    }

    /// Where group 0008 starts.
    fn data_set(bytes: &[u8]) -> usize {
        bytes.windows(4).position(|window| window == [8, 0, 5, 0]).unwrap()
    }

    #[test]
    fn both_readers_agree_on_a_plain_file() {
        let bytes = phantom();
        let read = by_dicom_object(&bytes).unwrap();
        let len = bytes.len() as u64;
        assert_eq!(by_walk(bytes, &mut Cursor::new([]), len).unwrap().unwrap(), read);
        assert!(read.study_uid.starts_with("2.25.") && read.study_uid != read.series_uid);
        assert_eq!(read.modality, "CT");
        assert_eq!(read.series_description, "Localizer (synthetic)");
    }

    #[test]
    fn text_of_an_unknown_vr_is_text() {
        let bytes = phantom();
        let mut unknown = bytes.clone();
        for tag in [b"\x20\0\x0d\0UI", b"\x20\0\x0e\0UI"] {
            let at = unknown.windows(6).position(|window| window == tag).unwrap();
            let len = [unknown[at + 6], unknown[at + 7]];
            unknown.splice(at + 4..at + 8, [b"UN\0\0".as_slice(), &len, &[0, 0]].concat());
        }
        assert_eq!(by_dicom_object(&unknown), by_dicom_object(&bytes));
    }

    #[test]
    fn a_head_that_ends_in_the_pixels_is_enough() {
        let bytes = phantom();
        assert_eq!(by_dicom_object(&bytes[..4096]), by_dicom_object(&bytes));
    }

    #[test]
    fn nested_sequences_are_given_to_dicom_object_up_to_a_depth() {
        let bytes = phantom();
        let at = data_set(&bytes) + 18;
        let nested = |depth: usize| {
            let start = b"\x08\0\x06\0SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff".repeat(depth);
            let end = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0".repeat(depth);
            [&bytes[..at], &start, &end, &bytes[at..]].concat()
        };
        assert_eq!(by_dicom_object(&nested(32)), by_dicom_object(&bytes));
        assert_eq!(by_dicom_object(&nested(33)), None);
        assert_eq!(by_dicom_object(&nested(10_000)), None);
    }

    #[test]
    fn claimed_lengths_are_not_given_to_dicom_object() {
        let bytes = phantom();
        let at = data_set(&bytes) + 18;
        let claim = b"\x08\0\x06\0UT\0\0\xf0\xff\xff\x7f";
        assert_eq!(by_dicom_object(&[&bytes[..at], claim, &bytes[at..]].concat()), None);
        // The same in the meta group, whose length then isn't true either.
        let meta = b"\x02\0\x02\x01OB\0\0\xf0\xff\xff\x7f";
        assert_eq!(by_dicom_object(&[&bytes[..144], meta, &bytes[144..]].concat()), None);
    }
}
