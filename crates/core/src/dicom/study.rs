//! What is told of a study: to the host page, and to the server on init.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One study as host pages see it (`StudyInfo` of the widget's typings). A value the files don't carry is `""`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyInfo {
    /// Study Instance UID (0020,000D), as it stands in the file.
    pub study_uid: String,
    /// Patient's Name (0010,0010), e.g. `Family^Given`.
    pub patient_name: String,
    /// Patient ID (0010,0020).
    pub patient_id: String,
    /// Study Date (0008,0020), `YYYYMMDD`.
    pub study_date: String,
    /// Study Time (0008,0030), `HHMMSS.ffffff`.
    pub study_time: String,
    /// Study Description (0008,1030).
    pub study_description: String,
    /// Institution Name (0008,0080).
    pub institution_name: String,
    /// Modalities (0008,0060) in order of first appearance.
    pub modalities: Vec<String>,
    /// How many series.
    pub series_count: usize,
    /// How many instances.
    pub images: usize,
    /// The series by Series Instance UID.
    pub series: BTreeMap<String, SeriesInfo>,
    /// What a person should know before sending.
    pub warnings: Vec<Warning>,
}

/// One series of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesInfo {
    /// Study Instance UID (0020,000D).
    pub study_instance_uid: String,
    /// Series Instance UID (0020,000E).
    pub series_instance_uid: String,
    /// Modality (0008,0060).
    pub modality: String,
    /// Series Description (0008,103E).
    pub series_description: String,
    /// Body Part Examined (0018,0015).
    pub body_part_examined: String,
    /// Series Date (0008,0021).
    pub series_date: String,
    /// Series Time (0008,0031).
    pub series_time: String,
    /// Study Date (0008,0020).
    pub study_date: String,
    /// Series Number (0020,0011).
    pub series_number: String,
    /// How many instances; told to the page, not sent on init.
    pub images: usize,
}

/// What is unusual about a study that is sent all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Warning {
    /// Two different patient names or ids in one study.
    MixedPatient,
    /// The same SOP Instance UID with other content; both are kept.
    Conflict,
    /// A file ends in or before its pixel data.
    Truncated,
    /// A UID that breaks PS3.5 §9.1.
    IrregularUid,
}
