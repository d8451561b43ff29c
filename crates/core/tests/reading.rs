//! Reading a drop: archives among the files, comparison, stopping; whatever the order of the answers.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeMap;

use auraloader_core::content::{Content, FileId};
use auraloader_core::dicom::{Index, NativeDecoder, Reason, StudyInfo};
use auraloader_core::reading::{Action, Reader};
use support::{Image, checksum, zip_of};

/// A shell that answers with one of the requests that are out; `pick` says with which of how many.
struct Shell<'a> {
    files: &'a [(&'a str, Vec<u8>)],
    pick: fn(usize) -> usize,
    reader: Reader,
    index: Index,
    open: Vec<Action>,
    /// Bytes read of each file, without those for checksums.
    read: BTreeMap<FileId, usize>,
    most_open: usize,
    is_done: bool,
}

impl<'a> Shell<'a> {
    fn new(files: &'a [(&'a str, Vec<u8>)], pick: fn(usize) -> usize) -> Self {
        Self {
            files,
            pick,
            reader: Reader::default(),
            index: Index::default(),
            open: Vec::new(),
            read: BTreeMap::new(),
            most_open: 0,
            is_done: false,
        }
    }

    /// Drops the files of these numbers, which were not dropped before.
    fn drop_files(&mut self, ids: std::ops::Range<FileId>) {
        self.is_done = false;
        let files = &self.files[ids.start as usize..ids.end as usize];
        let sizes = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.len() as u64));
        self.reader.add(ids.start, sizes.collect());
        self.reader.all_listed();
    }

    fn poll_all(&mut self) {
        while let Some(action) = self.reader.poll() {
            match action {
                Action::Read(..) | Action::Checksum(..) => self.open.push(action),
                Action::Found(found) => self.index.add(*found, &NativeDecoder),
                Action::AllFound => self.reader.compare(self.index.to_compare()),
                Action::Compared(item, crc) => self.index.set_crc(item, crc),
                Action::Done => {
                    self.index.settle();
                    self.is_done = true;
                }
            }
        }
        self.most_open = self.most_open.max(self.open.len());
    }

    fn answer(&mut self) {
        let action = self.open.remove((self.pick)(self.open.len()));
        match action {
            Action::Read(item, range) => {
                let bytes = &self.files[item.file as usize].1[range.start as usize..range.end as usize];
                *self.read.entry(item.file).or_default() += bytes.len();
                self.reader.read(item, Ok(Box::new(bytes.to_vec())));
            }
            Action::Checksum(item, content) => {
                let crc = checksum(&self.files[item.file as usize].1, &content);
                self.reader.checksummed(item, crc);
            }
            _ => {}
        }
    }

    fn run(&mut self) {
        self.poll_all();
        while !self.open.is_empty() {
            self.answer();
            self.poll_all();
        }
        assert!(self.is_done);
    }

    fn rejected(&self) -> Vec<(String, Reason)> {
        self.index.rejected().into_iter().map(|file| (file.path, file.reason)).collect()
    }

    fn accepted(&self) -> Vec<String> {
        self.index.accepted().into_iter().map(|file| file.path).collect()
    }
}

fn image(instance: &'static str) -> Vec<u8> {
    Image { instance, ..Image::default() }.file()
}

fn a_disc() -> Vec<(&'static str, Vec<u8>)> {
    let inner = zip_of(&[("x", image("1.7"))]);
    let archive = zip_of(&[
        ("CD/1", image("1.1")),
        ("CD/2", image("1.2")),
        ("CD/DICOMDIR", image("1.3")),
        ("CD/notes.txt", b"hello".to_vec()),
        ("CD/inner.zip", inner.clone()),
        ("CD/inner", inner),
        ("CD/empty", Vec::new()),
    ]);
    let mut damaged = zip_of(&[("a", image("1.8")), ("b", image("1.9"))]);
    // In the pixels of the stored one, whose header is sound.
    let at = damaged.windows(8).position(|bytes| bytes == [7; 8]).expect("the stored entry's pixels");
    damaged[at + 3] = 8;
    vec![
        ("b/plain", image("1.4")),
        ("a/disc.ZIP", archive.clone()),
        ("b/same as in the archive", image("1.2")),
        ("b/archive of 12.03.2024", archive[..].to_vec()),
        ("b/letter.docx", zip_of(&[("word/document.xml", b"<xml/>".to_vec())])),
        ("damaged.zip", damaged),
        ("cut.zip", archive[..archive.len() / 2].to_vec()),
        ("not really.zip", b"hello".to_vec()),
    ]
}

