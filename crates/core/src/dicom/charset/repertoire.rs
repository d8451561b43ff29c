//! Which bytes are which characters: the defined terms of PS3.3 §C.12.1.1.2, and what to make of untrue ones.

use std::borrow::Cow;

use super::Text;

/// A set of characters with its encoding, as one value of Specific Character Set names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Repertoire {
    /// ASCII. Bytes beyond it are most often UTF-8, else ISO 8859-1.
    #[default]
    Default,
    /// ISO 8859-1. Ours, as to WHATWG this name means windows-1252.
    Latin1,
    /// UTF-8.
    Utf8,
    /// The encoding of this WHATWG label.
    Encoded(&'static str),
}

use Repertoire::{Encoded, Latin1, Utf8};

/// Of JIS X 0208 and JIS X 0212, with high bits.
pub(super) const EUC_JP: Repertoire = Encoded("euc-jp");

/// A set that is used with code extensions, for the bytes above 0x7F.
struct G1Set {
    /// The number in `ISO_IR 100` and `ISO 2022 IR 100`.
    registration: &'static str,
    /// What designates it, behind the ESC.
    escape: &'static [u8],
    repertoire: Repertoire,
}

/// PS3.3 Tables C.12-2 to C.12-4. WHATWG has no ISO 8859-9 and -11, but windows-1254 and windows-874, which
/// differ only in 0x80 to 0x9F, where the former have control characters that no value may contain. Shift JIS
/// reads JIS X 0201, GBK reads GB 2312; both also what systems write instead.
const G1_SETS: [G1Set; 14] = [
    g1("100", b"-A", Latin1),
    g1("101", b"-B", Encoded("iso-8859-2")),
    g1("109", b"-C", Encoded("iso-8859-3")),
    g1("110", b"-D", Encoded("iso-8859-4")),
    g1("144", b"-L", Encoded("iso-8859-5")),
    g1("127", b"-G", Encoded("iso-8859-6")),
    g1("126", b"-F", Encoded("iso-8859-7")),
    g1("138", b"-H", Encoded("iso-8859-8")),
    g1("148", b"-M", Encoded("windows-1254")),
    g1("203", b"-b", Encoded("iso-8859-15")),
    g1("166", b"-T", Encoded("windows-874")),
    g1("13", b")I", Encoded("shift_jis")),
    g1("149", b"$)C", Encoded("euc-kr")),
    g1("58", b"$)A", Encoded("gbk")),
];

const fn g1(registration: &'static str, escape: &'static [u8], repertoire: Repertoire) -> G1Set {
    G1Set { registration, escape, repertoire }
}

/// A term as `100`, `192` or `GBK`, however it is spelled: `ISO-IR 100`, `iso2022 ir 100`, `ISO_IR_100`.
pub(super) fn normalise(term: &[u8]) -> String {
    let mut letters = String::with_capacity(term.len());
    for byte in term.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
        letters.push(char::from(byte.to_ascii_uppercase()));
    }
    for prefix in ["ISO", "2022", "IR"] {
        if letters.starts_with(prefix) {
            letters.drain(..prefix.len());
        }
    }
    letters
}

impl Repertoire {
    /// A set of PS3.3 Table C.12-5 that is used without code extensions, by its normalised term.
    pub(super) fn standing_alone(term: &str) -> Option<Self> {
        match term {
            "192" => Some(Utf8),
            "GB18030" => Some(Encoded("gb18030")),
            "GBK" => Some(Encoded("gbk")),
            _ => None,
        }
    }

    /// What a normalised term says of bytes above 0x7F. `None`: nothing, as ISO-IR 6, 87 and 159.
    pub(super) fn of_term(term: &str) -> Option<Self> {
        let set = G1_SETS.iter().find(|set| set.registration == term);
        set.map(|set| set.repertoire).or_else(|| Self::standing_alone(term))
    }

    /// The set that an escape sequence designates as G1, and the bytes behind the sequence.
    pub(super) fn designated(bytes: &[u8]) -> Option<(Self, &[u8])> {
        G1_SETS.iter().find_map(|set| Some((set.repertoire, bytes.strip_prefix(set.escape)?)))
    }

    /// The text of bytes without escape sequences.
    pub(super) fn decode<'a>(self, bytes: &'a [u8], decoder: &dyn Text) -> Cow<'a, str> {
        let utf_8 = str::from_utf8(bytes);
        match self {
            _ if bytes.is_ascii() => utf_8.unwrap_or_default().into(),
            Self::Latin1 => latin_1(bytes).into(),
            Self::Default => utf_8.map_or_else(|_| latin_1(bytes).into(), Cow::Borrowed),
            Self::Utf8 if utf_8.is_ok() || is_cut(bytes) => String::from_utf8_lossy(bytes),
            Self::Utf8 => latin_1(bytes).into(),
            Self::Encoded(label) => match decoder.decode(label, bytes) {
                Some(text) if !text.contains(char::REPLACEMENT_CHARACTER) => text.into(),
                damaged => match utf_8 {
                    Ok(text) => text.into(),
                    Err(_) => damaged.unwrap_or_else(|| latin_1(bytes)).into(),
                },
            },
        }
    }
}

fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Whether this is UTF-8 that ends, but for padding, in the middle of a character: some writers cut a value at
/// its longest length by bytes. A single byte behind nothing but ASCII is no sign of that: `Ren\xE9`.
fn is_cut(bytes: &[u8]) -> bool {
    let len = bytes.iter().rposition(|byte| !matches!(byte, b' ' | b'\0')).map_or(0, |last| last + 1);
    let bytes = bytes.get(..len).unwrap_or_default();
    let Err(error) = str::from_utf8(bytes) else { return false };
    let (whole, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or_default();
    error.error_len().is_none() && (rest.len() > 1 || !whole.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_however_they_are_spelled() {
        for term in ["ISO_IR 100", "ISO-IR 100", "ISO IR 100", "ISO_IR_100", "iso_ir 100 ", "ISO 2022 IR 100"]
        {
            assert_eq!(normalise(term.as_bytes()), "100", "{term}");
        }
        assert_eq!(normalise(b"ISO2022 IR 87"), "87");
        assert_eq!(normalise(b"ISO 2022 GBK"), "GBK");
        assert_eq!(normalise(b" gb18030"), "GB18030");
        assert_eq!(normalise(b""), "");
    }

    #[test]
    fn utf_8_cut_by_bytes() {
        assert!(is_cut(b"Ren\xC3\xA9 \xE7\x8E"));
        assert!(is_cut(b"\xE7\x8E  "));
        assert!(is_cut(b"\xC3\xA9\xC3\0"));
        assert!(!is_cut(b"Ren\xE9"));
        assert!(!is_cut(b"Ren\xE9 "));
        assert!(!is_cut(b"J\xE9r\xF4me"));
    }
}
