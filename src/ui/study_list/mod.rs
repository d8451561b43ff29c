//! The studies as cards.

mod card;

use std::cell::Cell;
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

/// The first so many cards are always there as a whole: few discs have more.
const ALWAYS: usize = 24;

/// One card a study, in the order of the state, below `frame`.
pub(super) fn study_list(frame: El, context: Context) -> El {
    let studies = Studies::new(move |_| context.state.with(|state| state.studies.clone()));
    let shown = move || {
        !studies.with(|studies| studies.is_empty())
            && !context.screen.get().is_start()
            && !matches!(context.screen.get(), Screen::NothingFound | Screen::Cancelled)
    };
    let cards = move || {
        context.focus().iter().for_each(keep_place);
        let mut keys = Vec::new();
        studies.with(|studies| {
            for study in studies.iter() {
                keys.push([&study.study_uid, "\0", &context.words.patient(study)].concat());
            }
        });
        keys
    };
    frame.when(shown, move || {
        let drawn = Cell::new(0);
        el("ul", &[("class", "cards"), ("role", "list"), ("aria-label", &context.words.get(words::STUDIES))])
            .list(cards, move |key| {
                let (uid, name) = key.split_once('\0').unwrap_or_default();
                drawn.set(drawn.get() + 1);
                card(context, studies, uid, name, drawn.get() <= ALWAYS)
            })
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
