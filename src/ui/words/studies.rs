//! What a study's card says.

use auraloader_core::dicom::{StudyInfo, Warning, readable_name};

use super::*;

impl Words {
    /// A study's patient as a person reads it.
    pub(in crate::ui) fn patient(self, study: &StudyInfo) -> String {
        let name = readable_name(&study.patient_name);
        if name.is_empty() { self.get(UNNAMED_PATIENT) } else { name }
    }

    /// A study's date and institution.
    pub(in crate::ui) fn origin(self, study: &StudyInfo) -> String {
        let date = self.with(|catalogue| catalogue.formats.date(study.study_date.trim()));
        join([&date, study.institution_name.trim()])
    }

    /// A study's images over its series.
    pub(in crate::ui) fn contents(self, study: &StudyInfo) -> String {
        let images = self.images(study.images);
        self.count(IMAGES_IN_SERIES, study.series_count, &[("images", &images)])
    }

    pub(in crate::ui) fn images(self, n: usize) -> String {
        self.count(IMAGES, n, &[])
    }

    /// The name of the *Remove* button, which alone doesn't say of what.
    pub(in crate::ui) fn remove(self, study: &StudyInfo) -> String {
        let study = join_with(", ", &[&self.patient(study), &description(study)]);
        self.fill(REMOVE_STUDY, &[("study", &study)])
    }

    /// What is unusual about a study.
    pub(in crate::ui) fn warning(self, warning: Warning) -> String {
        self.get(match warning {
            Warning::MixedPatient => WARN_MIXED_PATIENT,
            Warning::Conflict => WARN_CONFLICT,
            Warning::Truncated => WARN_TRUNCATED,
            Warning::IrregularUid => WARN_IRREGULAR_UID,
            _ => WARN_OTHER,
        })
    }
}

/// A study's description and modalities.
pub(in crate::ui) fn description(study: &StudyInfo) -> String {
    join([study.study_description.trim(), &study.modalities.join(", ")])
}

#[cfg(test)]
mod tests {
    use super::super::tests::english;
    use super::*;

    #[test]
    fn names_are_read_given_before_family() {
        let (_owner, words) = english();
        let cases = [
            ("Doe^Jane^^Dr^", "Dr Jane Doe"),
            ("=山田^太郎", "太郎 山田"),
            ("Doe^Jane\\Roe^Richard", "Jane Doe"),
            ("\u{3000}^^", "Unnamed patient"),
            ("", "Unnamed patient"),
        ];
        for (value, text) in cases {
            let study = StudyInfo { patient_name: value.into(), ..StudyInfo::default() };
            assert_eq!(words.patient(&study), text, "{value}");
        }
    }

    #[test]
    fn a_missing_value_is_left_out() {
        let (_owner, words) = english();
        let mut study = StudyInfo { study_description: "Knee left".into(), ..StudyInfo::default() };
        assert_eq!(description(&study), "Knee left");
        study.modalities = vec!["MR".into(), "PR".into()];
        assert_eq!(description(&study), "Knee left · MR, PR");
        study.study_description.clear();
        assert_eq!(description(&study), "MR, PR");
        assert_eq!(words.origin(&study), "");
        study.study_date = "20240115".into();
        assert_eq!(words.origin(&study), "2024-01-15");
    }
}
