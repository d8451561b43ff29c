//! Every text that a person reads or hears, and nothing else: what to say is decided elsewhere.
//!
//! The texts are those of `locales/`: English is part of the module, another language comes with [`Language`].

mod left_out;
mod progress;
mod screens;
mod studies;

pub(super) use studies::description;

use leptos::prelude::*;

use super::format::Formats;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Names a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(&'static str);

/// What the widget speaks.
#[derive(Clone, Debug)]
pub struct Language {
    /// As BCP 47 has it, `pt-BR`; numbers, dates and plurals are written as there.
    pub tag: String,
    /// Whether it is written from right to left.
    pub is_rtl: bool,
    /// A text a line, `key=text`, the first of a key counts; those that are missing are English. Of texts that
    /// count, each plural category but `other`, which is last, is named: `one:{n} study|{n} studies`.
    pub texts: String,
}

impl Default for Language {
    fn default() -> Self {
        Self { tag: "en".to_owned(), is_rtl: false, texts: String::new() }
    }
}

struct Catalogue {
    texts: String,
    formats: Formats,
}

/// The texts of one mounted widget; cheap to copy into closures.
#[derive(Clone, Copy)]
pub(super) struct Words(StoredValue<Catalogue, LocalStorage>);

impl Words {
    pub(super) fn new(language: Language) -> Self {
        let formats = Formats::of(&language.tag);
        Self(StoredValue::new_local(Catalogue { texts: language.texts, formats }))
    }

    /// A text as it stands.
    pub(super) fn get(self, key: Key) -> String {
        self.with(|catalogue| catalogue.find(key).to_owned())
    }

    /// A text with `{name}` replaced by the value of this name.
    pub(super) fn fill(self, key: Key, values: &[(&str, &str)]) -> String {
        self.with(|catalogue| fill(catalogue.find(key), values))
    }

    /// The form of a text that goes with `n`, which stands for `{n}`.
    pub(super) fn count(self, key: Key, n: usize, values: &[(&str, &str)]) -> String {
        let shown = self.number(n);
        self.with(|catalogue| {
            let category = catalogue.formats.plural(n);
            let forms = catalogue.find(key).split('|');
            let form = forms.map(|form| match form.split_once(':') {
                Some((name, form)) if CATEGORIES.contains(&name) => (name == category, form),
                _ => (true, form),
            });
            let form = form.into_iter().find_map(|(fits, form)| fits.then_some(form));
            let values: Vec<_> = values.iter().copied().chain([("n", shown.as_str())]).collect();
            fill(form.unwrap_or_default(), &values)
        })
    }

    /// How many days ago a moment was, in milliseconds since 1970: `today`, `yesterday`, `3 days ago`.
    fn day_of(self, moment: u64) -> String {
        self.with(|catalogue| catalogue.formats.day_of(moment))
    }

    /// A whole number.
    #[expect(clippy::cast_precision_loss, reason = "2^53 files are out of reach")]
    fn number(self, n: usize) -> String {
        self.decimal(n as f64, 0)
    }

    /// A number with at most so many digits behind the point.
    fn decimal(self, value: f64, decimals: u8) -> String {
        self.with(|catalogue| catalogue.formats.number(value, decimals))
    }

    /// Nothing, if a promise settled after the widget was unmounted.
    fn with(self, say: impl FnOnce(&Catalogue) -> String) -> String {
        self.0.try_with_value(say).unwrap_or_default()
    }
}

/// The plural categories of CLDR but `other`.
const CATEGORIES: [&str; 5] = ["zero", "one", "two", "few", "many"];

impl Catalogue {
    fn find(&self, key: Key) -> &str {
        find(&self.texts, key).or_else(|| find(ENGLISH, key)).unwrap_or_default()
    }
}

fn find(lines: &str, key: Key) -> Option<&str> {
    lines.split('\n').find_map(|line| line.strip_prefix(key.0)?.strip_prefix('='))
}

/// A name without a value is left out.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let (first, rest) = text.split_once('{').unwrap_or((text, ""));
    let mut filled = first.to_owned();
    for piece in rest.split('{').filter(|piece| !piece.is_empty()) {
        let (name, after) = piece.split_once('}').unwrap_or(("", piece));
        let value = values.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        filled.push_str(after);
    }
    filled
}

fn join(parts: [&str; 2]) -> String {
    join_with(" · ", &parts)
}

fn join_with(separator: &str, parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push_str(separator);
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// English, and what keeps it.
    pub(in crate::ui) fn english() -> (Owner, Words) {
        let owner = Owner::new();
        owner.set();
        (owner, Words::new(Language::default()))
    }

    #[test]
    fn what_a_language_lacks_is_english() {
        let owner = Owner::new();
        owner.set();
        let texts = "cancel=Abbrechen\npending=one:{n} Studie|{n} Studien\ncancel=nicht das".to_owned();
        let words = Words::new(Language { tag: "de".to_owned(), texts, ..Language::default() });
        assert_eq!((words.get(CANCEL), words.get(PAUSE)), ("Abbrechen".to_owned(), "Pause".to_owned()));
        assert_eq!(
            (words.count(PENDING, 1, &[]), words.count(PENDING, 2, &[])),
            ("1 Studie".to_owned(), "2 Studien".to_owned())
        );
    }

    #[test]
    fn names_are_filled_in_and_nothing_else_is_touched() {
        assert_eq!(fill("{a} of {b}, {a}", &[("a", "1"), ("b", "{a}")]), "1 of {a}, 1");
        assert_eq!(fill("{}{c}end", &[]), "end");
        assert_eq!(fill("100 % : sure", &[]), "100 % : sure");
    }

    #[test]
    fn every_text_has_words_and_a_plural_both_forms() {
        for line in ENGLISH.lines() {
            let (key, text) = line.split_once('=').expect("key=text");
            assert!(!text.is_empty() && !text.contains("||"), "{key}");
            assert_eq!(text.starts_with("one:"), text.contains('|') && text.contains("one:"), "{key}");
        }
    }
}
