//! What only a browser can show: components and the JavaScript surface, in headless Chromium.
#![cfg(target_arch = "wasm32")]

mod ui;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
