//! What opens below a button; Escape inside closes it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, KeyboardEvent};

use super::element::{El, Node, el};
use super::icon::{self, icon};

/// The button that opens and closes; `label` puts on it what it says. What opens follows `open`.
pub(super) fn disclosure(open: RwSignal<bool>, class: &str, label: impl FnOnce(El) -> El) -> El {
    let button = toggle(open, class, label);
    let whole = el("div", &[("class", "disclosure")]);
    close_on_escape(whole, open, button.node()).child(button)
}

/// The button alone.
pub(super) fn toggle(open: RwSignal<bool>, class: &str, label: impl FnOnce(El) -> El) -> El {
    let button = el("button", &[("type", "button"), ("class", class)])
        .attr_of("aria-expanded", move || Some(open.get().to_string()))
        .on("click", move |_| open.update(|open| *open = !*open));
    label(button).child(icon(icon::CHEVRON))
}

/// Escape within `whole` closes, and the keyboard goes back to the button.
pub(super) fn close_on_escape(whole: El, open: RwSignal<bool>, button: Node) -> El {
    on_escape(whole, move |event| {
        if open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            // A button can be focused.
            let _ = button.html().focus();
        }
    })
}

/// Calls `act` when Escape is pressed within `whole`.
pub(super) fn on_escape(whole: El, act: impl Fn(Event) + 'static) -> El {
    whole.on("keydown", move |event| {
        if event.unchecked_ref::<KeyboardEvent>().key() == "Escape" {
            act(event);
        }
    })
}
