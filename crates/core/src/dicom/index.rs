//! Which files go into the upload, grouped: study → series → instances.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::charset::TextDecoder;
use super::field::Field;
use super::header::{Fields, Header};
use super::reason::{Reason, RejectedFile};
use super::rule::ExcludeRule;
use super::study::{SeriesInfo, StudyInfo, Warning};
use super::uid;
use crate::content::{Content, FileId, ItemId};

/// All files read so far. Nothing that it tells depends on the order in which they were read.
#[derive(Debug, Default)]
pub struct Index {
    rules: Vec<ExcludeRule>,
    instances: Vec<Instance>,
    rejected: Vec<(FileId, RejectedFile)>,
}

/// One accepted file. What instances of a series have in common is shared, so that one costs little.
#[derive(Debug)]
struct Instance {
    file: FileId,
    path: Box<str>,
    size: u64,
    uid: Box<str>,
    common: Arc<Common>,
    truncated: bool,
    /// CRC-32 of the content; read only where another instance has the same UID and size.
    content: Option<u32>,
}

/// The values of study and series level that one file states.
#[derive(Debug, PartialEq, Eq)]
struct Common {
    study_uid: String,
    series_uid: String,
    values: Fields,
}

const COMMON: [Field; 14] = [
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

/// A file of the upload, for the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The dropped file, or entry of one.
    pub item: ItemId,
    /// Study Instance UID as it stands in the file.
    pub study_uid: String,
    /// Path relative to what was dropped, with `/`.
    pub path: String,
    /// Where its bytes are.
    pub content: Content,
    /// CRC-32 of the unpacked bytes, if known.
    pub crc: Option<u32>,
}

