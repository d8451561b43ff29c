//! Status and the server's text after an error, in small type.

use leptos::prelude::*;

use super::context::Context;
use super::copy_button::copy_button;
use super::element::{El, el};
use super::screen::Screen;
use super::words;

/// The details of an error, below `frame`.
pub(super) fn problem(frame: El, context: Context) -> El {
    let Context { state, screen, words, .. } = context;
    let error =
        move || (screen.get() == Screen::Error).then(|| state.with(|state| state.error.clone())).flatten();
    // Drawn anew for another error only: the button says for a while that it has copied.
    frame.list(
        move || error().map(|error| words.error_report(&error)).into_iter().collect(),
        move |report| {
            let details = error().map(|error| words.error_details(&error)).unwrap_or_default();
            let report = report.to_owned();
            el("div", &[("class", "problem"), ("part", "problem")])
                .child(el("p", &[]).text(&details))
                .child(copy_button(context, words::COPY_DETAILS, Box::new(move || report.clone())))
        },
    )
}
