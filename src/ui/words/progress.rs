//! How far it is: counts, sizes, speed, time left.

use auraloader_core::state::{Progress, State};

use super::*;
use crate::ui::screen::{Screen, Sent};

impl Words {
    /// The label of the main action before an upload.
    pub(in crate::ui) fn upload(self, state: &State) -> String {
        self.count(UPLOAD_STUDIES, state.studies.len(), &[("size", &self.size(state.total_bytes))])
    }

    /// Beside the bar while files are read.
    pub(in crate::ui) fn reading(self, state: &State) -> String {
        let progress = &state.progress;
        let files = if progress.files_total == 0 {
            self.get(OPENING_FOLDERS)
        } else {
            self.count(FILES_OF, progress.files_total, &[("done", &self.number(progress.files_done))])
        };
        match state.studies.len() {
            0 => files,
            found => join([&files, &self.count(STUDIES_SO_FAR, found, &[])]),
        }
    }

    /// Beside the bar while the archive is sent, or at rest.
    pub(in crate::ui) fn sending(self, screen: Screen, progress: &Progress) -> String {
        if progress.bytes_total == 0 {
            return self.get(GETTING_READY);
        }
        let amount = self.amount(progress.bytes_sent, progress.bytes_total);
        if screen != Screen::Uploading {
            return amount;
        }
        if progress.bytes_sent >= progress.bytes_total {
            return join([&amount, &self.get(FINISHING)]);
        }
        let speed = if progress.bytes_per_second > 0.0 {
            self.fill(PER_SECOND, &[("size", &self.rate(progress.bytes_per_second))])
        } else {
            String::new()
        };
        let left = progress.seconds_left.map(|seconds| self.time_left(seconds)).unwrap_or_default();
        join([&join([&amount, &speed]), &left])
    }

    /// `aria-valuetext` of the bar.
    pub(in crate::ui) fn progress_text(self, screen: Screen, state: &State) -> String {
        let facts = match screen {
            Screen::Processing => self.reading(state),
            _ => self.sending(screen, &state.progress),
        };
        join_with(", ", &[&self.percentage(state.progress.percent()), &facts.replace(" · ", ", ")])
    }

    /// What the live region says of progress.
    pub(in crate::ui) fn milestone(self, screen: Screen, percent: u8) -> String {
        let what = self.get(if screen == Screen::Processing { READING } else { UPLOADING });
        self.fill(MILESTONE, &[("what", &what), ("percent", &self.percentage(percent))])
    }

    /// How far one study is.
    pub(in crate::ui) fn sent(self, sent: Sent) -> String {
        match sent {
            Sent::Waiting => self.get(SENT_WAITING),
            Sent::Partly(percent) => self.percentage(percent),
            Sent::Wholly => self.get(SENT_WHOLLY),
        }
    }

    pub(in crate::ui) fn percentage(self, percent: u8) -> String {
        self.fill(PERCENT, &[("n", &self.number(percent.into()))])
    }

    /// A size in decimal units.
    #[expect(clippy::cast_precision_loss, reason = "rounded for reading anyway")]
    fn size(self, bytes: u64) -> String {
        self.rate(bytes as f64)
    }

