//! Unique identifiers (PS3.5 §9.1).

/// SOP class of a DICOMDIR.
pub(super) const MEDIA_STORAGE_DIRECTORY: &str = "1.2.840.10008.1.3.10";

/// Whether pixels of this transfer syntax are as they are (PS3.5 §8.2.1), and not compressed: those of every other one are.
/// Without a transfer syntax a data set is implicit little endian.
pub(super) fn is_native(transfer_syntax: &str) -> bool {
    // Implicit and explicit little endian, big endian, encapsulated uncompressed, and that of an early GE.
    const NATIVE: [&str; 6] = [
        "",
        "1.2.840.10008.1.2",
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.1.2.2",
        "1.2.840.10008.1.2.1.98",
        "1.2.840.113619.5.2",
    ];
    NATIVE.contains(&transfer_syntax)
}

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
    use super::{is_native, is_regular};

    #[test]
    fn native_and_compressed() {
        assert!(["", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"].into_iter().all(is_native));
        let compressed = ["1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5", "1.2.3"];
        assert!(!compressed.into_iter().any(is_native));
    }

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
