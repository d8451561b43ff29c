//! Heading and lead of each state, and what the live region says of it.

use auraloader_core::dicom::{Reason, RejectedFile};
use auraloader_core::state::{ErrorContext, ErrorInfo, State, Unfinished, percent};

use super::*;
use crate::ui::screen::Screen;

impl Words {
    /// The heading of a state.
    pub(in crate::ui) fn heading(self, screen: Screen, state: &State) -> String {
        let key = match screen {
            Screen::Pending => return self.count(PENDING, state.studies.len(), &[]),
            Screen::Paused => {
                let percent = self.percentage(state.progress.percent());
                return self.fill(PAUSED, &[("percent", &percent)]);
            }
            Screen::Error => error_heading(state.error.as_ref()),
            Screen::Start => START,
            Screen::Resumable => RESUMABLE,
            Screen::Processing => PROCESSING,
            Screen::NothingFound => NOTHING_FOUND,
            Screen::Uploading => UPLOADING,
            Screen::Offline => OFFLINE,
            Screen::Stopping => STOPPING,
            Screen::Cancelled => CANCELLED,
            Screen::Complete => COMPLETE,
        };
        self.get(key)
    }

    /// The sentence under the heading; empty where the heading says it all.
    pub(in crate::ui) fn lead(self, screen: Screen, state: &State) -> String {
        let key = match screen {
            Screen::Resumable => return self.resumable_lead(state),
            Screen::Start | Screen::Processing | Screen::Uploading => return String::new(),
            Screen::NothingFound => return self.nothing_found(&state.rejected),
            Screen::Error => return self.error_lead(state),
            Screen::Complete => return self.complete_lead(state),
            Screen::Pending => PENDING_LEAD,
            Screen::Offline => OFFLINE_LEAD,
            Screen::Paused => PAUSED_LEAD,
            Screen::Stopping => STOPPING_LEAD,
            Screen::Cancelled => CANCELLED_LEAD,
        };
        self.get(key)
    }

    /// What was left, and how it goes on.
    fn resumable_lead(self, state: &State) -> String {
        let Some(unfinished) = &state.unfinished else { return String::new() };
        let Unfinished { studies, created, sent: (sent, total), at_hand, .. } = unfinished;
        let (when, done) = (self.day_of(created.0), self.percentage(percent(*sent, *total)));
        let what = self.count(RESUMABLE_LEAD, *studies, &[("when", &when), ("percent", &done)]);
        join_with(" ", &[&what, &self.get(if *at_hand { FILES_AT_HAND } else { CHOOSE_SAME })])
    }

    /// Images that are there but can't be got at are not said to be none: there is something to do about them.
    fn nothing_found(self, rejected: &[RejectedFile]) -> String {
        let is_no_image =
            |reason| matches!(reason, Reason::NotDicom | Reason::Empty | Reason::Dicomdir | Reason::Excluded);
        let are_no_images = rejected.iter().all(|file| is_no_image(file.reason));
        self.count(if are_no_images { NONE_IS_IMAGE } else { NONE_CAN_BE_SENT }, rejected.len(), &[])
    }

    fn complete_lead(self, state: &State) -> String {
        let found = state.studies.iter().map(|study| study.images).sum();
        let (sent, failed) =
            state.result.as_ref().map_or((found, 0), |result| (result.successful, result.failed));
        let (studies, images) =
            (self.count(STUDY_COUNT, state.studies.len(), &[]), self.count(IMAGES, sent, &[]));
        let done = self.fill(COMPLETE_LEAD, &[("studies", &studies), ("images", &images)]);
        let not_sent = if failed == 0 { String::new() } else { self.count(NOT_SENT, failed, &[]) };
        join_with(" ", &[&done, &not_sent])
    }

    /// What happened, and what is kept.
    fn error_lead(self, state: &State) -> String {
        let Some(error) = &state.error else { return String::new() };
        if error.context == ErrorContext::Init {
            return self.get(ERROR_BROKEN_LEAD);
        }
        let what = self.get(match (error.context, error.status_code) {
            (ErrorContext::Files, _) => ERROR_FILES_LEAD,
            (_, Some(401 | 403)) | (ErrorContext::Token, _) => ERROR_PERMISSION,
            (_, Some(413)) => ERROR_TOO_LARGE,
            (_, Some(429)) => ERROR_BUSY,
            (_, Some(500..)) => ERROR_SERVER,
            (_, Some(_)) => ERROR_REFUSED,
            (_, None) => ERROR_LEAD,
        });
        let progress = &state.progress;
        let kept = match state.studies.len() {
            0 => String::new(),
            _ if progress.bytes_sent > 0 && progress.bytes_total > 0 => self.get(ERROR_SENT_IS_KEPT),
            _ => self.get(ERROR_FILES_ARE_KEPT),
        };
        join_with(" ", &[&what, &kept])
    }

