//! Any order of drops, answers and stops comes to what reading the same files one after the other comes to.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use auraloader_core::content::{Content, FileId, ItemId};
use auraloader_core::dicom::{Index, NativeDecoder, Reason, RejectedFile, StudyInfo};
use auraloader_core::reading::{Action, Reader};
use proptest::prelude::*;
use support::{Image, checksum, zip_of};

type Files = Vec<(&'static str, Vec<u8>)>;

/// What can be dropped, each as often as one likes: alike and not, plain and packed, sound and not.
static FILES: LazyLock<Files> = LazyLock::new(|| {
    let image = |instance| Image { instance, ..Image::default() }.file();
    let other_pixels = |instance| {
        let mut bytes = image(instance);
        let last = bytes.len() - 1;
        bytes[last] = 8;
        bytes
    };
    let of_study =
        |study| Image { study, instance: "1.1", patient: "Roe^Richard", ..Image::default() }.file();
    let inner = zip_of(&[("x", image("1.7"))]);
    let archive = zip_of(&[
        ("1", image("1.1")),
        ("2", other_pixels("1.1")),
        ("3", image("1.2")),
        ("DICOMDIR", image("1.3")),
        ("notes.txt", b"hello".to_vec()),
        ("inner.zip", inner),
        ("empty", Vec::new()),
        ("other study", of_study("1.9")),
    ]);
    let damaged = archive[..archive.len() / 2].to_vec();
    vec![
        ("b/1", image("1.1")),
        ("a/1 again", image("1.1")),
        ("c/1 otherwise", other_pixels("1.1")),
        ("b/2", image("1.2")),
        ("b/other study", of_study("1.9")),
        ("b/notes.txt", b"hello".to_vec()),
        ("b/empty", Vec::new()),
        ("disc.zip", archive.clone()),
        ("another/disc", archive),
        ("none.zip", zip_of(&[])),
        ("damaged.zip", damaged),
    ]
});

#[derive(Clone, Debug)]
enum Step {
    /// These of [`FILES`] are dropped.
    Drop(Vec<usize>),
    /// No more files come for now.
    AllListed,
    /// One of the requests that are out is answered.
    Answer(prop::sample::Index),
    /// What is being read is forgotten.
    Stop,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => prop::collection::vec(0..FILES.len(), 0..5).prop_map(Step::Drop),
        3 => Just(Step::AllListed),
        20 => any::<prop::sample::Index>().prop_map(Step::Answer),
        1 => Just(Step::Stop),
    ]
}

/// Which can't be read: these of [`FILES`] at all; these for a checksum.
#[derive(Clone, Debug, Default)]
struct Unreadable {
    at_all: BTreeSet<usize>,
    for_checksums: BTreeSet<usize>,
}

struct Shell {
    reader: Reader,
    index: Index,
    unreadable: Unreadable,
    /// Which of [`FILES`] each id is.
    dropped: Vec<usize>,
    open: Vec<Action>,
    /// Items of the present reading that have been found.
    found: BTreeSet<ItemId>,
    is_reading: bool,
}

impl Shell {
    fn new(unreadable: Unreadable) -> Self {
        Self {
            reader: Reader::default(),
            index: Index::default(),
            unreadable,
            dropped: Vec::new(),
            open: Vec::new(),
            found: BTreeSet::new(),
            is_reading: false,
        }
    }

    fn drop_files(&mut self, files: &[usize]) {
        if !self.is_reading {
            self.found.clear();
        }
        self.is_reading = true;
        let first = self.dropped.len() as FileId;
        self.dropped.extend(files);
        let sizes = files.iter().map(|at| (FILES[*at].0.to_owned(), FILES[*at].1.len() as u64));
        self.reader.add(first, sizes.collect());
        self.poll_all();
    }

    fn all_listed(&mut self) {
        self.reader.all_listed();
        self.poll_all();
    }

    fn stop(&mut self) {
        self.index.forget_from(self.reader.stop());
        self.is_reading = false;
    }

