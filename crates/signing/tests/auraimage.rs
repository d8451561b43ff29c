//! AuraImage's tokens: figures of another HMAC, every refusal, the limits to the byte and the millisecond, tampering.
#![allow(clippy::unwrap_used)]

mod support;

use auraloader_signing::Secret;
use auraloader_signing::auraimage::{
    Constraints, SignError, Upload, VerifyError, Violation, claimed_slug, parse_size, sign_upload, verify,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::Sha256;
use support::every_other_byte;

const SECRET: &str = "project_secret_key";
const EXPIRES: i64 = 1_700_000_000_000;
/// In Python: the claims by `json.dumps(…, separators=(",", ":"))` and `base64.urlsafe_b64encode`, `=` dropped, the
/// signature by `hmac.new(b"project_secret_key", …, hashlib.sha256)`.
const TOKEN: &str = "eyJzbHVnIjoiY2xpbmljIiwibWF4U2l6ZSI6NTI0Mjg4MCwiYWxsb3dlZFR5cGVzIjpbImFwcGxpY2F0aW9uL3ppcCIsImltYWdlLyoiXSwiZXhwaXJlcyI6MTcwMDAwMDAwMDAwMH0.HDmX8FINduTu38HmKMwL2jCn6Cj0dVD7luA3LCRvRfU";

fn secrets() -> [Secret; 1] {
    [Secret::new(SECRET)]
}

fn upload() -> Upload<'static> {
    Upload {
        slug: "clinic",
        max_size: parse_size("5mb").unwrap(),
        allowed_types: &["application/zip", "image/*"],
        expires: EXPIRES,
    }
}

fn constraints() -> Constraints {
    verify(TOKEN, &secrets(), EXPIRES).unwrap()
}

