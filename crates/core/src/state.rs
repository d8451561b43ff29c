//! What the page is told: the whole state of the widget as plain data.
//!
//! The session is the only writer; the UI and the host's callbacks are derived from these values.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::dicom::{RejectedFile, StudyInfo};
use crate::session::Key;
use crate::time::Unix;

/// Where the widget is in its flow (`UploaderStep`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Nothing added yet.
    #[default]
    Start,
    /// Files are being read.
    Processing,
    /// Studies are ready to be sent.
    Pending,
    /// An upload runs.
    Uploading,
    /// The person paused it.
    Paused,
    /// Everything is on the server.
    Complete,
    /// It stopped; *Try again* goes on.
    Error,
    /// The person cancelled it.
    Cancelled,
}

impl Step {
    /// As host pages see it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Processing => "processing",
            Self::Pending => "pending",
            Self::Uploading => "uploading",
            Self::Paused => "paused",
            Self::Complete => "complete",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Which of the two long tasks a [`Progress`] speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Reading headers; `files_*` move.
    #[default]
    Reading,
    /// Sending; `bytes_*` move.
    Uploading,
}

impl Phase {
    /// As host pages see it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Uploading => "uploading",
        }
    }
}

/// `Progress` of the widget's typings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Reading or uploading.
    pub phase: Phase,
    /// Files read, or instances wholly on the server.
    pub files_done: usize,
    /// Files known so far, or instances in the upload.
    pub files_total: usize,
    /// Bytes of the archive sent; moves within a chunk. Entries that are deflated on the way count as if they were not:
    /// so the total is known from the start.
    pub bytes_sent: u64,
    /// Length of the archive in bytes, as if nothing were deflated on the way.
    pub bytes_total: u64,
    /// Moving average; 0 until there is one.
    pub bytes_per_second: f64,
    /// Seconds left; `None` until it can be said.
    pub seconds_left: Option<f64>,
    /// Whole percent that had been reached before more files became known, which take nothing back.
    pub reached: u8,
}

impl Progress {
    /// Whole percent done, rounded down, so that 100 means all of it.
    pub fn percent(&self) -> u8 {
        let percent = match self.phase {
            Phase::Reading => percent(self.files_done as u64, self.files_total as u64),
            Phase::Uploading => percent(self.bytes_sent, self.bytes_total),
        };
        percent.max(self.reached)
    }
}

/// Whole percent, rounded down; of nothing, none.
pub fn percent(done: u64, total: u64) -> u8 {
    if total == 0 {
        return 0;
    }
    let done = done.min(total);
    // Of so much that this overflows, hundredths are exact enough.
    let whole = done.checked_mul(100).map_or_else(|| done / (total / 100), |hundredfold| hundredfold / total);
    whole.min(100) as u8
}

/// Which part of the widget an error comes from (`AuraloaderError.context`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorContext {
    /// `init()` and `mount()`.
    Init,
    /// Reading what was dropped.
    Files,
    /// Sending the archive.
    Upload,
    /// A call of the Aura API.
    Api,
    /// A token or signature.
    Token,
}

impl ErrorContext {
    /// As host pages see it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Files => "files",
            Self::Upload => "upload",
            Self::Api => "api",
            Self::Token => "token",
        }
    }
}

/// `AuraloaderError` of the widget's typings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorInfo {
    /// Where it happened.
    pub context: ErrorContext,
    /// What happened, with the server's own text if there is one.
    pub message: String,
    /// HTTP status, if a server answered.
    pub status_code: Option<u16>,
}

/// What a finished upload is reported as (`UploadResult`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadResult {
    /// UUID of the upload.
    pub upload_id: String,
    /// The ids that init returned.
    pub studies: Vec<StudyId>,
    /// Instances on the server.
    pub successful: usize,
    /// Instances that did not get there.
    pub failed: usize,
}

/// The server's own id of a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyId {
    /// As init returned it.
    pub id: String,
}

/// The bytes that one study takes up, as [`Progress::bytes_sent`] counts them and as if all archives were one: `start..end`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudySpan {
    /// Study Instance UID.
    pub study_uid: String,
    /// Offset of its first entry.
    pub start: u64,
    /// Offset behind its last entry.
    pub end: u64,
}

/// An upload that another page began and did not finish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// What it is remembered by.
    pub key: Key,
    /// When it was begun.
    pub created: Unix,
    /// How many studies it is of.
    pub studies: usize,
    /// Bytes sent, and all of them.
    pub sent: (u64, u64),
    /// Its files can be had again without being chosen.
    pub at_hand: bool,
}

/// The whole state; sent to the page whenever it changes, progress at most ten times a second.
///
/// The lists are shared, so a copy for each progress step costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Where in the flow.
    pub step: Step,
    /// Files dropped so far, accepted or not.
    pub total_files: usize,
    /// Bytes of the accepted files.
    pub total_bytes: u64,
    /// Studies found, in path order of their first file.
    #[serde(with = "shared")]
    pub studies: Arc<Vec<StudyInfo>>,
    /// Files left out, in path order.
    #[serde(with = "shared")]
    pub rejected: Arc<Vec<RejectedFile>>,
    /// Where in what is sent each study lies; empty before the upload.
    #[serde(with = "shared")]
    pub spans: Arc<Vec<StudySpan>>,
    /// Where each study has an archive of its own: for each of `spans`, up to where it is sent. Else empty, and
    /// [`Progress::bytes_sent`] is what counts.
    pub sent: Vec<u64>,
    /// How far.
    pub progress: Progress,
    /// Requests fail or the browser is offline; goes away by itself.
    pub connection_issues: bool,
    /// The upload that was left unfinished in this browser last: choosing the same files goes on with it.
    pub unfinished: Option<Unfinished>,
    /// The upload is being cancelled: what is on the server is being removed.
    pub stopping: bool,
    /// Why it stopped; set in [`Step::Error`] only.
    pub error: Option<ErrorInfo>,
    /// The result; set in [`Step::Complete`] only.
    pub result: Option<UploadResult>,
}

mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(value: &Arc<T>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().serialize(to)
    }

    pub(super) fn deserialize<'a, T: Deserialize<'a>, D: Deserializer<'a>>(
        from: D,
    ) -> Result<Arc<T>, D::Error> {
        T::deserialize(from).map(Arc::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_rounds_down_and_never_overflows() {
        assert_eq!(percent(0, 0), 0);
        assert_eq!(percent(999, 1000), 99);
        assert_eq!(percent(1000, 1000), 100);
        assert_eq!(percent(7, 5), 100);
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }
}
