//! Every text that a person reads or hears, and nothing else: what to say is decided elsewhere.

use auraloader_core::dicom::{Reason, RejectedFile, StudyInfo, Warning, readable_name};
use auraloader_core::state::{ErrorContext, ErrorInfo, Progress, State};

use super::format;
use super::screen::{Screen, Sent, progress_percent};

pub(super) const ADD_FILES: &str = "Add files";
pub(super) const ADD_MORE: &str = "Add more";
pub(super) const CANCEL: &str = "Cancel";
pub(super) const CARRY_ON: &str = "Carry on";
pub(super) const CHOOSE_FILES: &str = "Choose files";
pub(super) const CHOOSE_FOLDER: &str = "Choose folder";
pub(super) const COPIED: &str = "Copied";
pub(super) const COPY_DETAILS: &str = "Copy details";
pub(super) const COPY_FAILED: &str = "Couldn't copy";
pub(super) const COPY_LIST: &str = "Copy list";
pub(super) const DROP_HERE: &str = "Drop the folder or disc here.";
pub(super) const DROP_HERE_HINT: &str = "You don't need to pick out the images: we find them.";
pub(super) const KEEP_GOING: &str = "Keep going";
pub(super) const KEEP_OPEN: &str = "Keep this page open.";
pub(super) const LET_GO: &str = "Let go to add";
pub(super) const PAUSE: &str = "Pause";
pub(super) const READING: &str = "Reading files";
pub(super) const REMOVE: &str = "Remove";
pub(super) const START_AGAIN: &str = "Start again";
pub(super) const START_OVER: &str = "Start over";
pub(super) const STOP: &str = "Stop";
pub(super) const STOP_QUESTION: &str = "Stop this upload?";
pub(super) const STOP_CONSEQUENCE: &str = "What has been sent will be removed.";
pub(super) const STOP_UPLOAD: &str = "Stop upload";
pub(super) const STUDIES: &str = "Studies";
pub(super) const TRY_AGAIN: &str = "Try again";
pub(super) const TRY_ANOTHER_FOLDER: &str = "Try another folder";
pub(super) const UNFINISHED: &str =
    "An upload was not finished. Choose the same folder again and it goes on from where it was.";
pub(super) const UPLOADING: &str = "Uploading";

/// The heading of a state.
pub(super) fn heading(screen: Screen, state: &State) -> String {
    match screen {
        Screen::Start => "Add your imaging files".to_owned(),
        Screen::Processing => "Looking through your files".to_owned(),
        Screen::NothingFound => "No imaging found".to_owned(),
        Screen::Pending => format!("{} found", studies(state.studies.len())),
        Screen::Uploading => UPLOADING.to_owned(),
        Screen::Offline => "Waiting for your connection".to_owned(),
        Screen::Paused => format!("Paused at {}", percentage(progress_percent(state))),
        Screen::Stopping => "Stopping the upload".to_owned(),
        Screen::Error => error_heading(state.error.as_ref()).to_owned(),
        Screen::Cancelled => "Upload cancelled".to_owned(),
        Screen::Complete => "All done".to_owned(),
    }
}

/// The sentence under the heading; empty where the heading says it all.
pub(super) fn lead(screen: Screen, state: &State) -> String {
    match screen {
        Screen::Start if state.can_resume => UNFINISHED.to_owned(),
        Screen::Start | Screen::Processing | Screen::Uploading => String::new(),
        Screen::NothingFound => nothing_found(&state.rejected),
        Screen::Pending => "Nothing has been sent yet.".to_owned(),
        Screen::Offline => "Nothing is lost. We go on by ourselves.".to_owned(),
        Screen::Paused => "What has been sent is kept.".to_owned(),
        Screen::Stopping => "What has been sent is being removed.".to_owned(),
        Screen::Error => error_lead(state),
        Screen::Cancelled => "Nothing was kept on the server.".to_owned(),
        Screen::Complete => complete_lead(state),
    }
}

