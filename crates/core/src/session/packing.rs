//! Gets ready what is sent next: has checksums read and entries deflated while the chunk before them is on its way.

use std::collections::VecDeque;
use std::ops::Range;

use super::compressing::{Compression, Rates};
use crate::archive::{Decided, Need, Packed, Part, Plan, PlanError};
use crate::content::{self, Content, ItemId};
use crate::dicom::{Accepted, Reason, Text};
use crate::few::Few;
use crate::state::StudySpan;
use crate::time::Millis;

/// Files whose checksum is being read at a time.
const CHECKSUMS_AT_A_TIME: usize = 4;
/// Items that are being packed at a time, or wait for a worker: two for each of four.
const PACKED_AT_A_TIME: usize = 8;
/// Bytes gone ahead of those wanted, so that the pool is not idle while the last of a chunk are packed.
const SLACK: u64 = 4 * 1024 * 1024;
/// Bodies of slices of files cost no memory; but what is lost with a connection is sent again.
const LARGEST_CHUNK: u64 = 64 * 1024 * 1024;
/// What is deflated is kept in memory until the server has it, and as much again for what is sent next.
const LARGEST_PACKED_CHUNK: u64 = 10 * 1024 * 1024;
/// Of small files the bytes go, not slices, and are in memory several times on their way to the network: so many of them are
/// in one chunk at most.
const MOST_OF_SMALL: u64 = 5 * 1024 * 1024;
/// Files are small up to this size.
const SMALL: u64 = 64 * 1024;

/// What the session is to do.
#[derive(Debug)]
pub(super) enum Action {
    Checksum(ItemId, Content),
    Pack(ItemId, Content, u8),
    LetGo(ItemId),
}

/// What is wrong with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Unreadable,
    /// It is not what it was when it was read before.
    Changed,
}

/// What is being done for an item.
#[derive(Clone, Copy, Debug)]
enum Job {
    Checksum,
    Verifying,
    /// For an upload that is being taken back.
    Stale,
    Packing {
        level: u8,
        size: u64,
    },
}

/// The plan of an archive, and what of it is ready.
pub(super) struct Packing {
    plan: Plan,
    compression: Compression,
    rates: Rates,
    level: Option<u8>,
    jobs: Few<ItemId, Job>,
    /// The entry that is looked at next; what is before it is asked for or ready.
    next: usize,
    /// The same for what only the directory needs: checksums of entries that the server had already.
    next_of_directory: usize,
    /// The server has everything before this, and what is packed of that has been let go of.
    start: u64,
    /// The entry there.
    first: usize,
    /// Where the server has to be told the length first, the entry up to which all have been packed to know it; what there
    /// is no room for is let go of.
    sized: Option<usize>,
    /// The entries whose files are to be read once more, to see that they are what was sent before.
    unverified: VecDeque<usize>,
    /// How many of them are being read.
    verifying: usize,
    /// Since when the pool has been busy, without what is counted already.
    busy: Millis,
    actions: VecDeque<Action>,
}

impl Packing {
    pub(super) fn new(files: &[Accepted], text: &dyn Text, compression: Compression) -> Self {
        Self {
            plan: Plan::new(files, text, compression != Compression::Store),
            compression,
            rates: Rates::default(),
            level: None,
            jobs: Few::default(),
            next: 0,
            next_of_directory: 0,
            start: 0,
            first: 0,
            sized: None,
            unverified: VecDeque::new(),
            verifying: 0,
            busy: Millis::default(),
            actions: VecDeque::new(),
        }
    }

    pub(super) fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// What is known of the archive's length.
    pub(super) fn len(&self) -> Option<u64> {
        self.plan.len()
    }

    /// Up to where ranges can be asked for.
    pub(super) fn decided_len(&self) -> u64 {
        self.plan.decided_len()
    }

    pub(super) fn plain_len(&self) -> u64 {
        self.plan.plain_len()
    }

    pub(super) fn plain_offset(&self, offset: u64) -> u64 {
        self.plan.plain_offset(offset)
    }

    pub(super) fn spans(&self) -> &[StudySpan] {
        self.plan.spans()
    }

    pub(super) fn entry_count(&self) -> usize {
        self.plan.entry_count()
    }

