//! One item on its way: a dropped file that turns out to be DICOM, an archive or neither, or an archive's entry.

use std::ops::Range;

use crate::archive::{Crc32, Entry, Opening};
use crate::content::{Block, Content, FileId};
use crate::dicom::{Archive, Header, Reason, Walk};

/// An entry up to this size that is no DICOM is read as a whole all the same, to tell a damaged image from a letter.
const VERIFIED_ANYWAY: u64 = 4 * 1024 * 1024;

/// What an item needs next.
pub(super) enum Next {
    /// This range of the dropped file.
    Read(Range<u64>),
    /// The CRC-32 of its content.
    Verify(Content),
    /// Nothing: it has been read.
    Found(Result<Header, Reason>),
    /// Nothing: it was an archive, and these are its entries.
    Opened(Vec<Job>),
}

pub(super) struct Job {
    path: String,
    content: Content,
    /// What an archive says of its entry, or of a small file that all was read of: it need not be read once more for that.
    crc: Option<u32>,
    stage: Stage,
}

enum Stage {
    New,
    Walking(Box<Walk>),
    Opening(Opening),
    /// Found in an archive; where its bytes begin stands before them.
    Entry(Entry),
    LeftOut(Reason),
    /// Whether the entry is what the archive says is being seen to.
    Verifying(Result<Header, Reason>),
}

impl Job {
    /// A dropped file.
    pub(super) fn file(path: String, content: Content) -> Self {
        Self { path, content, crc: None, stage: Stage::New }
    }

    fn entry(path: String, archive: FileId, entry: Result<Entry, Reason>) -> Self {
        let crc = entry.as_ref().ok().map(Entry::crc);
        let stage = entry.map_or_else(Stage::LeftOut, Stage::Entry);
        Self { path, content: Content::whole(archive, 0), crc, stage }
    }

    pub(super) fn into_parts(self) -> (String, Content, Option<u32>) {
        (self.path, self.content, self.crc)
    }

    pub(super) fn begin(&mut self) -> Next {
        match &self.stage {
            Stage::Entry(entry) => Next::Read(entry.start_range()),
            Stage::LeftOut(reason) => Next::Found(Err(*reason)),
            _ => self.walk_on(Box::new(Walk::new(self.content.clone()))),
        }
    }

    /// Bytes that [`Next::Read`] asked for.
    pub(super) fn supply(&mut self, bytes: &dyn Block) -> Next {
        match std::mem::replace(&mut self.stage, Stage::New) {
            Stage::Walking(mut walk) => {
                walk.supply(bytes);
                let next = self.walk_on(walk);
                let is_whole = self.content.size() == bytes.size() as u64;
                if is_whole && self.crc.is_none() && matches!(next, Next::Found(Ok(_))) {
                    self.crc = Some(crc_of(&bytes.to_vec()));
                }
                next
            }
            Stage::Opening(mut opening) => {
                opening.supply(&bytes.to_vec());
                self.open_on(opening)
            }
            Stage::Entry(entry) => self.enter(&entry, &bytes.to_vec()),
            // Nothing was asked for.
            stage => {
                self.stage = stage;
                Next::Found(Err(Reason::Unreadable))
            }
        }
    }

    /// The CRC-32 that [`Next::Verify`] asked for.
    pub(super) fn verify(&mut self, crc: Result<u32, Reason>) -> Next {
        match (std::mem::replace(&mut self.stage, Stage::New), crc) {
            (Stage::Verifying(header), Ok(crc)) if Some(crc) == self.crc => Next::Found(header),
            (_, Ok(_)) => Next::Found(Err(Reason::DamagedArchive)),
            (_, Err(reason)) => Next::Found(Err(reason)),
        }
    }

    fn enter(&mut self, entry: &Entry, bytes: &[u8]) -> Next {
        match entry.content(self.content.file, bytes) {
            Ok((content, start)) => {
                let mut walk = Box::new(Walk::new(content.clone()));
                self.content = content;
                if let Some(data) = bytes.get(start..).filter(|data| !data.is_empty()) {
                    walk.supply(data);
                }
                self.walk_on(walk)
            }
            Err(reason) => Next::Found(Err(reason)),
        }
    }

    fn walk_on(&mut self, walk: Box<Walk>) -> Next {
        if let Some(range) = walk.want() {
            self.stage = Stage::Walking(walk);
            return Next::Read(range);
        }
        let starts_as = walk.archive();
        let header = walk.finish();
        let is_entry = self.crc.is_some();
        let archive = self.archive(starts_as).filter(|_| header.as_ref().err() == Some(&Reason::NotDicom));
        if let Some(archive) = archive {
            match archive {
                _ if is_entry => Next::Found(Err(Reason::NestedArchive)),
                Archive::Zip => self.open_on(Opening::new(self.content.size())),
                Archive::Other => Next::Found(Err(Reason::UnsupportedArchive)),
            }
        } else if is_entry && self.is_to_be_verified(&header) {
            self.stage = Stage::Verifying(header);
            Next::Verify(self.content.clone())
        } else {
            Next::Found(header)
        }
    }

    fn open_on(&mut self, opening: Opening) -> Next {
        if let Some(range) = opening.want() {
            self.stage = Stage::Opening(opening);
            return Next::Read(range);
        }
        match opening.finish() {
            Ok(entries) => Next::Opened(
                entries
                    .into_iter()
                    .map(|listed| {
                        let path = [self.path.as_str(), "!/", &listed.path].concat();
                        Self::entry(path, self.content.file, listed.entry)
                    })
                    .collect(),
            ),
            Err(reason) => Next::Found(Err(reason)),
        }
    }

    /// What goes into the upload has to be whole. What looks like no image may be one that is damaged; a film or a
    /// program beside the images is not read for that.
    fn is_to_be_verified(&self, header: &Result<Header, Reason>) -> bool {
        match header {
            Ok(_) => true,
            Err(Reason::Empty) => self.content.packed_len() > 0,
            Err(_) => self.content.size() <= VERIFIED_ANYWAY,
        }
    }

    /// What sort of archive it is by its name; without an extension its first bytes tell, as documents of other programs are
    /// ZIP files too. Others are none of any program's, and known by their bytes whatever they are called; but an image of a
    /// disc begins with nothing, and a compressed tar as any compressed file does.
    fn archive(&self, starts_as: Option<Archive>) -> Option<Archive> {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        // A date at the end of a name is none.
        let is_extension = |text: &&str| text.len() <= 5 && text.contains(|c: char| c.is_ascii_alphabetic());
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let extension = Some(extension).filter(is_extension);
        let is = |text| extension.is_some_and(|extension| extension.eq_ignore_ascii_case(text));
        let is_compressed_tar =
            || stem.rsplit_once('.').is_some_and(|(_, inner)| inner.eq_ignore_ascii_case("tar"));
        match starts_as {
            Some(Archive::Other) => Some(Archive::Other),
            _ if is("zip") => Some(Archive::Zip),
            _ if is("iso") || is("tgz") || is_compressed_tar() => Some(Archive::Other),
            _ if extension.is_none() => starts_as,
            _ => None,
        }
    }
}

fn crc_of(bytes: &[u8]) -> u32 {
    let mut crc = Crc32::new();
    crc.update(bytes);
    crc.finish()
}
