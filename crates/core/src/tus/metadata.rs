//! `Upload-Metadata` (tus 1.0, *Creation*).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Keys with base64 of their values, joined by commas; a value may be any Unicode text.
pub(crate) fn encode(metadata: &[(&'static str, String)]) -> String {
    let pairs = metadata.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
    pairs.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_text_survives() {
        let encoded = super::encode(&[("filename", "a b.zip".to_owned()), ("name", "画像 ü".to_owned())]);
        assert_eq!(encoded, "filename YSBiLnppcA==,name 55S75YOPIMO8");
    }
}
