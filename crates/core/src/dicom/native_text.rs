//! Text natively, by the crate `encoding_rs` and the standard library.

use super::charset::Text;

/// Decodes as browsers do: by the WHATWG Encoding Standard.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeDecoder;

impl Text for NativeDecoder {
    fn decode(&self, label: &'static str, bytes: &[u8]) -> Option<String> {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
        Some(encoding.decode_without_bom_handling(bytes).0.into_owned())
    }

    fn lower_case(&self, text: &str) -> String {
        text.to_lowercase()
    }
}
