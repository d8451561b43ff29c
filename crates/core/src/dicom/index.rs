//! Which files go into the upload, grouped: study → series → instances.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
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
    instances: BTreeMap<ItemId, Instance>,
    rejected: BTreeMap<ItemId, RejectedFile>,
    /// What the instance added last states; the next one most often states the same.
    recent: Option<Arc<Common>>,
}

/// What was found in one file.
#[derive(Debug)]
pub struct Found {
    /// Which file or entry of an archive.
    pub item: ItemId,
    /// Relative to what was dropped, with `/`; `archive.zip!/inner/path` for an entry.
    pub path: String,
    /// Where its bytes are.
    pub content: Content,
    /// CRC-32 of the content, where that is known already.
    pub crc: Option<u32>,
    /// What the walk found.
    pub header: Result<Header, Reason>,
}

/// One accepted file. What instances of a series have in common is shared, so that one costs little.
#[derive(Debug)]
struct Instance {
    path: Box<str>,
    content: Content,
    stated: Stated,
    /// CRC-32 of the content; read only where another instance has the same UID and size.
    crc: Option<u32>,
}

/// What the file says of itself.
#[derive(Debug)]
struct Stated {
    uid: Box<str>,
    common: Arc<Common>,
    truncated: bool,
    irregular_uid: bool,
}

/// Study, Series and SOP Instance UID.
type Uids<'a> = (&'a str, &'a str, &'a str);

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
    /// Which.
    pub item: ItemId,
    /// Study Instance UID as it stands in the file.
    pub study_uid: String,
    /// Path relative to what was dropped, with `/`.
    pub path: String,
    /// Where its bytes are.
    pub content: Content,
    /// CRC-32 of the content, where that is known already.
    pub crc: Option<u32>,
}

impl Index {
    /// An empty index that leaves out what `rules` match.
    pub fn new(rules: Vec<ExcludeRule>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Takes what was found in one file.
    pub fn add(&mut self, found: Found, text: &dyn TextDecoder) {
        let (item, path) = (found.item, found.path);
        let is_directory = path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case("DICOMDIR"));
        let accepted = match found.header {
            Err(Reason::NotDicom) | Ok(_) if is_directory => Err(Reason::Dicomdir),
            header => header.and_then(|header| self.accept(&header, text)),
        };
        match accepted {
            Ok(stated) => {
                let (path, content, crc) = (path.into(), found.content, found.crc);
                self.instances.insert(item, Instance { path, content, stated, crc });
            }
            Err(reason) => self.reject(item, path, reason),
        }
    }

