//! Text by the browser, so that no tables of characters are in the bundle.

use std::cell::RefCell;

use auraloader_core::dicom::Text;
use js_sys::JsString;

/// Decodes by the browser; most text is ASCII and never gets here.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserDecoder;

thread_local! {
    /// Those that were needed, by label: making one takes longer than it takes to decode most texts.
    static MADE: RefCell<Vec<(&'static str, web_sys::TextDecoder)>> = const { RefCell::new(Vec::new()) };
}

impl Text for BrowserDecoder {
    fn decode(&self, label: &'static str, bytes: &[u8]) -> Option<String> {
        MADE.with_borrow_mut(|made| {
            if !made.iter().any(|(known, _)| *known == label) {
                made.push((label, web_sys::TextDecoder::new_with_label(label).ok()?));
            }
            let (_, decoder) = made.iter().find(|(known, _)| *known == label)?;
            decoder.decode_with_u8_array(bytes).ok()
        })
    }

    fn lower_case(&self, text: &str) -> String {
        JsString::from(text).to_lower_case().into()
    }
}
