//! What every component is given.

use auraloader_core::state::State;
use leptos::prelude::*;

use super::focus::Focus;
use super::intent::{Intent, Intents};
use super::screen::Screen;

/// Cheap to copy into closures; each part lives as long as the mounted widget.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) state: RwSignal<State>,
    pub(super) screen: Memo<Screen>,
    intents: StoredValue<Intents, LocalStorage>,
    focus: StoredValue<Focus, LocalStorage>,
    spoken: RwSignal<String>,
}

impl Context {
    pub(super) fn new(state: RwSignal<State>, intents: Intents, focus: Focus) -> Self {
        let focus = StoredValue::new_local(focus);
        let screen = Memo::new(move |before: Option<&Screen>| {
            let now = state.with(Screen::of);
            // Here nothing of the page has changed yet.
            match before {
                Some(before) if *before == now => {}
                Some(Screen::Uploading | Screen::Offline)
                    if matches!(now, Screen::Uploading | Screen::Offline) =>
                {
                    focus.with_value(|focus| focus.keep(|_| None));
                }
                Some(_) => focus.with_value(Focus::to_heading),
                None => {}
            }
            now
        });
        Self {
            state,
            screen,
            intents: StoredValue::new_local(intents),
            focus,
            spoken: RwSignal::new(String::new()),
        }
    }

    /// Sends what the person asked for.
    pub(super) fn send(self, intent: Intent) {
        // A copy, as the handler may unmount the widget that holds it.
        let intents = self.intents.try_get_value();
        if let Some(intents) = intents {
            intents.send(intent);
        }
    }

    /// Lets `task` use the focus.
    pub(super) fn focus<T>(self, task: impl FnOnce(&Focus) -> T) -> Option<T> {
        self.focus.try_with_value(task)
    }

    /// Puts a text into the live region.
    pub(super) fn say(self, text: String) {
        // Gone if a promise settled after the widget.
        let _ = self.spoken.try_set(text);
    }

    /// What the live region holds.
    pub(super) fn spoken(self) -> String {
        self.spoken.get()
    }

    /// Whether the state drawn is one of some kind; changes only with the answer.
    pub(super) fn on(self, kind: fn(Screen) -> bool) -> Memo<bool> {
        Memo::new(move |_| kind(self.screen.get()))
    }
}
