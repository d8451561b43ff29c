//! What is kept of unfinished uploads, so that they go on after a reload or a crash.
//!
//! No name of a file, nothing of a patient and no token is in it: which files an upload is of, a digest says, and what
//! they held, checksums.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::transfer::Transfer;
use super::{Action, Config, Session};
use crate::archive::Decided;
use crate::content::{FileId, ItemId};
use crate::dicom::Accepted;
use crate::state::{StudyId, Unfinished};
use crate::time::{Millis, Unix};

/// SHA-256 of what an upload is made of, in hexadecimal: the same for the same files, options and servers.
pub type Key = String;

/// A digest as a [`Key`].
pub fn key(digest: &[u8]) -> Key {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
    digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit).collect()
}

/// Records end after this many milliseconds: seven days.
const LIFETIME: u64 = 7 * 24 * 3600 * 1000;
/// The digest is not waited for any longer: what comes later is remembered, but not gone on with.
const PATIENCE: Duration = Duration::from_secs(5);

/// An unfinished upload. Whoever changes it, gives the store another name (`src/platform/storage.rs`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When it was begun.
    pub created: Unix,
    /// UUID that the server was told by init.
    pub upload_id: String,
    /// What init answered.
    pub studies: Vec<StudyId>,
    /// How many studies it is of.
    pub found: usize,
    /// Bytes sent, and all of them; to the percent.
    pub sent: (u64, u64),
    /// Its archives, begun or not.
    pub archives: Vec<Begun>,
    /// The shell can have its files again without their being chosen. It says so anew each time.
    #[serde(skip)]
    pub at_hand: bool,
}

/// What was begun of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Where the server has it, if it was created.
    pub url: Option<String>,
    /// How it was being made.
    pub decided: Vec<Decided>,
}

/// The records of this page, and the upload that waits to hear whether it is one of them.
#[derive(Debug, Default)]
pub(super) struct Memory {
    records: Vec<(Key, Record)>,
    waiting: Option<(u32, Millis)>,
}

impl Memory {
    pub(super) fn has_records(&self) -> bool {
        !self.records.is_empty()
    }

    pub(super) fn due(&self) -> Option<Millis> {
        self.waiting.map(|(_, until)| until)
    }

    /// The one that a person who comes back is told of.
    pub(super) fn unfinished(&self) -> Option<Unfinished> {
        let (key, record) = self.records.iter().max_by_key(|(_, record)| record.created)?;
        Some(Unfinished {
            key: key.clone(),
            created: record.created,
            studies: record.found,
            sent: record.sent,
            at_hand: record.at_hand,
        })
    }

    fn forget(&mut self, key: &Key) -> Option<Record> {
        let at = self.records.iter().position(|(known, _)| known == key)?;
        Some(self.records.swap_remove(at).1)
    }
}

impl Session {
    /// Takes the records that the shell has, and lets go of old ones.
    pub(super) fn recalled(&mut self, now: Millis, records: Vec<(Key, Record)>) {
        let now = self.moment(now).unix;
        for (key, record) in records {
            if now.0.saturating_sub(record.created.0) > LIFETIME {
                self.actions.push_back(Action::Forget(key));
            } else {
                self.memory.records.push((key, record));
            }
        }
        self.dirty |= self.memory.has_records();
    }

    /// Begins an upload, once it is known whether it was begun before.
    pub(super) fn begin_or_resume(&mut self, now: Millis, serial: u32) {
        if !self.config.resume {
            return self.begin(now, serial);
        }
        let (material, files) = self.material();
        self.actions.push_back(Action::Fingerprint(serial, material, files));
        if self.memory.has_records() {
            self.memory.waiting = Some((serial, now + PATIENCE));
        } else {
            self.begin(now, serial);
        }
    }

