//! Going on with what was begun in another page, and what is kept for that.

use super::super::resume::{Key, Record};
use super::{Action, Event, Phase, Resumed, Transfer, tus_upload};
use crate::content::ItemId;
use crate::time::Millis;
use crate::tus;

impl Transfer {
    /// Goes on, once it begins, with what was begun in another page.
    pub(in crate::session) fn restore(&mut self, record: &Record) {
        if self.phase != Phase::New || !self.packing.restore(&record.decided) {
            return;
        }
        self.announcement.upload_id.clone_from(&record.upload_id);
        self.study_ids.clone_from(&record.studies);
        self.remembered = self.packing.made();
        let resume = Some((record.url.clone(), self.remembered.0));
        self.tus = tus_upload(&self.settings, &record.upload_id, &self.packing, resume);
        self.tus.handle(Millis::default(), tus::Input::Online(self.online));
        self.url = Some(record.url.clone());
        (self.announced, self.resumed, self.created) = (true, Resumed::Unconfirmed, record.created);
        self.has_length = self.packing.len().is_some();
    }

    /// Takes the place of one for which these items are still being read or packed.
    pub(in crate::session) fn inherit(&mut self, jobs: &[ItemId]) {
        self.packing.inherit(jobs);
    }

    /// From now on it is remembered by this.
    pub(in crate::session) fn set_key(&mut self, key: Key) {
        self.key = Some(key);
        if self.resumed == Resumed::No {
            self.remember();
        }
    }

    /// Has a record kept of how far it can have got. Nothing is sent that is not in it.
    pub(super) fn remember(&mut self) {
        let (Some(key), Some(url)) = (self.key, &self.url) else { return };
        self.remembered = self.packing.made();
        let record = Record {
            created: self.created,
            url: url.clone(),
            upload_id: self.upload_id().to_owned(),
            studies: self.study_ids.clone(),
            decided: self.packing.decided(),
        };
        self.actions.push_back(Action::Remember(key, record));
    }

    /// Refused by a server that has not said yet that it knows of it.
    pub(super) fn is_doubtful(&self, status: Option<u16>) -> bool {
        let is_refused = status.is_some_and(|status| status < 500 && !matches!(status, 408 | 423 | 429));
        self.resumed == Resumed::Unconfirmed && is_refused
    }

    /// The same files can be sent only as a new upload.
    pub(super) fn outdated(&mut self, now: Millis) {
        let key = self.key.take();
        self.actions.extend(key.map(Action::Forget));
        let jobs = self.packing.abandon();
        self.pass_on();
        self.actions.push_back(Action::Emit(Event::Outdated { key, jobs }));
        self.phase = Phase::Failed;
        self.cancel(now);
    }
}
