//! One study: whose, what, when, how much; its series on opening, its progress while it is sent.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auraloader_core::dicom::{SeriesInfo, StudyInfo};
use leptos::prelude::*;

use super::{Studies, find, find_by};
use crate::ui::context::Context;
use crate::ui::disclosure::{close_on_escape, toggle};
use crate::ui::element::{El, Node, el, svg};
use crate::ui::icon::{self, icon};
use crate::ui::intent::Intent;
use crate::ui::screen::{Screen, Sent};
use crate::ui::words::{self, Words};

/// The card of the study with this Study Instance UID.
pub(super) fn card(context: Context, studies: Studies, uid: &str) -> El {
    let study = {
        let (uid, guess) = (uid.to_owned(), AtomicUsize::new(0));
        // One, or none when the card is about to go away.
        Studies::new(move |_| {
            studies.with(|studies| {
                let found = find(studies, &uid, guess.load(Ordering::Relaxed));
                Arc::new(
                    found
                        .into_iter()
                        .map(|(index, study)| {
                            guess.store(index, Ordering::Relaxed);
                            study.clone()
                        })
                        .collect(),
                )
            })
        })
    };
    let says = context.words;
    let text = move |say: fn(Words, &StudyInfo) -> String| {
        study.with(|study| study.first().map(|study| say(says, study)).unwrap_or_default())
    };
    let open = RwSignal::new(false);
    let toggle = toggle(open, "button plain toggle", |button| button.text_of(move || text(Words::contents)));
    toggle.node().put("part", "toggle");
    // `npm/src/previews.ts` finds it by that, and puts a picture over the icon.
    let tile = el("div", &[("class", "tile"), ("data-study", uid)]).child(icon(icon::IMAGE)).child(
        el("span", &[])
            .text_of(move || text(|_, study| study.modalities.first().cloned().unwrap_or_default())),
    );
    let body = el("div", &[("class", "card-body")])
        .child(el("h3", &[]).text_of(move || text(Words::patient)))
        .child(el("p", &[]).text_of(move || text(|_, study| words::description(study))))
        .child(el("p", &[]).text_of(move || text(Words::origin)));
    let card = el("li", &[("class", "card"), ("part", "card")]);
    let card = close_on_escape(card, open, toggle.node())
        .child(tile)
        .child(warnings(body, study, says))
        .child(toggle);
    let (removed, sent) = (uid.to_owned(), uid.to_owned());
    let card = card.when(context.on(|screen| screen == Screen::Pending), move || {
        let uid = removed.clone();
        let attributes = [
            ("type", "button"),
            ("class", "button plain remove"),
            ("part", "remove"),
            ("data-action", "remove"),
        ];
        el("button", &attributes)
            .attr_of("aria-label", move || Some(text(Words::remove)))
            .on("click", move |_| context.send(Intent::RemoveStudy(uid.clone())))
            .child(icon(icon::TRASH))
            .child(el("span", &[]).text(&says.get(words::REMOVE)))
    });
    progress(series(card, study, open, says), context, sent)
}

fn warnings(body: El, study: Studies, words: Words) -> El {
    let warnings = move || {
        study.with(|study| {
            study
                .iter()
                .flat_map(|study| &study.warnings)
                .copied()
                .map(|it| words.warning(it))
                .collect::<Vec<_>>()
        })
    };
    body.when(
        move || !warnings().is_empty(),
        move || {
            el("ul", &[("class", "warnings"), ("role", "list")]).list(warnings, |warning| {
                el("li", &[]).child(icon(icon::ALERT)).child(el("span", &[]).text(warning))
            })
        },
    )
}

fn series(card: El, study: Studies, open: RwSignal<bool>, words: Words) -> El {
    card.when(
        move || open.get(),
        move || {
            el("ul", &[("class", "series"), ("role", "list")]).list(
                // What is read is in the key, so that a row is drawn anew when it changes.
                move || {
                    study.with(|study| {
                        study.iter().flat_map(in_order).map(|series| row(series, words).join("\0")).collect()
                    })
                },
                |row| {
                    let classes = ["number", "name", "", "amount"];
                    let cells = row.split('\0').zip(classes);
                    el("li", &[])
                        .children(cells.map(|(text, class)| el("span", &[("class", class)]).text(text)))
                },
            )
        },
    )
}

