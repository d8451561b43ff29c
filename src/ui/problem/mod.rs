//! Status and the server's text after an error, in small type.

use std::sync::Arc;

use leptos::prelude::*;

use super::context::Context;
use super::copy_button::CopyButton;
use super::screen::Screen;
use super::words;

/// The details of an error.
#[component]
pub(super) fn Problem(
    /// The widget's parts.
    context: Context,
) -> impl IntoView {
    let Context { state, screen, .. } = context;
    let error = Memo::new(move |_| {
        (screen.get() == Screen::Error).then(|| state.with(|state| state.error.clone())).flatten()
    });
    move || {
        error.get().map(|error| {
            let details = words::error_details(&error);
            let report = words::error_report(&error);
            view! {
                <div class="problem" part="problem">
                    <p>{details}</p>
                    <CopyButton context label=words::COPY_DETAILS text=Arc::new(move || report.clone()) />
                </div>
            }
        })
    }
}
