//! What is dropped, from its listing to the studies in it.

use super::{Action, Event, Session};
use crate::content::{FileId, ItemId};
use crate::dicom::Reason;
use crate::reading;
use crate::state::{Phase, Progress, Step};
use crate::time::Millis;

impl Session {
    pub(super) fn add_files(&mut self, now: Millis, first: FileId, files: Vec<(String, u64)>) {
        if matches!(self.state.step, Step::Complete | Step::Cancelled) {
            self.reset(now);
        }
        if !matches!(self.state.step, Step::Start | Step::Processing | Step::Pending) {
            self.actions.push_back(Action::ReleaseFiles(first..first.saturating_add(files.len() as FileId)));
            return;
        }
        if self.state.step != Step::Processing {
            self.files_before = self.state.total_files;
            self.state.progress = Progress::default();
        }
        self.reading.add(first, files);
        self.state.step = Step::Processing;
    }

    pub(super) fn stop_reading(&mut self, now: Millis) {
        if self.state.step != Step::Processing {
            return;
        }
        self.state.total_files = self.files_before;
        let first = self.reading.stop();
        self.index.forget_from(first);
        self.actions.push_back(Action::ReleaseFiles(first..self.reading.next()));
        self.reading_ended(now);
    }

    /// Goes on reading, and sees when it is over.
    pub(super) fn read_on(&mut self, now: Millis) {
        if self.state.step != Step::Processing {
            return;
        }
        let mut done = false;
        while let Some(action) = self.reading.poll() {
            match action {
                reading::Action::Read(item, range) => self.actions.push_back(Action::Read(item, range)),
                reading::Action::Checksum(item, content) => {
                    self.actions.push_back(Action::Checksum(item, content));
                }
                reading::Action::Found(found) => self.index.add(*found, &*self.text),
                reading::Action::AllFound => self.reading.compare(self.index.to_compare()),
                reading::Action::Compared(item, crc) => self.index.set_crc(item, crc),
                reading::Action::Done => {
                    self.index.settle();
                    done = true;
                }
            }
        }
        let (files_done, files_total) = self.reading.counts();
        self.state.total_files = self.files_before + files_total;
        let reached = self.state.progress.percent();
        self.state.progress =
            Progress { phase: Phase::Reading, files_done, files_total, reached, ..Progress::default() };
        (self.dirty, self.stale) = (true, true);
        if done {
            self.reading_ended(now);
        }
    }

    pub(super) fn reading_ended(&mut self, now: Millis) {
        self.state.step = if self.index.is_empty() { Step::Start } else { Step::Pending };
        (self.dirty, self.stale, self.gathered) = (true, true, None);
        self.tell(now, true);
        self.actions.push_back(Action::Emit(Event::FilesRead(self.listed)));
    }

    pub(super) fn checksummed(&mut self, now: Millis, item: ItemId, crc: Result<u32, Reason>) {
        if self.state.step == Step::Processing {
            self.reading.checksummed(item, crc);
        } else if let Some(serial) = self.current {
            self.with_transfer(now, serial, |transfer| transfer.checksummed(now, item, crc));
        }
    }

    pub(super) fn remove_study(&mut self, uid: &str) {
        // While files are being read more of the study may come.
        if self.state.step == Step::Pending {
            let files = self.index.remove_study(uid);
            self.state.total_files = self.state.total_files.saturating_sub(files);
            (self.dirty, self.stale, self.gathered) = (true, true, None);
            // What was left out beside studies that are gone is of no interest any more.
            if self.index.is_empty() {
                self.clear(Step::Start);
            }
        }
    }
}
