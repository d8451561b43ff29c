//! Hands what was dropped or chosen to the engine, without holding the page up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use auraloader_core::content::FileId;
use auraloader_core::session::DropId;
use auraloader_core::time::Millis;
use futures::future::{join, join_all};
use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DataTransfer, File};

use super::Inner;
use crate::platform::clock;
use crate::platform::drop::{self, Dropped, Listed};
use crate::platform::small::SmallFiles;
use crate::platform::storage;
use crate::platform::turn::next_turn;
use crate::platform::waiters::Waiters;
use crate::worker::Command;

/// How long files are handed over before the page gets its turn.
const TURN: Duration = Duration::from_millis(10);
/// How long files that are read on the page gather before they go to the engine together.
pub(super) const GATHERING: Duration = Duration::from_millis(30);
/// Chosen files that are read at a time. With four, as one who merely reads needs, it took a tenth longer.
pub(super) const AT_A_TIME: usize = 16;
/// Files of a disc are much alike: after a large one so many are taken for large.
const ALIKE: usize = 31;

/// What of all drops is on its way to the engine.
#[derive(Default)]
pub(super) struct Intake {
    /// Drops that are still being listed.
    listing: Cell<usize>,
    /// Goes up when what is being listed is no longer wanted.
    round: Cell<u32>,
    /// The last drop.
    last: Cell<DropId>,
    /// The last that has been read, or is not wanted any more.
    over: Cell<DropId>,
    /// The id of the next file.
    next: Cell<FileId>,
    /// Files known and not handed over yet.
    coming: Cell<usize>,
    /// Handles of all that was added; what was chosen has none.
    handles: RefCell<Array>,
    lacks_handles: Cell<bool>,
    /// Who waits for a drop to be read.
    waiting: RefCell<Vec<(DropId, Waiters)>>,
    /// Who waited for one that is no longer wanted.
    stopped: RefCell<Waiters>,
}

impl Intake {
    /// Ends when the last drop has been read.
    pub(super) fn promise(&self) -> Promise {
        let mut waiters = Waiters::default();
        let promise = waiters.promise();
        self.waiting.borrow_mut().push((self.last.get(), waiters));
        promise
    }

    /// Whether there is a drop that is still to be read.
    pub(super) fn is_busy(&self) -> bool {
        self.over.get() < self.last.get()
    }

    /// All drops up to this one have been read.
    pub(super) fn read(&self, drop: DropId) {
        self.over.set(drop.max(self.over.get()));
        let read = self.waiting.borrow_mut().extract_if(.., |(of, _)| *of <= drop).collect::<Vec<_>>();
        for (_, mut waiters) in read {
            waiters.resolve();
        }
    }

    /// Handles of all that was added, or none.
    pub(super) fn handles(&self) -> Array {
        if self.lacks_handles.get() { Array::new() } else { self.handles.borrow().clone() }
    }

    fn keep(&self, handles: Option<Array>) {
        if let Some(handles) = handles {
            self.handles.replace_with(|kept| kept.concat(&handles));
        } else {
            self.lacks_handles.set(true);
        }
    }

    /// Nothing of what is being listed is wanted any more, nor of what was added before unless it `stays`.
    pub(super) fn stop(&self, stays: bool) {
        self.lacks_handles.set(stays);
        drop(self.handles.take());
        self.round.set(self.round.get() + 1);
        self.listing.set(0);
        self.coming.set(0);
        self.over.set(self.last.get());
        for (_, waiters) in self.waiting.take() {
            self.stopped.borrow_mut().extend(waiters);
        }
    }

    /// The engine has stopped reading.
    pub(super) fn stopped(&self) {
        self.stopped.borrow_mut().resolve();
    }
}

impl Inner {
    pub(super) fn add_chosen(self: &Rc<Self>, files: Array) {
        self.intake.keep(None);
        let drop = Handing::begin(self, files.length() as usize);
        spawn_local(async move {
            drop.read_small(files).await;
            drop.all_listed();
        });
    }

    pub(super) fn add_dropped(self: &Rc<Self>, transfer: &DataTransfer) {
        let entries = match Dropped::take(transfer) {
            Dropped::Files(files) => return self.add_chosen(files),
            Dropped::Entries(entries) => entries,
        };
        let handles = self.options.handles.take(transfer);
        let drop = Handing::begin(self, 0);
        spawn_local(async move {
            let (inner, round) = (Rc::clone(&drop.inner), drop.round);
            let keep = async {
                let handles = handles.await;
                if inner.intake.round.get() == round {
                    inner.intake.keep(handles);
                }
            };
            let list = async {
                drop::list(entries, async |listed| drop.hand_over(listed).await).await;
                drop.all_listed();
            };
            join(keep, list).await;
        });
    }

    /// Adds the files of what was left unfinished, by their handles.
    pub(super) fn add_again(self: &Rc<Self>) {
        let Some(key) = self.unfinished() else { return };
        let inner = Rc::clone(self);
        spawn_local(async move {
            let handles = storage::handles(&key).await.unwrap_or_default();
            let Some(opened) = inner.options.handles.open(&handles).await else { return };
            let drop = Handing::begin(&inner, 0);
            inner.intake.keep(Some(handles));
            loop {
                let listed = opened.next().await;
                if listed.is_empty() || !drop.hand_over(listed).await {
                    break;
                }
            }
            drop.all_listed();
        });
    }
}

