//! What has been decided of a plan, to go on with it later.

use serde::{Deserialize, Serialize};

use super::{Form, Plan};
use crate::content::ItemId;

/// How one entry is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Level that we deflate it at; 0: it goes as it lies.
    pub level: u8,
    /// Bytes of our deflate stream.
    pub len: u64,
    /// Its CRC-32, once that is known.
    pub crc: Option<u32>,
}

impl Plan {
    /// How the entries are sent for which that is decided, as it is for all before them.
    pub fn decided(&self) -> Vec<Decided> {
        let decided = self.known().iter().map(|entry| match entry.form {
            Form::Deflated { len, level, .. } => Decided { level, len, crc: entry.crc },
            Form::Open | Form::AsItLies => Decided { crc: entry.crc, ..Decided::default() },
        });
        decided.collect()
    }

    /// Up to where bytes can have been made: in what is behind, a CRC-32 is missing.
    pub fn made_len(&self) -> u64 {
        let unknown = self.known().iter().find(|entry| entry.crc.is_none());
        unknown.map_or_else(|| self.decided_len(), |entry| entry.offset)
    }

    /// Takes up what was decided of an archive of the same items; `false` if that can't be.
    pub fn restore(&mut self, decided: &[Decided]) -> bool {
        if decided.len() > self.entries.len() {
            return false;
        }
        for (entry, known) in self.entries.iter_mut().zip(decided) {
            let is_same = match (entry.crc, known.crc) {
                (Some(crc), Some(was)) => crc == was,
                _ => true,
            };
            entry.form = match (entry.form, known.level) {
                _ if !is_same => return false,
                (_, 0) => Form::AsItLies,
                (Form::Open, level) => Form::Deflated { len: known.len, level, is_at_hand: false },
                _ => return false,
            };
            entry.crc = entry.crc.or(known.crc);
        }
        self.advance();
        true
    }

    /// The CRC-32 of an item, if it is known.
    pub fn crc(&self, item: ItemId) -> Option<u32> {
        self.places.get(item).and_then(|at| self.entries.get(*at)).and_then(|entry| entry.crc)
    }
}
