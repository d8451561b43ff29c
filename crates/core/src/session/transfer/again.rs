//! Going on with what was begun in another page, and what is kept for that.

use super::super::resume::{Begun, Key, Record};
use super::archive::Archive;
use super::{Action, Event, Phase, Resumed, Settings, Transfer};
use crate::content::ItemId;
use crate::credentials::Now;
use crate::dicom::Text;
use crate::lifecycle::Announcement;
use crate::time::Millis;
use crate::tus;

impl Transfer {
    /// Goes on, once it begins, with what was begun in another page.
    /// `false` if what is there now is known to be something else.
    pub(in crate::session) fn restore(&mut self, record: &Record) -> bool {
        if self.phase != Phase::New || record.archives.len() != self.archives.len() {
            return true;
        }
        let mut is_same = true;
        self.announcement.upload_id.clone_from(&record.upload_id);
        self.study_ids.clone_from(&record.studies);
        for (at, (archive, begun)) in self.archives.iter_mut().zip(&record.archives).enumerate() {
            let name = self.settings.name(&record.upload_id, at);
            is_same &= archive.restore(&self.settings, &record.upload_id, name, begun);
        }
        let online = self.online;
        self.tus_all(Millis::default(), || tus::Input::Online(online));
        (self.announced, self.created) = (true, record.created);
        is_same
    }

    /// What was begun in another page, only to be taken back: of its files nothing is known.
    pub(in crate::session) fn left(
        settings: Settings,
        key: Key,
        record: &Record,
        text: &dyn Text,
        moment: Now,
    ) -> Self {
        let upload_id = record.upload_id.clone();
        let announcement = Announcement { upload_id, studies: Vec::new(), patient_id: None, context: None };
        let mut transfer = Self::new(settings, announcement, &[], text, moment);
        for (at, begun) in record.archives.iter().enumerate() {
            let name = transfer.settings.name(&record.upload_id, at);
            let mut archive = Archive::new(&transfer.settings, &record.upload_id, name.clone(), &[], text);
            let begun = Begun { url: begun.url.clone(), decided: Vec::new() };
            archive.restore(&transfer.settings, &record.upload_id, name, &begun);
            transfer.archives.push(archive);
        }
        (transfer.announced, transfer.phase) = (true, Phase::Failed);
        transfer.key = Some(key);
        transfer
    }

    /// Takes the place of one for which these items are still being read or packed.
    pub(in crate::session) fn inherit(&mut self, jobs: &[ItemId]) {
        for item in jobs {
            let at = self.place(*item);
            self.archives.iter_mut().skip(at).take(1).for_each(|archive| archive.packing.inherit(&[*item]));
        }
    }

    /// From now on it is remembered by this.
    pub(in crate::session) fn set_key(&mut self, key: Key) {
        self.key = Some(key);
        if self.archives.iter().all(|archive| archive.resumed == Resumed::No) {
            self.remember();
        }
    }

    /// Has a record kept of how far it can have got. Nothing is sent that is not in it.
    pub(super) fn remember(&mut self) {
        let Some(key) =
            self.key.clone().filter(|_| self.archives.iter().any(|archive| archive.url.is_some()))
        else {
            return;
        };
        let record = Record {
            created: self.created,
            upload_id: self.upload_id().to_owned(),
            studies: self.study_ids.clone(),
            found: self.announcement.studies.len(),
            sent: (self.sent().0, self.plain_len()),
            archives: self.archives.iter_mut().map(Archive::remember).collect(),
            at_hand: false,
        };
        self.remembered = self.percent();
        self.actions.push_back(Action::Remember(key, record));
    }

    /// Whether a person who comes back would be told of less than there is.
    pub(super) fn has_moved_on(&self) -> bool {
        self.percent() > self.remembered
    }

    fn percent(&self) -> u64 {
        self.sent().0.saturating_mul(100) / self.plain_len().max(1)
    }

    /// The same files can be sent only as a new upload.
    pub(in crate::session) fn outdated(&mut self, now: Millis) {
        let key = self.key.take();
        self.actions.extend(key.clone().map(Action::Forget));
        let jobs = self.archives.iter_mut().flat_map(|archive| archive.packing.abandon()).collect();
        (0..self.archives.len()).for_each(|at| self.pass_on(at));
        self.actions.push_back(Action::Emit(Event::Outdated { key, jobs }));
        self.phase = Phase::Failed;
        self.cancel(now);
    }
}
