//! One instance's header.

use std::io::{self, Cursor, Read};
use std::panic::catch_unwind;

use auraloader_core::dicom::{Field, PlainDecoder, Walk};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::{InMemDicomObject, OpenFileOptions};

/// What of a file `dicom-object` is given. It allocates by claimed lengths and recurses into sequences, so this bounds
/// both; headers that are longer are read by the core's own walk.
pub(super) const HEAD_LIMIT: u64 = 256 * 1024;

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
/// `dicom-object` reads first. What it refuses (no preamble, an untrue meta group, a long header, …) is left to the
/// walk that the widget itself reads with, so that nothing the widget sends is refused here.
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
    // Whatever a malformed file brings the library to, the next file goes on.
    let object = catch_unwind(|| {
        // Everything needed lies before Study ID (0020,0010).
        OpenFileOptions::new().read_until(tags::STUDY_ID).from_reader(Cursor::new(head))
    });
    let object = object.ok()?.ok()?;
    instance(
        text(&object, tags::STUDY_INSTANCE_UID),
        text(&object, tags::SERIES_INSTANCE_UID),
        text(&object, tags::MODALITY),
        text(&object, tags::SERIES_DESCRIPTION),
    )
}

fn text(object: &InMemDicomObject, tag: Tag) -> String {
    let value = object.element_opt(tag).ok().flatten().and_then(|element| element.to_str().ok());
    first_value(value.as_deref().unwrap_or_default())
}

fn by_walk(head: Vec<u8>, rest: &mut impl Read, len: u64) -> io::Result<Option<Instance>> {
    let mut file = Cursor::new(head).chain(rest);
    let mut walk = Walk::new(len);
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
    let fields = header.fields(&PlainDecoder);
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