/// Images that are there but can't be got at are not said to be none: there is something to do about them.
fn nothing_found(rejected: &[RejectedFile]) -> String {
    let is_no_image =
        |reason| matches!(reason, Reason::NotDicom | Reason::Empty | Reason::Dicomdir | Reason::Excluded);
    let are_no_images = rejected.iter().all(|file| is_no_image(file.reason));
    match (are_no_images, rejected.len()) {
        (true, 1) => "The file is not a DICOM image.".to_owned(),
        (true, n) => format!("None of the {} files are DICOM images.", count(n)),
        (false, 1) => "The file can't be sent: see below why.".to_owned(),
        (false, n) => format!("None of the {} files can be sent: see below why.", count(n)),
    }
}

fn complete_lead(state: &State) -> String {
    let found = state.studies.iter().map(|study| study.images).sum();
    let (sent, failed) =
        state.result.as_ref().map_or((found, 0), |result| (result.successful, result.failed));
    let done = format!("{}, {} sent.", studies(state.studies.len()), images(sent));
    if failed == 0 { done } else { format!("{done} {} did not get there.", images(failed)) }
}

fn error_heading(error: Option<&ErrorInfo>) -> &'static str {
    match error.map(|error| error.context) {
        Some(ErrorContext::Init) => "The uploader has stopped working",
        Some(ErrorContext::Files) => "Your files can't be read",
        _ => "The upload stopped",
    }
}

/// What happened, and what is kept.
fn error_lead(state: &State) -> String {
    let Some(error) = &state.error else { return String::new() };
    if error.context == ErrorContext::Init {
        return "Reload the page, then add your files again.".to_owned();
    }
    let what = match (error.context, error.status_code) {
        (ErrorContext::Files, _) => "Something got in the way of reading them.",
        (_, Some(401 | 403)) | (ErrorContext::Token, _) => "Permission to upload has run out or was refused.",
        (_, Some(413)) => "The server says that this is too large.",
        (_, Some(429)) => "The server is very busy right now.",
        (_, Some(500..)) => "The server has a problem of its own right now.",
        (_, Some(_)) => "The server didn't accept what was sent.",
        (_, None) => "Something got in the way of sending your files.",
    };
    let sent = state.progress.bytes_sent;
    let kept = if state.studies.is_empty() {
        ""
    } else if sent > 0 && state.progress.bytes_total > 0 {
        " What has been sent is kept: trying again goes on from there."
    } else {
        " Your files are still here: you don't need to choose them again."
    };
    format!("{what}{kept}")
}

/// Status and the server's own text, in one line.
pub(super) fn error_details(error: &ErrorInfo) -> String {
    match error.status_code {
        Some(status) if !error.message.contains(&format!("status {status}")) => {
            format!("Status {status} · {}", error.message)
        }
        _ => error.message.clone(),
    }
}

/// What *Copy details* copies.
pub(super) fn error_report(error: &ErrorInfo) -> String {
    let context = match error.context {
        ErrorContext::Init => "init",
        ErrorContext::Files => "files",
        ErrorContext::Upload => "upload",
        ErrorContext::Api => "api",
        ErrorContext::Token => "token",
    };
    format!("{}\nContext: {context}\n{}", error_heading(Some(error)), error_details(error))
}

/// The label of the main action before an upload.
pub(super) fn upload(state: &State) -> String {
    format!("Upload {} ({})", studies(state.studies.len()), size(state.total_bytes))
}

/// Beside the bar while files are read.
pub(super) fn reading(state: &State) -> String {
    let progress = &state.progress;
    let files = if progress.files_total == 0 {
        "Opening folders".to_owned()
    } else {
        format!("{} of {}", count(progress.files_done), files(progress.files_total))
    };
    match state.studies.len() {
        0 => files,
        found => format!("{files} · {} so far", studies(found)),
    }
}

