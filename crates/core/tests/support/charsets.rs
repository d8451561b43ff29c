//! One value of a file, as text by any decoder; and the fixture that every decoder must read alike.

use auraloader_core::content::Content;
use auraloader_core::dicom::{Field, Text, Walk};
use serde_json::Value;

use crate::support::{element, part10};

/// The text of `field` in a file that declares the character set `declared`.
pub(crate) fn decode(declared: &[u8], field: Field, value: &[u8], decoder: &dyn Text) -> String {
    let mut file = part10("1.2.840.10008.1.2.1");
    element(&mut file, 0x0008_0005, b"CS", declared);
    element(&mut file, field.tag().0, b"LO", value);
    let mut walk = Walk::new(Content::whole(0, file.len() as u64));
    while let Some(range) = walk.want() {
        walk.supply(&file[range.start as usize..range.end as usize]);
    }
    walk.finish().expect("a sound file").fields(decoder).get(field).to_owned()
}

/// Every case of `tests/fixtures/charsets.json` that `decoder` reads otherwise.
pub(crate) fn differences(decoder: &dyn Text) -> Vec<String> {
    let fixture = include_str!("../../../../tests/fixtures/charsets.json");
    let cases: Vec<Value> = serde_json::from_str(fixture).expect("JSON");
    assert!(cases.len() > 200, "{} cases", cases.len());
    let mut differences = Vec::new();
    for case in &cases {
        let of = |key: &str| case[key].as_str().expect("a string");
        let field = Field::ALL.iter().find(|field| field.key() == of("field")).expect("a known field");
        let text = decode(of("declared").as_bytes(), *field, &bytes(of("hex")), decoder);
        if text != of("text") {
            differences.push(format!("{:?} where {case}", text));
        }
    }
    differences
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}