    /// The digest of what an upload is made of; none if the browser makes no digests.
    pub(super) fn fingerprinted(&mut self, now: Millis, serial: u32, key: Option<Key>) {
        let is_awaited = self.memory.waiting.take_if(|(waiting, _)| *waiting == serial).is_some();
        let known = self.memory.records.iter().find(|(known, _)| is_awaited && key.as_ref() == Some(known));
        let record = known.map(|(_, record)| record.clone());
        self.with_transfer(now, serial, |transfer| {
            let is_same = record.as_ref().is_none_or(|record| transfer.restore(record));
            if let Some(key) = key {
                transfer.set_key(key);
            }
            if !is_same {
                transfer.outdated(now);
            }
        });
        if is_awaited {
            self.subject = self.transfers.get(&serial).map(super::Transfer::subject);
            self.begin(now, serial);
        }
    }

    pub(super) fn memory_timeout(&mut self, now: Millis) {
        if let Some((serial, _)) = self.memory.waiting.take_if(|(_, until)| now >= *until) {
            self.begin(now, serial);
        }
    }

    pub(super) fn remember(&mut self, key: Key, record: Record) {
        // It is the upload that goes on now.
        self.memory.forget(&key);
        self.actions.push_back(Action::Remember(key, record));
    }

    /// The person does not want to go on with it. If nobody else does either, the server is told.
    pub(super) fn abandon(&mut self, now: Millis, key: Key, is_ours: bool) {
        let Some(record) = self.memory.forget(&key) else { return };
        self.dirty = true;
        if let Some(server) = self.server.clone().filter(|_| is_ours) {
            let settings = self.settings(server);
            let moment = self.moment(now);
            let transfer = Transfer::left(settings, key, &record, &*self.text, moment);
            self.last_transfer += 1;
            let serial = self.last_transfer;
            self.transfers.insert(serial, transfer);
            self.with_transfer(now, serial, |transfer| transfer.cancel(now));
        }
    }

    pub(super) fn forget(&mut self, key: Key) {
        self.memory.forget(&key);
        self.actions.push_back(Action::Forget(key));
    }

    /// What was begun before does not fit: the same is sent as a new upload, and the old one taken back.
    pub(super) fn begin_anew(&mut self, now: Millis, key: Option<Key>, jobs: &[ItemId]) {
        let Some(server) = self.server.clone() else { return };
        let serial = self.new_transfer(now, server);
        self.with_transfer(now, serial, |transfer| {
            transfer.inherit(jobs);
            key.into_iter().for_each(|key| transfer.set_key(key));
        });
        self.begin(now, serial);
    }

    pub(super) fn begin(&mut self, now: Millis, serial: u32) {
        let assembly_id = self.uuid();
        self.with_transfer(now, serial, |transfer| transfer.begin(now, assembly_id));
    }

    /// All that decides what an upload is made of, but for when the files whose numbers are given were modified: the
    /// shell adds that. Small ones are compared at once by their checksums, which are known already.
    fn material(&self) -> (Vec<u8>, Vec<FileId>) {
        let mut material = Vec::new();
        let Config { api_base_url, patient_id, context, compression, by_study, .. } = &self.config;
        let endpoint = self.server.as_ref().map_or("", |server| &server.endpoint);
        add(&mut material, api_base_url);
        add(&mut material, endpoint);
        for option in [patient_id, context] {
            add(&mut material, option.as_deref().unwrap_or_default());
        }
        material.extend([*compression as u8, u8::from(*by_study)]);
        let mut files = Vec::new();
        for Accepted { item, study_uid, path, content, crc, .. } in self.index.accepted() {
            add(&mut material, &study_uid);
            add(&mut material, &path);
            for number in [content.range.start, content.range.end, content.size()] {
                material.extend(number.to_le_bytes());
            }
            match crc {
                Some(_) if ItemId::from(item.file) == item => {}
                _ if files.last() == Some(&item.file) => {}
                _ => files.push(item.file),
            }
        }
        (material, files)
    }
}

/// With its length before it, so that no two lists come out the same.
fn add(material: &mut Vec<u8>, text: &str) {
    material.extend((text.len() as u64).to_le_bytes());
    material.extend(text.as_bytes());
}
