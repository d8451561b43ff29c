//! Headers walked as a shell does it, with the promises of every walk held to.

use auraloader_core::content::{Content, Packing};
use auraloader_core::dicom::{Field, Fields, Header, NativeDecoder, Reason, Walk};

pub(crate) struct Walked {
    pub(crate) result: Result<Header, Reason>,
    /// Blocks asked for.
    pub(crate) blocks: usize,
    /// Bytes handed in.
    pub(crate) read: u64,
    /// The most memory held for reading.
    pub(crate) memory: usize,
}

/// Walks a content of `file`, answering each request with at most `piece` bytes.
pub(crate) fn walk_content(file: &[u8], content: Content, piece: usize) -> Walked {
    let (from, to) = (content.range.start, content.range.end);
    let mut walk = Walk::new(content);
    let (mut blocks, mut read, mut memory, mut block_end) = (0, 0, 0, None);
    while let Some(range) = walk.want() {
        assert!(range.start < range.end && range.start >= from && range.end <= to, "{range:?}");
        assert!(range.end - range.start <= 64 * 1024, "{range:?}");
        if block_end != Some(range.end) {
            block_end = Some(range.end);
            blocks += 1;
        }
        let end = range.end.min(range.start.saturating_add(piece as u64));
        read += end - range.start;
        walk.supply(&file[range.start as usize..end as usize]);
        memory = memory.max(walk.memory());
    }
    Walked { result: walk.finish(), blocks, read, memory }
}

pub(crate) fn walk_file(file: &[u8]) -> Walked {
    walk_content(file, Content::whole(0, file.len() as u64), usize::MAX)
}

/// Walks `file` as a deflated entry in the midst of an archive.
pub(crate) fn walk_entry(file: &[u8], piece: usize) -> Walked {
    let packed = miniz_oxide::deflate::compress_to_vec(file, 6);
    let archive = [&[0xAA; 77][..], &packed, &[0xAA; 99]].concat();
    let range = 77..77 + packed.len() as u64;
    let packing = Packing::Deflated { size: file.len() as u64 };
    walk_content(&archive, Content { file: 0, range, packing }, piece)
}

impl Walked {
    pub(crate) fn header(&self) -> &Header {
        self.result.as_ref().expect("accepted")
    }

    pub(crate) fn get(&self, field: Field) -> String {
        self.header().fields(&NativeDecoder).get(field).to_owned()
    }

    pub(crate) fn study(&self) -> String {
        self.get(Field::StudyUid)
    }

    pub(crate) fn is_truncated(&self) -> bool {
        self.header().truncated
    }

    /// The study, whether it is truncated, blocks, bytes read.
    pub(crate) fn seen(&self) -> (String, bool, usize, u64) {
        (self.study(), self.is_truncated(), self.blocks, self.read)
    }

    /// All that must not depend on how the bytes come in: transfer syntax, whether it is truncated, values.
    pub(crate) fn outcome(&self) -> Result<(&str, bool, Fields), Reason> {
        let header = self.result.as_ref().map_err(|reason| *reason)?;
        Ok((header.transfer_syntax(), header.truncated, header.fields(&NativeDecoder)))
    }
}

pub(crate) fn study(file: &[u8]) -> String {
    walk_file(file).study()
}

pub(crate) fn is_truncated(file: &[u8]) -> bool {
    walk_file(file).is_truncated()
}

pub(crate) fn is_dicom(file: &[u8]) -> bool {
    walk_file(file).result.map(|_| true).unwrap_or_else(|reason| {
        assert_eq!(reason, Reason::NotDicom);
        false
    })
}
