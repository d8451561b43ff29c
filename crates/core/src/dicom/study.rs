//! What is told of a study: to the host page, and to the server on init.

use serde::{Deserialize, Serialize};

use crate::json::Writer;
use crate::sorted::Sorted;

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
    pub series: Sorted<String, SeriesInfo>,
    /// What a person should know before sending.
    pub warnings: Vec<Warning>,
}

impl StudyInfo {
    /// As init announces it.
    pub fn announce(&self, json: &mut Writer) {
        self.write(json, false);
    }

    /// As host pages see it.
    pub fn tell(&self, json: &mut Writer) {
        self.write(json, true);
    }

    fn write(&self, json: &mut Writer, to_page: bool) {
        json.open('{');
        json.field("study_uid", &self.study_uid);
        json.field("patient_name", &self.patient_name);
        json.field("patient_id", &self.patient_id);
        json.field("study_date", &self.study_date);
        json.field("study_time", &self.study_time);
        json.field("study_description", &self.study_description);
        json.field("institution_name", &self.institution_name);
        json.name("modalities");
        json.open('[');
        self.modalities.iter().for_each(|modality| json.text(modality));
        json.close(']');
        json.count("series_count", self.series_count);
        json.count("images", self.images);
        json.name("series");
        json.open('{');
        for (uid, series) in self.series.iter() {
            json.name(uid);
            series.write(json, to_page);
        }
        json.close('}');
        if to_page {
            json.name("warnings");
            json.open('[');
            self.warnings.iter().for_each(|warning| json.text(warning.name()));
            json.close(']');
        }
        json.close('}');
    }
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

impl SeriesInfo {
    fn write(&self, json: &mut Writer, to_page: bool) {
        json.open('{');
        json.field("study_instance_uid", &self.study_instance_uid);
        json.field("series_instance_uid", &self.series_instance_uid);
        json.field("modality", &self.modality);
        json.field("series_description", &self.series_description);
        json.field("body_part_examined", &self.body_part_examined);
        json.field("series_date", &self.series_date);
        json.field("series_time", &self.series_time);
        json.field("study_date", &self.study_date);
        json.field("series_number", &self.series_number);
        if to_page {
            json.count("images", self.images);
        }
        json.close('}');
    }
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

impl Warning {
    const ALL: [Self; 4] = [Self::MixedPatient, Self::Conflict, Self::Truncated, Self::IrregularUid];

    /// As host pages see it.
    pub fn name(self) -> &'static str {
        match self {
            Self::MixedPatient => "mixed-patient",
            Self::Conflict => "conflict",
            Self::Truncated => "truncated",
            Self::IrregularUid => "irregular-uid",
        }
    }
}

/// Some of all warnings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Warnings(u8);

impl Warnings {
    /// Adds one.
    pub(crate) fn insert(&mut self, warning: Warning) {
        self.0 |= 1 << warning as u8;
    }

    /// Adds these.
    pub(crate) fn extend(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Those that there are, in the order of [`Warning`].
    pub(crate) fn to_vec(self) -> Vec<Warning> {
        let has = |warning: &Warning| self.0 & (1 << *warning as u8) != 0;
        Warning::ALL.into_iter().filter(has).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_study_is_told_field_by_field() {
        let warnings =
            vec![Warning::MixedPatient, Warning::Conflict, Warning::Truncated, Warning::IrregularUid];
        let series = SeriesInfo { series_number: "3".into(), images: 4, ..SeriesInfo::default() };
        let study = StudyInfo {
            study_uid: "1.2".into(),
            modalities: vec!["MR".into(), "CT".into()],
            images: 4,
            series: [("1.2.3".into(), series)].into_iter().collect(),
            warnings,
            ..StudyInfo::default()
        };
        let written = |write: fn(&StudyInfo, &mut Writer)| {
            let mut json = Writer::default();
            write(&study, &mut json);
            serde_json::from_str::<Value>(&json.finish()).expect("JSON")
        };
        let mut whole = serde_json::to_value(&study).expect("JSON");
        assert_eq!(written(StudyInfo::tell), whole);
        let fields = whole.as_object_mut().expect("an object");
        fields.remove("warnings");
        fields["series"]["1.2.3"].as_object_mut().expect("an object").remove("images");
        assert_eq!(written(StudyInfo::announce), whole);
    }
}
