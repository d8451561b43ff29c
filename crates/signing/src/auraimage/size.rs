//! Sizes as people write them.

use super::SignError;

/// Reads a size in bytes: a number, alone or with a unit in any case, as `5mb`, `1.5 GB`, `500kb`.
///
/// As with npm's `bytes`, which JavaScript backends use for this, units are powers of 1024 (`kb` is 1024 bytes, `mb`
/// 1024², up to `pb`; `kib` and so on are the same), and a fraction of a byte is dropped.
///
/// # Errors
/// [`SignError::Size`].
pub fn parse_size(text: &str) -> Result<u64, SignError> {
    bytes(&text.trim().to_ascii_lowercase()).ok_or(SignError::Size)
}

fn bytes(text: &str) -> Option<u64> {
    let number_ends = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(number_ends);
    let factor: u64 = match unit.trim_start() {
        "" | "b" => 1,
        "kb" | "kib" => 1 << 10,
        "mb" | "mib" => 1 << 20,
        "gb" | "gib" => 1 << 30,
        "tb" | "tib" => 1 << 40,
        "pb" | "pib" => 1 << 50,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole: u64 = whole.parse().ok()?;
    // A number of 18 digits times the largest factor stays within 128 bits.
    let digits = u32::try_from(fraction.len()).ok().filter(|digits| *digits <= 18)?;
    let fraction: u64 = fraction.parse().ok()?;
    let part = u128::from(fraction) * u128::from(factor) / 10_u128.pow(digits);
    whole.checked_mul(factor)?.checked_add(u64::try_from(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::{SignError, parse_size};

    #[test]
    fn units_are_powers_of_1024_and_a_rest_below_one_byte_is_dropped() {
        for (text, bytes) in [
            ("0", 0),
            ("1024", 1024),
            ("7b", 7),
            ("5mb", 5_242_880),
            (" 5 MB ", 5_242_880),
            ("5MiB", 5_242_880),
            ("500kb", 512_000),
            ("1.5gb", 1_610_612_736),
            ("1.3mb", 1_363_148),
            ("1.05", 1),
            ("2tb", 2 << 40),
            ("3pb", 3 << 50),
            ("16383.999pb", 18_446_742_947_809_644_773),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in [
            "",
            "mb",
            ".5mb",
            "5.mb",
            "1.2.3mb",
            "-5mb",
            "+5mb",
            "5 m b",
            "5xb",
            "5m",
            "1e3",
            "5,5mb",
            "٥mb",
            "NaN",
            "18446744073709551616",
            "16384pb",
            "1.0000000000000000000kb",
        ] {
            assert_eq!(parse_size(text), Err(SignError::Size), "{text}");
        }
    }
}
