//! Text by Specific Character Set: known values, and any bytes under any declaration.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "support/charsets.rs"]
mod charsets;
mod support;

use std::cell::Cell;

use auraloader_core::dicom::{Field, NativeDecoder, Text};
use charsets::{decode, differences};
use proptest::prelude::*;

#[test]
fn known_values_are_read() {
    let differences = differences(&NativeDecoder);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Counts what it is asked for.
#[derive(Default)]
struct Counting {
    calls: Cell<usize>,
    bytes: Cell<usize>,
}

impl Text for Counting {
    fn decode(&self, label: &'static str, bytes: &[u8]) -> Option<String> {
        self.calls.set(self.calls.get() + 1);
        self.bytes.set(self.bytes.get() + bytes.len());
        NativeDecoder.decode(label, bytes)
    }

    fn lower_case(&self, text: &str) -> String {
        NativeDecoder.lower_case(text)
    }
}

/// Knows no encoding at all.
struct Ignorant;

impl Text for Ignorant {
    fn decode(&self, _: &'static str, _: &[u8]) -> Option<String> {
        None
    }

    fn lower_case(&self, text: &str) -> String {
        text.to_owned()
    }
}

/// Of each kind one.
const FIELDS: [Field; 4] =
    [Field::PatientName, Field::StudyDescription, Field::InstitutionAddress, Field::BodyPart];

const TERMS: &[&str] = &[
    "",
    "ISO_IR 100",
    "ISO_IR 13",
    "ISO_IR 166",
    "ISO_IR 192",
    "GB18030",
    "GBK",
    "ISO 2022 IR 6",
    "ISO 2022 IR 13",
    "ISO 2022 IR 126",
    "ISO 2022 IR 87",
    "ISO 2022 IR 159",
    "ISO 2022 IR 149",
    "ISO 2022 IR 58",
    "ISO",
    "2022",
    "\u{1b}$B",
];

const ESCAPES: &[&str] = &[
    "\x1b(B", "\x1b(J", "\x1b$B", "\x1b$@", "\x1b$(D", "\x1b-A", "\x1b-F", "\x1b)I", "\x1b$)C", "\x1b$)A",
    "\x1b", "\x1b$", "\x1b$)", "^", "=", "\\", "\r\n", "\x1b%G",
];

fn declaration() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(prop::sample::select(TERMS), 0..4)
            .prop_map(|terms| terms.join("\\").into_bytes()),
        prop::collection::vec(any::<u8>(), 0..40),
    ]
}

/// Bytes among which escape sequences and delimiters are common.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(ESCAPES).prop_map(|escape| escape.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..6),
        prop::collection::vec(0x21..0x7Fu8, 0..6),
        prop::collection::vec(0xA1..=0xFEu8, 0..6),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_end_in_text_in_linear_time(declared in declaration(), value in value()) {
        for field in FIELDS {
            let decoder = Counting::default();
            let text = decode(&declared, field, &value, &decoder);
            // One byte may be padding; JIS X 0212 takes three where the value has two.
            prop_assert!(decoder.bytes.get() <= (value.len() + 1) * 3 / 2);
            prop_assert!(decoder.calls.get() <= value.len() + 1);
            // No byte becomes more than three in UTF-8, where U+FFFD takes three.
            prop_assert!(text.len() <= (value.len() + 1) * 3, "{} of {}", text.len(), value.len());
            decode(&declared, field, &value, &Ignorant);
        }
    }

    #[test]
    fn ascii_needs_no_decoder(declared in declaration(), value in "[ -~\r\n\t]{0,64}") {
        for field in FIELDS {
            let decoder = Counting::default();
            let text = decode(&declared, field, value.as_bytes(), &decoder);
            prop_assert_eq!(decoder.calls.get(), 0);
            // Padding and the empty groups at a name's end go.
            prop_assert_eq!(text.replace([' ', '\\', '='], ""), value.replace([' ', '\\', '='], ""));
        }
    }

    #[test]
    fn utf_8_is_read_whether_declared_or_not(value in "[^\\p{C} \\\\]{1,40}") {
        for declared in ["ISO_IR 192", "", "NOT A TERM"] {
            let text = decode(declared.as_bytes(), Field::PatientName, value.as_bytes(), &Ignorant);
            prop_assert_eq!(text, value.trim_end_matches('='));
        }
    }

    #[test]
    fn delimiters_start_anew(
        declared in declaration(),
        parts in prop::collection::vec(prop::collection::vec(0xA1..=0xFEu8, 1..9), 2..6),
        escape in prop::sample::select(ESCAPES),
    ) {
        // With an escape sequence at its end, each part is read as if it stood alone.
        let escaped = |part: &Vec<u8>| [part.as_slice(), escape.as_bytes(), b"\x1b(B"].concat();
        let alone = parts.iter().map(|part| decode(&declared, Field::PatientName, &escaped(part), &NativeDecoder));
        let expected = alone.collect::<Vec<_>>().join("^");
        let whole = parts.iter().map(escaped).collect::<Vec<_>>().join(&b'^');
        let stands_alone = ["ISO_IR 192", "GB18030", "GBK"].iter().any(|term| declared.starts_with(term.as_bytes()));
        if !stands_alone && !["\\", "="].contains(&escape) {
            prop_assert_eq!(decode(&declared, Field::PatientName, &whole, &NativeDecoder), expected);
        }
    }
}
