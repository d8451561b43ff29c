//! What can be done next: one main action a state, and the question before an upload is stopped.

use auraloader_core::state::{ErrorContext, State};
use leptos::prelude::*;

use super::context::Context;
use super::disclosure::on_escape;
use super::drop_zone::{Chooser, choose};
use super::element::{El, el};
use super::icon::{self, icon};
use super::intent::Intent;
use super::screen::Screen;
use super::words::{self, Key};

/// One button. Its name is its `data-action`, by which the keyboard's place and tests find it.
struct Action {
    name: &'static str,
    /// Classes: how much it stands out.
    class: &'static str,
    sign: &'static str,
    /// None where it counts the studies.
    label: Option<Key>,
    act: Act,
}

enum Act {
    Send(Intent),
    /// Asks first.
    Cancel,
    ChooseAnother,
}

const MAIN: &str = "button main";
const OTHER: &str = "button";
/// Takes something away.
const DANGER: &str = "button danger";

/// What can be done; offline is drawn within uploading, so that *Cancel* stays the same button.
fn possible(screen: Screen, state: &State) -> Vec<&'static str> {
    match screen {
        Screen::Start | Screen::Stopping => vec![],
        Screen::Resumable if is_at_hand(state) => vec!["go-on", "abandon"],
        Screen::Resumable => vec!["abandon"],
        Screen::Processing => vec!["stop"],
        Screen::NothingFound => vec!["try-another-folder"],
        Screen::Pending => vec!["upload", "back"],
        Screen::Uploading => vec!["pause", "cancel"],
        Screen::Offline => vec!["cancel"],
        Screen::Paused => vec!["carry-on", "cancel"],
        // Nothing answers any more: only a reload helps.
        Screen::Error if state.error.as_ref().is_some_and(|it| it.context == ErrorContext::Init) => vec![],
        Screen::Error if state.studies.is_empty() => vec!["start-afresh"],
        Screen::Error => vec!["try-again", "start-over"],
        Screen::Cancelled => vec!["start-again"],
        Screen::Complete => vec!["add-more"],
    }
}

/// Whether the files of what was left unfinished need not be chosen again.
pub(super) fn is_at_hand(state: &State) -> bool {
    state.unfinished.as_ref().is_some_and(|unfinished| unfinished.at_hand)
}

fn action(key: &str) -> Action {
    let (name, class, sign, label, act) = match key {
        "stop" => ("stop", OTHER, icon::X, Some(words::STOP), Act::Send(Intent::StopReading)),
        "try-another-folder" => {
            ("try-another-folder", MAIN, icon::FOLDER, Some(words::TRY_ANOTHER_FOLDER), Act::ChooseAnother)
        }
        "upload" => ("upload", MAIN, icon::UPLOAD, None, Act::Send(Intent::Upload)),
        "back" => ("cancel", OTHER, icon::X, Some(words::CANCEL), Act::Send(Intent::Reset)),
        "pause" => ("pause", OTHER, icon::PAUSE, Some(words::PAUSE), Act::Send(Intent::Pause)),
        "cancel" => ("cancel", OTHER, icon::X, Some(words::CANCEL), Act::Cancel),
        "carry-on" => ("carry-on", MAIN, icon::PLAY, Some(words::CARRY_ON), Act::Send(Intent::Resume)),
        "go-on" => ("go-on", MAIN, icon::PLAY, Some(words::CARRY_ON), Act::Send(Intent::GoOn)),
        "abandon" => ("start-afresh", OTHER, icon::X, Some(words::START_AFRESH), Act::Send(Intent::Abandon)),
        "try-again" => ("try-again", MAIN, icon::RETRY, Some(words::TRY_AGAIN), Act::Send(Intent::Upload)),
        "start-over" => ("start-over", OTHER, icon::X, Some(words::START_OVER), Act::Send(Intent::Reset)),
        "start-afresh" => {
            ("start-over", MAIN, icon::RETRY, Some(words::START_OVER), Act::Send(Intent::Reset))
        }
        "start-again" => {
            ("start-again", MAIN, icon::RETRY, Some(words::START_AGAIN), Act::Send(Intent::Reset))
        }
        _ => ("add-more", MAIN, icon::PLUS, Some(words::ADD_MORE), Act::Send(Intent::Reset)),
    };
    Action { name, class, sign, label, act }
}

/// The bar of buttons at the end.
pub(super) fn actions(context: Context) -> El {
    let Context { state, screen, .. } = context;
    let asking = RwSignal::new(false);
    let buttons = move || {
        el("div", &[("class", "buttons")]).list(
            move || {
                state.with(|state| possible(screen.get(), state).into_iter().map(str::to_owned).collect())
            },
            move |key| draw(context, action(key), asking),
        )
    };
    // Not by `:has(:empty)`: WebKit doesn't look again when buttons come.
    let is_idle = move || !asking.get() && state.with(|state| possible(screen.get(), state).is_empty());
    el("div", &[("class", "actions"), ("part", "actions")])
        .when(move || asking.get(), move || question(context, asking))
        .when(move || !asking.get(), buttons)
        .attr_of("hidden", move || is_idle().then(String::new))
        .effect(Box::new(move || {
            if !screen.get().is_transfer() && asking.get_untracked() {
                asking.set(false);
            }
        }))
}

fn draw(context: Context, Action { name, class, sign, label, act }: Action, asking: RwSignal<bool>) -> El {
    let button = button(name, class, sign, move || match &act {
        Act::Send(intent) => context.send(intent.clone()),
        Act::Cancel => {
            asking.set(true);
            to_action(context, "[data-action=keep-going]");
        }
        Act::ChooseAnother => {
            context.send(Intent::Reset);
            choose(context, Chooser::Folder);
        }
    });
    match label {
        Some(label) => button.text(&context.words.get(label)),
        None => button.text_of(move || context.state.with(|state| context.words.upload(state))),
    }
}

/// Whether the upload is to be stopped.
fn question(context: Context, asking: RwSignal<bool>) -> El {
    let keep_going = move || {
        asking.set(false);
        to_action(context, "[data-action=cancel]");
    };
    let says = |key| context.words.get(key);
    let asked = says(words::STOP_QUESTION);
    let text = el("p", &[])
        .child(el("strong", &[]).text(&asked))
        .text(" ")
        .child(el("span", &[("id", "consequence")]).text(&says(words::STOP_CONSEQUENCE)));
    let stop = button("stop-upload", DANGER, icon::X, move || context.send(Intent::Cancel));
    let buttons = el("div", &[("class", "buttons")])
        .child(button("keep-going", OTHER, icon::PLAY, keep_going).text(&says(words::KEEP_GOING)))
        .child(stop.text(&says(words::STOP_UPLOAD)));
    let attributes = [
        ("class", "question"),
        ("part", "question"),
        ("role", "alertdialog"),
        ("aria-label", &asked),
        ("aria-describedby", "consequence"),
    ];
    let escape = move |event: web_sys::Event| {
        event.stop_propagation();
        keep_going();
    };
    on_escape(el("div", &attributes), escape).child(text).child(buttons)
}

fn to_action(context: Context, selector: &'static str) {
    if let Some(focus) = context.focus() {
        focus.to_action(selector);
    }
}

/// A button without its words.
fn button(name: &str, class: &str, sign: &str, act: impl Fn() + 'static) -> El {
    el("button", &[("type", "button"), ("class", class), ("part", "button"), ("data-action", name)])
        .on("click", move |_| act())
        .child(icon(sign))
}
