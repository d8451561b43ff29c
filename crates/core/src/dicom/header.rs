//! What the walk found in one file, still as bytes, and the same as text.

use super::charset::{CharacterSet, TextDecoder, trim};
use super::field::{Field, Kind};
use super::person_name;

/// The needed values of one file.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// The file ends in or before what had to be read.
    pub truncated: bool,
    transfer_syntax: String,
    character_set: Vec<u8>,
    values: Vec<(Field, Vec<u8>)>,
}

impl Header {
    /// Transfer Syntax UID (0002,0010), or `""`.
    pub fn transfer_syntax(&self) -> &str {
        &self.transfer_syntax
    }

    /// The values as text; fields without a value are missing.
    pub fn fields(&self, decoder: &dyn TextDecoder) -> Fields {
        let character_set = CharacterSet::parse(&self.character_set);
        let values = self.values.iter().map(|(field, bytes)| {
            let kind = field.kind();
            let applies = if kind == Kind::Ascii { CharacterSet::default() } else { character_set };
            (*field, applies.decode(bytes, kind, decoder))
        });
        Fields(values.filter(|(_, text)| !text.is_empty()).collect())
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.values.iter().any(|(known, _)| *known == field)
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
            self.values.push((field, value.to_vec()));
        }
    }
}

/// The decoded values of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fields(Vec<(Field, String)>);

impl Fields {
    /// The value, or `""`.
    pub fn get(&self, field: Field) -> &str {
        self.0.iter().find(|(known, _)| *known == field).map_or("", |(_, text)| text)
    }

    /// The first of several values separated by a backslash (PS3.5 §6.2), or `""`.
    pub fn first(&self, field: Field) -> &str {
        trim(self.get(field).split('\\').next().unwrap_or_default())
    }

    /// Only the named ones.
    pub(super) fn only(&self, fields: &[Field]) -> Self {
        Self(self.0.iter().filter(|(field, _)| fields.contains(field)).cloned().collect())
    }

    /// All that have a value.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, text)| (*field, text.as_str()))
    }

    /// The patient's name as a person reads it.
    pub fn readable_name(&self) -> String {
        person_name::readable(self.get(Field::PatientName))
    }
}
