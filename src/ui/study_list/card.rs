//! One study: whose, what, when, how much; its series on opening, its progress while it is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auraloader_core::dicom::{SeriesInfo, StudyInfo};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::find;
use crate::ui::context::Context;
use crate::ui::icon::{self, icon};
use crate::ui::intent::Intent;
use crate::ui::screen::{Screen, Sent};
use crate::ui::words;

/// One card.
#[component]
pub(super) fn Card(
    /// The widget's parts.
    context: Context,
    /// All studies.
    studies: Memo<Arc<Vec<StudyInfo>>>,
    /// Study Instance UID of the one to draw.
    uid: String,
) -> impl IntoView {
    let study = {
        let (uid, guess) = (uid.clone(), AtomicUsize::new(0));
        Memo::new(move |_| {
            studies.with(|studies| {
                let (index, study) = find(studies, &uid, guess.load(Ordering::Relaxed))?;
                guess.store(index, Ordering::Relaxed);
                Some(study.clone())
            })
        })
    };
    // The last word of a card that is about to go away stays empty.
    let text = move |words: fn(&StudyInfo) -> String| {
        study.with(|study| study.as_ref().map(words).unwrap_or_default())
    };
    let open = RwSignal::new(false);
    let toggle = NodeRef::<leptos::html::Button>::new();
    let close = move |event: KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            if let Some(button) = toggle.get_untracked() {
                // A button can be focused.
                let _ = button.focus();
            }
        }
    };
    let removable = context.on(|screen| screen == Screen::Pending);
    let remove = StoredValue::new(uid.clone());
    view! {
        <li class="card" part="card" on:keydown=close>
            <div class="tile">
                {icon(icon::IMAGE)}
                <span>{move || text(|study| study.modalities.first().cloned().unwrap_or_default())}</span>
            </div>
            <div class="card-body">
                <h3>{move || text(words::patient)}</h3>
                <p>{move || text(words::description)}</p>
                <p>{move || text(words::origin)}</p>
                {move || warnings(study)}
            </div>
            <button type="button" class="button plain toggle" part="toggle" node_ref=toggle
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)>
                {move || text(words::contents)}{icon(icon::CHEVRON)}
            </button>
            {move || removable.get().then(|| view! {
                <button type="button" class="button plain remove" part="remove" data-action="remove"
                    aria-label=move || text(words::remove)
                    on:click=move |_| context.send(Intent::RemoveStudy(remove.get_value()))>
                    {icon(icon::TRASH)}<span>{words::REMOVE}</span>
                </button>
            })}
            {move || open.get().then(|| series(study))}
            <CardProgress context uid />
        </li>
    }
}

fn warnings(study: Memo<Option<StudyInfo>>) -> Option<AnyView> {
    let warnings = study.with(|study| study.as_ref().map(|study| study.warnings.clone()))?;
    if warnings.is_empty() {
        return None;
    }
    let items = warnings
        .into_iter()
        .map(|warning| view! { <li>{icon(icon::ALERT)}<span>{words::warning(warning)}</span></li> })
        .collect_view();
    Some(view! { <ul class="warnings" role="list">{items}</ul> }.into_any())
}

fn series(study: Memo<Option<StudyInfo>>) -> AnyView {
    let rows =
        move || study.with(|study| study.as_ref().map(|study| in_order(study).map(row).collect_view()));
    view! { <ul class="series" role="list">{rows}</ul> }.into_any()
}

fn row(series: &SeriesInfo) -> AnyView {
    view! {
        <li>
            <span class="number">{series.series_number.clone()}</span>
            <span class="name">{series.series_description.clone()}</span>
            <span>{series.modality.clone()}</span>
            <span class="amount">{words::images(series.images)}</span>
        </li>
    }
    .into_any()
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
#[component]
fn CardProgress(
    /// The widget's parts.
    context: Context,
    /// Study Instance UID.
    uid: String,
) -> impl IntoView {
    let Context { state, screen, .. } = context;
    let spans = Memo::new(move |_| state.with(|state| state.spans.clone()));
    let span = Memo::new(move |_| {
        spans.with(|spans| spans.iter().find(|span| span.study_uid == uid).map(|span| (span.start, span.end)))
    });
    let sent = Memo::new(move |_| match screen.get() {
        Screen::Complete => Some(Sent::Wholly),
        Screen::Uploading | Screen::Offline | Screen::Paused => {
            Some(Sent::of(span.get(), state.with(|state| state.progress.bytes_sent)))
        }
        Screen::Error => {
            span.get().map(|span| Sent::of(Some(span), state.with(|state| state.progress.bytes_sent)))
        }
        _ => None,
    });
    let shown = Memo::new(move |_| sent.get().is_some());
    let word = move || sent.get().map(words::sent);
    let sign = Memo::new(move |_| match sent.get() {
        Some(Sent::Wholly) => icon::CHECK,
        Some(Sent::Partly(_)) => icon::UPLOAD,
        _ => icon::CLOCK,
    });
    let width = move || match sent.get() {
        Some(Sent::Wholly) => "100%".to_owned(),
        Some(Sent::Partly(percent)) => format!("{percent}%"),
        _ => "0%".to_owned(),
    };
    move || {
        shown.get().then(|| {
            view! {
                <div class="card-progress" class:done=move || sent.get() == Some(Sent::Wholly)>
                    <div class="bar" aria-hidden="true"><div class="fill" style:width=width></div></div>
                    <span class="sent">{move || icon(sign.get())}{word}</span>
                </div>
            }
        })
    }
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
            .into();
        let study = StudyInfo { series, ..StudyInfo::default() };
        let order: Vec<_> = in_order(&study).map(|series| series.series_number.as_str()).collect();
        assert_eq!(order, [" 1 ", "9", "10", ""]);
    }
}
