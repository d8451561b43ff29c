//! What must hold for any bytes; called by the fuzzer, and by a test on the inputs that it found worth keeping.
#![allow(dead_code, reason = "each target uses its part")]

use auraloader_core::archive::{Checksum, Opening};
use auraloader_core::content::{Content, Packing};
use auraloader_core::dicom::{NativeDecoder, Walk};

/// The most that one file may cost to read beyond what the walk is asked for.
const READ_LIMIT: u64 = 18 * 1024 * 1024;

/// The first byte says how the rest is cut and packed.
pub(crate) fn walk(data: &[u8]) {
    let Some((how, file)) = data.split_first() else { return };
    let len = file.len() as u64;
    let packing =
        if how & 1 == 0 { Packing::Stored } else { Packing::Deflated { size: len.saturating_mul(20) } };
    let piece = if how & 2 == 0 { usize::MAX } else { 1 + usize::from(how >> 2) };
    let mut walk = Walk::new(Content { file: 0, range: 0..len, packing });
    let (mut read, mut last) = (0, 0);
    while let Some(range) = walk.want() {
        assert!(range.start < range.end && range.end <= len, "{range:?} of {len}");
        assert!(range.start >= last, "{range:?} goes back behind {last}");
        let bytes = &file[range.start as usize..range.end as usize];
        let bytes = &bytes[..bytes.len().min(piece)];
        walk.supply(bytes);
        last = range.start + bytes.len() as u64;
        read += bytes.len() as u64;
        assert!(read <= READ_LIMIT);
    }
    if let Ok(header) = walk.finish() {
        assert!(header.fields(&NativeDecoder).iter().all(|(_, text)| !text.is_empty()));
    }
}

/// The declared character sets, a line feed, and a name in them.
pub(crate) fn text(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (declared, name) = data.split_at(at);
    let mut file = Vec::new();
    for (tag, value) in [
        (0x0008_0005_u32, declared),
        (0x0008_0016, b"1.2".as_slice()),
        (0x0008_0081, name),
        (0x0010_0010, name),
        (0x0010_1000, name),
    ] {
        file.extend([(tag >> 16) as u8, (tag >> 24) as u8, tag as u8, (tag >> 8) as u8]);
        file.extend((value.len() as u32).to_le_bytes());
        file.extend(value);
    }
    let len = file.len() as u64;
    let mut walk = Walk::new(Content::whole(0, len));
    while let Some(range) = walk.want() {
        walk.supply(&file[range.start as usize..range.end as usize]);
    }
    if let Ok(header) = walk.finish() {
        let fields = header.fields(&NativeDecoder);
        // A character needs a byte at least, or two for an escape that says nothing.
        assert!(fields.iter().all(|(_, text)| text.chars().count() <= data.len().max(3)));
        fields.readable_name();
    }
}

/// A ZIP archive, or what claims to be one.
pub(crate) fn zip(data: &[u8]) {
    let len = data.len() as u64;
    let mut opening = Opening::new(len);
    let mut read = 0;
    while let Some(range) = opening.want() {
        assert!(range.start < range.end && range.end <= len, "{range:?} of {len}");
        read += range.end - range.start;
        assert!(read <= len.saturating_mul(3) + 200_000, "{read} bytes read of {len}");
        opening.supply(&data[range.start as usize..range.end as usize]);
    }
    for listed in opening.finish().unwrap_or_default() {
        let path = &listed.path;
        assert!(!path.is_empty() && !path.contains('\\') && !path.chars().any(char::is_control), "{path:?}");
        assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")), "{path:?}");
        let Ok(entry) = listed.entry else { continue };
        let range = entry.start_range();
        let Some(start) = data.get(range.start as usize..range.end as usize) else {
            panic!("{range:?} of {len}")
        };
        let Ok((content, _)) = entry.content(0, start) else { continue };
        assert!(content.range.start <= content.range.end && content.range.end <= len);
        let mut checksum = Checksum::new(&content);
        let packed = &data[content.range.start as usize..content.range.end as usize];
        if packed.chunks(777).try_for_each(|piece| checksum.update(piece)).is_ok() {
            let _ = checksum.finish();
        }
    }
}
