//! Unique identifiers (PS3.5 §9.1).

/// SOP class of a DICOMDIR.
pub(super) const MEDIA_STORAGE_DIRECTORY: &str = "1.2.840.10008.1.3.10";

/// Whether a UID is one by PS3.5 §9.1: up to 64 characters, numbers without leading zeros, joined by dots.
pub(super) fn is_regular(uid: &str) -> bool {
    let component = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    uid.len() <= 64 && uid.split('.').all(component)
}

#[cfg(test)]
mod tests {
    use super::is_regular;

    #[test]
    fn regular_and_not() {
        for uid in ["1.2.840.10008.1.2", "2.25.0", "0.1"] {
            assert!(is_regular(uid), "{uid}");
        }
        for uid in ["", "1..2", "1.02", "1.2.", "../1", "<b>1</b>", &"1.2".repeat(30)] {
            assert!(!is_regular(uid), "{uid}");
        }
    }
}
