//! Which of the drawn states a [`State`] stands for.

use auraloader_core::state::{State, Step, percent};

/// One of the states of the interface; a step may be drawn in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Screen {
    Start,
    /// The start, where an upload was left unfinished.
    Resumable,
    Processing,
    NothingFound,
    Pending,
    Uploading,
    /// An upload that waits for the network.
    Offline,
    Paused,
    /// What has been sent is being removed.
    Stopping,
    Error,
    Cancelled,
    Complete,
}

impl Screen {
    pub(super) fn of(state: &State) -> Self {
        match state.step {
            _ if state.stopping => Self::Stopping,
            Step::Start | Step::Pending if state.studies.is_empty() => {
                if !state.rejected.is_empty() {
                    Self::NothingFound
                } else if state.unfinished.is_some() {
                    Self::Resumable
                } else {
                    Self::Start
                }
            }
            Step::Start | Step::Pending => Self::Pending,
            Step::Processing => Self::Processing,
            Step::Uploading if state.connection_issues => Self::Offline,
            Step::Uploading => Self::Uploading,
            Step::Paused => Self::Paused,
            Step::Complete => Self::Complete,
            Step::Error => Self::Error,
            Step::Cancelled => Self::Cancelled,
        }
    }

    /// For `data-screen`, which styles and tests go by.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Resumable => "resumable",
            Self::Processing => "processing",
            Self::NothingFound => "nothing-found",
            Self::Pending => "pending",
            Self::Uploading => "uploading",
            Self::Offline => "offline",
            Self::Paused => "paused",
            Self::Stopping => "stopping",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::Complete => "complete",
        }
    }

    /// Whether it is all about adding files.
    pub(super) fn is_start(self) -> bool {
        matches!(self, Self::Start | Self::Resumable)
    }

    /// Whether files can be added by a drop.
    pub(super) fn takes_files(self) -> bool {
        self.is_start() || matches!(self, Self::NothingFound | Self::Pending)
    }

    /// Whether an upload is under way, moving or at rest.
    pub(super) fn is_transfer(self) -> bool {
        matches!(self, Self::Uploading | Self::Offline | Self::Paused)
    }
}

/// How far one study is, from where it lies in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Waiting,
    Partly(u8),
    Wholly,
}

impl Sent {
    /// Of the study at `span` (`start..end`) when what is sent goes up to `bytes_sent`.
    pub(super) fn of(span: Option<(u64, u64)>, bytes_sent: u64) -> Self {
        match span {
            Some((_, end)) if bytes_sent >= end => Self::Wholly,
            Some((start, end)) if bytes_sent > start => {
                Self::Partly(percent(bytes_sent - start, end - start))
            }
            _ => Self::Waiting,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auraloader_core::dicom::{Reason, RejectedFile, StudyInfo};

    use super::*;

    fn state(step: Step, studies: usize, rejected: usize) -> State {
        let file = RejectedFile { path: "a".into(), reason: Reason::Empty };
        State {
            step,
            studies: Arc::new(vec![StudyInfo::default(); studies]),
            rejected: Arc::new(vec![file; rejected]),
            ..State::default()
        }
    }

    #[test]
    fn a_start_that_only_left_files_out_says_so() {
        assert_eq!(Screen::of(&state(Step::Start, 0, 0)), Screen::Start);
        assert_eq!(Screen::of(&state(Step::Start, 0, 3)), Screen::NothingFound);
        assert_eq!(Screen::of(&state(Step::Pending, 1, 3)), Screen::Pending);
    }

    #[test]
    fn connection_issues_show_only_inside_an_upload() {
        let issues = |step| State { connection_issues: true, ..state(step, 1, 0) };
        assert_eq!(Screen::of(&issues(Step::Uploading)), Screen::Offline);
        assert_eq!(Screen::of(&issues(Step::Paused)), Screen::Paused);
        assert_eq!(Screen::of(&issues(Step::Error)), Screen::Error);
    }

    #[test]
    fn a_study_is_sent_when_the_bytes_behind_its_last_entry_are_reached() {
        let span = Some((100, 200));
        assert_eq!(Sent::of(span, 100), Sent::Waiting);
        assert_eq!(Sent::of(span, 162), Sent::Partly(62));
        assert_eq!(Sent::of(span, 199), Sent::Partly(99));
        assert_eq!(Sent::of(span, 200), Sent::Wholly);
        assert_eq!(Sent::of(None, 200), Sent::Waiting);
    }
}