#[test]
fn archives_are_opened_and_every_entry_is_accounted_for() {
    let files = a_disc();
    let mut results: Vec<(Vec<StudyInfo>, _, _)> = Vec::new();
    for pick in [|_| 0, |len| len - 1, |len| len / 2] as [fn(usize) -> usize; 3] {
        let mut shell = Shell::new(&files, pick);
        shell.drop_files(0..8);
        shell.run();
        assert!(shell.most_open <= 4, "{} requests at a time", shell.most_open);
        let (done, total) = shell.reader.counts();
        assert_eq!((done, total), (7 + 7 + 2 + 5, 7 + 7 + 2 + 5));
        results.push((shell.index.studies(), shell.accepted(), shell.rejected()));
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
    let (studies, accepted, rejected) = &results[0];
    assert_eq!((studies.len(), studies[0].images), (1, 4));
    assert_eq!(*accepted, ["a/disc.ZIP!/CD/1", "a/disc.ZIP!/CD/2", "b/plain", "damaged.zip!/a"]);
    let rejected: Vec<_> = rejected.iter().map(|(path, reason)| (path.as_str(), *reason)).collect();
    assert_eq!(
        rejected,
        [
            ("a/disc.ZIP!/CD/DICOMDIR", Reason::Dicomdir),
            ("a/disc.ZIP!/CD/empty", Reason::Empty),
            ("a/disc.ZIP!/CD/inner", Reason::NestedArchive),
            ("a/disc.ZIP!/CD/inner.zip", Reason::NestedArchive),
            ("a/disc.ZIP!/CD/notes.txt", Reason::NotDicom),
            ("b/archive of 12.03.2024!/CD/1", Reason::Duplicate),
            ("b/archive of 12.03.2024!/CD/2", Reason::Duplicate),
            ("b/archive of 12.03.2024!/CD/DICOMDIR", Reason::Dicomdir),
            ("b/archive of 12.03.2024!/CD/empty", Reason::Empty),
            ("b/archive of 12.03.2024!/CD/inner", Reason::NestedArchive),
            ("b/archive of 12.03.2024!/CD/inner.zip", Reason::NestedArchive),
            ("b/archive of 12.03.2024!/CD/notes.txt", Reason::NotDicom),
            ("b/letter.docx", Reason::NotDicom),
            ("b/same as in the archive", Reason::Duplicate),
            ("cut.zip", Reason::DamagedArchive),
            ("damaged.zip!/b", Reason::DamagedArchive),
            ("not really.zip", Reason::DamagedArchive),
        ]
    );
}

#[test]
fn archives_of_other_kinds_are_to_be_unpacked_first() {
    let mut tar = vec![0; 512];
    tar[..4].copy_from_slice(b"CD/1");
    tar[257..262].copy_from_slice(b"ustar");
    let starting = |start: &[u8]| [start, &[9; 300]].concat();
    let files = [
        ("CD.rar", starting(b"Rar!\x1A\x07\x01\0")),
        ("CD.7z", starting(b"7z\xBC\xAF\x27\x1C")),
        ("CD.tar", tar.clone()),
        ("CD.tar.gz", starting(b"\x1F\x8B\x08")),
        ("CD.TAR.GZ", starting(b"\x1F\x8B\x08")),
        ("CD.TGZ", starting(b"\x1F\x8B\x08")),
        ("no name for it", starting(b"7z\xBC\xAF\x27\x1C")),
        ("CD.ISO", vec![0; 40_000]),
        ("zipped.zip", zip_of(&[("CD.rar", starting(b"Rar!\x1A\x07\0")), ("CD.tar", tar)])),
        ("image.gz", starting(b"\x1F\x8B\x08")),
        ("note.txt", b"Rar! is how it starts.".to_vec()),
    ];
    let mut shell = Shell::new(&files, |_| 0);
    shell.drop_files(0..files.len() as FileId);
    shell.run();
    let mut wanted: Vec<_> =
        files[..8].iter().map(|(path, _)| ((*path).to_owned(), Reason::UnsupportedArchive)).collect();
    wanted.extend([
        ("image.gz".to_owned(), Reason::NotDicom),
        ("note.txt".to_owned(), Reason::NotDicom),
        ("zipped.zip!/CD.rar".to_owned(), Reason::NestedArchive),
        ("zipped.zip!/CD.tar".to_owned(), Reason::NestedArchive),
    ]);
    wanted.sort();
    assert_eq!(shell.rejected(), wanted);
}

#[test]
fn an_archive_is_never_read_as_a_whole() {
    let mut large = image("1.1");
    large.extend((0..3_000_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8));
    let files = [("big.zip", zip_of(&[("1", large.clone()), ("2", large.clone()), ("3", large)]))];
    let mut shell = Shell::new(&files, |_| 0);
    shell.drop_files(0..1);
    shell.run();
    assert_eq!(shell.index.len() + shell.index.rejected().len(), 3);
    assert!(shell.read[&0] < 500_000, "{} bytes read", shell.read[&0]);
}

#[test]
fn adding_and_removing_never_reads_a_file_twice() {
    let files = [
        ("1", image("1.1")),
        ("2", Image { study: "1.9", ..Image::default() }.file()),
        ("3", image("1.3")),
        ("4", image("1.3")),
    ];
    let mut shell = Shell::new(&files, |_| 0);
    shell.drop_files(0..2);
    shell.run();
    assert_eq!(shell.index.remove_study("1.9"), 1);
    shell.drop_files(2..4);
    shell.run();
    assert_eq!(shell.accepted(), ["1", "3"]);
    for (id, (path, bytes)) in files.iter().enumerate() {
        assert_eq!(shell.read[&(id as FileId)], bytes.len(), "{path}");
    }
}

#[test]
fn a_small_file_is_read_once_for_its_header_and_its_checksum() {
    let (small, mut large) = (image("1.1"), image("1.2"));
    large.resize(100_000, 0);
    let files = [("small", small.clone()), ("again", small.clone()), ("large", large)];
    let mut shell = Shell::new(&files, |_| 0);
    shell.drop_files(0..3);
    shell.run();
    let accepted = shell.index.accepted();
    let crc = |path: &str| accepted.iter().find(|item| item.path == path).and_then(|item| item.crc);
    let content = Content::whole(0, small.len() as u64);
    assert_eq!((crc("again"), crc("large")), (checksum(&small, &content).ok(), None));
    // The copy is known without a second look.
    assert_eq!(shell.index.rejected()[0].reason, Reason::Duplicate);
    assert_eq!(shell.read[&0], small.len());
}

#[test]
fn files_that_come_while_others_are_compared_are_read_before_the_end() {
    // Too large to be read as a whole for their headers.
    let mut large = image("1.1");
    large.resize(100_000, 0);
    let files: Vec<_> = ["1", "2", "3", "4", "5", "6"].map(|path| (path, large.clone())).into();
    let mut shell = Shell::new(&files, |_| 0);
    shell.drop_files(0..5);
    shell.poll_all();
    // All five are read, and four of them are being compared.
    while !shell.open.iter().all(|action| matches!(action, Action::Checksum(..))) || shell.open.len() < 4 {
        shell.answer();
        shell.poll_all();
    }
    shell.drop_files(5..6);
    shell.run();
    assert_eq!(shell.accepted(), ["1"]);
    assert_eq!(shell.index.rejected().len(), 5);
    assert!(shell.most_open <= 4, "{} requests at a time", shell.most_open);
}

#[test]
fn what_comes_after_a_stop_is_not_wanted() {
    let files = a_disc();
    let mut shell = Shell::new(&files, |_| 0);
    shell.drop_files(0..1);
    shell.run();
    shell.drop_files(1..8);
    shell.poll_all();
    shell.answer();
    let late = std::mem::take(&mut shell.open);
    assert_eq!(shell.reader.stop(), 1);
    shell.index.forget_from(1);
    shell.open = late;
    while !shell.open.is_empty() {
        shell.answer();
        shell.poll_all();
    }
    assert_eq!((shell.accepted(), shell.rejected()), (vec!["b/plain".to_owned()], Vec::new()));
    assert_eq!(shell.reader.next(), 8);
}

#[test]
fn unreadable_files_and_an_empty_drop_come_to_an_end() {
    let mut reader = Reader::default();
    reader.add(0, vec![("gone".to_owned(), 100), ("empty".to_owned(), 0)]);
    reader.all_listed();
    let mut found = Vec::new();
    while let Some(action) = reader.poll() {
        match action {
            Action::Read(item, _) => reader.read(item, Err(Reason::Unreadable)),
            Action::Found(item) => found.push((item.path, item.header.err())),
            Action::AllFound => reader.compare(Vec::new()),
            Action::Done => found.push(("done".to_owned(), None)),
            _ => panic!("nothing to compare"),
        }
    }
    let names: Vec<_> = found.iter().map(|(path, reason)| (path.as_str(), *reason)).collect();
    let (gone, empty) = (("gone", Some(Reason::Unreadable)), ("empty", Some(Reason::Empty)));
    assert_eq!(names, [empty, gone, ("done", None)]);
}