/// One drop on its way.
struct Handing {
    inner: Rc<Inner>,
    round: u32,
    turn_ends: Cell<Millis>,
    batch: RefCell<Batch>,
}

/// What goes to the engine at the end of the turn.
#[derive(Default)]
struct Batch {
    paths: Vec<String>,
    contents: Array,
    /// Of which the bytes go, with their places among the contents.
    read: Vec<(FileId, File)>,
}

impl Handing {
    fn begin(inner: &Rc<Inner>, known: usize) -> Self {
        let intake = &inner.intake;
        intake.listing.set(intake.listing.get() + 1);
        intake.last.set(intake.last.get() + 1);
        intake.coming.set(intake.coming.get() + known);
        Self {
            inner: Rc::clone(inner),
            round: intake.round.get(),
            turn_ends: Cell::new(clock::now() + TURN),
            batch: RefCell::default(),
        }
    }

    fn is_wanted(&self) -> bool {
        self.round == self.inner.intake.round.get()
    }

    /// Takes files as they are; says whether to go on.
    async fn hand_over(&self, listed: Vec<Listed>) -> bool {
        for Listed { path, file } in listed {
            self.put(path, file.map_or(JsValue::NULL, JsValue::from), None);
            self.end_turn().await;
        }
        self.is_wanted()
    }

    /// Takes files, some at a time: the small ones by their bytes. After a large one some are taken as they are, and
    /// the next that is tried is tried alone.
    async fn read_small(&self, files: Array) {
        let (files, large) = (RefCell::new(files.iter()), Cell::new(false));
        let next = || {
            let file = files.borrow_mut().next().filter(|_| self.is_wanted()).map(File::from)?;
            Some((drop::path_of(&file), file))
        };
        let read_one = async |small: &SmallFiles| {
            let Some((path, file)) = next() else { return };
            match small.read(&file).await {
                Ok(Some(bytes)) => self.put(path, bytes.into(), Some(file)),
                Ok(None) => {
                    large.set(true);
                    self.put(path, file.into(), None);
                }
                Err(_) => self.put(path, JsValue::NULL, None),
            }
            self.has_come();
            // Between two files that are read the page has its turn anyway.
            if self.is_time() {
                self.flush();
                self.turn_ends.set(clock::now() + GATHERING);
            }
        };
        let are_left = || files.borrow().len() > 0 && self.is_wanted();
        let small: Vec<_> = (0..AT_A_TIME).filter_map(|_| SmallFiles::new().ok()).collect();
        while are_left() {
            if let Some(first) = small.first() {
                read_one(first).await;
            }
            join_all(small.iter().map(async |small| {
                while !large.get() && are_left() {
                    read_one(small).await;
                }
            }))
            .await;
            large.set(false);
            self.begin_turn();
            for (path, file) in (0..ALIKE).map_while(|_| next()) {
                // The browser looks at the file now, where there is a clock.
                file.size();
                self.put(path, file.into(), None);
                self.has_come();
                self.end_turn().await;
            }
        }
    }

    /// One that was known is among those to be handed over, not before: what is being read still comes.
    fn has_come(&self) {
        if self.is_wanted() {
            self.inner.intake.coming.update(|coming| coming.saturating_sub(1));
        }
    }

    fn put(&self, path: String, content: JsValue, read: Option<File>) {
        let mut batch = self.batch.borrow_mut();
        let at = batch.paths.len() as FileId;
        batch.read.extend(read.map(|file| (at, file)));
        batch.paths.push(path);
        batch.contents.push(&content);
    }

    /// When it has been long enough, hands over what there is and lets the page have its turn.
    async fn end_turn(&self) {
        if self.is_time() {
            self.flush();
            next_turn().await;
            self.begin_turn();
        }
    }

    fn is_time(&self) -> bool {
        clock::now() >= self.turn_ends.get()
    }

    fn begin_turn(&self) {
        self.turn_ends.set(clock::now() + TURN);
    }

    fn flush(&self) {
        let Batch { paths, contents, read } = self.batch.take();
        if paths.is_empty() || !self.is_wanted() {
            return;
        }
        let intake = &self.inner.intake;
        let first = intake.next.get();
        intake.next.set(first + paths.len() as FileId);
        self.inner.lending.keep(read.into_iter().map(|(at, file)| (first + at, file)));
        let command = Command::AddFiles { first, paths, coming: intake.coming.get() };
        self.inner.send_with(command, &contents);
    }

    fn all_listed(&self) {
        self.flush();
        let intake = &self.inner.intake;
        if !self.is_wanted() {
            return;
        }
        intake.listing.set(intake.listing.get() - 1);
        if intake.listing.get() == 0 {
            self.inner.send(Command::AllListed(intake.last.get()));
        }
    }
}