/// Beside the bar while the archive is sent, or at rest.
pub(super) fn sending(screen: Screen, progress: &Progress) -> String {
    if progress.bytes_total == 0 {
        return "Getting ready".to_owned();
    }
    let amount = amount(progress.bytes_sent, progress.bytes_total);
    if screen != Screen::Uploading {
        return amount;
    }
    if progress.bytes_sent >= progress.bytes_total {
        return format!("{amount} · finishing");
    }
    let mut parts = vec![amount];
    if progress.bytes_per_second > 0.0 {
        parts.push(format!("{}/s", rate(progress.bytes_per_second)));
    }
    if let Some(seconds) = progress.seconds_left {
        parts.push(time_left(seconds));
    }
    parts.join(" · ")
}

/// `aria-valuetext` of the bar.
pub(super) fn progress_text(screen: Screen, state: &State) -> String {
    let facts = match screen {
        Screen::Processing => reading(state),
        _ => sending(screen, &state.progress),
    };
    format!("{}, {}", percentage(progress_percent(state)), facts.replace(" · ", ", "))
}

/// What the live region says at a change of state.
pub(super) fn change(screen: Screen, state: &State) -> String {
    let facts = match screen {
        Screen::Start => String::new(),
        Screen::Processing | Screen::Uploading => percentage(progress_percent(state)),
        _ => lead(screen, state),
    };
    join_with(". ", [&heading(screen, state), &facts])
}

/// What the live region says of progress.
pub(super) fn milestone(screen: Screen, percent: u8) -> String {
    let what = if screen == Screen::Processing { READING } else { UPLOADING };
    format!("{what}: {}", percentage(percent))
}

/// How far one study is.
pub(super) fn sent(sent: Sent) -> String {
    match sent {
        Sent::Waiting => "Waiting".to_owned(),
        Sent::Partly(percent) => percentage(percent),
        Sent::Wholly => "Sent".to_owned(),
    }
}

/// A study's patient as a person reads it.
pub(super) fn patient(study: &StudyInfo) -> String {
    let name = readable_name(&study.patient_name);
    if name.is_empty() { "Unnamed patient".to_owned() } else { name }
}

/// A study's description and modalities.
pub(super) fn description(study: &StudyInfo) -> String {
    join([study.study_description.trim(), &study.modalities.join(", ")])
}

/// A study's date and institution.
pub(super) fn origin(study: &StudyInfo) -> String {
    join([&format::date(study.study_date.trim()), study.institution_name.trim()])
}

/// A study's images over its series.
pub(super) fn contents(study: &StudyInfo) -> String {
    format!("{} in {}", images(study.images), counted(study.series_count, "series", "series"))
}

/// The name of the *Remove* button, which alone doesn't say of what.
pub(super) fn remove(study: &StudyInfo) -> String {
    join_with(", ", [&format!("{REMOVE} {}", patient(study)), &description(study)])
}

/// What is unusual about a study.
pub(super) fn warning(warning: Warning) -> &'static str {
    match warning {
        Warning::MixedPatient => "Two patients in one study",
        Warning::Conflict => "Some images come in two versions: both are sent",
        Warning::Truncated => "A file ends too early: it is sent as it is",
        Warning::IrregularUid => "Unusual study number: it is sent as it is",
        _ => "Unusual: it is sent as it is",
    }
}

/// Why files were left out.
pub(super) fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::NotDicom => "Not an imaging file",
        Reason::Empty => "The file is empty",
        Reason::Unreadable => "The file can't be read: was the disc taken out?",
        Reason::Dicomdir => "Index of the disc, not needed",
        Reason::Excluded => "Machine settings, not images",
        Reason::MissingUid => "Doesn't say which study it belongs to",
        Reason::Duplicate => "Same image twice",
        Reason::DamagedArchive => "The archive is damaged here: copy or pack it again",
        Reason::EncryptedArchive => "Protected by a password: unpack it first",
        Reason::NestedArchive => "An archive inside an archive: unpack it first",
        Reason::UnsupportedArchive => "Packed in a way we can't open: unpack it first",
        Reason::ArchiveLimit => "Claims to hold more than an archive can: unpack it first",
        _ => "Can't be sent",
    }
}

