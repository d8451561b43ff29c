//! Which files go into the upload, grouped: study → series → instances.

mod instance;
mod middle;
mod studies;

use std::cmp::Ordering;
use std::sync::Arc;

use super::charset::Text;
use super::field::Field;
use super::header::Header;
use super::reason::{Reason, RejectedFile};
use super::rule::ExcludeRule;
use super::study::{Warning, Warnings};
use super::uid;
use crate::content::{Content, FileId, ItemId};
use crate::items::Items;
use crate::sorted::Sorted;
use instance::{COMMON, Common, Group, Instance, Stated};

/// All files read so far. Nothing that it tells depends on the order in which they were read.
#[derive(Debug, Default)]
pub struct Index {
    rules: Vec<ExcludeRule>,
    instances: Items<Instance>,
    /// The instances by what they have in common, so that telling of the studies takes as long as there are series
    /// and not as there are instances.
    groups: Sorted<Arc<Common>, Group>,
    rejected: Items<Rejected>,
}

#[derive(Debug)]
struct Rejected {
    file: RejectedFile,
    /// What it states, if it was accepted before: it goes with its study.
    common: Option<Arc<Common>>,
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
    /// Its pixels are not compressed by DICOM's means.
    pub is_native: bool,
}

impl Index {
    /// An empty index that leaves out what `rules` match.
    pub fn new(rules: Vec<ExcludeRule>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Takes what was found in one file.
    pub fn add(&mut self, found: Found, text: &dyn Text) {
        let (item, path) = (found.item, found.path);
        let is_directory = path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case("DICOMDIR"));
        let accepted = match found.header {
            Err(Reason::NotDicom) | Ok(_) if is_directory => Err(Reason::Dicomdir),
            header => header.and_then(|header| self.accept(&header, text)),
        };
        match accepted {
            Ok(stated) => {
                let Stated { uid, common, truncated, irregular_uid, is_native } = stated;
                let (path, content, crc) = (path.into(), found.content, found.crc);
                let has_conflict = false;
                let instance = Instance {
                    path,
                    content,
                    uid,
                    common,
                    truncated,
                    irregular_uid,
                    is_native,
                    has_conflict,
                    crc,
                };
                self.instances.insert(item, instance);
                self.group(item);
            }
            Err(reason) => self.reject(item, path, reason, None),
        }
    }

    fn accept(&self, header: &Header, text: &dyn Text) -> Result<Stated, Reason> {
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
        // Several values make a UID irregular, too.
        let uids = [Field::StudyUid, Field::SeriesUid, Field::InstanceUid].map(|field| fields.get(field));
        let irregular_uid = uids.iter().any(|uid| !uid.is_empty() && !uid::is_regular(uid));
        let common = Common {
            study_uid: study_uid.to_owned(),
            series_uid: series_uid.to_owned(),
            values: fields.only(&COMMON),
        };
        let known = self.groups.get_key_value(&common).map(|(known, _)| Arc::clone(known));
        let common = known.unwrap_or_else(|| Arc::new(common));
        let uid = fields.first(Field::InstanceUid).into();
        let is_native = uid::is_native(header.transfer_syntax());
        Ok(Stated { uid, common, truncated: header.truncated, irregular_uid, is_native })
    }

    /// Counts an instance among those that state the same.
    fn group(&mut self, item: ItemId) {
        let Some(instance) = self.instances.get(item) else { return };
        let empty = || Group { first: item, images: 0, warnings: Warnings::default() };
        let group = self.groups.entry(Arc::clone(&instance.common), empty);
        group.images += 1;
        group.warnings.extend(instance.warnings());
        if let Some(first) = self.instances.get(group.first)
            && (&instance.path, item) < (&first.path, group.first)
        {
            group.first = item;
        }
    }

    /// Counts anew, after instances have gone.
    fn regroup(&mut self) {
        self.groups.clear();
        for item in self.instances.iter().map(|(item, _)| item).collect::<Vec<_>>() {
            self.group(item);
        }
    }

    fn reject(&mut self, item: ItemId, path: String, reason: Reason, common: Option<Arc<Common>>) {
        self.rejected.insert(item, Rejected { file: RejectedFile { path, reason }, common });
    }

    /// The files whose content has to be compared, as others have their SOP Instance UID and size.
    pub fn to_compare(&self) -> Vec<(ItemId, Content)> {
        let mut wanted = Vec::new();
        for mut group in self.alike() {
            sort(&mut group, &|(a, x), (b, y)| (x.content.size(), a).cmp(&(y.content.size(), b)));
            let twins = group.chunk_by(|(_, left), (_, right)| left.content.size() == right.content.size());
            for (item, instance) in twins.filter(|twins| twins.len() > 1).flatten() {
                if instance.crc.is_none() {
                    wanted.push((*item, instance.content.clone()));
                }
            }
        }
        wanted
    }

