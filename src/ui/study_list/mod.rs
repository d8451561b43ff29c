//! The studies as cards.

mod card;

use std::sync::Arc;

use auraloader_core::dicom::StudyInfo;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use self::card::card;
use super::context::Context;
use super::element::{El, el};
use super::focus::Focus;
use super::screen::Screen;
use super::words;

/// Studies as the state has them, or one of them: each type that a memo holds brings its own code.
type Studies = Memo<Arc<Vec<StudyInfo>>>;

/// One card a study, in the order of the state, below `frame`.
pub(super) fn study_list(frame: El, context: Context) -> El {
    let studies = Studies::new(move |_| context.state.with(|state| state.studies.clone()));
    let shown = move || {
        !studies.with(|studies| studies.is_empty())
            && !context.screen.get().is_start()
            && !matches!(context.screen.get(), Screen::NothingFound | Screen::Cancelled)
    };
    let uids = move || {
        context.focus().iter().for_each(keep_place);
        studies.with(|studies| studies.iter().map(|study| study.study_uid.clone()).collect())
    };
    frame.when(shown, move || {
        el("ul", &[("class", "cards"), ("role", "list"), ("aria-label", &context.words.get(words::STUDIES))])
            .list(uids, move |uid| card(context, studies, uid))
    })
}

/// When a card goes away under the keyboard, the one that takes its place goes on.
fn keep_place(focus: &Focus) {
    let index = focus
        .active()
        .and_then(|element| element.closest(".card").ok().flatten())
        .and_then(|card| preceding(&card));
    if let Some(index) = index {
        focus.keep(move |focus| {
            let cards = focus.find(".cards")?.children();
            let last = cards.length().checked_sub(1)?;
            let card = cards.item(u32::min(index, last))?;
            card.query_selector(".remove").ok().flatten()?.dyn_into::<HtmlElement>().ok()
        });
    }
}

/// How many cards come before `card`.
fn preceding(card: &web_sys::Element) -> Option<u32> {
    let siblings = card.parent_element()?.children();
    (0..siblings.length()).find(|&index| siblings.item(index).as_ref() == Some(card))
}

/// The study with `uid`; `guess` is where it was last time, so that finding all of them is not quadratic.
fn find<'a>(studies: &'a [StudyInfo], uid: &str, guess: usize) -> Option<(usize, &'a StudyInfo)> {
    find_by(studies, guess, |study| study.study_uid == uid)
}

/// The first that `is` it, looked for at `guess` before all others.
fn find_by<T>(all: &[T], guess: usize, is: impl Fn(&T) -> bool) -> Option<(usize, &T)> {
    match all.get(guess) {
        Some(one) if is(one) => Some((guess, one)),
        _ => all.iter().enumerate().find(|(_, one)| is(one)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_is_found_with_a_right_and_a_wrong_guess() {
        let studies = ["1.1", "1.2"].map(|uid| StudyInfo { study_uid: uid.into(), ..StudyInfo::default() });
        for guess in 0..4 {
            assert_eq!(find(&studies, "1.2", guess).map(|(index, _)| index), Some(1));
        }
        assert_eq!(find(&studies, "1.3", 0), None);
    }
}