/// The label of the list of files left out.
pub(super) fn left_out(n: usize) -> String {
    format!("{} left out", files(n))
}

/// Instead of the paths that are not drawn.
pub(super) fn more_paths(n: usize) -> String {
    format!("and {} more", count(n))
}

/// What *Copy list* copies: a line a file, grouped as drawn.
pub(super) fn left_out_report(groups: &[(Reason, Vec<&RejectedFile>)]) -> String {
    let mut text = String::new();
    for (group, files) in groups {
        for file in files {
            text.push_str(&file.path);
            text.push('\t');
            text.push_str(reason(*group));
            text.push('\n');
        }
    }
    text
}

pub(super) fn studies(n: usize) -> String {
    counted(n, "study", "studies")
}

pub(super) fn images(n: usize) -> String {
    counted(n, "image", "images")
}

pub(super) fn files(n: usize) -> String {
    counted(n, "file", "files")
}

/// With a no-break space, so that the sign stays with its number.
pub(super) fn percentage(percent: u8) -> String {
    format!("{percent}\u{a0}%")
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

#[expect(clippy::cast_precision_loss, reason = "2^53 files are out of reach")]
fn count(n: usize) -> String {
    format::number(n as f64, 0)
}

/// The decimal unit that suits a size: its divisor and name.
fn unit(bytes: f64) -> (f64, &'static str) {
    // From 999.5 MB on, rounding would make it 1,000 MB.
    match bytes {
        bytes if bytes >= 999.5e6 => (1e9, "GB"),
        bytes if bytes >= 999.5e3 => (1e6, "MB"),
        bytes if bytes >= 1e3 => (1e3, "KB"),
        _ => (1.0, "bytes"),
    }
}

/// One digit behind the point below 10 and in gigabytes, none above.
fn decimals(bytes: f64, (divisor, name): (f64, &str)) -> u8 {
    u8::from(divisor > 1e3 && (bytes / divisor < 9.95 || name == "GB"))
}

/// A size in decimal units.
#[expect(clippy::cast_precision_loss, reason = "rounded for reading anyway")]
pub(super) fn size(bytes: u64) -> String {
    rate(bytes as f64)
}

fn rate(bytes: f64) -> String {
    let unit = unit(bytes);
    format!("{}\u{a0}{}", format::number(bytes / unit.0, decimals(bytes, unit)), unit.1)
}

/// `164 of 264 MB`: both in the unit of the whole, the first rounded down.
#[expect(clippy::cast_precision_loss, reason = "rounded for reading anyway")]
fn amount(done: u64, total: u64) -> String {
    let unit = unit(total as f64);
    let decimals = decimals(total as f64, unit);
    let fine = if decimals == 0 { 1.0 } else { 10.0 };
    let done =
        if done >= total { total as f64 } else { (done as f64 / unit.0 * fine).floor() / fine * unit.0 };
    let shown = |bytes: f64| format::number(bytes / unit.0, decimals);
    format!("{} of {}\u{a0}{}", shown(done), shown(total as f64), unit.1)
}

/// Time left in words, coarser the longer it is.
pub(super) fn time_left(seconds: f64) -> String {
    let seconds = seconds.clamp(0.0, 360_000.0).ceil();
    let minutes = (seconds / 60.0).round();
    if seconds < 5.0 {
        return "a few seconds left".to_owned();
    }
    if seconds < 60.0 {
        return format!("about {} seconds left", format::number(seconds, 0));
    }
    if minutes < 60.0 {
        return format!("about {} left", quantity(minutes, "minute"));
    }
    let tens = (minutes / 10.0).round() * 10.0;
    let (hours, rest) = ((tens / 60.0).floor(), tens % 60.0);
    if rest == 0.0 {
        return format!("about {} left", quantity(hours, "hour"));
    }
    format!("about {} {} left", quantity(hours, "hour"), quantity(rest, "minute"))
}

fn quantity(n: f64, one: &str) -> String {
    format!("{} {one}{}", format::number(n, 0), if n == 1.0 { "" } else { "s" })
}

fn join(parts: [&str; 2]) -> String {
    join_with(" · ", parts)
}

fn join_with<const N: usize>(separator: &str, parts: [&str; N]) -> String {
    let mut text = String::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push_str(separator);
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auraloader_core::state::{Phase, Step, UploadResult};

    use super::*;

    fn with_studies(n: usize) -> State {
        let study = StudyInfo { images: 250, ..StudyInfo::default() };
        State { step: Step::Pending, studies: Arc::new(vec![study; n]), ..State::default() }
    }

    fn sending_at(bytes_sent: u64, bytes_total: u64) -> Progress {
        Progress { phase: Phase::Uploading, bytes_sent, bytes_total, ..Progress::default() }
    }

    #[test]
    fn sizes_are_decimal() {
        let cases = [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1 KB"),
            (640_400, "640 KB"),
            (999_499, "999 KB"),
            (999_600, "1 MB"),
            (8_149_999, "8.1 MB"),
            (9_960_000, "10 MB"),
            (264_000_000, "264 MB"),
            (999_600_000, "1 GB"),
            (12_340_000_000, "12.3 GB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes).replace('\u{a0}', " "), text, "{bytes}");
        }
    }

    #[test]
    fn an_amount_is_in_the_unit_of_the_whole_and_not_whole_too_early() {
        assert_eq!(amount(164_000_000, 264_000_000), "164 of 264\u{a0}MB");
        assert_eq!(amount(300_000_000, 4_000_000_000), "0.3 of 4\u{a0}GB");
        assert_eq!(amount(263_900_000, 264_000_000), "263 of 264\u{a0}MB");
        assert_eq!(amount(264_000_000, 264_000_000), "264 of 264\u{a0}MB");
    }

    #[test]
    fn time_left_gets_coarser() {
        let cases = [
            (0.0, "a few seconds left"),
            (4.0, "a few seconds left"),
            (11.2, "about 12 seconds left"),
            (59.9, "about 1 minute left"),
            (89.0, "about 1 minute left"),
            (90.0, "about 2 minutes left"),
            (3_540.0, "about 59 minutes left"),
            (3_599.0, "about 1 hour left"),
            (4_700.0, "about 1 hour 20 minutes left"),
            (7_200.0, "about 2 hours left"),
            (f64::INFINITY, "about 100 hours left"),
        ];
        for (seconds, text) in cases {
            assert_eq!(time_left(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn names_are_read_given_before_family() {
        let cases = [
            ("Doe^Jane^^Dr^", "Dr Jane Doe"),
            ("=山田^太郎", "太郎 山田"),
            ("Doe^Jane\\Roe^Richard", "Jane Doe"),
            ("\u{3000}^^", "Unnamed patient"),
            ("", "Unnamed patient"),
        ];
        for (value, text) in cases {
            let study = StudyInfo { patient_name: value.into(), ..StudyInfo::default() };
            assert_eq!(patient(&study), text, "{value}");
        }
    }

    #[test]
    fn a_missing_value_is_left_out() {
        let mut study = StudyInfo { study_description: "Knee left".into(), ..StudyInfo::default() };
        assert_eq!(description(&study), "Knee left");
        study.modalities = vec!["MR".into(), "PR".into()];
        assert_eq!(description(&study), "Knee left · MR, PR");
        study.study_description.clear();
        assert_eq!(description(&study), "MR, PR");
        assert_eq!(origin(&study), "");
        study.study_date = "20240115".into();
        assert_eq!(origin(&study), "2024-01-15");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(heading(Screen::Pending, &with_studies(1)), "1 study found");
        assert_eq!(heading(Screen::Pending, &with_studies(2)), "2 studies found");
        assert_eq!(left_out(1), "1 file left out");
        let study = StudyInfo { images: 1, series_count: 1, ..StudyInfo::default() };
        assert_eq!(contents(&study), "1 image in 1 series");
        let state = State { total_bytes: 264_000_000, ..with_studies(2) };
        assert_eq!(upload(&state), "Upload 2 studies (264\u{a0}MB)");
    }

    #[test]
    fn sending_says_only_what_is_known() {
        let mut progress = sending_at(164_000_000, 264_000_000);
        assert_eq!(sending(Screen::Uploading, &progress), "164 of 264\u{a0}MB");
        progress.bytes_per_second = 8_100_000.0;
        progress.seconds_left = Some(12.0);
        let all = "164 of 264\u{a0}MB · 8.1\u{a0}MB/s · about 12 seconds left";
        assert_eq!(sending(Screen::Uploading, &progress), all);
        assert_eq!(sending(Screen::Paused, &progress), "164 of 264\u{a0}MB");
        assert_eq!(sending(Screen::Uploading, &Progress::default()), "Getting ready");
        let state = State { progress, ..State::default() };
        assert_eq!(
            progress_text(Screen::Uploading, &state),
            "62\u{a0}%, 164 of 264\u{a0}MB, 8.1\u{a0}MB/s, about 12 seconds left"
        );
    }

    #[test]
    fn reading_counts_files_and_studies() {
        let progress = Progress { files_done: 1240, files_total: 3000, ..Progress::default() };
        let state = State { progress, ..with_studies(2) };
        assert_eq!(reading(&state), "1,240 of 3,000 files · 2 studies so far");
        assert_eq!(reading(&State::default()), "Opening folders");
    }

    #[test]
    fn an_error_says_what_is_kept() {
        let error =
            ErrorInfo { context: ErrorContext::Upload, message: "Disk full".into(), status_code: Some(503) };
        assert_eq!(error_details(&error), "Status 503 · Disk full");
        let mut state = State { error: Some(error), ..with_studies(1) };
        assert!(lead(Screen::Error, &state).contains("don't need to choose them again"));
        state.progress = sending_at(1, 2);
        assert!(lead(Screen::Error, &state).contains("goes on from there"));
        state.studies = Arc::default();
        assert_eq!(lead(Screen::Error, &state), "The server has a problem of its own right now.");
    }

    #[test]
    fn what_can_be_mended_is_not_said_to_be_no_image() {
        let lead_of = |reasons: &[Reason]| {
            let file = |reason: &Reason| RejectedFile { path: "a".into(), reason: *reason };
            let rejected = Arc::new(reasons.iter().map(file).collect());
            lead(Screen::NothingFound, &State { rejected, ..State::default() })
        };
        assert_eq!(lead_of(&[Reason::NotDicom]), "The file is not a DICOM image.");
        assert_eq!(lead_of(&[Reason::NotDicom, Reason::Empty]), "None of the 2 files are DICOM images.");
        assert_eq!(lead_of(&[Reason::EncryptedArchive]), "The file can't be sent: see below why.");
        let mixed = lead_of(&[Reason::NotDicom, Reason::Unreadable, Reason::Dicomdir]);
        assert_eq!(mixed, "None of the 3 files can be sent: see below why.");
    }

    #[test]
    fn completion_counts_what_the_server_holds() {
        let mut state = with_studies(2);
        assert_eq!(lead(Screen::Complete, &state), "2 studies, 500 images sent.");
        state.result =
            Some(UploadResult { upload_id: String::new(), studies: vec![], successful: 499, failed: 1 });
        assert_eq!(lead(Screen::Complete, &state), "2 studies, 499 images sent. 1 image did not get there.");
    }

    #[test]
    fn the_copied_list_has_a_line_a_file() {
        let file = RejectedFile { path: "a/b.txt".into(), reason: Reason::NotDicom };
        let text = left_out_report(&[(Reason::NotDicom, vec![&file])]);
        assert_eq!(text, "a/b.txt\tNot an imaging file\n");
    }
}