    pub(super) fn entries_before(&self, offset: u64) -> usize {
        self.plan.entries_before(offset)
    }

    pub(super) fn has(&self, item: ItemId) -> bool {
        self.plan.index_of(item).is_some()
    }

    pub(super) fn path(&self, item: ItemId) -> &str {
        self.plan.path(item)
    }

    /// The wire took this many bytes in this time.
    pub(super) fn rates(&mut self) -> &mut Rates {
        &mut self.rates
    }

    /// The most that is to be sent at once from `start` on, as things are.
    pub(super) fn largest_chunk(&self, start: u64) -> u64 {
        let is_stored =
            self.compression == Compression::Auto && self.level.is_none() && self.trial().is_none();
        let most = if self.plan.len().is_some() || is_stored { LARGEST_CHUNK } else { LARGEST_PACKED_CHUNK };
        let (mut small, mut large) = (0, 0);
        for index in self.plan.index_at(start).. {
            let Some((_, content, _)) = self.plan.entry(index) else { return most };
            *if content.size() <= SMALL { &mut small } else { &mut large } += content.size();
            if small + large >= most || small >= MOST_OF_SMALL {
                break;
            }
        }
        most.min(large + MOST_OF_SMALL)
    }

    /// The server takes no upload of unknown length.
    pub(super) fn needs_len(&mut self) {
        if self.compression == Compression::Deflate {
            self.sized = Some(0);
        } else {
            // Nothing is known of the wire yet, and packing everything first could take longer than sending it.
            self.plan.store_open();
        }
    }

    /// Takes up what was decided before; `false` if that can't be.
    pub(super) fn restore(&mut self, decided: &[Decided]) -> bool {
        // What has been read already is compared by the plan.
        let is_unread =
            |index: &usize| self.plan.entry(*index).is_some_and(|(item, ..)| self.plan.crc(item).is_none());
        self.unverified = (0..decided.len()).filter(is_unread).collect();
        self.plan.restore(decided)
    }

    /// Lets go of everything; returns what is still being done.
    pub(super) fn abandon(&mut self) -> Vec<ItemId> {
        for index in 0..self.plan.entry_count() {
            let item = self.plan.let_go(index);
            self.actions.extend(item.map(Action::LetGo));
        }
        self.jobs.iter().map(|(item, _)| *item).collect()
    }

    /// What comes of these items first was asked for by another.
    pub(super) fn inherit(&mut self, jobs: &[ItemId]) {
        jobs.iter().for_each(|item| self.jobs.insert(*item, Job::Stale));
    }

    /// What has been decided.
    pub(super) fn decided(&self) -> Vec<Decided> {
        self.plan.decided()
    }

    /// Up to where bytes can have been made.
    pub(super) fn made_len(&self) -> u64 {
        self.plan.made_len()
    }

    /// Whether all that was sent before has been seen to be what is there now.
    pub(super) fn is_verified(&self) -> bool {
        self.unverified.is_empty() && self.verifying == 0
    }

    /// The pieces of a range.
    pub(super) fn parts(&self, range: &Range<u64>) -> Result<Vec<Part>, PlanError> {
        self.plan.parts(range)
    }

    /// The range is wanted: the server has what is before, and may have lost what it had behind.
    pub(super) fn wanted(&mut self, range: &Range<u64>) {
        let first = self.plan.index_at(range.start);
        for index in self.first..first {
            let item = self.plan.let_go(index);
            self.actions.extend(item.map(Action::LetGo));
        }
        if first < self.first {
            self.next = first;
        }
        (self.start, self.first) = (range.start, first);
    }

    /// While it is not known if packing is worth the while, how much is to be sent as it lies to find out.
    pub(super) fn trial(&self) -> Option<u64> {
        self.rates.trial().filter(|_| self.compression == Compression::Auto)
    }

