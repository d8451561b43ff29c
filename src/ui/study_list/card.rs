//! One study: whose, what, when, how much; its series on opening, its progress while it is sent.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use auraloader_core::dicom::{SeriesInfo, StudyInfo};
use leptos::prelude::*;

use super::Studies;
use crate::ui::context::Context;
use crate::ui::disclosure::{close_on_escape, toggle};
use crate::ui::element::{El, Node, el, svg};
use crate::ui::icon::{self, icon};
use crate::ui::intent::Intent;
use crate::ui::near::{Rows, near, rows};
use crate::ui::screen::{Screen, Sent};
use crate::ui::words::{self, Words};

/// The height of a series, in CSS pixels; as `study_list.css` has it.
const ROW: usize = 37;

/// The card of the study with this Study Instance UID. From afar only the patient's name is there, unless it is to be whole
/// `always`: headings are gone through by keys, and names looked for on the page.
pub(super) fn card(context: Context, studies: Studies, uid: &str, name: &str, always: bool) -> El {
    let (card, open) = (el("li", &[("class", "card"), ("part", "card")]), RwSignal::new(false));
    let near = if always { RwSignal::new(true) } else { near(&card.node()) };
    let (uid, name) = (uid.to_owned(), name.to_owned());
    card.list(
        // Nobody's name is empty.
        move || vec![if near.get() { String::new() } else { name.clone() }],
        move |name| match name {
            "" => whole(context, studies, &uid, open),
            name => el("h3", &[]).text(name),
        },
    )
}

fn whole(context: Context, studies: Studies, uid: &str, open: RwSignal<bool>) -> El {
    let wanted = uid.to_owned();
    // One, or none when the card is about to go away.
    let study = Studies::new(move |_| {
        let mut found = Vec::new();
        studies.with(|studies| {
            if let Some(study) = studies.iter().find(|study| study.study_uid == wanted) {
                found.push(study.clone());
            }
        });
        Arc::new(found)
    });
    let says = context.words;
    let text = move |say: fn(Words, &StudyInfo) -> String| {
        study.with(|study| study.first().map(|study| say(says, study)).unwrap_or_default())
    };
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
    let card = close_on_escape(el("div", &[("class", "whole")]), open, toggle.node())
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
            let count = move || study.with(|study| study.first().map_or(0, |study| study.series.len()));
            let texts = move |rows: Range<usize>| {
                let mut texts = Vec::new();
                study.with(|study| {
                    let series = study.first().map(in_order).unwrap_or_default();
                    for (_, series) in series.get(rows).unwrap_or_default() {
                        texts.push(row(series, words).join("\0"));
                    }
                });
                texts
            };
            let series = Rows {
                count: Box::new(count),
                texts: Box::new(texts),
                classes: &["number", "name", "", "amount"],
                height: ROW,
            };
            rows(el("div", &[("class", "series"), ("role", "list")]), series)
        },
    )
}

/// The cells of one series.
fn row(series: &SeriesInfo, words: Words) -> [String; 4] {
    let SeriesInfo { series_number, series_description, modality, images, .. } = series;
    [series_number.clone(), series_description.clone(), modality.clone(), words.images(*images)]
}

/// By Series Number (IS, PS3.5 §6.2); those without one last.
fn in_order(study: &StudyInfo) -> Vec<(i64, &SeriesInfo)> {
    let mut series = Vec::<(i64, &SeriesInfo)>::with_capacity(study.series.len());
    // Insertion, as the generic sort weighs 4 KB of WebAssembly and a study has few series.
    for one in study.series.values() {
        let number = one.series_number.trim().parse().unwrap_or(i64::MAX);
        let at = series.partition_point(|(other, _)| *other <= number);
        series.insert(at, (number, one));
    }
    series
}

/// Waiting, on its way, sent.
fn progress(card: El, context: Context, uid: String) -> El {
    let Context { state, screen, .. } = context;
    let sent = Rc::new(move || {
        let screen = screen.get();
        state.with(|state| {
            let at = state.spans.iter().position(|span| span.study_uid == uid);
            let span = at.and_then(|at| state.spans.get(at)).map(|span| (span.start, span.end));
            let sent = at.and_then(|at| state.sent.get(at)).copied().unwrap_or(state.progress.bytes_sent);
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
        let order: Vec<_> =
            in_order(&study).into_iter().map(|(_, series)| series.series_number.as_str()).collect();
        assert_eq!(order, [" 1 ", "9", "10", ""]);
    }
}