    fn poll_all(&mut self) {
        while let Some(action) = self.reader.poll() {
            match action {
                Action::Read(..) | Action::Checksum(..) => self.open.push(action),
                Action::Found(found) => {
                    assert!(self.found.insert(found.item), "{:?} is found twice", found.item);
                    self.index.add(*found, &NativeDecoder);
                }
                Action::AllFound => self.reader.compare(self.index.to_compare()),
                Action::Compared(item, crc) => self.index.set_crc(item, crc),
                Action::Done => {
                    let (done, total) = self.reader.counts();
                    assert_eq!((done, total), (self.found.len(), self.found.len()));
                    assert!(std::mem::take(&mut self.is_reading), "done when nothing was being read");
                    self.index.settle();
                }
            }
        }
    }

    fn answer(&mut self, at: usize) {
        match self.open.remove(at) {
            Action::Read(item, range) => {
                let at = self.dropped[item.file as usize];
                let bytes = FILES[at].1[range.start as usize..range.end as usize].to_vec();
                let gone = self.unreadable.at_all.contains(&at);
                self.reader.read(item, if gone { Err(Reason::Unreadable) } else { Ok(Box::new(bytes)) });
            }
            Action::Checksum(item, content) => {
                let crc = self.crc(item, &content);
                self.reader.checksummed(item, crc);
            }
            action => panic!("{action:?} is not answered"),
        }
        self.poll_all();
    }

    fn crc(&self, item: ItemId, content: &Content) -> Result<u32, Reason> {
        let at = self.dropped[item.file as usize];
        let gone = self.unreadable.for_checksums.contains(&at);
        if gone { Err(Reason::Unreadable) } else { checksum(&FILES[at].1, content) }
    }

    /// Answers what is left, in order.
    fn finish(&mut self) {
        self.all_listed();
        while !self.open.is_empty() {
            self.answer(0);
        }
        assert!(!self.is_reading, "reading does not come to its end");
    }

    #[expect(clippy::type_complexity, reason = "all that there is to compare")]
    fn outcome(&self) -> (Vec<StudyInfo>, Vec<(ItemId, String, Content)>, Vec<RejectedFile>) {
        let accepted = self.index.accepted().into_iter();
        let accepted = accepted.map(|file| (file.item, file.path, file.content)).collect();
        (self.index.studies(), accepted, self.index.rejected())
    }
}

fn some_files() -> impl Strategy<Value = BTreeSet<usize>> {
    prop::collection::btree_set(0..FILES.len(), 0..4)
}

proptest! {
    #[test]
    fn any_order_comes_to_the_same(
        steps in prop::collection::vec(step(), 0..150),
        at_all in some_files(),
        mut for_checksums in some_files(),
    ) {
        // Whether a file by itself has to be compared depends on what is there when reading comes to its end; an
        // archive's entry is always looked at.
        for_checksums.retain(|at| FILES[*at].0.contains("disc"));
        let unreadable = Unreadable { at_all, for_checksums };
        let mut shell = Shell::new(unreadable.clone());
        let mut forgotten = BTreeSet::new();
        let mut first = 0;
        for step in steps {
            match step {
                Step::Drop(files) => {
                    if !shell.is_reading {
                        first = shell.dropped.len();
                    }
                    shell.drop_files(&files);
                }
                Step::AllListed => shell.all_listed(),
                Step::Answer(_) if shell.open.is_empty() => {}
                Step::Answer(at) => shell.answer(at.index(shell.open.len())),
                Step::Stop if !shell.is_reading => {}
                Step::Stop => {
                    shell.stop();
                    forgotten.extend(first..shell.dropped.len());
                }
            }
        }
        shell.finish();

        let mut plain = Shell::new(unreadable);
        for (id, at) in shell.dropped.iter().enumerate() {
            if forgotten.contains(&id) {
                plain.dropped.push(*at);
            } else {
                plain.drop_files(&[*at]);
                plain.finish();
            }
        }
        prop_assert_eq!(shell.outcome(), plain.outcome());
        for (id, at) in shell.dropped.iter().enumerate().filter(|(id, _)| !forgotten.contains(id)) {
            let (path, inside) = (FILES[*at].0, [FILES[*at].0, "!/"].concat());
            let (_, accepted, rejected) = shell.outcome();
            let mut paths = accepted.iter().map(|(_, path, _)| path).chain(rejected.iter().map(|file| &file.path));
            prop_assert!(paths.any(|known| known == path || known.starts_with(&inside)), "{} {}", id, path);
        }
    }
}
