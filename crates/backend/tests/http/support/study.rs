//! Files, what the widget tells of them, and archives.

use std::io::{Cursor, Write};

use auraloader_backend::phantom::{Phantom, PhantomFile};
use auraloader_core::content::Content;
use auraloader_core::dicom::{Found, Index, NativeDecoder, Walk};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A small phantom: two localizer images, three slices, one of the third series.
pub(crate) fn phantom() -> Vec<PhantomFile> {
    Phantom { slices: 3, size: 16 }.files().unwrap().collect::<Result<_, _>>().unwrap()
}

/// What `init` is told of the files, by the widget's own reading.
pub(crate) fn announce(files: &[PhantomFile]) -> Value {
    let mut index = Index::new(Vec::new());
    for (id, file) in (0..).zip(files) {
        let content = Content::whole(id, file.bytes.len() as u64);
        let mut walk = Walk::new(content.clone());
        while let Some(range) = walk.want() {
            walk.supply(&file.bytes[range.start as usize..range.end as usize]);
        }
        let (path, header) = (file.path.clone(), walk.finish());
        index.add(Found { item: id.into(), path, content, crc: None, header }, &NativeDecoder);
    }
    assert_eq!(index.len(), files.len(), "{:?}", index.rejected());
    index.studies().into_iter().map(|study| (study.study_uid.clone(), json!(study))).collect()
}

/// Files as the widget packs them.
pub(crate) fn archive(files: &[PhantomFile]) -> Vec<u8> {
    archive_with(files, CompressionMethod::Stored)
}

pub(crate) fn archive_with(files: &[PhantomFile], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        zip.start_file(
            format!("study/{}", file.path.replace('/', "-")),
            SimpleFileOptions::default().compression_method(method),
        )
        .unwrap();
        zip.write_all(&file.bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn file(path: &str, bytes: impl Into<Vec<u8>>) -> PhantomFile {
    PhantomFile { path: path.to_owned(), bytes: bytes.into() }
}

/// A Part 10 file, explicit little endian, of these elements: group, element, VR, value.
pub(crate) fn dicom(elements: &[(u16, u16, &str, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    let syntax = element(2, 0x10, "UI", b"1.2.840.10008.1.2.1\0");
    let class = element(2, 2, "UI", b"1.2.840.10008.5.1.4.1.1.7\0");
    let instance = element(2, 3, "UI", b"1.2.3.4");
    let meta = [class, instance, syntax].concat();
    bytes.extend(element(2, 0, "UL", &(meta.len() as u32).to_le_bytes()));
    bytes.extend(meta);
    elements.iter().for_each(|(group, number, vr, value)| bytes.extend(element(*group, *number, vr, value)));
    bytes
}

pub(crate) fn element(group: u16, number: u16, vr: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend(vr.as_bytes());
    let padding = value.len() % 2;
    let length = value.len() + padding;
    if matches!(vr, "SQ" | "UN" | "OB" | "OW" | "UT") {
        bytes.extend([0, 0]);
        bytes.extend((length as u32).to_le_bytes());
    } else {
        bytes.extend((length as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes.extend(vec![if vr == "UI" { 0 } else { b' ' }; padding]);
    bytes
}