    /// Asks for what is needed up to `end`, which may be beyond what is known, and some more.
    pub(super) fn read_ahead(&mut self, now: Millis, end: u64) {
        let slack = if self.trial().is_some() { 0 } else { SLACK };
        let room = end.saturating_sub(self.start).saturating_add(slack);
        self.next = self.next.max(self.first);
        let entries = self.plan.entry_count();
        while self.next < entries && self.plan.distance(self.start, self.next) < room {
            if !self.ask(now, self.next, |_| true) {
                return;
            }
            self.next += 1;
        }
        while let Some(at) = self.sized.filter(|at| *at < entries) {
            if !self.ask(now, at, |need| need == Need::Decision) {
                return;
            }
            self.sized = Some(at + 1);
        }
        while self.next == entries && self.next_of_directory < self.next {
            if !self.ask(now, self.next_of_directory, |need| need == Need::Checksum) {
                return;
            }
            self.next_of_directory += 1;
        }
        while self.jobs.len() < CHECKSUMS_AT_A_TIME
            && let Some(index) = self.unverified.pop_front()
        {
            self.verify(index);
        }
    }

    /// Reads what was sent before once more; of what has not been sent, the checksum is not known yet.
    fn verify(&mut self, index: usize) {
        let Some((item, content, _)) = self.plan.entry(index) else { return };
        let is_from_archive = content.packing != content::Packing::Stored;
        if self.plan.crc(item).is_some() && !is_from_archive && !self.jobs.contains_key(&item) {
            self.jobs.insert(item, Job::Verifying);
            self.verifying += 1;
            self.actions.push_back(Action::Checksum(item, content.clone()));
        }
    }

    /// Asks for what an entry needs and is not asked for yet; `false` if enough is being done already.
    fn ask(&mut self, now: Millis, index: usize, is_wanted: impl Fn(Need) -> bool) -> bool {
        let Some((item, content, Some(need))) = self.plan.entry(index) else { return true };
        if !is_wanted(need) {
            return true;
        }
        if let Some(job) = self.jobs.get(&item) {
            // What is only being read once more has to be packed all the same.
            return !matches!(job, Job::Stale | Job::Verifying);
        }
        let level = match need {
            Need::Checksum => None,
            Need::Packing(level) => Some(level),
            Need::Decision if self.trial().is_some() => None,
            Need::Decision => {
                self.level = self.rates.choose(self.compression, self.level);
                self.level.map(|level| self.rates.vary(level))
            }
        };
        if self.jobs.len() >= if level.is_some() { PACKED_AT_A_TIME } else { CHECKSUMS_AT_A_TIME } {
            return false;
        }
        let content = content.clone();
        if let Some(level) = level {
            if self.jobs.is_empty() {
                self.busy = now;
            }
            self.jobs.insert(item, Job::Packing { level, size: content.size() });
            self.actions.push_back(Action::Pack(item, content, level));
            return true;
        }
        self.plan.store(item);
        if self.plan.entry(index).is_some_and(|(.., need)| need.is_some()) {
            self.jobs.insert(item, Job::Checksum);
            self.actions.push_back(Action::Checksum(item, content));
        }
        true
    }

    /// An item's CRC-32.
    ///
    /// # Errors
    /// If it can't be read any more, or is not what was sent before.
    pub(super) fn checksummed(&mut self, item: ItemId, crc: Result<u32, Reason>) -> Result<(), Trouble> {
        let Some(job) = self.jobs.remove(&item) else { return Ok(()) };
        let is_verifying = matches!(job, Job::Verifying);
        self.verifying -= usize::from(is_verifying);
        if matches!(job, Job::Stale) {
            return Ok(());
        }
        match crc {
            Ok(crc) if is_verifying && self.plan.crc(item) != Some(crc) => Err(Trouble::Changed),
            Ok(crc) => {
                self.plan.set_crc(item, crc);
                Ok(())
            }
            Err(_) => {
                if is_verifying {
                    self.unverified.extend(self.plan.index_of(item));
                }
                Err(self.failed(item))
            }
        }
    }

