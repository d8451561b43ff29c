//! The studies as cards.

mod card;

use auraloader_core::dicom::StudyInfo;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use self::card::Card;
use super::context::Context;
use super::focus::Focus;
use super::screen::Screen;
use super::words;

/// One card a study, in the order of the state.
#[component]
pub(super) fn StudyList(
    /// The widget's parts.
    context: Context,
) -> impl IntoView {
    let studies = Memo::new(move |_| context.state.with(|state| state.studies.clone()));
    let shown = Memo::new(move |_| {
        !studies.with(|studies| studies.is_empty())
            && !matches!(context.screen.get(), Screen::Start | Screen::NothingFound | Screen::Cancelled)
    });
    let uids = move || {
        context.focus(keep_place);
        studies.with(|studies| studies.iter().map(|study| study.study_uid.clone()).collect::<Vec<_>>())
    };
    move || {
        shown.get().then(|| {
            view! {
                <ul class="cards" role="list" aria-label=words::STUDIES>
                    <For each=uids key=String::clone let:uid>
                        <Card context studies uid />
                    </For>
                </ul>
            }
        })
    }
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
    match studies.get(guess) {
        Some(study) if study.study_uid == uid => Some((guess, study)),
        _ => studies.iter().enumerate().find(|(_, study)| study.study_uid == uid),
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
