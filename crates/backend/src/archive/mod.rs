//! What is in an uploaded archive.

mod error;
mod inspect;
mod instance;
mod plain;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub(crate) use error::ArchiveError;

use crate::api::init::Announcement;
use crate::error::ApiError;

/// The studies of an upload, by Study Instance UID.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) studies: BTreeMap<String, Study>,
}

/// The series of a study, by Series Instance UID.
#[derive(Debug, Default)]
pub(crate) struct Study {
    pub(crate) series: BTreeMap<String, Series>,
}

/// A series, described by its first instance.
#[derive(Debug, Default)]
pub(crate) struct Series {
    pub(crate) modality: String,
    pub(crate) description: String,
    pub(crate) images: u32,
}

impl Contents {
    pub(crate) fn images(&self) -> u32 {
        self.studies.values().map(Study::images).sum()
    }
}

impl Study {
    pub(crate) fn images(&self) -> u32 {
        self.series.values().map(|series| series.images).sum()
    }
}

/// Reads every instance of an upload's archives and holds them against what was announced.
pub(crate) async fn inspect(archives: Vec<PathBuf>, announced: Announcement) -> Result<Contents, ApiError> {
    let read = move || inspect::read(&archives).and_then(|contents| inspect::compare(contents, &announced));
    Ok(tokio::task::spawn_blocking(read).await.map_err(|_| ApiError::Worker)??)
}
