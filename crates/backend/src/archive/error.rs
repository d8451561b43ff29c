//! Why an archive is refused, in words that the person who uploaded it can be shown.

use thiserror::Error;

/// An archive that isn't what was announced. Names come out of the archive: show them as text, and keep them out of
/// logs.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum ArchiveError {
    /// The bytes are no ZIP archive.
    #[error("it is not a readable ZIP archive ({0}).")]
    Zip(#[source] zip::result::ZipError),
    /// An entry's bytes don't match its checksum, or can't be had.
    #[error("the entry {name:?} is damaged.")]
    Damaged {
        /// Name of the entry.
        name: String,
    },
    /// An entry's name leads out of the archive.
    #[error("the entry {name:?} has an unsafe name.")]
    UnsafeName {
        /// Name of the entry.
        name: String,
    },
    /// Deflated to next to nothing: a ZIP bomb.
    #[error("the entry {name:?} is implausibly larger than what was sent of it.")]
    Bomb {
        /// Name of the entry.
        name: String,
    },
    /// An entry that is no DICOM instance of a study and series.
    #[error("the entry {name:?} is not a DICOM instance.")]
    NotDicom {
        /// Name of the entry.
        name: String,
    },
    /// A study that was never announced.
    #[error("the study {study_uid} was not announced.")]
    ExtraStudy {
        /// Study Instance UID.
        study_uid: String,
    },
    /// An announced study without a single instance.
    #[error("the study {study_uid} is missing.")]
    MissingStudy {
        /// Study Instance UID.
        study_uid: String,
    },
    /// A series that was never announced.
    #[error("the series {series_uid} was not announced.")]
    ExtraSeries {
        /// Series Instance UID.
        series_uid: String,
    },
    /// An announced series without a single instance.
    #[error("the series {series_uid} is missing.")]
    MissingSeries {
        /// Series Instance UID.
        series_uid: String,
    },
    /// More or fewer instances than announced.
    #[error("the study {study_uid} holds {found} images instead of {announced}.")]
    Images {
        /// Study Instance UID.
        study_uid: String,
        /// As announced.
        announced: u32,
        /// In the archive.
        found: u32,
    },
}
