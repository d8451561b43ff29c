//! Why a file is left out of the upload.

use serde::{Deserialize, Serialize};

/// The reason a dropped file does not go into the upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// Not DICOM by any of the accepted shapes.
    NotDicom,
    /// 0 bytes.
    Empty,
    /// The browser could not read it (moved, deleted, disc taken out).
    Unreadable,
    /// A DICOMDIR.
    Dicomdir,
    /// An exclude rule of the host matched.
    Excluded,
    /// No Study or Series Instance UID.
    MissingUid,
    /// Same SOP Instance UID and same content as a file already there.
    Duplicate,
    /// An archive whose directory can't be read, or an entry whose bytes are not what the directory says.
    DamagedArchive,
    /// An entry that only a password opens.
    EncryptedArchive,
    /// An archive within an archive.
    NestedArchive,
    /// A ZIP of a sort that is not read: split over volumes, or compressed by another method than deflate.
    UnsupportedArchive,
    /// An archive that claims more entries or bytes than an honest one has.
    ArchiveLimit,
}

/// A file that was left out (`RejectedFile` of the widget's typings).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RejectedFile {
    /// Path relative to what was dropped, with `/`.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

impl Reason {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 12] = [
        Self::NotDicom,
        Self::Empty,
        Self::Unreadable,
        Self::Dicomdir,
        Self::Excluded,
        Self::MissingUid,
        Self::Duplicate,
        Self::DamagedArchive,
        Self::EncryptedArchive,
        Self::NestedArchive,
        Self::UnsupportedArchive,
        Self::ArchiveLimit,
    ];

    /// As host pages see it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotDicom => "not-dicom",
            Self::Empty => "empty",
            Self::Unreadable => "unreadable",
            Self::Dicomdir => "dicomdir",
            Self::Excluded => "excluded",
            Self::MissingUid => "missing-uid",
            Self::Duplicate => "duplicate",
            Self::DamagedArchive => "damaged-archive",
            Self::EncryptedArchive => "encrypted-archive",
            Self::NestedArchive => "nested-archive",
            Self::UnsupportedArchive => "unsupported-archive",
            Self::ArchiveLimit => "archive-limit",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_serde_gives() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).expect("JSON"), reason.name());
        }
    }
}
