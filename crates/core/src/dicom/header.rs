//! What the walk found in one file, still as bytes, and the same as text.

use std::ops::Range;

use super::charset::{CharacterSet, Text, trim};
use super::field::{Field, Kind};
use super::person_name;

/// The needed values of one file.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// The file ends in or before what had to be read.
    pub truncated: bool,
    transfer_syntax: String,
    character_set: Vec<u8>,
    values: Values,
}

/// Values by field, one behind the other: a file has two dozen. With one allocation each, here and in [`Fields`], CT
/// images were read 1.5 times as slowly (measured with what else [`Fields`] allocated for each).
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    bytes: Vec<u8>,
    /// Each with its end in `bytes`, where the next one starts.
    ends: Vec<(Field, usize)>,
}

impl Values {
    /// What the values of most files take.
    const USUAL_LEN: usize = 512;

    pub(super) fn push(&mut self, field: Field, value: &[u8]) {
        if self.ends.is_empty() {
            self.bytes.reserve(Self::USUAL_LEN);
            self.ends.reserve(Field::ALL.len());
        }
        self.bytes.extend_from_slice(value);
        self.ends.push((field, self.bytes.len()));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Field, &[u8])> {
        ranges(&self.ends).map(|(field, range)| (field, self.bytes.get(range).unwrap_or_default()))
    }
}

/// From where each one ends to where it lies.
fn ranges(ends: &[(Field, usize)]) -> impl Iterator<Item = (Field, Range<usize>)> {
    let mut start = 0;
    ends.iter().map(move |(field, end)| (*field, std::mem::replace(&mut start, *end)..*end))
}

impl Header {
    /// Transfer Syntax UID (0002,0010), or `""`.
    pub fn transfer_syntax(&self) -> &str {
        &self.transfer_syntax
    }

    /// The values as text; fields without a value are missing.
    pub fn fields(&self, decoder: &dyn Text) -> Fields {
        let character_set = CharacterSet::parse(&self.character_set);
        let mut fields = Fields::default();
        fields.text.reserve(self.values.bytes.len());
        fields.ends.reserve(self.values.ends.len());
        for (field, bytes) in self.values.iter() {
            let kind = field.kind();
            let applies = if kind == Kind::Ascii { CharacterSet::default() } else { character_set };
            applies.decode(bytes, kind, decoder, &mut fields.text);
            fields.end(field);
        }
        fields
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.values.ends.iter().any(|(known, _)| *known == field)
    }

    pub(super) fn set_transfer_syntax(&mut self, value: &[u8]) {
        self.transfer_syntax = trim(&String::from_utf8_lossy(value)).to_owned();
    }

    pub(super) fn set_character_set(&mut self, value: &[u8]) {
        if self.character_set.is_empty() {
            self.character_set = value.to_vec();
        }
    }

    /// Keeps the value unless it is empty, or there is one already.
    pub(super) fn set(&mut self, field: Field, value: &[u8]) {
        if !value.iter().all(|byte| matches!(byte, 0 | b' ')) && !self.has(field) {
            self.values.push(field, value);
        }
    }
}

/// The decoded values of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fields {
    /// One behind the other.
    text: String,
    /// Each with its end in `text`, where the next one starts; those without text are left out.
    ends: Vec<(Field, usize)>,
}

impl Fields {
    /// The value, or `""`.
    pub fn get(&self, field: Field) -> &str {
        self.iter().find(|(known, _)| *known == field).map_or("", |(_, text)| text)
    }

    /// The first of several values separated by a backslash (PS3.5 §6.2), or `""`.
    pub fn first(&self, field: Field) -> &str {
        trim(self.get(field).split('\\').next().unwrap_or_default())
    }

    /// Only the named ones.
    pub(super) fn only(&self, fields: &[Field]) -> Self {
        let mut only = Self::default();
        for (field, text) in self.iter().filter(|(field, _)| fields.contains(field)) {
            only.text.push_str(text);
            only.end(field);
        }
        only
    }

    /// All that have a value.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        ranges(&self.ends).map(|(field, range)| (field, self.text.get(range).unwrap_or_default()))
    }

    /// What has been added to the text is the value of this field.
    fn end(&mut self, field: Field) {
        let start = self.ends.last().map_or(0, |(_, end)| *end);
        if self.text.len() > start {
            self.ends.push((field, self.text.len()));
        }
    }

    /// The patient's name as a person reads it.
    pub fn readable_name(&self) -> String {
        person_name::readable(self.get(Field::PatientName))
    }
}
