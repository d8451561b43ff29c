//! Uploadcare's signatures: figures of another HMAC, every refusal, rotation, tampering.
#![allow(clippy::unwrap_used)]

mod support;

use auraloader_signing::Secret;
use auraloader_signing::uploadcare::{
    Expiry, SecureSignature, SignError, VerifyError, generate_secure_signature, verify,
};
use proptest::prelude::*;
use support::every_other_byte;

const SECRET: &str = "project_secret_key";
const EXPIRE: i64 = 1_454_903_856;
/// `hmac.new(b"project_secret_key", b"1454903856", hashlib.sha256).hexdigest()` in Python.
const SIGNATURE: &str = "d39a461d41f607338abffee5f31da4d4e46535651c87346e76906bf75c064d47";

fn secrets() -> [Secret; 1] {
    [Secret::new(SECRET)]
}

#[test]
fn every_form_of_the_same_expiry_has_the_signature_that_python_gives_it() {
    let expected =
        SecureSignature { secure_signature: SIGNATURE.to_owned(), secure_expire: EXPIRE.to_string() };
    for expiry in [
        Expiry::Seconds(EXPIRE),
        Expiry::Text("1454903856"),
        Expiry::Milliseconds(EXPIRE * 1000),
        Expiry::Milliseconds(EXPIRE * 1000 + 999),
        Expiry::Lifetime { milliseconds: 1_800_000, now: (EXPIRE - 1800) * 1000 + 999 },
    ] {
        assert_eq!(
            generate_secure_signature(&Secret::new(SECRET), expiry),
            Ok(expected.clone()),
            "{expiry:?}"
        );
    }
}

#[test]
fn what_is_no_unix_time_is_not_signed() {
    for expiry in [
        Expiry::Seconds(-1),
        Expiry::Text(""),
        Expiry::Text("tomorrow"),
        Expiry::Text("+5"),
        Expiry::Text("1454903856.5"),
        Expiry::Text(" 1454903856"),
        Expiry::Text("9223372036854775808"),
        Expiry::Milliseconds(-1),
        Expiry::Lifetime { milliseconds: i64::MAX, now: 1 },
    ] {
        let signed = generate_secure_signature(&Secret::new(SECRET), expiry);
        assert_eq!(signed, Err(SignError::Expiry), "{expiry:?}");
    }
}

#[test]
fn every_refusal_has_its_status_and_text() {
    let expire = EXPIRE.to_string();
    let good = (Some(SIGNATURE), Some(expire.as_str()));
    let upper = SIGNATURE.to_uppercase();
    let rows = [
        ("nothing", (None, None), EXPIRE, 400, "'signature' is required."),
        ("no signature", (None, good.1), EXPIRE, 400, "'signature' is required."),
        ("empty signature", (Some(""), good.1), EXPIRE, 400, "'signature' is required."),
        ("no expiry", (good.0, None), EXPIRE, 400, "'expire' is required."),
        ("empty expiry", (good.0, Some("")), EXPIRE, 400, "'expire' is required."),
        ("a date", (good.0, Some("2016-02-08")), EXPIRE, 400, "'expire' must be a UNIX timestamp."),
        ("a sign", (good.0, Some("+1454903856")), EXPIRE, 400, "'expire' must be a UNIX timestamp."),
        ("negative", (good.0, Some("-1")), EXPIRE, 400, "'expire' must be a UNIX timestamp."),
        ("a space", (good.0, Some("1454903856 ")), EXPIRE, 400, "'expire' must be a UNIX timestamp."),
        ("a fraction", (good.0, Some("1454903856.0")), EXPIRE, 400, "'expire' must be a UNIX timestamp."),
        ("foreign digits", (good.0, Some("١٤٥٤")), EXPIRE, 400, "'expire' must be a UNIX timestamp."),
        ("too long", (good.0, Some("99999999999999999999")), 0, 400, "'expire' must be a UNIX timestamp."),
        ("a second late", good, EXPIRE + 1, 403, "Expired signature."),
        ("late and wrong", (Some("00"), good.1), EXPIRE + 1, 403, "Expired signature."),
        ("another expiry", (good.0, Some("1454903857")), EXPIRE, 403, "Invalid signature."),
        ("another spelling", (good.0, Some("01454903856")), EXPIRE, 403, "Invalid signature."),
        ("no hexadecimal", (Some("signature"), good.1), EXPIRE, 403, "Invalid signature."),
        ("cut short", (SIGNATURE.get(..62), good.1), EXPIRE, 403, "Invalid signature."),
        ("upper case", (Some(&upper), good.1), EXPIRE, 403, "Invalid signature."),
    ];
    for (what, (signature, expire), now, status, text) in rows {
        let error = verify(signature, expire, &secrets(), now).unwrap_err();
        assert_eq!((error.status(), error.to_string().as_str()), (status, text), "{what}");
    }
}

#[test]
fn the_second_that_is_named_is_the_last_good_one() {
    let expire = EXPIRE.to_string();
    for (now, good) in [(EXPIRE - 1, true), (EXPIRE, true), (EXPIRE + 1, false)] {
        let result = verify(Some(SIGNATURE), Some(&expire), &secrets(), now);
        assert_eq!(result.map(|verified| verified.expires).ok(), good.then_some(EXPIRE), "{now}");
    }
}

#[test]
fn while_secrets_are_exchanged_either_is_good_and_none_is_not() {
    let expire = EXPIRE.to_string();
    let check = |secrets: &[Secret]| verify(Some(SIGNATURE), Some(&expire), secrets, EXPIRE).map(|_| ());
    assert_eq!(check(&[Secret::new("next"), Secret::new(SECRET)]), Ok(()));
    assert_eq!(check(&[Secret::new(SECRET), Secret::new("previous")]), Ok(()));
    assert_eq!(check(&[Secret::new("next"), Secret::new("previous")]), Err(VerifyError::Invalid));
    assert_eq!(check(&[]), Err(VerifyError::Invalid));

    // An unknown project is tried with a decoy, which must not let anybody in.
    let forged = generate_secure_signature(&Secret::new(""), Expiry::Seconds(EXPIRE)).unwrap();
    let result = verify(Some(&forged.secure_signature), Some(&forged.secure_expire), &[], EXPIRE);
    assert_eq!(result, Err(VerifyError::Invalid));
}

#[test]
fn no_other_byte_will_do_in_the_signature_or_the_expiry() {
    let expire = EXPIRE.to_string();
    for changed in every_other_byte(SIGNATURE) {
        assert!(verify(Some(&changed), Some(&expire), &secrets(), 0).is_err(), "{changed}");
    }
    for changed in every_other_byte(&expire) {
        assert!(verify(Some(SIGNATURE), Some(&changed), &secrets(), 0).is_err(), "{changed}");
    }
}

proptest! {
    #[test]
    fn what_is_signed_verifies_until_it_expires(secret in ".*", expire in 0..i64::MAX, other in ".*") {
        let signed = generate_secure_signature(&Secret::new(secret.as_str()), Expiry::Seconds(expire)).unwrap();
        let check = |secret: &str, now| {
            verify(Some(&signed.secure_signature), Some(&signed.secure_expire), &[Secret::new(secret)], now)
                .map(|_| ())
        };
        prop_assert_eq!(check(&secret, expire), Ok(()));
        prop_assert_eq!(check(&secret, expire + 1), Err(VerifyError::Expired));
        // HMAC fills a short key up with zeros, so those alone make no other key.
        prop_assume!(other.trim_end_matches('\0') != secret.trim_end_matches('\0'));
        prop_assert_eq!(check(&other, expire), Err(VerifyError::Invalid));
    }
}