/// The cells of one series.
fn row(series: &SeriesInfo, words: Words) -> [String; 4] {
    let SeriesInfo { series_number, series_description, modality, images, .. } = series;
    [series_number.clone(), series_description.clone(), modality.clone(), words.images(*images)]
}

/// By Series Number (IS, PS3.5 §6.2); those without one last.
fn in_order(study: &StudyInfo) -> impl Iterator<Item = &SeriesInfo> {
    let mut series = Vec::<(i64, &SeriesInfo)>::with_capacity(study.series.len());
    // Insertion, as the generic sort weighs 4 KB of WebAssembly and a study has few series.
    for one in study.series.values() {
        let number = one.series_number.trim().parse().unwrap_or(i64::MAX);
        let at = series.partition_point(|(other, _)| *other <= number);
        series.insert(at, (number, one));
    }
    series.into_iter().map(|(_, one)| one)
}

/// Waiting, on its way, sent.
fn progress(card: El, context: Context, uid: String) -> El {
    let Context { state, screen, .. } = context;
    let guess = Cell::new(0);
    let sent = Rc::new(move || {
        let screen = screen.get();
        state.with(|state| {
            let found = find_by(&state.spans, guess.get(), |span| span.study_uid == uid);
            let span = found.map(|(index, span)| {
                guess.set(index);
                (span.start, span.end)
            });
            let sent = state.sent.get(guess.get()).copied().unwrap_or(state.progress.bytes_sent);
            match screen {
                Screen::Complete => Some(Sent::Wholly),
                Screen::Uploading | Screen::Offline | Screen::Paused => Some(Sent::of(span, sent)),
                Screen::Error => span.map(|span| Sent::of(Some(span), sent)),
                _ => None,
            }
        })
    });
    let shown = Rc::clone(&sent);
    card.when(
        move || shown().is_some(),
        move || {
            let (sign, word) = (svg("path", &[]), Node::text(""));
            let fill = el("div", &[("class", "fill")]);
            let (path, bar) = (sign.node(), fill.node());
            let line = el("span", &[("class", "sent")])
                .child(svg("svg", icon::ATTRIBUTES).child(sign))
                .with_node(&word);
            let progress = el("div", &[])
                .child(el("div", &[("class", "bar"), ("aria-hidden", "true")]).child(fill))
                .child(line);
            let (whole, sent) = (progress.node(), Rc::clone(&sent));
            let mut last = None;
            // One effect for all of it: there can be thousands of cards.
            progress.effect(Box::new(move || {
                let Some(now) = sent().filter(|now| last != Some(*now)) else { return };
                last = Some(now);
                let (class, sign, percent) = match now {
                    Sent::Wholly => ("card-progress done", icon::CHECK, 100),
                    Sent::Partly(percent) => ("card-progress", icon::UPLOAD, percent),
                    Sent::Waiting => ("card-progress", icon::CLOCK, 0),
                };
                whole.put("class", class);
                path.put("d", sign);
                word.say(&context.words.sent(now));
                bar.widen(percent);
            }))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_ordered_by_number_not_by_uid_or_text() {
        let numbers = [("1.1", "10"), ("1.2", ""), ("1.3", "9"), ("1.4", " 1 ")];
        let series = numbers
            .map(|(uid, number)| {
                (uid.to_owned(), SeriesInfo { series_number: number.into(), ..SeriesInfo::default() })
            })
            .into_iter()
            .collect();
        let study = StudyInfo { series, ..StudyInfo::default() };
        let order: Vec<_> = in_order(&study).map(|series| series.series_number.as_str()).collect();
        assert_eq!(order, [" 1 ", "9", "10", ""]);
    }
}
