//! How far it is, on standard error: a bar on a terminal, now and then a line elsewhere. Counts only, never a name.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use auraloader_core::state::{Phase, State, Step};
use indicatif::{DecimalBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Between lines, where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows the session's state.
#[derive(Clone)]
pub(super) struct Display {
    how: How,
    shown: Option<(Phase, Instant)>,
}

#[derive(Clone)]
enum How {
    Bar(ProgressBar),
    Lines,
    Nothing,
}

impl Display {
    pub(super) fn new(quiet: bool) -> Self {
        let how = match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => How::Nothing,
            (false, true) => How::Bar(bar()),
            (false, false) => How::Lines,
        };
        Self { how, shown: None }
    }

    pub(super) fn show(&mut self, state: &State) {
        if !matches!(state.step, Step::Processing | Step::Uploading) {
            return;
        }
        let (progress, message) = (&state.progress, message(state));
        match &self.how {
            How::Bar(bar) => {
                let (position, length) = match progress.phase {
                    Phase::Reading => (progress.files_done as u64, progress.files_total as u64),
                    Phase::Uploading => (progress.bytes_sent, progress.bytes_total),
                };
                bar.set_length(length);
                bar.set_position(position);
                bar.set_message(message);
            }
            How::Lines => {
                let now = Instant::now();
                let is_due = self.shown.is_none_or(|(phase, at)| {
                    phase != progress.phase || now.duration_since(at) >= LINE_EVERY
                });
                if is_due {
                    self.shown = Some((progress.phase, now));
                    eprintln!("{message}");
                }
            }
            How::Nothing => {}
        }
    }

    /// A line above the bar.
    pub(super) fn line(&self, line: &str) {
        match &self.how {
            How::Bar(bar) => bar.suspend(|| eprintln!("{line}")),
            How::Lines | How::Nothing => eprintln!("{line}"),
        }
    }

    pub(super) fn clear(&self) {
        if let How::Bar(bar) = &self.how {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{percent:>3} % {bar:32} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn message(state: &State) -> String {
    let progress = &state.progress;
    match progress.phase {
        Phase::Reading => format!("reading: {} of {} files", progress.files_done, progress.files_total),
        Phase::Uploading if state.connection_issues => "waiting for the server; nothing is lost".to_owned(),
        Phase::Uploading => {
            let (sent, total) = (DecimalBytes(progress.bytes_sent), DecimalBytes(progress.bytes_total));
            let speed = DecimalBytes(progress.bytes_per_second as u64);
            let left = progress.seconds_left.map(|seconds| Duration::from_secs(seconds as u64));
            let left = left.map_or(String::new(), |left| format!(", {} left", HumanDuration(left)));
            format!("sending: {sent} of {total}, {speed}/s{left}")
        }
    }
}
