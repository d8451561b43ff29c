#![no_main]

#[path = "../../crates/core/tests/support/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|data: &[u8]| hostile::text(data));
