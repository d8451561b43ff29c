//! Code extension techniques: escape sequences within a value (ISO/IEC 2022, PS3.5 §6.1.2.5).

use super::Text;
use super::repertoire::{EUC_JP, Repertoire};
use crate::dicom::field::Kind;

pub(super) const ESC: u8 = 0x1B;

/// The set that bytes below 0x80 are of.
///
/// JIS X 0201 romaji counts as ASCII, from which it differs in 0x5C and 0x7E alone: a yen sign there separates
/// values as a backslash does, and WHATWG reads both as ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum G0 {
    Ascii,
    /// JIS X 0208: two bytes a character.
    Kanji,
    /// JIS X 0212: two bytes a character.
    SupplementaryKanji,
}

/// PS3.3 Tables C.12-3 and C.12-4, and the sequence of JIS X 0208's first edition.
const G0_SETS: [(&[u8], G0); 5] = [
    (b"(B", G0::Ascii),
    (b"(J", G0::Ascii),
    (b"$B", G0::Kanji),
    (b"$@", G0::Kanji),
    (b"$(D", G0::SupplementaryKanji),
];

/// The text of a value, in one pass over its bytes.
///
/// Escape sequences count also where the declaration does not name their sets. Bytes above 0x7F, or below
/// where G0 is ASCII, go to the decoder together, so that what systems write beyond a double-byte set's
/// range of bytes is read as well.
pub(super) fn decode(bytes: &[u8], initial: Repertoire, kind: Kind, decoder: &dyn Text) -> String {
    let (mut g0, mut g1) = (G0::Ascii, initial);
    let mut runs = Runs { text: String::new(), bytes: Vec::new(), repertoire: initial, decoder };
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte == ESC {
            if let Some((set, behind)) = designated_g0(rest) {
                (g0, rest) = (set, behind);
            } else if let Some((set, behind)) = Repertoire::designated(rest) {
                (g1, rest) = (set, behind);
            } else {
                rest = behind_unknown(rest);
            }
        } else if g0 != G0::Ascii
            && let Some((&second, behind)) = rest.split_first()
            && byte.is_ascii_graphic()
            && second.is_ascii_graphic()
        {
            rest = behind;
            if g0 == G0::SupplementaryKanji {
                runs.push(EUC_JP, 0x8F);
            }
            runs.push(EUC_JP, byte | 0x80);
            runs.push(EUC_JP, second | 0x80);
        } else if resets(byte, kind) {
            runs.flush();
            runs.text.push(char::from(byte));
            (g0, g1) = (G0::Ascii, initial);
        } else {
            runs.push(g1, byte);
        }
    }
    runs.flush();
    runs.text
}

/// Where the initial sets are active again (PS3.5 §6.1.2.5.3).
fn resets(byte: u8, kind: Kind) -> bool {
    match byte {
        b'\r' | b'\n' | b'\t' | 0x0C => true,
        b'\\' => kind != Kind::Prose,
        b'^' | b'=' => kind == Kind::Name,
        _ => false,
    }
}

fn designated_g0(bytes: &[u8]) -> Option<(G0, &[u8])> {
    G0_SETS.iter().find_map(|(escape, set)| Some((*set, bytes.strip_prefix(*escape)?)))
}

/// Steps over a sequence that designates nothing known: up to three intermediate bytes and a final one; over
/// the ESC alone if what follows is none.
fn behind_unknown(bytes: &[u8]) -> &[u8] {
    let intermediate = bytes.iter().take(3).take_while(|byte| matches!(byte, 0x21..=0x2F)).count();
    let is_sequence = intermediate > 0 && matches!(bytes.get(intermediate), Some(0x30..=0x7E));
    if is_sequence { bytes.get(intermediate + 1..).unwrap_or_default() } else { bytes }
}

/// Text, and behind it the bytes of one repertoire that are still to be decoded.
struct Runs<'a> {
    text: String,
    bytes: Vec<u8>,
    repertoire: Repertoire,
    decoder: &'a dyn Text,
}

impl Runs<'_> {
    fn push(&mut self, repertoire: Repertoire, byte: u8) {
        if repertoire != self.repertoire {
            self.flush();
            self.repertoire = repertoire;
        }
        self.bytes.push(byte);
    }

    fn flush(&mut self) {
        self.text += &self.repertoire.decode(&self.bytes, self.decoder);
        self.bytes.clear();
    }
}
