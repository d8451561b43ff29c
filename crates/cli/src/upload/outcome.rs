//! What came of it: as a sentence, as JSON, as an exit code.

use std::collections::BTreeMap;

use auraloader_core::dicom::{RejectedFile, StudyInfo, Warning};
use auraloader_core::state::{ErrorContext, ErrorInfo, Phase, State, StudyId, UploadResult};
use serde::Serialize;

use crate::summary::{counted, printable, term};

/// For `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
    0  everything found was sent and the server took it
    1  the upload failed; the same command goes on from where it was
    2  wrong usage; nothing was sent
    3  there was nothing to send
    4  not authorised: the API key or the token was refused, or there was no token to be had
  130  interrupted; the upload is kept and the same command goes on (with --no-resume it is taken back)";

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ending {
    Complete,
    Failed,
    Usage,
    NothingToSend,
    NotAuthorised,
    Interrupted,
}

impl Ending {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NothingToSend => 3,
            Self::NotAuthorised => 4,
            Self::Interrupted => 130,
        }
    }
}

/// Why the session ended.
pub(crate) enum End {
    Complete(UploadResult),
    Failed(ErrorInfo),
    NothingToSend,
    /// By a signal; what was sent is kept or not.
    Interrupted {
        is_kept: bool,
    },
    Usage(String),
}

/// The end, and what was found and sent until then.
pub(crate) struct Outcome {
    pub(crate) end: End,
    pub(crate) state: State,
    /// Of the upload, as soon as there is one.
    pub(crate) upload_id: Option<String>,
}

/// `--json`. Study UIDs and paths of files are in it, but no name, number or date of a patient.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    outcome: Ending,
    exit_code: u8,
    upload_id: Option<&'a str>,
    studies: Vec<Study<'a>>,
    /// The server's own ids of the studies.
    server_studies: &'a [StudyId],
    left_out: &'a [RejectedFile],
    counts: Counts,
    error: Option<Problem<'a>>,
}

#[derive(Serialize)]
struct Study<'a> {
    study_uid: &'a str,
    modalities: &'a [String],
    series_count: usize,
    images: usize,
    warnings: Vec<Warning>,
}

#[derive(Serialize)]
struct Counts {
    files: usize,
    studies: usize,
    images: usize,
    left_out: usize,
    images_sent: usize,
    bytes_sent: u64,
    bytes_total: u64,
}

#[derive(Serialize)]
struct Problem<'a> {
    context: &'static str,
    message: &'a str,
    status_code: Option<u16>,
}

impl Outcome {
    pub(crate) fn usage(message: String) -> Self {
        Self { end: End::Usage(message), state: State::default(), upload_id: None }
    }

    pub(crate) fn failed(message: String) -> Self {
        let error = ErrorInfo { context: ErrorContext::Upload, message, status_code: None };
        Self { end: End::Failed(error), state: State::default(), upload_id: None }
    }

    pub(crate) fn ending(&self) -> Ending {
        match &self.end {
            End::Complete(_) => Ending::Complete,
            End::Failed(error) => match (error.context, error.status_code) {
                (ErrorContext::Token, _) | (_, Some(401 | 403)) => Ending::NotAuthorised,
                _ => Ending::Failed,
            },
            End::NothingToSend => Ending::NothingToSend,
            End::Interrupted { .. } => Ending::Interrupted,
            End::Usage(_) => Ending::Usage,
        }
    }

    /// For a person; without a name of a file or of a patient.
    pub(crate) fn sentence(&self) -> String {
        let state = &self.state;
        let images = |count| counted(count, "image", "images");
        match &self.end {
            End::Complete(result) => format!(
                "Sent {}, {} (upload {}){}",
                counted(state.studies.len(), "study", "studies"),
                images(result.successful),
                result.upload_id,
                self.left_out()
            ),
            End::Failed(error) => match error.status_code {
                Some(status) if !error.message.contains(&format!("status {status}")) => {
                    printable(&format!("{} (status {status})", error.message))
                }
                _ => printable(&error.message),
            },
            End::NothingToSend => format!("there is nothing to send{}", self.left_out()),
            End::Interrupted { is_kept: true } => {
                "interrupted; the same command goes on from where it was".to_owned()
            }
            End::Interrupted { is_kept: false } => "interrupted; nothing is kept to go on with".to_owned(),
            End::Usage(message) => printable(message),
        }
    }

    fn left_out(&self) -> String {
        let mut reasons: BTreeMap<_, usize> = BTreeMap::new();
        for file in self.state.rejected.iter() {
            *reasons.entry(file.reason).or_default() += 1;
        }
        let reasons: Vec<_> =
            reasons.iter().map(|(reason, count)| format!("{count} {}", term(reason))).collect();
        match reasons.is_empty() {
            true => String::new(),
            false => format!("; left out: {}", reasons.join(", ")),
        }
    }

    /// For a program.
    pub(crate) fn report(&self) -> Report<'_> {
        let (state, ending) = (&self.state, self.ending());
        // While files are read these are the files that have been.
        let sent =
            Some(state.progress).filter(|progress| progress.phase == Phase::Uploading).unwrap_or_default();
        let result = match &self.end {
            End::Complete(result) => Some(result),
            _ => None,
        };
        let problem = match &self.end {
            End::Failed(error) => Some(Problem {
                context: error.context.name(),
                message: &error.message,
                status_code: error.status_code,
            }),
            End::Usage(message) => Some(Problem { context: "usage", message, status_code: None }),
            _ => None,
        };
        Report {
            outcome: ending,
            exit_code: ending.code(),
            upload_id: result.map(|result| result.upload_id.as_str()).or(self.upload_id.as_deref()),
            studies: state.studies.iter().map(study).collect(),
            server_studies: result.map(|result| result.studies.as_slice()).unwrap_or_default(),
            left_out: &state.rejected,
            counts: Counts {
                files: state.total_files,
                studies: state.studies.len(),
                images: state.studies.iter().map(|study| study.images).sum(),
                left_out: state.rejected.len(),
                images_sent: result.map_or(sent.files_done, |result| result.successful),
                bytes_sent: sent.bytes_sent,
                bytes_total: sent.bytes_total,
            },
            error: problem,
        }
    }
}

fn study(study: &StudyInfo) -> Study<'_> {
    Study {
        study_uid: &study.study_uid,
        modalities: &study.modalities,
        series_count: study.series_count,
        images: study.images,
        warnings: study.warnings.clone(),
    }
}
