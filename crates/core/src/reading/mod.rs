//! Reading what was dropped: a few items at a time, archives opened on the way, then the comparison of those
//! that look alike.

mod job;

use std::collections::VecDeque;
use std::ops::Range;

use crate::content::{Block, Content, FileId, ItemId};
use crate::dicom::{Found, Reason};
use crate::few::Few;
use job::{Job, Next};

/// Items being read at a time; more gain nothing (measured: 0.66 ms a file one by one, 0.41 ms with four).
const AT_A_TIME: usize = 4;

/// What the owner is to do for the reader.
#[derive(Debug)]
pub enum Action {
    /// Read this range of the item's dropped file, and hand it to [`Reader::read`].
    Read(ItemId, Range<u64>),
    /// Take the CRC-32 of this content ([`crate::archive::Checksum`]), and hand it to [`Reader::checksummed`].
    Checksum(ItemId, Content),
    /// An item has been read.
    Found(Box<Found>),
    /// All items have been read: [`Reader::compare`] takes those whose content has to be compared.
    AllFound,
    /// A content to be compared.
    Compared(ItemId, Result<u32, Reason>),
    /// All there is to do is done.
    Done,
}

/// The dropped files that are still to be read, and those that are being read.
#[derive(Default)]
pub struct Reader {
    /// Behind the last id ever seen.
    next: FileId,
    queue: VecDeque<(ItemId, Job)>,
    jobs: Few<ItemId, Job>,
    to_compare: VecDeque<(ItemId, Content)>,
    comparing: Few<ItemId, ()>,
    stage: Stage,
    /// The shell is still listing what was dropped.
    listing: bool,
    /// Files that the shell knows of and has not handed over yet.
    coming: usize,
    /// First file of the drop being read.
    first: FileId,
    done: usize,
    total: usize,
    actions: VecDeque<Action>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Idle,
    Finding,
    /// The owner has been told that all are found, and is yet to answer.
    Found,
    Comparing,
}

impl Reader {
    /// An empty one whose ids start at `next`, so that a late answer is not taken for another file's.
    pub fn from(next: FileId) -> Self {
        Self { next, first: next, ..Self::default() }
    }

    /// The id behind all files known so far.
    pub fn next(&self) -> FileId {
        self.next
    }

    /// Takes more files (path and size), whose ids count on from `first`.
    pub fn add(&mut self, first: FileId, files: Vec<(String, u64)>) {
        if self.stage == Stage::Idle {
            (self.first, self.done, self.total) = (first, 0, 0);
        }
        self.stage = Stage::Finding;
        self.listing = true;
        self.total += files.len();
        for (id, (path, size)) in (first..).zip(files) {
            self.queue.push_back((id.into(), Job::file(path, Content::whole(id, size))));
            self.next = id + 1;
        }
        self.go_on();
    }

    /// So many more files will come, as far as is known.
    pub fn expect(&mut self, coming: usize) {
        self.coming = coming;
    }

    /// There are no more files in what was dropped.
    pub fn all_listed(&mut self) {
        (self.listing, self.coming) = (false, 0);
        self.go_on();
    }

    /// Forgets what is being read; returns the first file that is to be forgotten elsewhere too.
    pub fn stop(&mut self) -> FileId {
        let first = self.first;
        *self = Self { first, ..Self::from(self.next) };
        first
    }

    /// The next thing to do, if any.
    pub fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Items read and known of the current drop; an archive counts as its entries once it is open.
    pub fn counts(&self) -> (usize, usize) {
        (self.done, self.total + self.coming)
    }

    /// Bytes that [`Action::Read`] asked for: fewer are fine, none means that the file ends there.
    pub fn read(&mut self, item: ItemId, bytes: Result<Box<dyn Block>, Reason>) {
        if let Some(mut job) = self.jobs.remove(&item) {
            let next = match bytes {
                Ok(bytes) => job.supply(&*bytes),
                Err(reason) => Next::Found(Err(reason)),
            };
            self.perform(item, job, next);
            self.go_on();
        }
    }

    /// The CRC-32 that [`Action::Checksum`] asked for.
    pub fn checksummed(&mut self, item: ItemId, crc: Result<u32, Reason>) {
        if let Some(mut job) = self.jobs.remove(&item) {
            let next = job.verify(crc);
            self.perform(item, job, next);
        } else if self.comparing.remove(&item).is_some() {
            self.actions.push_back(Action::Compared(item, crc));
        }
        self.go_on();
    }

    /// The items whose content has to be compared; the answer to [`Action::AllFound`].
    pub fn compare(&mut self, items: Vec<(ItemId, Content)>) {
        // More files have come meanwhile: all of it is asked for anew once they are found.
        if self.stage != Stage::Found {
            return;
        }
        self.stage = Stage::Comparing;
        let wanted = items.into_iter().filter(|(item, _)| !self.comparing.contains_key(item));
        self.to_compare = wanted.collect();
        self.go_on();
    }

    /// Starts as many jobs as may run, and sees when all are over.
    fn go_on(&mut self) {
        while self.jobs.len() + self.comparing.len() < AT_A_TIME
            && let Some((item, mut job)) = self.queue.pop_front()
        {
            let next = job.begin();
            self.perform(item, job, next);
        }
        while self.jobs.len() + self.comparing.len() < AT_A_TIME
            && let Some((item, content)) = self.to_compare.pop_front()
        {
            self.comparing.insert(item, ());
            self.actions.push_back(Action::Checksum(item, content));
        }
        let all_read = self.queue.is_empty() && self.jobs.is_empty();
        let all_found = self.stage == Stage::Finding && !self.listing && all_read;
        let all_compared =
            self.stage == Stage::Comparing && self.comparing.is_empty() && self.to_compare.is_empty();
        if all_found {
            self.stage = Stage::Found;
            self.actions.push_back(Action::AllFound);
        } else if all_compared {
            self.stage = Stage::Idle;
            self.actions.push_back(Action::Done);
        }
    }

    fn perform(&mut self, item: ItemId, job: Job, next: Next) {
        match next {
            Next::Read(range) => {
                self.jobs.insert(item, job);
                self.actions.push_back(Action::Read(item, range));
            }
            Next::Verify(content) => {
                self.jobs.insert(item, job);
                self.actions.push_back(Action::Checksum(item, content));
            }
            Next::Found(header) => {
                self.done += 1;
                let (path, content, crc) = job.into_parts();
                let found = Found { item, path, content, crc, header };
                self.actions.push_back(Action::Found(Box::new(found)));
            }
            Next::Opened(entries) => {
                self.total += entries.len();
                self.total -= 1;
                // Before the other files, so that the entries of four archives at most wait at a time.
                for (at, entry) in entries.into_iter().enumerate().rev() {
                    self.queue.push_front((ItemId { file: item.file, entry: at as u32 + 1 }, entry));
                }
            }
        }
    }
}
