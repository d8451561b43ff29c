//! What is told of the studies.

use super::Index;
use super::instance::{Common, Group};
use crate::dicom::field::Field;
use crate::dicom::study::{SeriesInfo, StudyInfo, Warning, Warnings};
use crate::sorted::Sorted;

impl Index {
    /// The studies, in path order of their first file. A field is taken from the first file that has it.
    pub fn studies(&self) -> Vec<StudyInfo> {
        let mut groups: Vec<_> = self
            .groups
            .iter()
            .filter_map(|(common, group)| Some((&self.instances.get(group.first)?.path, common, group)))
            .collect();
        groups.sort_unstable_by_key(|(path, _, group)| (*path, group.first));
        let mut studies: Vec<Gathered> = Vec::new();
        let mut places: Sorted<&str, usize> = Sorted::default();
        for (_, common, group) in groups {
            let place = *places.entry(&common.study_uid, || studies.len());
            if place == studies.len() {
                studies.push(Gathered::default());
            }
            if let Some(study) = studies.get_mut(place) {
                study.add(common, group);
            }
        }
        studies.into_iter().map(Gathered::finish).collect()
    }
}

/// One study while what its files state is gone through in path order.
#[derive(Default)]
struct Gathered {
    info: StudyInfo,
    warnings: Warnings,
}

impl Gathered {
    fn add(&mut self, common: &Common, group: &Group) {
        self.add_values(common, group.images);
        self.info.images += group.images;
        self.warnings.extend(group.warnings);
    }

    fn add_values(&mut self, common: &Common, images: usize) {
        let value = |field| common.values.get(field);
        let info = &mut self.info;
        let differs =
            |known: &str, field| !known.is_empty() && !value(field).is_empty() && known != value(field);
        if differs(&info.patient_name, Field::PatientName) || differs(&info.patient_id, Field::PatientId) {
            self.warnings.insert(Warning::MixedPatient);
        }
        info.study_uid.clone_from(&common.study_uid);
        fill(&mut info.patient_name, value(Field::PatientName));
        fill(&mut info.patient_id, value(Field::PatientId));
        fill(&mut info.study_date, value(Field::StudyDate));
        fill(&mut info.study_time, value(Field::StudyTime));
        fill(&mut info.study_description, value(Field::StudyDescription));
        fill(&mut info.institution_name, value(Field::InstitutionName));
        let modality = common.values.first(Field::Modality);
        if !modality.is_empty() && !info.modalities.iter().any(|known| known == modality) {
            info.modalities.push(modality.to_owned());
        }
        let series = info.series.entry(common.series_uid.clone(), || SeriesInfo {
            study_instance_uid: common.study_uid.clone(),
            series_instance_uid: common.series_uid.clone(),
            ..SeriesInfo::default()
        });
        series.images += images;
        fill(&mut series.modality, modality);
        fill(&mut series.series_description, value(Field::SeriesDescription));
        fill(&mut series.body_part_examined, value(Field::BodyPart));
        fill(&mut series.series_date, value(Field::SeriesDate));
        fill(&mut series.series_time, value(Field::SeriesTime));
        fill(&mut series.study_date, value(Field::StudyDate));
        fill(&mut series.series_number, value(Field::SeriesNumber));
    }

    fn finish(mut self) -> StudyInfo {
        self.info.series_count = self.info.series.len();
        self.info.warnings = self.warnings.to_vec();
        self.info
    }
}

fn fill(slot: &mut String, value: &str) {
    if slot.is_empty() {
        value.clone_into(slot);
    }
}
