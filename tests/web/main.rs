//! What only a browser can show: components and the JavaScript surface, in headless Chromium.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod api;
#[path = "../../crates/core/tests/support/charsets.rs"]
mod charsets;
#[path = "../../crates/core/tests/support/image.rs"]
mod support;
mod text;
mod ui;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
