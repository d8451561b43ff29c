//! The browser's `TextDecoder`, so that no tables of characters are in the bundle.

use auraloader_core::dicom::TextDecoder;

/// Decodes with a decoder made for each text; most text is ASCII and never gets here.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserDecoder;

impl TextDecoder for BrowserDecoder {
    fn decode(&self, label: &str, bytes: &[u8]) -> Option<String> {
        let decoder = web_sys::TextDecoder::new_with_label(label).ok()?;
        decoder.decode_with_u8_array(bytes).ok()
    }
}