    fn accept(&mut self, header: &Header, text: &dyn TextDecoder) -> Result<Stated, Reason> {
        let fields = header.fields(text);
        if fields.first(Field::SopClassUid) == uid::MEDIA_STORAGE_DIRECTORY {
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
        // Several values make a UID irregular, too.
        let mut uids = [Field::StudyUid, Field::SeriesUid, Field::InstanceUid]
            .map(|field| fields.get(field))
            .into_iter();
        let irregular_uid = uids.any(|uid| !uid.is_empty() && !uid::is_regular(uid));
        let common = Common {
            study_uid: study_uid.to_owned(),
            series_uid: series_uid.to_owned(),
            values: fields.only(&COMMON),
        };
        let common = match &self.recent {
            Some(recent) if **recent == common => Arc::clone(recent),
            _ => Arc::new(common),
        };
        self.recent = Some(Arc::clone(&common));
        Ok(Stated { uid, common, truncated: header.truncated, irregular_uid })
    }

    fn reject(&mut self, item: ItemId, path: String, reason: Reason) {
        self.rejected.insert(item, RejectedFile { path, reason });
    }

    /// The files whose content has to be compared, as others have their SOP Instance UID and size.
    pub fn to_compare(&self) -> Vec<(ItemId, Content)> {
        let alike = self.alike().into_values().filter(|group| group.len() > 1).flatten();
        let unknown = alike.filter(|(_, instance)| instance.crc.is_none());
        unknown.map(|(item, instance)| (item, instance.content.clone())).collect()
    }

    /// The CRC-32 of a file named by [`Index::to_compare`], or that it can't be read any more.
    pub fn set_crc(&mut self, item: ItemId, crc: Result<u32, Reason>) {
        match crc {
            Ok(crc) => {
                if let Some(instance) = self.instances.get_mut(&item) {
                    instance.crc = Some(crc);
                }
            }
            Err(reason) => self.leave_out(item, reason),
        }
    }

    fn leave_out(&mut self, item: ItemId, reason: Reason) {
        if let Some(instance) = self.instances.remove(&item) {
            self.reject(item, instance.path.into(), reason);
        }
    }

    /// Leaves out the duplicates among files that have been compared; the first in path order stays.
    pub fn settle(&mut self) {
        let mut duplicates = Vec::new();
        for group in self.alike().into_values() {
            let mut seen = BTreeSet::new();
            let compared = group.iter().filter_map(|(item, instance)| Some((*item, instance.crc?)));
            duplicates.extend(compared.filter(|(_, crc)| !seen.insert(*crc)).map(|(item, _)| item));
        }
        for item in duplicates {
            self.leave_out(item, Reason::Duplicate);
        }
    }

    /// Instances of equal series, UID and size, in path order.
    fn alike(&self) -> HashMap<(Uids<'_>, u64), Vec<(ItemId, &Instance)>> {
        let mut groups: HashMap<_, Vec<_>> = HashMap::new();
        for (item, instance) in self.in_path_order() {
            if !instance.stated.uid.is_empty() {
                let key = (instance.uids(), instance.content.size());
                groups.entry(key).or_default().push((item, instance));
            }
        }
        groups
    }

    fn in_path_order(&self) -> Vec<(ItemId, &Instance)> {
        let mut instances: Vec<_> = self.instances.iter().map(|(item, instance)| (*item, instance)).collect();
        instances.sort_unstable_by(|(a, x), (b, y)| (&x.path, a).cmp(&(&y.path, b)));
        instances
    }

    /// Forgets every file from `first` on, as if it had never been dropped.
    pub fn forget_from(&mut self, first: FileId) {
        self.instances.split_off(&first.into());
        self.rejected.split_off(&first.into());
    }

    /// Takes a study out; returns how many files it had.
    pub fn remove_study(&mut self, study_uid: &str) -> usize {
        let before = self.instances.len();
        self.instances.retain(|_, instance| instance.stated.common.study_uid != study_uid);
        before - self.instances.len()
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
        self.instances.values().map(|instance| instance.content.size()).sum()
    }

    /// The files left out, in path order.
    pub fn rejected(&self) -> Vec<RejectedFile> {
        let mut files: Vec<_> = self.rejected.values().cloned().collect();
        files.sort_unstable();
        files
    }

    /// Why a file was left out, if it was.
    pub fn reason(&self, item: ItemId) -> Option<Reason> {
        self.rejected.get(&item).map(|file| file.reason)
    }

    /// What is unusual about each accepted file by itself; [`Warning::MixedPatient`] is a matter of the study.
    pub fn warnings(&self) -> BTreeMap<ItemId, BTreeSet<Warning>> {
        let mut versions: HashMap<Uids<'_>, usize> = HashMap::new();
        for instance in self.instances.values() {
            *versions.entry(instance.uids()).or_default() += 1;
        }
        let warnings = self.instances.iter().map(|(item, instance)| {
            let mut warnings: BTreeSet<_> = instance.warnings().collect();
            if !instance.stated.uid.is_empty()
                && versions.get(&instance.uids()).is_some_and(|count| *count > 1)
            {
                warnings.insert(Warning::Conflict);
            }
            (*item, warnings)
        });
        warnings.collect()
    }

    /// The accepted files, sorted by study, series and path.
    pub fn accepted(&self) -> Vec<Accepted> {
        let mut instances: Vec<_> = self.instances.iter().collect();
        instances.sort_unstable_by(|(a, x), (b, y)| {
            let (left, right) = (&x.stated.common, &y.stated.common);
            (&left.study_uid, &left.series_uid, &x.path, a).cmp(&(
                &right.study_uid,
                &right.series_uid,
                &y.path,
                b,
            ))
        });
        let accepted = instances.into_iter().map(|(item, instance)| Accepted {
            item: *item,
            study_uid: instance.stated.common.study_uid.clone(),
            path: instance.path.to_string(),
            content: instance.content.clone(),
            crc: instance.crc,
        });
        accepted.collect()
    }

    /// The studies, in path order of their first file. A field is taken from the first file that has it.
    pub fn studies(&self) -> Vec<StudyInfo> {
        let mut order: Vec<&str> = Vec::new();
        let mut studies: HashMap<&str, Gathered<'_>> = HashMap::new();
        for (_, instance) in self.in_path_order() {
            let uid = instance.stated.common.study_uid.as_str();
            let study = studies.entry(uid).or_insert_with(|| {
                order.push(uid);
                Gathered::default()
            });
            study.add(instance);
        }
        order.into_iter().filter_map(|uid| studies.remove(uid)).map(Gathered::finish).collect()
    }
}

impl Instance {
    fn uids(&self) -> Uids<'_> {
        (&self.stated.common.study_uid, &self.stated.common.series_uid, &self.stated.uid)
    }

    /// What is unusual about the file by itself.
    fn warnings(&self) -> impl Iterator<Item = Warning> {
        let truncated = self.stated.truncated.then_some(Warning::Truncated);
        truncated.into_iter().chain(self.stated.irregular_uid.then_some(Warning::IrregularUid))
    }
}

/// One study while its instances are gone through in path order.
#[derive(Default)]
struct Gathered<'a> {
    info: StudyInfo,
    warnings: BTreeSet<Warning>,
    last: Option<&'a Arc<Common>>,
    instances: HashSet<(&'a str, &'a str)>,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, instance: &'a Instance) {
        if !self.last.is_some_and(|last| Arc::ptr_eq(last, &instance.stated.common)) {
            self.add_values(&instance.stated.common);
            self.last = Some(&instance.stated.common);
        }
        let (_, series_uid, uid) = instance.uids();
        if let Some(series) = self.info.series.get_mut(series_uid) {
            series.images += 1;
        }
        self.info.images += 1;
        self.warnings.extend(instance.warnings());
        if !uid.is_empty() && !self.instances.insert((series_uid, uid)) {
            self.warnings.insert(Warning::Conflict);
        }
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
