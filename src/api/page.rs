//! What the widget hears from the page as a whole: whether it is online, and that the module broke down.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
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

thread_local! {
    static ON_PANIC: RefCell<Vec<Box<dyn Fn() -> bool>>> = const { RefCell::new(Vec::new()) };
}

/// Calls `tell` after a panic on the page, from a fresh call of the browser's; it says whether its widget still lives.
pub(super) fn on_panic(tell: impl Fn() -> bool + 'static) {
    let first = ON_PANIC.with_borrow(Vec::is_empty);
    ON_PANIC.with_borrow_mut(|all| all.push(Box::new(tell)));
    if first {
        std::panic::set_hook(Box::new(|info| {
            web_sys::console::error_1(&info.to_string().into());
            Timeout::new(0, tell_all).forget();
        }));
    }
}

/// Not held while they are told: one of them can panic too.
fn tell_all() {
    let mut all = ON_PANIC.take();
    all.retain(|tell| tell());
    ON_PANIC.with_borrow_mut(|known| known.append(&mut all));
}
