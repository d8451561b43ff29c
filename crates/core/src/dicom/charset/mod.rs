//! Text by Specific Character Set (PS3.3 §C.12.1.1.2, PS3.5 §6.1).

mod code_extension;
mod repertoire;

use super::field::Kind;
use repertoire::Repertoire;

/// What of text needs tables: by the browser, natively by `encoding_rs` and the standard library.
pub trait Text {
    /// The text of `bytes` in the encoding that the WHATWG Encoding Standard calls `label`; bytes that
    /// mean nothing become U+FFFD. `None` if the encoding is not known here.
    ///
    /// Only asked for what needs tables: never for ASCII, ISO 8859-1 or UTF-8.
    fn decode(&self, label: &'static str, bytes: &[u8]) -> Option<String>;

    /// The text in lower case, by Unicode and no language's rules.
    fn lower_case(&self, text: &str) -> String;
}

/// The character sets that one data set declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CharacterSet {
    /// Decodes what stands before any escape sequence.
    initial: Repertoire,
    /// Escape sequences mean nothing in this one (PS3.5 §6.1.2.5.4).
    stands_alone: bool,
}

impl CharacterSet {
    /// From the value of (0008,0005). A term that is not defined counts as the default repertoire.
    ///
    /// Where the first value says nothing of bytes above 0x7F, the first of the others that does counts for
    /// them: many systems designate a set once and go on using it behind a delimiter.
    pub(super) fn parse(value: &[u8]) -> Self {
        let mut terms = value.split(|byte| *byte == b'\\').map(repertoire::normalise);
        let first = terms.next().unwrap_or_default();
        if let Some(alone) = Repertoire::standing_alone(&first) {
            return Self { initial: alone, stands_alone: true };
        }
        let any = || terms.find_map(|term| Repertoire::of_term(&term));
        Self { initial: Repertoire::of_term(&first).or_else(any).unwrap_or_default(), stands_alone: false }
    }

    /// Appends the text of a value, without padding; several values stay joined by backslashes.
    ///
    /// The values are told apart in the text, not in the bytes: 0x5C is the second half of a character in
    /// some encodings.
    pub(super) fn decode(self, bytes: &[u8], kind: Kind, decoder: &dyn Text, to: &mut String) {
        let escaped = !self.stands_alone && bytes.contains(&code_extension::ESC);
        let text = if escaped {
            code_extension::decode(bytes, self.initial, kind, decoder).into()
        } else {
            self.initial.decode(bytes, decoder)
        };
        if kind == Kind::Prose {
            to.push_str(text.trim_end_matches(PADDING));
        } else {
            trim_each(&text, kind, to);
        }
    }
}

/// PS3.5 §6.2.
const PADDING: [char; 2] = [' ', '\0'];

/// The text without padding, which is ASCII, so that its bytes tell.
pub(super) fn trim(text: &str) -> &str {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\0');
    let start = text.bytes().position(|byte| is_text(&byte)).unwrap_or_default();
    let end = text.as_bytes().iter().rposition(is_text).map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
}

/// Trims each of several values; nothing if none of them has any text.
fn trim_each(text: &str, kind: Kind, to: &mut String) {
    if !text.as_bytes().contains(&b'\\') {
        to.push_str(trim_value(text, kind));
    } else if !text.bytes().all(|byte| matches!(byte, b'\\' | b' ' | b'\0')) {
        for (i, value) in text.split('\\').enumerate() {
            if i > 0 {
                to.push('\\');
            }
            to.push_str(trim_value(value, kind));
        }
    }
}

/// A name that ends in empty component groups is the same name without them (PS3.5 §6.2.1.1).
fn trim_value(text: &str, kind: Kind) -> &str {
    let text = trim(text);
    if kind == Kind::Name { trim(text.trim_end_matches('=')) } else { text }
}
