//! `Upload-Metadata` (tus 1.0, *Creation*).

use base64ct::{Base64, Encoding};

/// Keys with base64 of their values, joined by commas; a value may be any Unicode text.
pub(crate) fn encode(metadata: &[(&'static str, String)]) -> String {
    let pairs =
        metadata.iter().map(|(key, value)| format!("{key} {}", Base64::encode_string(value.as_bytes())));
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
