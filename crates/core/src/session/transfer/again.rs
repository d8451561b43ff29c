//! Going on with what was begun in another page, and what is kept for that.

use super::super::resume::{Key, Record};
use super::archive::Archive;
use super::{Action, Event, Phase, Resumed, Transfer};
use crate::content::ItemId;
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
        let Some(key) = self.key.filter(|_| self.archives.iter().any(|archive| archive.url.is_some())) else {
            return;
        };
        let record = Record {
            created: self.created,
            upload_id: self.upload_id().to_owned(),
            studies: self.study_ids.clone(),
            archives: self.archives.iter_mut().map(Archive::remember).collect(),
        };
        self.actions.push_back(Action::Remember(key, record));
    }

    /// The same files can be sent only as a new upload.
    pub(in crate::session) fn outdated(&mut self, now: Millis) {
        let key = self.key.take();
        self.actions.extend(key.map(Action::Forget));
        let jobs = self.archives.iter_mut().flat_map(|archive| archive.packing.abandon()).collect();
        (0..self.archives.len()).for_each(|at| self.pass_on(at));
        self.actions.push_back(Action::Emit(Event::Outdated { key, jobs }));
        self.phase = Phase::Failed;
        self.cancel(now);
    }
}
