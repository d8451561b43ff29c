//! What the widget hears from the page as a whole: whether it is online.

use wasm_bindgen::prelude::*;
use web_sys::window;

/// Tells whether the browser is online whenever that changes, until it is dropped.
pub(super) struct OnlineListener(Closure<dyn Fn()>);

const EVENTS: [&str; 2] = ["online", "offline"];

impl OnlineListener {
    pub(super) fn new(tell: impl Fn(bool) + 'static) -> Self {
        let listener = Closure::<dyn Fn()>::new(move || tell(is_online()));
        for event in EVENTS {
            let added = window()
                .map(|page| page.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref()));
            debug_assert!(added.is_none_or(|added| added.is_ok()), "listening to a window can't fail");
        }
        Self(listener)
    }
}

impl Drop for OnlineListener {
    fn drop(&mut self) {
        for event in EVENTS {
            if let Some(page) = window() {
                drop(page.remove_event_listener_with_callback(event, self.0.as_ref().unchecked_ref()));
            }
        }
    }
}

/// What the browser believes.
pub(super) fn is_online() -> bool {
    window().is_none_or(|page| page.navigator().on_line())
}
