//! Text by Specific Character Set (PS3.3 §C.12.1.1.2, PS3.5 §6.1).

/// Decodes bytes of a character encoding: by the browser's `TextDecoder`, natively by `encoding_rs`.
pub trait TextDecoder {
    /// The text of `bytes` in the encoding that the WHATWG Encoding Standard calls `label`; bytes that
    /// mean nothing become U+FFFD. `None` if the encoding is not known here.
    fn decode(&self, label: &str, bytes: &[u8]) -> Option<String>;
}

/// A decoder for what needs no tables: UTF-8, and everything else as if it were ISO 8859-1.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainDecoder;

impl TextDecoder for PlainDecoder {
    fn decode(&self, label: &str, bytes: &[u8]) -> Option<String> {
        (label == UTF_8).then(|| String::from_utf8_lossy(bytes).into_owned())
    }
}

const UTF_8: &str = "utf-8";
const ESC: u8 = 0x1B;

/// The encodings that one data set declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CharacterSet {
    /// Label of the first value; `None`: the default repertoire.
    initial: Option<&'static str>,
    /// Whether escape sequences switch to further sets.
    extended: bool,
}

impl CharacterSet {
    /// From the value of (0008,0005). A term that is not defined counts as the default repertoire.
    pub(super) fn parse(value: &[u8]) -> Self {
        let value = String::from_utf8_lossy(value);
        let mut terms = value.split('\\').map(trim);
        let first = terms.next().unwrap_or_default();
        let extended = first.starts_with("ISO 2022") || terms.any(|term| term.starts_with("ISO 2022"));
        Self { initial: label(first), extended }
    }

    pub(super) fn decode(&self, bytes: &[u8], decoder: &dyn TextDecoder) -> String {
        if self.extended && bytes.contains(&ESC) {
            return self.decode_escaped(bytes, decoder);
        }
        decode_as(self.initial, bytes, decoder)
    }

    /// A name's component groups start anew in the initial set (PS3.5 §6.2.1.2).
    pub(super) fn decode_name(&self, bytes: &[u8], decoder: &dyn TextDecoder) -> String {
        if !self.extended {
            return self.decode(bytes, decoder);
        }
        let parts = split_keeping(bytes, |byte| matches!(byte, b'^' | b'=' | b'\\'));
        parts.map(|part| self.decode(part, decoder)).collect()
    }

    /// Each escape sequence designates the set of the bytes behind it (PS3.5 §6.1.2.5).
    fn decode_escaped(&self, bytes: &[u8], decoder: &dyn TextDecoder) -> String {
        let mut text = String::new();
        for (i, run) in bytes.split(|byte| *byte == ESC).enumerate() {
            let escape =
                DESIGNATIONS.iter().find(|escape| run.starts_with(escape.sequence)).filter(|_| i > 0);
            match escape {
                None => text += &decode_as(self.initial, run, decoder),
                Some(Designation { sequence, label, in_band: true }) => {
                    let with_escape = [&[ESC], *sequence, run.get(sequence.len()..).unwrap_or_default()];
                    text += &decode_as(*label, &with_escape.concat(), decoder);
                }
                Some(Designation { sequence, label, in_band: false }) => {
                    text += &decode_as(*label, run.get(sequence.len()..).unwrap_or_default(), decoder);
                }
            }
        }
        text
    }
}

/// One escape sequence (without the ESC) of PS3.3 Tables C.12-3 and C.12-4.
struct Designation {
    sequence: &'static [u8],
    label: Option<&'static str>,
    /// The decoder understands the sequence itself.
    in_band: bool,
}

const fn designation(sequence: &'static [u8], label: Option<&'static str>, in_band: bool) -> Designation {
    Designation { sequence, label, in_band }
}

const DESIGNATIONS: [Designation; 16] = [
    designation(b"$)C", Some("euc-kr"), false),
    designation(b"$)A", Some("gbk"), false),
    designation(b"$B", Some("iso-2022-jp"), true),
    designation(b"(J", Some("shift_jis"), false),
    designation(b")I", Some("shift_jis"), false),
    designation(b"(B", None, false),
    designation(b"-A", Some("iso-8859-1"), false),
    designation(b"-B", Some("iso-8859-2"), false),
    designation(b"-C", Some("iso-8859-3"), false),
    designation(b"-D", Some("iso-8859-4"), false),
    designation(b"-L", Some("iso-8859-5"), false),
    designation(b"-G", Some("iso-8859-6"), false),
    designation(b"-F", Some("iso-8859-7"), false),
    designation(b"-H", Some("iso-8859-8"), false),
    designation(b"-M", Some("windows-1254"), false),
    designation(b"-T", Some("windows-874"), false),
];

/// The WHATWG label of a defined term, with or without code extensions.
fn label(term: &str) -> Option<&'static str> {
    Some(match term.trim_start_matches("ISO 2022 IR ").trim_start_matches("ISO_IR ") {
        "100" => "iso-8859-1",
        "101" => "iso-8859-2",
        "109" => "iso-8859-3",
        "110" => "iso-8859-4",
        "144" => "iso-8859-5",
        "127" => "iso-8859-6",
        "126" => "iso-8859-7",
        "138" => "iso-8859-8",
        "148" => "windows-1254",
        "203" => "iso-8859-15",
        "166" => "windows-874",
        "13" => "shift_jis",
        "192" => UTF_8,
        "GB18030" | "58" => "gb18030",
        "GBK" => "gbk",
        "149" => "euc-kr",
        _ => return None,
    })
}

fn decode_as(label: Option<&str>, bytes: &[u8], decoder: &dyn TextDecoder) -> String {
    if bytes.is_ascii() && !bytes.contains(&ESC) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    // Bytes outside of what is declared are most often UTF-8, else Latin-1.
    let undeclared = || match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    label.and_then(|label| decoder.decode(label, bytes)).unwrap_or_else(undeclared)
}

/// Splits behind each byte that `at` names.
fn split_keeping(bytes: &[u8], at: impl Fn(u8) -> bool) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(move |byte| at(*byte))
}

/// Without the padding of PS3.5 §6.2: spaces and NULs.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c == '\0' || c.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_latin_1_and_nothing_declared() {
        let decode =
            |declared: &[u8], bytes: &[u8]| CharacterSet::parse(declared).decode(bytes, &PlainDecoder);
        assert_eq!(decode(b"ISO_IR 192", "Jérôme".as_bytes()), "Jérôme");
        assert_eq!(decode(b"ISO_IR 100", b"J\xe9r\xf4me"), "Jérôme");
        assert_eq!(decode(b"", "Jérôme".as_bytes()), "Jérôme");
        assert_eq!(decode(b"nonsense", b"J\xe9r\xf4me"), "Jérôme");
    }
}
