//! Which image a study is shown by.

use super::Index;
use crate::content::Content;
use crate::dicom::field::Field;

/// Modalities (PS3.3 §C.7.3.1.1.1) whose objects hold no pixels.
const WITHOUT_PIXELS: [&str; 8] = ["SR", "PR", "KO", "DOC", "REG", "RTSTRUCT", "RTPLAN", "PLAN"];

impl Index {
    /// Where the middle image of a study's largest series lies, in the order of dropping.
    pub fn middle_image(&self, study_uid: &str) -> Option<&Content> {
        let (mut largest, mut series) = (("", 0), ("", 0));
        // What belongs to one series stands together.
        for (common, group) in self.groups.iter().filter(|(common, _)| common.study_uid == study_uid) {
            if WITHOUT_PIXELS.contains(&common.values.first(Field::Modality)) {
                continue;
            }
            if series.0 != common.series_uid {
                series = (&common.series_uid, 0);
            }
            series.1 += group.images;
            if series.1 > largest.1 {
                largest = series;
            }
        }
        let (series_uid, images) = largest;
        let instances = self.instances.iter().map(|(_, instance)| instance);
        let mut of_series = instances.filter(|instance| {
            instance.common.series_uid == series_uid && instance.common.study_uid == study_uid
        });
        Some(&of_series.nth(images / 2)?.content)
    }
}
