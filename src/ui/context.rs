//! What every component is given.

use auraloader_core::state::State;
use leptos::prelude::*;

use super::Model;
use super::element::Node;
use super::focus::Focus;
use super::intent::{Intent, Intents};
use super::screen::Screen;
use super::words::{Language, Words};

/// Cheap to copy into closures; each part lives as long as the mounted widget.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) state: RwSignal<State>,
    pub(super) may_sleep: RwSignal<bool>,
    pub(super) screen: Memo<Screen>,
    pub(super) words: Words,
    parts: StoredValue<Parts, LocalStorage>,
}

#[derive(Clone)]
struct Parts {
    intents: Intents,
    focus: Focus,
    spoken: Node,
}

impl Context {
    pub(super) fn new(model: Model, intents: Intents, focus: Focus, language: Language) -> Self {
        let Model { state, may_sleep } = model;
        let parts = StoredValue::new_local(Parts { intents, focus, spoken: Node::text("") });
        let screen = Memo::new(move |before: Option<&Screen>| {
            let now = state.with(Screen::of);
            // Here nothing of the page has changed yet.
            match before {
                Some(before) if *before == now => {}
                // It turns out as the page opens: nobody has done anything yet.
                Some(Screen::Start) if now == Screen::Resumable => {}
                Some(Screen::Uploading | Screen::Offline)
                    if matches!(now, Screen::Uploading | Screen::Offline) =>
                {
                    parts.with_value(|parts| parts.focus.keep(|_| None));
                }
                Some(_) => parts.with_value(|parts| parts.focus.to_heading()),
                None => {}
            }
            now
        });
        Self { state, may_sleep, screen, words: Words::new(language), parts }
    }

    /// Sends what the person asked for.
    pub(super) fn send(self, intent: Intent) {
        // A copy, as the handler may unmount the widget that holds it.
        let parts = self.parts.try_get_value();
        if let Some(parts) = parts {
            parts.intents.send(intent);
        }
    }

    /// What moves the focus, while the widget is there.
    pub(super) fn focus(self) -> Option<Focus> {
        self.parts.try_get_value().map(|parts| parts.focus)
    }

    /// Puts a text into the live region.
    pub(super) fn say(self, text: &str) {
        // Gone if a promise settled after the widget.
        if let Some(spoken) = self.spoken() {
            spoken.say(text);
        }
    }

    /// The text in the live region.
    pub(super) fn spoken(self) -> Option<Node> {
        self.parts.try_get_value().map(|parts| parts.spoken)
    }

    /// Whether the state drawn is one of some kind.
    pub(super) fn on(self, kind: fn(Screen) -> bool) -> impl Fn() -> bool + Copy {
        move || kind(self.screen.get())
    }
}