    /// Status and the server's own text, in one line.
    pub(in crate::ui) fn error_details(self, error: &ErrorInfo) -> String {
        let ErrorInfo { message, status_code, .. } = error;
        match status_code.map(|status| status.to_string()) {
            Some(status) if !message.contains(&format!("status {status}")) => {
                self.fill(ERROR_STATUS, &[("status", &status), ("message", message)])
            }
            _ => message.clone(),
        }
    }

    /// What *Copy details* copies.
    pub(in crate::ui) fn error_report(self, error: &ErrorInfo) -> String {
        let context = match error.context {
            ErrorContext::Init => "init",
            ErrorContext::Files => "files",
            ErrorContext::Upload => "upload",
            ErrorContext::Api => "api",
            ErrorContext::Token => "token",
        };
        let heading = self.get(error_heading(Some(error)));
        join_with("\n", &[&heading, &format!("Context: {context}"), &self.error_details(error)])
    }

    /// What the live region says at a change of state.
    pub(in crate::ui) fn change(self, screen: Screen, state: &State) -> String {
        let facts = match screen {
            Screen::Start => String::new(),
            Screen::Processing | Screen::Uploading => self.percentage(state.progress.percent()),
            _ => self.lead(screen, state),
        };
        join_with(". ", &[&self.heading(screen, state), &facts])
    }
}

fn error_heading(error: Option<&ErrorInfo>) -> Key {
    match error.map(|error| error.context) {
        Some(ErrorContext::Init) => ERROR_BROKEN,
        Some(ErrorContext::Files) => ERROR_FILES,
        _ => ERROR,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auraloader_core::state::UploadResult;

    use super::super::progress::tests::{sending_at, with_studies};
    use super::super::tests::english;
    use super::*;

    #[test]
    fn an_error_says_what_is_kept() {
        let (_owner, words) = english();
        let error =
            ErrorInfo { context: ErrorContext::Upload, message: "Disk full".into(), status_code: Some(503) };
        assert_eq!(words.error_details(&error), "Status 503 · Disk full");
        let mut state = State { error: Some(error), ..with_studies(1) };
        assert!(words.lead(Screen::Error, &state).contains("don't need to choose them again"));
        state.progress = sending_at(1, 2);
        assert!(words.lead(Screen::Error, &state).contains("goes on from there"));
        state.studies = Arc::default();
        assert_eq!(words.lead(Screen::Error, &state), "The server has a problem of its own right now.");
    }

    #[test]
    fn who_comes_back_is_told_what_was_left_and_how_it_goes_on() {
        let (_owner, words) = english();
        let lead_of = |studies, at_hand| {
            let created = auraloader_core::time::Unix(0);
            let unfinished = Unfinished { key: String::new(), created, studies, sent: (62, 100), at_hand };
            let state = State { unfinished: Some(unfinished), ..State::default() };
            assert_eq!(Screen::of(&state), Screen::Resumable);
            words.lead(Screen::of(&state), &state)
        };
        assert_eq!(
            lead_of(1, false),
            "An upload of 1 study from today is 62\u{a0}% done. Choose the same folder to finish it."
        );
        assert_eq!(
            lead_of(3, true),
            "An upload of 3 studies from today is 62\u{a0}% done. It can go on with the files that you dropped."
        );
    }

    #[test]
    fn what_can_be_mended_is_not_said_to_be_no_image() {
        let (_owner, words) = english();
        let lead_of = |reasons: &[Reason]| {
            let file = |reason: &Reason| RejectedFile { path: "a".into(), reason: *reason };
            let rejected = Arc::new(reasons.iter().map(file).collect());
            words.lead(Screen::NothingFound, &State { rejected, ..State::default() })
        };
        assert_eq!(lead_of(&[Reason::NotDicom]), "The file is not a DICOM image.");
        assert_eq!(lead_of(&[Reason::NotDicom, Reason::Empty]), "None of the 2 files are DICOM images.");
        assert_eq!(lead_of(&[Reason::EncryptedArchive]), "The file can't be sent: see below why.");
        let mixed = lead_of(&[Reason::NotDicom, Reason::Unreadable, Reason::Dicomdir]);
        assert_eq!(mixed, "None of the 3 files can be sent: see below why.");
    }

    #[test]
    fn completion_counts_what_the_server_holds() {
        let (_owner, words) = english();
        let mut state = with_studies(2);
        assert_eq!(words.lead(Screen::Complete, &state), "2 studies, 500 images sent.");
        state.result =
            Some(UploadResult { upload_id: String::new(), studies: vec![], successful: 499, failed: 1 });
        assert_eq!(
            words.lead(Screen::Complete, &state),
            "2 studies, 499 images sent. 1 image did not get there."
        );
    }
}