    /// The CRC-32 of a file named by [`Index::to_compare`], or that it can't be read any more.
    pub fn set_crc(&mut self, item: ItemId, crc: Result<u32, Reason>) {
        match crc {
            Ok(crc) => {
                if let Some(instance) = self.instances.get_mut(item) {
                    instance.crc = Some(crc);
                }
            }
            Err(reason) => self.leave_out(item, reason),
        }
    }

    fn leave_out(&mut self, item: ItemId, reason: Reason) {
        if let Some(instance) = self.instances.remove(item) {
            self.reject(item, instance.path.into(), reason, Some(instance.common));
        }
    }

    /// Leaves out the duplicates among files that have been compared, where the first in path order stays, and sees
    /// of which there are several versions.
    pub fn settle(&mut self) {
        let (mut duplicates, mut conflicts) = (Vec::new(), Vec::new());
        for group in self.alike() {
            let (mut seen, mut stay) = (Sorted::default(), Vec::new());
            for (item, instance) in group {
                let content = instance.crc.map(|crc| (instance.content.size(), crc));
                if content.is_none_or(|content| *seen.entry(content, || item) == item) {
                    stay.push(item);
                } else {
                    duplicates.push(item);
                }
            }
            if stay.len() > 1 {
                conflicts.extend(stay);
            }
        }
        for item in duplicates {
            self.leave_out(item, Reason::Duplicate);
        }
        self.instances.values_mut().for_each(|instance| instance.has_conflict = false);
        for item in conflicts {
            self.instances.get_mut(item).into_iter().for_each(|instance| instance.has_conflict = true);
        }
        self.regroup();
    }

    /// Where several instances have the same UIDs: these, in path order.
    fn alike(&self) -> Vec<Vec<(ItemId, &Instance)>> {
        let mut all: Vec<_> =
            self.instances.iter().filter(|(_, instance)| !instance.uid.is_empty()).collect();
        sort(&mut all, &|(a, x), (b, y)| (x.uids(), &x.path, a).cmp(&(y.uids(), &y.path, b)));
        let groups = all.chunk_by(|(_, left), (_, right)| left.uids() == right.uids());
        groups.filter(|group| group.len() > 1).map(<[_]>::to_vec).collect()
    }

    /// Forgets every file from `first` on, as if it had never been dropped.
    pub fn forget_from(&mut self, first: FileId) {
        self.instances.forget_from(first);
        self.rejected.forget_from(first);
        self.settle();
    }

    /// Takes a study out, with what was left out of it; returns how many files these are.
    pub fn remove_study(&mut self, study_uid: &str) -> usize {
        let before = self.instances.len() + self.rejected.len();
        let stays = |common: &Common| common.study_uid != study_uid;
        self.instances.retain(|_, instance| stays(&instance.common));
        self.rejected.retain(|_, file| file.common.as_deref().is_none_or(stays));
        self.regroup();
        before - self.instances.len() - self.rejected.len()
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
        self.instances.iter().map(|(_, instance)| instance.content.size()).sum()
    }

    /// The files left out, in path order.
    pub fn rejected(&self) -> Vec<RejectedFile> {
        let mut files: Vec<_> = self.rejected.iter().map(|(_, rejected)| rejected.file.clone()).collect();
        files.sort_unstable();
        files
    }

    /// Why a file was left out, if it was.
    pub fn reason(&self, item: ItemId) -> Option<Reason> {
        self.rejected.get(item).map(|rejected| rejected.file.reason)
    }

    /// What is unusual about an accepted file by itself; [`Warning::MixedPatient`] is a matter of the study.
    pub fn warnings(&self, item: ItemId) -> Vec<Warning> {
        self.instances.get(item).map(Instance::warnings).unwrap_or_default().to_vec()
    }

    /// The accepted files, sorted by study, series and path.
    pub fn accepted(&self) -> Vec<Accepted> {
        let mut instances: Vec<_> = self.instances.iter().collect();
        sort(&mut instances, &|(a, x), (b, y)| {
            let (left, right) = (&x.common, &y.common);
            (&left.study_uid, &left.series_uid, &x.path, a).cmp(&(
                &right.study_uid,
                &right.series_uid,
                &y.path,
                b,
            ))
        });
        let accepted = instances.into_iter().map(|(item, instance)| Accepted {
            item,
            study_uid: instance.common.study_uid.clone(),
            path: instance.path.to_string(),
            content: instance.content.clone(),
            crc: instance.crc,
            is_native: instance.is_native,
        });
        accepted.collect()
    }
}

/// An instance, and which it is.
type Named<'a> = (ItemId, &'a Instance);

/// One sort for all, as each weighs 2 KB of WebAssembly.
fn sort(instances: &mut [Named<'_>], by: &dyn Fn(&Named<'_>, &Named<'_>) -> Ordering) {
    instances.sort_unstable_by(by);
}