/// A token of any claims, signed with the right secret whatever they say.
fn token(claims: &str) -> String {
    let signed = URL_SAFE_NO_PAD.encode(claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[test]
fn the_token_is_the_one_that_python_makes() {
    assert_eq!(sign_upload(&Secret::new(SECRET), &upload()).as_deref(), Ok(TOKEN));
    let constraints = constraints();
    assert_eq!(constraints.slug(), "clinic");
    assert_eq!(constraints.max_size(), 5 * 1024 * 1024);
    assert_eq!(constraints.allowed_types(), ["application/zip", "image/*"]);
    assert_eq!(constraints.expires(), EXPIRES);
    assert_eq!(claimed_slug(TOKEN).as_deref(), Ok("clinic"));
}

#[test]
fn what_cannot_be_signed_is_said() {
    let unknown = |media_type: &str| SignError::Type { media_type: media_type.to_owned() };
    for (upload, error) in [
        (Upload { slug: "", ..upload() }, SignError::Slug),
        (Upload { allowed_types: &[], ..upload() }, SignError::NoTypes),
        (Upload { allowed_types: &["image/png", "image/pgn"], ..upload() }, unknown("image/pgn")),
        (Upload { allowed_types: &["picture/*"], ..upload() }, unknown("picture/*")),
        (Upload { allowed_types: &["*"], ..upload() }, unknown("*")),
        (Upload { allowed_types: &["*/png"], ..upload() }, unknown("*/png")),
        (Upload { allowed_types: &[".zip"], ..upload() }, unknown(".zip")),
        (Upload { allowed_types: &[""], ..upload() }, unknown("")),
    ] {
        assert_eq!(sign_upload(&Secret::new(SECRET), &upload), Err(error), "{upload:?}");
    }
}

#[test]
fn every_refused_token_has_its_text() {
    let expired = "the upload token has expired";
    let malformed = "the upload token is malformed";
    let signature = "the upload token's signature does not match";
    let claims = "the upload token's claims are not understood";
    let good = r#""slug":"a","maxSize":1,"allowedTypes":[],"expires":1"#;
    for (what, token, now, text) in [
        ("nothing", String::new(), 0, malformed),
        ("one part", TOKEN.replace('.', ""), 0, malformed),
        ("three parts", format!("{TOKEN}.{TOKEN}"), 0, malformed),
        ("padding", format!("{TOKEN}="), 0, malformed),
        ("a space", format!(" {TOKEN}"), 0, malformed),
        ("no claims", ".AA".to_owned(), 0, signature),
        ("no signature", TOKEN.split_inclusive('.').next().unwrap().to_owned(), 0, signature),
        ("a millisecond late", TOKEN.to_owned(), EXPIRES + 1, expired),
        ("no JSON", token("slug"), 0, claims),
        ("no expiry", token(r#"{"slug":"a","maxSize":1,"allowedTypes":[]}"#), 0, claims),
        ("a limit that we don't know", token(&format!(r#"{{{good},"maxFiles":1}}"#)), 0, claims),
        ("a limit twice", token(&format!(r#"{{{good},"maxSize":9}}"#)), 0, claims),
        ("size as text", token(&good.replace("1,", "\"1\",")), 0, claims),
        ("negative size", token(r#"{"slug":"a","maxSize":-1,"allowedTypes":[],"expires":1}"#), 0, claims),
    ] {
        assert_eq!(verify(&token, &secrets(), now).unwrap_err().to_string(), text, "{what}");
    }
    assert!(verify(&token(&format!("{{{good}}}")), &secrets(), 1).is_ok());
}

#[test]
fn the_millisecond_that_is_named_is_the_last_good_one() {
    for (now, result) in [(EXPIRES - 1, Ok(())), (EXPIRES, Ok(())), (EXPIRES + 1, Err(VerifyError::Expired))]
    {
        assert_eq!(verify(TOKEN, &secrets(), now).map(|_| ()), result, "{now}");
    }
}

#[test]
fn while_secrets_are_exchanged_either_is_good_and_none_is_not() {
    let check = |secrets: &[Secret]| verify(TOKEN, secrets, EXPIRES).map(|_| ());
    assert_eq!(check(&[Secret::new("next"), Secret::new(SECRET)]), Ok(()));
    assert_eq!(check(&[Secret::new(SECRET), Secret::new("previous")]), Ok(()));
    assert_eq!(check(&[Secret::new("next"), Secret::new("previous")]), Err(VerifyError::Signature));
    assert_eq!(check(&[]), Err(VerifyError::Signature));

    // An unknown account is tried with a decoy, which must not let anybody in.
    let forged = sign_upload(&Secret::new(""), &upload()).unwrap();
    assert_eq!(verify(&forged, &[], EXPIRES), Err(VerifyError::Signature));
}

#[test]
fn no_other_byte_will_do() {
    for changed in every_other_byte(TOKEN) {
        assert!(verify(&changed, &secrets(), 0).is_err(), "{changed}");
    }
}

#[test]
fn a_byte_more_than_allowed_is_refused_declared_or_arrived() {
    let constraints = constraints();
    let max_size = 5 * 1024 * 1024;
    for (length, good) in
        [(0, true), (max_size - 1, true), (max_size, true), (max_size + 1, false), (u64::MAX, false)]
    {
        let expected = if good { Ok(()) } else { Err(Violation::TooLarge { length, max_size }) };
        assert_eq!(constraints.check_declared(length), expected);
        assert_eq!(constraints.check_received(length), expected);
    }
    let error = constraints.check_declared(max_size + 1).unwrap_err();
    assert_eq!(error.to_string(), "the upload has 5242881 bytes, 5242880 are allowed");
}

/// The first bytes of a file of each kind, as its standard has them.
fn heads() -> Vec<(&'static str, Vec<u8>)> {
    let dicom = |preamble: &[u8]| {
        let mut head = preamble.to_vec();
        head.resize(128, 0);
        head.extend_from_slice(b"DICM\x02\x00\x00\x00UL\x04\x00");
        head
    };
    let tiff = b"II*\0\x08\0\0\0\x0c\0\0\x01\x03\0";
    vec![
        ("zip", b"PK\x03\x04\x2d\0\x08\x08\0\0".to_vec()),
        ("empty zip", b"PK\x05\x06\0\0\0\0\0\0".to_vec()),
        ("dicom", dicom(b"")),
        ("dicom and tiff", dicom(tiff)),
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec()),
        ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01".to_vec()),
        ("gif", b"GIF89a\x01\0\x01\0\x80\0".to_vec()),
        ("webp", b"RIFF\x24\0\0\0WEBPVP8 ".to_vec()),
        ("bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec()),
        ("tiff", tiff.to_vec()),
        ("big-endian tiff", b"MM\0*\0\0\0\x08\0\x0c\x01\0\0\x03".to_vec()),
        ("heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
        ("heic by its list", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic".to_vec()),
        ("avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf".to_vec()),
        ("mp4", b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2".to_vec()),
        ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3".to_vec()),
        ("exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0".to_vec()),
        ("text", b"hello, world, I am text".to_vec()),
        ("svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()),
        ("DICM too early", [&[0; 127][..], b"DICM\0\0\0\0"].concat()),
        ("zip cut short", b"PK\x03".to_vec()),
        ("nothing", Vec::new()),
    ]
}

fn let_through(allowed: &str) -> Vec<&'static str> {
    let upload = Upload { allowed_types: &[allowed], ..upload() };
    let token = sign_upload(&Secret::new(SECRET), &upload).unwrap();
    let constraints = verify(&token, &secrets(), EXPIRES).unwrap();
    let good = |head: &[u8]| match constraints.check_head(head) {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error, Violation::Type { allowed: vec![allowed.to_owned()] });
            false
        }
    };
    heads().into_iter().filter(|(_, head)| good(head)).map(|(what, _)| what).collect()
}

#[test]
fn the_first_bytes_decide_what_is_let_through() {
    let images = [
        "dicom and tiff",
        "png",
        "jpeg",
        "gif",
        "webp",
        "bmp",
        "tiff",
        "big-endian tiff",
        "heic",
        "heic by its list",
        "avif",
    ];
    let rows: &[(&str, &[&str])] = &[
        ("application/zip", &["zip", "empty zip"]),
        ("application/x-zip-compressed", &["zip", "empty zip"]),
        ("Application/ZIP; x=y", &["zip", "empty zip"]),
        ("application/dicom", &["dicom", "dicom and tiff"]),
        ("image/png", &["png"]),
        ("image/jpeg", &["jpeg"]),
        ("image/jpg", &["jpeg"]),
        ("image/gif", &["gif"]),
        ("image/webp", &["webp"]),
        ("image/bmp", &["bmp"]),
        ("image/tiff", &["dicom and tiff", "tiff", "big-endian tiff"]),
        ("image/heic", &["heic", "heic by its list"]),
        ("image/heif", &["heic", "heic by its list"]),
        ("image/avif", &["avif"]),
        ("image/*", &images),
        ("video/*", &["mp4"]),
        ("application/*", &["zip", "empty zip", "dicom", "dicom and tiff", "pdf", "exe"]),
    ];
    for (allowed, expected) in rows {
        assert_eq!(let_through(allowed), *expected, "{allowed}");
    }
    assert_eq!(let_through("*/*").len(), heads().len());
}

#[test]
fn any_of_several_types_will_do_and_the_refusal_names_them_all() {
    let constraints = constraints();
    let check = |name: &str| {
        let (_, head) = heads().into_iter().find(|(what, _)| *what == name).unwrap();
        constraints.check_head(&head)
    };
    assert_eq!(check("zip"), Ok(()));
    assert_eq!(check("gif"), Ok(()));
    let error = check("exe").unwrap_err();
    assert_eq!(error.to_string(), "the file's first bytes are of none of the types application/zip, image/*");
}

proptest! {
    #[test]
    fn what_is_signed_comes_back(slug in ".+", max_size: u64, expires: i64, secret in ".*") {
        let upload = Upload { slug: &slug, max_size, allowed_types: &["image/*"], expires };
        let token = sign_upload(&Secret::new(secret.as_str()), &upload).unwrap();
        let constraints = verify(&token, &[Secret::new(secret)], expires).unwrap();
        prop_assert_eq!(constraints.slug(), slug.as_str());
        prop_assert_eq!((constraints.max_size(), constraints.expires()), (max_size, expires));
    }

    #[test]
    fn no_text_and_no_file_makes_it_panic(text in ".*", head: Vec<u8>) {
        prop_assert!(verify(&text, &secrets(), 0).is_err());
        let forged = format!("{}.AA", URL_SAFE_NO_PAD.encode(&text));
        prop_assert_eq!(verify(&forged, &secrets(), 0), Err(VerifyError::Signature));
        let _ = constraints().check_head(&head);
        let _ = parse_size(&text);
    }
}
