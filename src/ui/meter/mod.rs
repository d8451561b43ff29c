//! The bar of the two long tasks, with what can be said of them.

use leptos::prelude::*;

use super::context::Context;
use super::screen::{Screen, progress_percent};
use super::words;

/// Percent, bar, facts.
#[component]
pub(super) fn Meter(
    /// The widget's parts.
    context: Context,
) -> impl IntoView {
    let Context { state, screen, .. } = context;
    let shown = context.on(|screen| screen == Screen::Processing || screen.is_transfer());
    let percent = Memo::new(move |_| state.with(progress_percent));
    // Before the first folder is listed, and before the archive is planned, nothing can be said.
    let known = Memo::new(move |_| {
        state.with(|state| match screen.get() {
            Screen::Processing => state.progress.files_total > 0,
            _ => state.progress.bytes_total > 0,
        })
    });
    let facts = Memo::new(move |_| {
        state.with(|state| match screen.get() {
            Screen::Processing => words::reading(state),
            screen => words::sending(screen, &state.progress),
        })
    });
    let text = Memo::new(move |_| state.with(|state| words::progress_text(screen.get(), state)));
    let label = move || if screen.get() == Screen::Processing { words::READING } else { words::UPLOADING };
    let at_rest = context.on(|screen| matches!(screen, Screen::Paused | Screen::Offline));
    let keep_open = context.on(|screen| screen == Screen::Uploading);
    move || {
        shown.get().then(|| {
            view! {
                <div class="meter" part="progress" class:rest=at_rest>
                    <div class="meter-line">
                        <span class="facts">{facts}</span>
                        <span class="percent">{move || known.get().then(|| words::percentage(percent.get()))}</span>
                    </div>
                    <div class="bar" class:unknown=move || !known.get() role="progressbar" aria-label=label
                        aria-valuemin="0" aria-valuemax="100"
                        aria-valuenow=move || known.get().then(|| percent.get().to_string())
                        aria-valuetext=text>
                        <div class="fill" part="bar" style:width=move || format!("{}%", percent.get())></div>
                    </div>
                    <p class="hint">{move || keep_open.get().then_some(words::KEEP_OPEN)}</p>
                </div>
            }
        })
    }
}
