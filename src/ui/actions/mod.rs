//! What can be done next: one main action a state, and the question before an upload is stopped.

use auraloader_core::state::ErrorContext;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::context::Context;
use super::drop_zone::{Chooser, choose};
use super::icon::{self, icon};
use super::intent::Intent;
use super::screen::Screen;
use super::words;

/// How much a button stands out.
#[derive(Clone, Copy)]
enum Weight {
    Main,
    Other,
    /// Takes something away.
    Danger,
}

/// The bar of buttons at the end.
#[component]
pub(super) fn Actions(
    /// The widget's parts.
    context: Context,
) -> impl IntoView {
    let asking = RwSignal::new(false);
    // Offline is drawn within uploading, so that *Cancel* stays the same button.
    let screen = Memo::new(move |_| match context.screen.get() {
        Screen::Offline => Screen::Uploading,
        screen => screen,
    });
    Effect::new(move || {
        if !screen.get().is_transfer() {
            asking.set(false);
        }
    });
    let upload = Memo::new(move |_| context.state.with(words::upload));
    let offline = context.on(|screen| screen == Screen::Offline);
    let kept = Memo::new(move |_| context.state.with(|state| !state.studies.is_empty()));
    // Nothing answers any more: only a reload helps.
    let broken = Memo::new(move |_| {
        context
            .state
            .with(|state| state.error.as_ref().is_some_and(|error| error.context == ErrorContext::Init))
    });
    let button = move |name, weight, sign, label: &'static str, intent: Intent| {
        action(name, weight, sign, move || label.to_owned(), move || context.send(intent.clone()))
    };
    let cancel = move || {
        action(
            "cancel",
            Weight::Other,
            icon::X,
            || words::CANCEL.to_owned(),
            move || {
                asking.set(true);
                context.focus(|focus| focus.to_action("[data-action=keep-going]"));
            },
        )
    };
    let keep_going = move || {
        asking.set(false);
        context.focus(|focus| focus.to_action("[data-action=cancel]"));
    };
    let question = move || {
        let escape = move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                keep_going();
            }
        };
        view! {
            <div class="question" part="question" role="alertdialog" aria-label=words::STOP_QUESTION
                aria-describedby="consequence" on:keydown=escape>
                <p><strong>{words::STOP_QUESTION}</strong>" "<span id="consequence">{words::STOP_CONSEQUENCE}</span></p>
                <div class="buttons">
                    {action("keep-going", Weight::Other, icon::PLAY, || words::KEEP_GOING.to_owned(), keep_going)}
                    {button("stop-upload", Weight::Danger, icon::X, words::STOP_UPLOAD, Intent::Cancel)}
                </div>
            </div>
        }
        .into_any()
    };
    let buttons = move || {
        match screen.get() {
        Screen::Start | Screen::Stopping => ().into_any(),
        Screen::Processing => button("stop", Weight::Other, icon::X, words::STOP, Intent::StopReading),
        Screen::NothingFound => action(
            "try-another-folder",
            Weight::Main,
            icon::FOLDER,
            || words::TRY_ANOTHER_FOLDER.to_owned(),
            move || {
                context.send(Intent::Reset);
                choose(context, Chooser::Folder);
            },
        ),
        Screen::Pending => view! {
            {action("upload", Weight::Main, icon::UPLOAD, move || upload.get(), move || context.send(Intent::Upload))}
            {button("cancel", Weight::Other, icon::X, words::CANCEL, Intent::Reset)}
        }
        .into_any(),
        Screen::Uploading | Screen::Offline => view! {
            {move || (!offline.get()).then(|| button("pause", Weight::Other, icon::PAUSE, words::PAUSE, Intent::Pause))}
            {cancel()}
        }
        .into_any(),
        Screen::Paused => view! {
            {button("carry-on", Weight::Main, icon::PLAY, words::CARRY_ON, Intent::Resume)}
            {cancel()}
        }
        .into_any(),
        Screen::Error => view! {
            {move || if broken.get() {
                ().into_any()
            } else if kept.get() {
                view! {
                    {button("try-again", Weight::Main, icon::RETRY, words::TRY_AGAIN, Intent::Upload)}
                    {button("start-over", Weight::Other, icon::X, words::START_OVER, Intent::Reset)}
                }.into_any()
            } else {
                button("start-over", Weight::Main, icon::RETRY, words::START_OVER, Intent::Reset)
            }}
        }
        .into_any(),
        Screen::Cancelled => button("start-again", Weight::Main, icon::RETRY, words::START_AGAIN, Intent::Reset),
        Screen::Complete => button("add-more", Weight::Main, icon::PLUS, words::ADD_MORE, Intent::Reset),
    }
    };
    move || {
        let content =
            if asking.get() { question() } else { view! { <div class="buttons">{buttons}</div> }.into_any() };
        view! { <div class="actions" part="actions">{content}</div> }
    }
}

/// One button; `name` becomes its `data-action`, by which the keyboard's place and tests find it.
fn action(
    name: &'static str,
    weight: Weight,
    sign: &'static str,
    label: impl Fn() -> String + Send + 'static,
    act: impl Fn() + 'static,
) -> AnyView {
    let class = match weight {
        Weight::Main => "button main",
        Weight::Other => "button",
        Weight::Danger => "button danger",
    };
    view! {
        <button type="button" class=class part="button" data-action=name on:click=move |_| act()>{icon(sign)}{label}</button>
    }
    .into_any()
}
