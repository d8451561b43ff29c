//! Small DICOM files made by hand.
#![allow(dead_code, reason = "each test file uses its part")]

/// A data set in explicit little endian: `element(&mut bytes, 0x0010_0010, b"PN", b"Doe")`.
pub(crate) fn element(to: &mut Vec<u8>, tag: u32, vr: &[u8; 2], value: &[u8]) {
    to.extend(((tag >> 16) as u16).to_le_bytes());
    to.extend((tag as u16).to_le_bytes());
    to.extend(vr);
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(if vr == b"UI" { 0 } else { b' ' });
    }
    if matches!(vr, b"OB" | b"OW" | b"SQ" | b"UN" | b"UT") {
        to.extend([0, 0]);
        to.extend((value.len() as u32).to_le_bytes());
    } else {
        to.extend((value.len() as u16).to_le_bytes());
    }
    to.extend(value);
}

/// Preamble and meta group of the given transfer syntax.
pub(crate) fn part10(transfer_syntax: &str) -> Vec<u8> {
    let mut meta = Vec::new();
    element(&mut meta, 0x0002_0010, b"UI", transfer_syntax.as_bytes());
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    element(&mut bytes, 0x0002_0000, b"UL", &(meta.len() as u32).to_le_bytes());
    bytes.extend(meta);
    bytes
}

/// What a test wants to say of one image.
#[derive(Clone, Copy)]
pub(crate) struct Image<'a> {
    pub(crate) study: &'a str,
    pub(crate) series: &'a str,
    pub(crate) instance: &'a str,
    pub(crate) patient: &'a str,
    pub(crate) modality: &'a str,
}

impl Default for Image<'_> {
    fn default() -> Self {
        Self { study: "1.2.3", series: "1.2.3.1", instance: "1.2.3.1.1", patient: "Doe^Jane", modality: "CT" }
    }
}

impl Image<'_> {
    pub(crate) fn data_set(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        element(&mut bytes, 0x0008_0016, b"UI", b"1.2.840.10008.5.1.4.1.1.2");
        element(&mut bytes, 0x0008_0018, b"UI", self.instance.as_bytes());
        element(&mut bytes, 0x0008_0020, b"DA", b"20240115");
        element(&mut bytes, 0x0008_0060, b"CS", self.modality.as_bytes());
        element(&mut bytes, 0x0010_0010, b"PN", self.patient.as_bytes());
        element(&mut bytes, 0x0020_000D, b"UI", self.study.as_bytes());
        element(&mut bytes, 0x0020_000E, b"UI", self.series.as_bytes());
        element(&mut bytes, 0x0020_0011, b"IS", b"7");
        bytes
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let mut bytes = part10("1.2.840.10008.1.2.1");
        bytes.extend(self.data_set());
        element(&mut bytes, 0x7FE0_0010, b"OW", &[7; 600]);
        bytes
    }
}
