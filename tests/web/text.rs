//! Text as the browser decodes it: the same as natively (`crates/core/tests/dicom_text.rs`).

use auraloader_core::dicom::{Field, Text};
use standalone_auraloader::platform::text::BrowserDecoder;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::charsets::{decode, differences};

#[wasm_bindgen_test]
fn known_values_are_read() {
    let differences = differences(&BrowserDecoder);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[wasm_bindgen_test]
fn lower_case_is_as_natively() {
    for text in ["ÄÖÜ", "ΣΊΣΥΦΟΣ", "İstanbul", "ДЖЁ", "ab1-_"] {
        assert_eq!(BrowserDecoder.lower_case(text), text.to_lowercase());
    }
}

#[wasm_bindgen_test]
fn decoders_are_told_apart_by_their_labels() {
    for (declared, name) in [("ISO_IR 144", "ё"), ("ISO_IR 126", "ρ"), ("ISO_IR 144", "ё")] {
        assert_eq!(decode(declared.as_bytes(), Field::PatientName, b"\xF1", &BrowserDecoder), name);
    }
    assert_eq!(BrowserDecoder.decode("no such encoding", b"\xF1"), None);
}
