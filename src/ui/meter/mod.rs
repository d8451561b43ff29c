//! The bar of the two long tasks, with what can be said of them.

use leptos::prelude::*;

use super::context::Context;
use super::element::{El, el};
use super::screen::Screen;
use super::words;

/// Percent, bar, facts, below `frame`.
pub(super) fn meter(frame: El, context: Context) -> El {
    let shown = context.on(|screen| screen == Screen::Processing || screen.is_transfer());
    frame.when(shown, move || draw(context))
}

fn draw(context: Context) -> El {
    let Context { state, screen, words: says, .. } = context;
    let percent = move || state.with(|state| state.progress.percent());
    // Before the first folder is listed, and before the archive is planned, nothing can be said.
    let known = move || {
        state.with(|state| match screen.get() {
            Screen::Processing => state.progress.files_total > 0,
            _ => state.progress.bytes_total > 0,
        })
    };
    let facts = move || {
        state.with(|state| match screen.get() {
            Screen::Processing => says.reading(state),
            screen => says.sending(screen, &state.progress),
        })
    };
    let at_rest = context.on(|screen| matches!(screen, Screen::Paused | Screen::Offline));
    let keep_open = context.on(|screen| screen == Screen::Uploading);
    let line =
        el("div", &[("class", "meter-line")]).child(el("span", &[("class", "facts")]).text_of(facts)).child(
            el("span", &[("class", "percent")])
                .text_of(move || if known() { says.percentage(percent()) } else { String::new() }),
        );
    let bar = el("div", &[("role", "progressbar"), ("aria-valuemin", "0"), ("aria-valuemax", "100")])
        .class_of(move || if known() { "bar" } else { "bar unknown" })
        .attr_of("aria-label", move || {
            let reads = screen.get() == Screen::Processing;
            Some(says.get(if reads { words::READING } else { words::UPLOADING }))
        })
        .attr_of("aria-valuenow", move || known().then(|| percent().to_string()))
        .attr_of("aria-valuetext", move || Some(state.with(|state| says.progress_text(screen.get(), state))))
        .child(el("div", &[("class", "fill"), ("part", "bar")]).width_of(percent));
    el("div", &[("part", "progress")])
        .class_of(move || if at_rest() { "meter rest" } else { "meter" })
        .child(line)
        .child(bar)
        .child(el("p", &[("class", "hint")]).text_of(move || {
            let key = if context.may_sleep.get() { words::KEEP_AWAKE } else { words::KEEP_OPEN };
            if keep_open() { says.get(key) } else { String::new() }
        }))
}
