//! When the live region speaks: at a change of state and at every quarter, once each.

use super::screen::Screen;

/// What there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The state is another one.
    Change,
    /// A quarter of reading or sending was reached.
    Milestone(u8),
}

/// Remembers what was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announcer {
    screen: Screen,
    milestone: u8,
}

impl Announcer {
    /// Starts silent at the state that is drawn first.
    pub(super) fn new(screen: Screen, percent: u8) -> Self {
        Self { screen, milestone: quarter(percent) }
    }

    /// What to say now, if anything.
    pub(super) fn next(&mut self, screen: Screen, percent: u8) -> Option<Said> {
        let reached = quarter(percent);
        if screen != self.screen {
            *self = Self { screen, milestone: reached };
            return Some(Said::Change);
        }
        let speaks = matches!(screen, Screen::Processing | Screen::Uploading);
        // The number of files grows while folders are opened, so a percentage can fall back.
        if !speaks || reached <= self.milestone {
            return None;
        }
        self.milestone = reached;
        Some(Said::Milestone(reached))
    }
}

/// 100 % is a change of state, not a quarter.
fn quarter(percent: u8) -> u8 {
    (percent / 25 * 25).min(75)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_quarter_is_said_once() {
        let mut announcer = Announcer::new(Screen::Pending, 0);
        assert_eq!(announcer.next(Screen::Uploading, 0), Some(Said::Change));
        let said: Vec<_> =
            (0..=100).chain(20..=100).filter_map(|p| announcer.next(Screen::Uploading, p)).collect();
        assert_eq!(said, [25, 50, 75].map(Said::Milestone));
        assert_eq!(announcer.next(Screen::Complete, 100), Some(Said::Change));
        assert_eq!(announcer.next(Screen::Complete, 100), None);
    }

    #[test]
    fn carrying_on_does_not_repeat_a_quarter() {
        let mut announcer = Announcer::new(Screen::Paused, 62);
        assert_eq!(announcer.next(Screen::Uploading, 62), Some(Said::Change));
        assert_eq!(announcer.next(Screen::Uploading, 63), None);
        assert_eq!(announcer.next(Screen::Uploading, 80), Some(Said::Milestone(75)));
    }

    #[test]
    fn the_first_drawing_is_silent() {
        let mut announcer = Announcer::new(Screen::Start, 0);
        assert_eq!(announcer.next(Screen::Start, 0), None);
    }
}
