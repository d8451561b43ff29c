//! What is in an uploaded archive.

mod error;
mod inspect;
mod instance;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub(crate) use error::ArchiveError;

use crate::api::init::Announcement;
use crate::error::ApiError;

/// Stack of the thread that reads archives: `dicom-object` recurses into sequences, and a header of
/// [`instance::HEAD_LIMIT`] bytes can nest them by the thousand. Only what is used of it is ever real memory.
const STACK: usize = 1 << 30;

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
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let work = move || {
        let contents = inspect::read(&archives).and_then(|contents| inspect::compare(contents, &announced));
        // Nobody listens any more if the client has hung up.
        let _ = sender.send(contents);
    };
    std::thread::Builder::new().name("archive".to_owned()).stack_size(STACK).spawn(work)?;
    Ok(receiver.await.map_err(|_| ApiError::Worker)??)
}
