//! What is to be done when the module breaks down: after a panic nothing is unwound, and nothing will answer any more.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

thread_local! {
    static TOLD: RefCell<Vec<Box<dyn Fn() -> bool>>> = const { RefCell::new(Vec::new()) };
}

/// Calls `tell` after a breakdown; it says whether there still is someone to tell.
pub fn on_breakdown(tell: impl Fn() -> bool + 'static) {
    TOLD.with_borrow_mut(|all| all.push(Box::new(tell)));
}

/// Called by `npm/src/breakdown.ts` after an exception has left the module.
#[wasm_bindgen]
pub fn broke_down() {
    // Not held while they are told: one of them can break down too.
    let mut all = TOLD.take();
    all.retain(|tell| tell());
    TOLD.with_borrow_mut(|known| known.append(&mut all));
}
