//! What a shell does for a session or a reader.

use std::io::{Cursor, Write};

use auraloader_core::archive::{Checksum, Deflating, Packed};
use auraloader_core::content::Content;
use auraloader_core::dicom::Reason;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What a shell answers to a session's or a reader's request for a checksum.
pub(crate) fn checksum(file: &[u8], content: &Content) -> Result<u32, Reason> {
    let mut checksum = Checksum::new(content);
    // In pieces, as a shell reads them.
    for piece in file[content.range.start as usize..content.range.end as usize].chunks(1000) {
        checksum.update(piece)?;
    }
    checksum.finish()
}

/// What a shell answers when it is to pack, and keeps.
pub(crate) fn pack(file: &[u8], content: &Content, level: u8) -> (Packed, Vec<u8>) {
    let mut made = Vec::new();
    let mut deflating = Deflating::new(content.size(), level);
    for piece in file[content.range.start as usize..content.range.end as usize].chunks(1000) {
        deflating.update(piece, &mut |more| made.extend_from_slice(more));
    }
    (deflating.finish(&mut |more| made.extend_from_slice(more)), made)
}

/// A ZIP of these files, every second one stored.
pub(crate) fn zip_of(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (path, bytes)) in files.iter().enumerate() {
        let method = if at % 2 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        writer.start_file(*path, SimpleFileOptions::default().compression_method(method)).expect("a name");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}
