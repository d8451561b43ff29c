//! What is kept of each accepted file: little, as there may be tens of thousands.

use std::sync::Arc;

use crate::content::{Content, ItemId};
use crate::dicom::field::Field;
use crate::dicom::header::Fields;
use crate::dicom::study::{Warning, Warnings};

/// One accepted file.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) path: Box<str>,
    pub(super) content: Content,
    /// SOP Instance UID (0008,0018).
    pub(super) uid: Box<str>,
    pub(super) common: Arc<Common>,
    pub(super) truncated: bool,
    pub(super) irregular_uid: bool,
    pub(super) is_native: bool,
    /// There is another version of it.
    pub(super) has_conflict: bool,
    /// CRC-32 of the content; read only where another instance has the same UID and size.
    pub(super) crc: Option<u32>,
}

/// Study, Series and SOP Instance UID.
pub(super) type Uids<'a> = (&'a str, &'a str, &'a str);

/// The values of study and series level that a file states; shared among those that state the same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Common {
    pub(super) study_uid: String,
    pub(super) series_uid: String,
    pub(super) values: Fields,
}

/// Instances that state the same.
#[derive(Debug)]
pub(super) struct Group {
    /// The first in path order.
    pub(super) first: ItemId,
    pub(super) images: usize,
    pub(super) warnings: Warnings,
}

/// What a file says of itself.
pub(super) struct Stated {
    pub(super) uid: Box<str>,
    pub(super) common: Arc<Common>,
    pub(super) truncated: bool,
    pub(super) irregular_uid: bool,
    pub(super) is_native: bool,
}

/// What [`Common`] holds: all that is told of studies and series.
pub(super) const COMMON: [Field; 14] = [
    Field::PatientName,
    Field::PatientId,
    Field::StudyDate,
    Field::StudyTime,
    Field::StudyDescription,
    Field::InstitutionName,
    Field::Modality,
    Field::SeriesDescription,
    Field::BodyPart,
    Field::SeriesDate,
    Field::SeriesTime,
    Field::SeriesNumber,
    Field::StudyUid,
    Field::SeriesUid,
];

impl Instance {
    pub(super) fn uids(&self) -> Uids<'_> {
        (&self.common.study_uid, &self.common.series_uid, &self.uid)
    }

    /// What is unusual about the file.
    pub(super) fn warnings(&self) -> Warnings {
        let mut warnings = Warnings::default();
        for (is_so, warning) in [
            (self.truncated, Warning::Truncated),
            (self.irregular_uid, Warning::IrregularUid),
            (self.has_conflict, Warning::Conflict),
        ] {
            if is_so {
                warnings.insert(warning);
            }
        }
        warnings
    }
}