    /// What came of packing an item.
    ///
    /// # Errors
    /// If it can't be read any more, or is not what it was.
    pub(super) fn packed(
        &mut self,
        now: Millis,
        item: ItemId,
        packed: Result<Packed, Reason>,
    ) -> Result<(), Trouble> {
        let Some(Job::Packing { level, size }) = self.jobs.remove(&item) else {
            self.actions.push_back(Action::LetGo(item));
            return Ok(());
        };
        let is_of_use = match packed {
            Ok(packed) => {
                self.rates.packed(level, size, packed.len.unwrap_or(size), now.since(self.busy));
                self.busy = now;
                self.plan.set_packed(item, level, packed).map_err(|_| Trouble::Changed)
            }
            Err(_) => Err(Trouble::Unreadable),
        };
        // It may be behind us by now, or have been packed only to know its length.
        let index = self.plan.index_of(item).unwrap_or_default();
        if is_of_use == Ok(true) && !(self.first..self.next).contains(&index) {
            self.actions.extend(self.plan.let_go(index).map(Action::LetGo));
        } else if is_of_use != Ok(true) {
            self.actions.push_back(Action::LetGo(item));
        }
        is_of_use.map(drop).inspect_err(|_| {
            self.failed(item);
        })
    }

    /// It is asked for again once the upload goes on.
    fn failed(&mut self, item: ItemId) -> Trouble {
        let index = self.plan.index_of(item).unwrap_or_default();
        self.next = self.next.min(index);
        self.next_of_directory = self.next_of_directory.min(index);
        Trouble::Unreadable
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::dicom::NativeDecoder;

    const MIB: u64 = 1024 * 1024;

    fn packing(compression: Compression) -> Packing {
        packing_of(compression, &[MIB; 100])
    }

    /// Native images of these sizes, of which some have been packed to half of it in 10 ms each.
    fn packing_of(compression: Compression, sizes: &[u64]) -> Packing {
        let accepted = |(file, size): (u32, &u64)| Accepted {
            item: file.into(),
            study_uid: "1.2".to_owned(),
            path: format!("{file}"),
            content: Content::whole(file, *size),
            crc: None,
            is_native: true,
        };
        let files: Vec<_> = (0..).zip(sizes).map(accepted).collect();
        let mut packing = Packing::new(&files, &NativeDecoder, compression);
        packing.read_ahead(Millis(0), 4 * MIB);
        let mut now = Millis(0);
        while let Some(action) = packing.poll() {
            now = now + Duration::from_millis(10);
            if let Action::Pack(item, content, _) = action {
                let packed = Packed { crc: 0, len: Some(content.size() / 2) };
                packing.packed(now, item, Ok(packed)).expect("as it was");
            }
        }
        packing
    }

    #[test]
    fn only_what_is_stored_goes_in_large_chunks_while_the_length_is_open() {
        for (compression, wire, most) in [
            (Compression::Auto, 500, LARGEST_CHUNK),
            (Compression::Auto, 10, LARGEST_PACKED_CHUNK),
            (Compression::Deflate, 500, LARGEST_PACKED_CHUNK),
        ] {
            let mut packing = packing(compression);
            assert_eq!(packing.largest_chunk(0), LARGEST_PACKED_CHUNK, "nothing is known of the wire");
            packing.rates().wire.add((wire * MIB) as f64, Duration::from_secs(1));
            packing.read_ahead(Millis(0), 20 * MIB);
            assert_eq!((packing.len(), packing.largest_chunk(0)), (None, most), "{compression:?}, {wire}");
        }
    }

    #[test]
    fn the_bytes_of_small_files_are_never_many_at_once() {
        let packing = |large: &[u64], small: u64| {
            let sizes = [large, &vec![SMALL; small as usize]].concat();
            packing_of(Compression::Store, &sizes)
        };
        let many = 1000;
        assert_eq!(packing(&[], many).largest_chunk(0), MOST_OF_SMALL);
        assert_eq!(packing(&[], 10).largest_chunk(0), LARGEST_CHUNK, "all of them are no more");
        assert_eq!(packing(&[SMALL + 1; 2000], 0).largest_chunk(0), LARGEST_CHUNK);
        let mixed = packing(&[20 * MIB], many);
        assert_eq!(
            mixed.largest_chunk(0),
            20 * MIB + MOST_OF_SMALL,
            "what is read as it is sent does not count"
        );
        assert_eq!(mixed.largest_chunk(21 * MIB), MOST_OF_SMALL);
        assert_eq!(packing(&[500 * MIB], many).largest_chunk(0), LARGEST_CHUNK);
        assert_eq!(packing(&[500 * MIB], many).largest_chunk(501 * MIB), MOST_OF_SMALL);
    }
}
