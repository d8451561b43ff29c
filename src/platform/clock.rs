//! Clocks, in pages and workers alike.

use auraloader_core::time::{Millis, Unix};
use js_sys::Date;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// The wall clock, as the machine has it.
pub fn unix() -> Unix {
    Unix(Date::now() as u64)
}

/// The monotonic clock.
pub fn now() -> Millis {
    Millis(performance_now() as u64)
}
