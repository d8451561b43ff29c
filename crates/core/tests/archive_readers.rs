//! What is planned opens in the readers that people have: Info-ZIP, Python, libarchive, 7-Zip and Java's `ZipInputStream`,
//! stored and deflated, small and ZIP64. `cargo xtask setup` installs them.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "these run natively")]

mod archive_support;

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use archive_support::content;
use auraloader_core::archive::{Deflating, Need, Packed, Part, Plan};
use auraloader_core::content::{Content, ItemId};
use auraloader_core::dicom::{Accepted, NativeDecoder};

/// A dropped file.
enum Dropped {
    Bytes(Vec<u8>),
    /// So many zeros.
    Zeros(u64),
}

impl Dropped {
    fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Zeros(count) => *count,
        }
    }

    fn crc(&self) -> u32 {
        match self {
            Self::Bytes(bytes) => crc32fast::hash(bytes),
            Self::Zeros(count) => {
                // Doubled as often as it takes, instead of gone through.
                let (mut crc, mut doubled) = (crc32fast::Hasher::new(), crc32fast::Hasher::new());
                doubled.update(&[0]);
                for bit in 0..u64::BITS - count.leading_zeros() {
                    if count >> bit & 1 == 1 {
                        crc.combine(&doubled);
                    }
                    doubled.combine(&doubled.clone());
                }
                crc.finalize()
            }
        }
    }

    fn pack(&self) -> (Packed, Vec<u8>) {
        let Self::Bytes(bytes) = self else { panic!("too large to be packed") };
        let (mut deflating, mut made) = (Deflating::new(bytes.len() as u64, 1), Vec::new());
        deflating.update(bytes, &mut |more| made.extend_from_slice(more));
        (deflating.finish(&mut |more| made.extend_from_slice(more)), made)
    }
}

/// An archive on disk, which goes with it.
struct Written {
    path: PathBuf,
    entries: usize,
    bytes: u64,
}

impl Drop for Written {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.path));
    }
}

/// Writes the archive of these files, of which those that are native are deflated; what is zeros takes no room on the disk.
fn write(name: &str, files: &[(Dropped, bool)]) -> Written {
    let accepted = (0..).zip(files).map(|(at, (file, is_native))| Accepted {
        item: ItemId::from(at),
        study_uid: "1.2.840".to_owned(),
        path: format!("Hüfte/{at:06}"),
        content: Content::whole(at, file.size()),
        crc: None,
        is_native: *is_native,
    });
    let mut plan = Plan::new(&accepted.collect::<Vec<_>>(), &NativeDecoder, true);
    for index in 0..plan.entry_count() {
        let Some((item, _, Some(need))) = plan.entry(index) else { continue };
        let file = &files[item.file as usize].0;
        if need == Need::Decision {
            plan.set_packed(item, 1, file.pack().0).expect("unchanged");
        } else {
            plan.set_crc(item, file.crc());
        }
    }
    let length = plan.len().expect("decided");
    let path = std::env::temp_dir().join(format!("auraloader-{name}-{}.zip", std::process::id()));
    let written =
        Written { entries: plan.entry_count(), bytes: files.iter().map(|(file, _)| file.size()).sum(), path };
    let mut to = File::create(&written.path).expect("a folder to write to");
    let mut buffer = Vec::new();
    for part in plan.parts(&(0..length)).expect("all is known") {
        let file = |at: u32| &files[at as usize].0;
        match part {
            Part::Bytes(bytes) => buffer.extend(bytes),
            Part::Packed { item, range } => {
                buffer.extend(&file(item.file).pack().1[range.start as usize..range.end as usize]);
            }
            Part::File { file: at, range } => match file(at) {
                Dropped::Bytes(bytes) => buffer.extend(&bytes[range.start as usize..range.end as usize]),
                Dropped::Zeros(_) => {
                    to.write_all(&std::mem::take(&mut buffer)).expect("room");
                    let zeros = i64::try_from(range.end - range.start).expect("fits");
                    to.seek(SeekFrom::Current(zeros)).expect("a file");
                }
            },
        }
    }
    to.write_all(&buffer).expect("room");
    assert_eq!(to.metadata().expect("a file").len(), length);
    written
}

const READERS: [(&str, &[&str]); 5] = [
    ("unzip", &["-tqq"]),
    ("python3", &["entries.py"]),
    ("bsdtar", &["-xOf"]),
    ("7z", &["t", "-bso0"]),
    ("java", &["-XX:TieredStopAtLevel=1", "Entries.java"]),
];

fn read(program: &str, args: &[&str], archive: &Path) -> Output {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/readers");
    // What bsdtar unpacks is of no interest, only whether its checksums are right.
    let out = if program == "bsdtar" { Stdio::null() } else { Stdio::piped() };
    Command::new(program)
        .args(args)
        .arg(archive)
        .current_dir(scripts)
        .stdout(out)
        .output()
        .unwrap_or_else(|error| panic!("{program} can't be run, which `cargo xtask setup` installs: {error}"))
}

fn opens_everywhere(archive: &Written) {
    for (program, args) in READERS {
        let output = read(program, args, &archive.path);
        let [said, complained] =
            [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said).into_owned());
        assert!(output.status.success() && complained.is_empty(), "{program}: {said}{complained}");
        if matches!(program, "python3" | "java") {
            assert_eq!(said.trim(), format!("{} {}", archive.entries, archive.bytes), "{program}");
        }
    }
}

#[test]
fn small_ones_stored_and_deflated() {
    let contents = [Vec::new(), b"x".to_vec(), content(4, 100_000), content(9, 300_000)];
    for deflates in [false, true] {
        let files = contents.iter().map(|bytes| (Dropped::Bytes(bytes.clone()), deflates));
        opens_everywhere(&write(&format!("small-{deflates}"), &files.collect::<Vec<_>>()));
    }
}

#[test]
fn more_entries_than_a_zip_without_zip64_holds() {
    let files = (0..65_600).map(|at| (Dropped::Bytes(content(at % 7, 90)), at % 64 == 0));
    opens_everywhere(&write("many", &files.collect::<Vec<_>>()));
}

/// One file over 4 GiB, and deflated and stored ones behind, whose offsets are.
#[test]
fn more_bytes_than_a_zip_without_zip64_holds() {
    let files = [
        (Dropped::Zeros((1 << 32) + 7), false),
        (Dropped::Bytes(content(4, 100_000)), true),
        (Dropped::Bytes(content(5, 1000)), false),
    ];
    opens_everywhere(&write("large", &files));
}

#[test]
fn each_of_them_notices_damage() {
    let archive = write("damaged", &[(Dropped::Bytes(content(4, 10_000)), false)]);
    let mut bytes = std::fs::read(&archive.path).expect("written");
    bytes[5000] ^= 1;
    std::fs::write(&archive.path, bytes).expect("room");
    for (program, args) in READERS {
        assert!(!read(program, args, &archive.path).status.success(), "{program}");
    }
}