impl Index {
    /// An empty index that leaves out what `rules` match.
    pub fn new(rules: Vec<ExcludeRule>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Takes what the walk found in one file of `size` bytes.
    pub fn add(
        &mut self,
        file: FileId,
        path: &str,
        size: u64,
        header: Result<Header, Reason>,
        text: &dyn TextDecoder,
    ) {
        match header.and_then(|header| self.accept(file, path, size, &header, text)) {
            Ok(instance) => self.instances.push(instance),
            Err(reason) => self.reject(file, path, reason),
        }
    }

    fn accept(
        &self,
        file: FileId,
        path: &str,
        size: u64,
        header: &Header,
        text: &dyn TextDecoder,
    ) -> Result<Instance, Reason> {
        let fields = header.fields(text);
        let name = path.rsplit('/').next().unwrap_or_default();
        if fields.first(Field::SopClassUid) == uid::MEDIA_STORAGE_DIRECTORY
            || name.eq_ignore_ascii_case("DICOMDIR")
        {
            return Err(Reason::Dicomdir);
        }
        if self.rules.iter().any(|rule| rule.matches(&fields)) {
            return Err(Reason::Excluded);
        }
        let (study_uid, series_uid) = (fields.first(Field::StudyUid), fields.first(Field::SeriesUid));
        if study_uid.is_empty() || series_uid.is_empty() {
            return Err(Reason::MissingUid);
        }
        let uid = fields.first(Field::InstanceUid).into();
        let common = Common {
            study_uid: study_uid.to_owned(),
            series_uid: series_uid.to_owned(),
            values: fields.only(&COMMON),
        };
        let recent = self.instances.iter().rev().take(8).find(|instance| *instance.common == common);
        let common = recent.map_or_else(|| Arc::new(common), |instance| Arc::clone(&instance.common));
        Ok(Instance {
            file,
            path: path.into(),
            size,
            uid,
            common,
            truncated: header.truncated,
            content: None,
        })
    }

    fn reject(&mut self, file: FileId, path: &str, reason: Reason) {
        self.rejected.push((file, RejectedFile { path: path.to_owned(), reason }));
    }

    /// The files whose content has to be compared, as others have their SOP Instance UID and size.
    pub fn to_compare(&self) -> Vec<FileId> {
        let alike = self.alike().into_values().filter(|group| group.len() > 1).flatten();
        alike.filter(|instance| instance.content.is_none()).map(|instance| instance.file).collect()
    }

    /// The CRC-32 of a file named by [`Index::to_compare`], or that it can't be read any more.
    pub fn set_content(&mut self, file: FileId, content: Result<u32, Reason>) {
        let Some(at) = self.instances.iter().position(|instance| instance.file == file) else { return };
        match content {
            Ok(crc) => {
                self.instances.iter_mut().skip(at).take(1).for_each(|instance| instance.content = Some(crc))
            }
            Err(reason) => {
                let instance = self.instances.swap_remove(at);
                self.reject(file, &instance.path, reason);
            }
        }
    }

    /// Leaves out the duplicates among files that have been compared; the first in path order stays.
    pub fn settle(&mut self) {
        let mut duplicates = BTreeSet::new();
        for group in self.alike().into_values() {
            let mut seen = BTreeSet::new();
            let compared = group.iter().filter_map(|instance| Some((instance.file, instance.content?)));
            duplicates.extend(compared.filter(|(_, content)| !seen.insert(*content)).map(|(file, _)| file));
        }
        let (out, stay) = std::mem::take(&mut self.instances)
            .into_iter()
            .partition(|instance| duplicates.contains(&instance.file));
        self.instances = stay;
        for instance in out {
            self.reject(instance.file, &instance.path, Reason::Duplicate);
        }
    }

    /// Instances of equal series, UID and size, in path order.
    fn alike(&self) -> HashMap<(&str, &str, &str, u64), Vec<&Instance>> {
        let mut groups: HashMap<_, Vec<&Instance>> = HashMap::new();
        for instance in self.in_path_order().into_iter().filter(|instance| !instance.uid.is_empty()) {
            let Common { study_uid, series_uid, .. } = &*instance.common;
            let key = (study_uid.as_str(), series_uid.as_str(), &*instance.uid, instance.size);
            groups.entry(key).or_default().push(instance);
        }
        groups
    }

    fn in_path_order(&self) -> Vec<&Instance> {
        let mut instances: Vec<_> = self.instances.iter().collect();
        instances.sort_unstable_by(|a, b| (&a.path, a.file).cmp(&(&b.path, b.file)));
        instances
    }

    /// Forgets every file from `first` on, as if it had never been dropped.
    pub fn forget_from(&mut self, first: FileId) {
        self.instances.retain(|instance| instance.file < first);
        self.rejected.retain(|(file, _)| *file < first);
    }

    /// Takes a study out; returns its files.
    pub fn remove_study(&mut self, study_uid: &str) -> Vec<FileId> {
        let (out, stay) = std::mem::take(&mut self.instances)
            .into_iter()
            .partition(|i: &Instance| i.common.study_uid == study_uid);
        self.instances = stay;
        out.iter().map(|instance: &Instance| instance.file).collect()
    }

    /// Number of accepted files.
    pub fn len(&self) -> usize {
        self.instances.len()
    }

    /// Whether no file is accepted.
    pub fn is_empty(&self) -> bool {
        self.instances.is_empty()
    }

    /// Bytes of the accepted files.
    pub fn total_bytes(&self) -> u64 {
        self.instances.iter().map(|instance| instance.size).sum()
    }

    /// The files left out, in path order.
    pub fn rejected(&self) -> Vec<RejectedFile> {
        let mut files: Vec<_> = self.rejected.iter().map(|(_, file)| file.clone()).collect();
        files.sort_unstable();
        files
    }

    /// Number of files left out.
    pub fn rejected_len(&self) -> usize {
        self.rejected.len()
    }

    /// The accepted files, sorted by study, series and path.
    pub fn accepted(&self) -> Vec<Accepted> {
        let mut instances: Vec<_> = self.instances.iter().collect();
        instances.sort_unstable_by(|a, b| {
            let (x, y) = (&a.common, &b.common);
            (&x.study_uid, &x.series_uid, &a.path, a.file).cmp(&(
                &y.study_uid,
                &y.series_uid,
                &b.path,
                b.file,
            ))
        });
        let accepted = instances.into_iter().map(|instance| Accepted {
            item: instance.file.into(),
            study_uid: instance.common.study_uid.clone(),
            path: instance.path.to_string(),
            content: Content::whole(instance.file, instance.size),
            crc: instance.content,
        });
        accepted.collect()
    }

    /// The studies, in path order of their first file. A field is taken from the first file that has it.
    pub fn studies(&self) -> Vec<StudyInfo> {
        let mut order: Vec<&str> = Vec::new();
        let mut studies: HashMap<&str, Gathered<'_>> = HashMap::new();
        for instance in self.in_path_order() {
            let uid = instance.common.study_uid.as_str();
            let study = studies.entry(uid).or_insert_with(|| {
                order.push(uid);
                Gathered::default()
            });
            study.add(instance);
        }
        order.into_iter().filter_map(|uid| studies.remove(uid)).map(Gathered::finish).collect()
    }
}

/// One study while its instances are gone through in path order.
#[derive(Default)]
struct Gathered<'a> {
    info: StudyInfo,
    warnings: BTreeSet<Warning>,
    last: Option<&'a Arc<Common>>,
    instances: BTreeMap<(&'a str, &'a str), usize>,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, instance: &'a Instance) {
        let Common { study_uid, series_uid, values } = &*instance.common;
        if !self.last.is_some_and(|last| Arc::ptr_eq(last, &instance.common)) {
            self.add_values(&instance.common);
            self.last = Some(&instance.common);
        }
        let series = self.info.series.entry(series_uid.clone()).or_default();
        series.images += 1;
        self.info.images += 1;
        let mut warn = |condition, warning| {
            if condition {
                self.warnings.insert(warning);
            }
        };
        warn(instance.truncated, Warning::Truncated);
        let uids = [study_uid.as_str(), series_uid.as_str(), &*instance.uid];
        warn(uids.iter().any(|value| !value.is_empty() && !uid::is_regular(value)), Warning::IrregularUid);
        let stated =
            [Field::StudyUid, Field::SeriesUid].iter().any(|field| values.get(*field).contains('\\'));
        warn(stated, Warning::IrregularUid);
        let same = self.instances.entry((series_uid, &instance.uid)).or_default();
        *same += 1;
        warn(*same > 1 && !instance.uid.is_empty(), Warning::Conflict);
    }

    fn add_values(&mut self, common: &Common) {
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
        let series = info.series.entry(common.series_uid.clone()).or_insert_with(|| SeriesInfo {
            study_instance_uid: common.study_uid.clone(),
            series_instance_uid: common.series_uid.clone(),
            ..SeriesInfo::default()
        });
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
        self.info.warnings = self.warnings.into_iter().collect();
        self.info
    }
}

fn fill(slot: &mut String, value: &str) {
    if slot.is_empty() {
        value.clone_into(slot);
    }
}
