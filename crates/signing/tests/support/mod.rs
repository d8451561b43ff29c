//! What the tests of several schemes share.

/// The text (ASCII) with each byte in turn replaced by every other visible character, left out, or doubled.
pub(crate) fn every_other_byte(text: &str) -> impl Iterator<Item = String> {
    text.char_indices().flat_map(move |(at, old)| {
        let (head, tail) = (&text[..at], &text[at + 1..]);
        let replaced =
            (' '..='~').filter(move |new| *new != old).map(move |new| format!("{head}{new}{tail}"));
        replaced.chain([format!("{head}{tail}"), format!("{head}{old}{old}{tail}")])
    })
}