    fn rate(self, bytes: f64) -> String {
        self.measure(bytes, unit(bytes))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than a kilobyte")]
    fn measure(self, bytes: f64, unit: (f64, Key)) -> String {
        if unit.1 == BYTES {
            return self.count(BYTES, bytes.round() as usize, &[]);
        }
        self.fill(unit.1, &[("n", &self.decimal(bytes / unit.0, decimals(bytes, unit)))])
    }

    /// `164 of 264 MB`: both in the unit of the whole, the first rounded down.
    #[expect(clippy::cast_precision_loss, reason = "rounded for reading anyway")]
    fn amount(self, done: u64, total: u64) -> String {
        let unit = unit(total as f64);
        let decimals = decimals(total as f64, unit);
        let fine = if decimals == 0 { 1.0 } else { 10.0 };
        let shown =
            if done >= total { total as f64 / unit.0 } else { (done as f64 / unit.0 * fine).floor() / fine };
        let total = self.measure(total as f64, unit);
        self.fill(AMOUNT, &[("done", &self.decimal(shown, decimals)), ("total", &total)])
    }

    /// Time left in words, coarser the longer it is.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within a hundred hours")]
    fn time_left(self, seconds: f64) -> String {
        let seconds = seconds.clamp(0.0, 360_000.0).ceil() as usize;
        let minutes = (seconds + 30) / 60;
        let tens = (minutes + 5) / 10 * 10;
        let time = match () {
            () if seconds < 5 => return self.get(TIME_LEFT_LITTLE),
            () if seconds < 60 => self.count(SECONDS, seconds, &[]),
            () if minutes < 60 => self.count(MINUTES, minutes, &[]),
            () if tens.is_multiple_of(60) => self.count(HOURS, tens / 60, &[]),
            () => {
                let hours = self.count(HOURS, tens / 60, &[]);
                let minutes = self.count(MINUTES, tens % 60, &[]);
                self.fill(HOURS_AND_MINUTES, &[("hours", &hours), ("minutes", &minutes)])
            }
        };
        self.fill(TIME_LEFT, &[("time", &time)])
    }
}

/// The decimal unit that suits a size: its divisor and name.
fn unit(bytes: f64) -> (f64, Key) {
    // From 999.5 MB on, rounding would make it 1,000 MB.
    match bytes {
        bytes if bytes >= 999.5e6 => (1e9, GIGABYTES),
        bytes if bytes >= 999.5e3 => (1e6, MEGABYTES),
        bytes if bytes >= 1e3 => (1e3, KILOBYTES),
        _ => (1.0, BYTES),
    }
}

/// One digit behind the point below 10 and in gigabytes, none above.
fn decimals(bytes: f64, (divisor, name): (f64, Key)) -> u8 {
    u8::from(divisor > 1e3 && (bytes / divisor < 9.95 || name == GIGABYTES))
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use auraloader_core::dicom::StudyInfo;
    use auraloader_core::state::{Phase, Step};

    use super::super::tests::english;
    use super::*;

    pub(in crate::ui::words) fn with_studies(n: usize) -> State {
        let study = StudyInfo { images: 250, ..StudyInfo::default() };
        State { step: Step::Pending, studies: Arc::new(vec![study; n]), ..State::default() }
    }

    pub(in crate::ui::words) fn sending_at(bytes_sent: u64, bytes_total: u64) -> Progress {
        Progress { phase: Phase::Uploading, bytes_sent, bytes_total, ..Progress::default() }
    }

    #[test]
    fn sizes_are_decimal() {
        let (_owner, words) = english();
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
            assert_eq!(words.size(bytes).replace('\u{a0}', " "), text, "{bytes}");
        }
    }

    #[test]
    fn an_amount_is_in_the_unit_of_the_whole_and_not_whole_too_early() {
        let (_owner, words) = english();
        assert_eq!(words.amount(164_000_000, 264_000_000), "164 of 264\u{a0}MB");
        assert_eq!(words.amount(300_000_000, 4_000_000_000), "0.3 of 4\u{a0}GB");
        assert_eq!(words.amount(263_900_000, 264_000_000), "263 of 264\u{a0}MB");
        assert_eq!(words.amount(264_000_000, 264_000_000), "264 of 264\u{a0}MB");
    }

    #[test]
    fn time_left_gets_coarser() {
        let (_owner, words) = english();
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
            assert_eq!(words.time_left(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn one_is_singular() {
        let (_owner, words) = english();
        assert_eq!(words.heading(Screen::Pending, &with_studies(1)), "1 study found");
        assert_eq!(words.heading(Screen::Pending, &with_studies(2)), "2 studies found");
        assert_eq!(words.count(LEFT_OUT, 1, &[]), "1 file left out");
        let study = StudyInfo { images: 1, series_count: 1, ..StudyInfo::default() };
        assert_eq!(words.contents(&study), "1 image in 1 series");
        let state = State { total_bytes: 264_000_000, ..with_studies(2) };
        assert_eq!(words.upload(&state), "Upload 2 studies (264\u{a0}MB)");
    }

    #[test]
    fn sending_says_only_what_is_known() {
        let (_owner, words) = english();
        let mut progress = sending_at(164_000_000, 264_000_000);
        assert_eq!(words.sending(Screen::Uploading, &progress), "164 of 264\u{a0}MB");
        progress.bytes_per_second = 8_100_000.0;
        progress.seconds_left = Some(12.0);
        let all = "164 of 264\u{a0}MB · 8.1\u{a0}MB/s · about 12 seconds left";
        assert_eq!(words.sending(Screen::Uploading, &progress), all);
        assert_eq!(words.sending(Screen::Paused, &progress), "164 of 264\u{a0}MB");
        assert_eq!(words.sending(Screen::Uploading, &Progress::default()), "Getting ready");
        let state = State { progress, ..State::default() };
        assert_eq!(
            words.progress_text(Screen::Uploading, &state),
            "62\u{a0}%, 164 of 264\u{a0}MB, 8.1\u{a0}MB/s, about 12 seconds left"
        );
    }

    #[test]
    fn reading_counts_files_and_studies() {
        let (_owner, words) = english();
        let progress = Progress { files_done: 1240, files_total: 3000, ..Progress::default() };
        let state = State { progress, ..with_studies(2) };
        assert_eq!(words.reading(&state), "1,240 of 3,000 files · 2 studies so far");
        assert_eq!(words.reading(&State::default()), "Opening folders");
    }
}
