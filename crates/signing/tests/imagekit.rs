//! ImageKit's JWTs: figures of another HMAC, every refusal, the clock to the second, tampering, single use.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::collections::HashSet;

use auraloader_signing::Secret;
use auraloader_signing::imagekit::{
    KeyPair, SignError, UploadJwt, Verified, VerifyError, sign_upload_jwt, verify,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;
use support::every_other_byte;

const PARAMETERS: &[(&str, &str)] =
    &[("fileName", "dress.jpg"), ("useUniqueFileName", "false"), ("tags", "summer,dress")];
const IAT: i64 = 1_714_035_985;
const EXP: i64 = IAT + 400;
/// In Python: header and payload by `json.dumps(…, separators=(",", ":"))` and `base64.urlsafe_b64encode`, `=` dropped,
/// the signature by `hmac.new(b"your_private_key", …, hashlib.sha256)`.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InlvdXJfcHVibGljX2tleSJ9.eyJmaWxlTmFtZSI6ImRyZXNzLmpwZyIsInVzZVVuaXF1ZUZpbGVOYW1lIjoiZmFsc2UiLCJ0YWdzIjoic3VtbWVyLGRyZXNzIiwiaWF0IjoxNzE0MDM1OTg1LCJleHAiOjE3MTQwMzYzODV9.ukUhIW7irlBc-TMIOloOzo7rNxQ8khv20wf56-AdMQo";

fn pair(public: &str, private: &str) -> KeyPair {
    KeyPair::new(public, Secret::new(private))
}

fn keys() -> [KeyPair; 1] {
    [pair("your_public_key", "your_private_key")]
}

/// A token of any header and payload, signed with the right key whatever they say.
fn token(header: &Value, payload: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", part(header), part(payload));
    let mut mac = Hmac::<Sha256>::new_from_slice(b"your_private_key").unwrap();
    mac.update(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn header() -> Value {
    json!({"alg": "HS256", "typ": "JWT", "kid": "your_public_key"})
}

fn timed(iat: i64, exp: i64) -> String {
    token(&header(), &json!({"iat": iat, "exp": exp}))
}

fn sign(parameters: &[(&str, &str)], expire: i64) -> Result<String, SignError> {
    sign_upload_jwt(&UploadJwt { upload_payload: parameters, expire }, &keys()[0], IAT)
}

#[test]
fn the_token_is_the_one_that_python_makes() {
    assert_eq!(sign(PARAMETERS, 400).as_deref(), Ok(TOKEN));
    let verified = verify(TOKEN, &keys(), PARAMETERS, IAT).unwrap();
    // hashlib.sha256(token).hexdigest()
    let id = "bca010059b0a3edebb404b9c396cc98708814c64b959973f2c67b254eca6af2e".to_owned();
    assert_eq!(verified, Verified { id, public_key: "your_public_key".to_owned(), expires: EXP });
}

#[test]
fn what_cannot_be_signed_is_said() {
    for seconds in [i64::MIN, -1, 0, 3600, 3601, i64::MAX] {
        assert_eq!(sign(PARAMETERS, seconds), Err(SignError::Lifetime { seconds }));
    }
    for seconds in [1, 3599] {
        assert!(sign(PARAMETERS, seconds).is_ok(), "{seconds}");
    }
    for name in ["file", "token", "iat", "exp"] {
        assert_eq!(sign(&[(name, "1")], 60), Err(SignError::Reserved { name: name.to_owned() }));
    }
    assert_eq!(sign(&[("a", "1"), ("a", "1")], 60), Err(SignError::Duplicate { name: "a".to_owned() }));
    let upload = UploadJwt { upload_payload: &[], expire: 60 };
    assert_eq!(sign_upload_jwt(&upload, &pair("", "x"), IAT), Err(SignError::PublicKey));
    assert_eq!(sign_upload_jwt(&upload, &keys()[0], i64::MAX), Err(SignError::Lifetime { seconds: 60 }));
}

#[test]
fn headers_that_are_not_of_this_scheme_are_refused_though_signed() {
    let payload = json!({"iat": IAT, "exp": EXP});
    let kid = "your_public_key";
    for (header, error) in [
        (json!({"alg": "none", "typ": "JWT", "kid": kid}), VerifyError::Algorithm),
        (json!({"alg": "None", "kid": kid}), VerifyError::Algorithm),
        (json!({"alg": "hs256", "kid": kid}), VerifyError::Algorithm),
        (json!({"alg": "HS512", "kid": kid}), VerifyError::Algorithm),
        (json!({"alg": "RS256", "kid": kid}), VerifyError::Algorithm),
        (json!({"alg": "", "kid": kid}), VerifyError::Algorithm),
        (json!({"kid": kid}), VerifyError::Malformed),
        (json!({"alg": ["HS256"], "kid": kid}), VerifyError::Malformed),
        (json!({"alg": "HS256", "typ": "secevent+jwt", "kid": kid}), VerifyError::Malformed),
        (json!({"alg": "HS256", "kid": kid, "crit": ["b64"], "b64": false}), VerifyError::Malformed),
        (json!(["HS256"]), VerifyError::Malformed),
        (json!({"alg": "HS256"}), VerifyError::UnknownKey),
        (json!({"alg": "HS256", "kid": ""}), VerifyError::UnknownKey),
        (json!({"alg": "HS256", "kid": "another"}), VerifyError::UnknownKey),
    ] {
        assert_eq!(verify(&token(&header, &payload), &keys(), &[], IAT), Err(error), "{header}");
    }
    // The type may be left out (RFC 7519 §5.1); a place to find keys in is not looked at.
    for header in [
        json!({"alg": "HS256", "kid": kid}),
        json!({"alg": "HS256", "typ": "jwt", "kid": kid, "jku": "https://evil.example/keys"}),
    ] {
        assert!(verify(&token(&header, &payload), &keys(), &[], IAT).is_ok(), "{header}");
    }
}

#[test]
fn an_unsigned_token_is_refused() {
    let none = json!({"alg": "none", "kid": "your_public_key"}).to_string();
    let payload = TOKEN.split('.').nth(1).unwrap();
    let unsigned = format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(none));
    assert_eq!(verify(&unsigned, &keys(), PARAMETERS, IAT), Err(VerifyError::Algorithm));
    let cut = &TOKEN[..=TOKEN.rfind('.').unwrap()];
    assert_eq!(verify(cut, &keys(), PARAMETERS, IAT), Err(VerifyError::Signature));
}

#[test]
fn what_is_no_jwt_is_refused() {
    for text in ["", ".", "..", "...", "a.b", "a.b.c", "{}.{}.", &format!("{TOKEN}."), &format!("{TOKEN}=")] {
        assert_eq!(verify(text, &keys(), PARAMETERS, IAT), Err(VerifyError::Malformed), "{text}");
    }
}

#[test]
fn claims_are_two_integers_and_strings() {
    for payload in [
        json!({"exp": EXP}),
        json!({"iat": IAT}),
        json!({"iat": IAT.to_string(), "exp": EXP}),
        json!({"iat": IAT, "exp": EXP.to_string()}),
        json!({"iat": 1_714_035_985.5, "exp": EXP}),
        json!({"iat": null, "exp": EXP}),
        json!({"iat": IAT, "exp": EXP, "useUniqueFileName": false}),
        json!({"iat": IAT, "exp": EXP, "tags": ["a"]}),
        json!([IAT, EXP]),
    ] {
        let result = verify(&token(&header(), &payload), &keys(), &[], IAT);
        assert_eq!(result, Err(VerifyError::Claims), "{payload}");
    }
}

#[test]
fn the_clock_to_the_second() {
    let ahead = |seconds| Err(VerifyError::NotYetIssued { seconds });
    for (iat, exp, now, result) in [
        (IAT, IAT + 60, IAT + 59, Ok(())),
        (IAT, IAT + 60, IAT + 60, Err(VerifyError::Expired)),
        (IAT, IAT + 60, IAT + 61, Err(VerifyError::Expired)),
        (IAT, IAT + 60, IAT - 300, Ok(())),
        (IAT, IAT + 60, IAT - 301, ahead(301)),
        (IAT, IAT + 3600, IAT, Ok(())),
        (IAT, IAT + 3601, IAT, Err(VerifyError::Lifetime)),
        (IAT, IAT + 1, IAT, Ok(())),
        (IAT, IAT, IAT - 1, Err(VerifyError::Lifetime)),
        (IAT, IAT - 1, IAT - 2, Err(VerifyError::Lifetime)),
        (i64::MIN, i64::MAX, IAT, Err(VerifyError::Lifetime)),
        (i64::MAX, i64::MIN, IAT, Err(VerifyError::Lifetime)),
        (i64::MAX - 1, i64::MAX, i64::MIN, ahead(i64::MAX)),
    ] {
        assert_eq!(
            verify(&timed(iat, exp), &keys(), &[], now).map(|_| ()),
            result,
            "{iat} to {exp}, now {now}"
        );
    }
}

#[test]
fn parameters_must_be_the_same_on_both_sides() {
    let check = |parameters: &[(&str, &str)]| verify(TOKEN, &keys(), parameters, IAT);
    let [name, unique, tags] = [PARAMETERS[0], PARAMETERS[1], PARAMETERS[2]];
    for good in [
        &[name, unique, tags][..],
        &[tags, name, unique],
        &[name, unique, tags, ("file", "<bytes>"), ("token", TOKEN)],
    ] {
        assert!(check(good).is_ok(), "{good:?}");
    }
    for (bad, culprit) in [
        (&[name, unique][..], "tags"),
        (&[], "fileName"),
        (&[name, unique, tags, ("folder", "/")], "folder"),
        (&[name, unique, tags, ("folder", "")], "folder"),
        (&[name, ("useUniqueFileName", "true"), tags], "useUniqueFileName"),
        (&[name, unique, ("tags", "summer,dress ")], "tags"),
        (&[name, unique, ("Tags", "summer,dress")], "Tags"),
        (&[name, name, unique, tags], "fileName"),
        (&[name, ("fileName", "evil.exe"), unique, tags], "fileName"),
        (&[name, unique, tags, ("iat", "1714035985")], "iat"),
    ] {
        let error = check(bad).unwrap_err();
        let VerifyError::Parameter { name, .. } = &error else { panic!("{bad:?}: {error}") };
        assert_eq!(name, culprit, "{bad:?}");
        // The token is used up all the same.
        assert_eq!(error.used(), check(PARAMETERS).ok().as_ref());
    }
}

#[test]
fn a_forged_token_uses_nothing_up() {
    let error = verify(TOKEN, &[pair("your_public_key", "other")], PARAMETERS, IAT).unwrap_err();
    assert_eq!(error, VerifyError::Signature);
    assert_eq!(error.used(), None);
    assert_eq!(verify(TOKEN, &keys(), PARAMETERS, EXP).unwrap_err().used(), None);
}

#[test]
fn while_keys_are_exchanged_either_is_good() {
    let check = |keys: &[KeyPair]| verify(TOKEN, keys, PARAMETERS, IAT).map(|_| ());
    let ours = || pair("your_public_key", "your_private_key");
    // A new pair, and a new private key for the same public one.
    for other in [pair("next", "other"), pair("your_public_key", "other")] {
        assert_eq!(check(&[ours(), other.clone()]), Ok(()));
        assert_eq!(check(&[other, ours()]), Ok(()));
    }
    // The key of another pair doesn't do.
    assert_eq!(
        check(&[pair("your_public_key", "other"), pair("next", "your_private_key")]),
        Err(VerifyError::Signature)
    );
    assert_eq!(check(&[]), Err(VerifyError::UnknownKey));
    assert!(!format!("{:?}", ours()).contains("your_private_key"));
}

#[test]
fn no_other_byte_will_do() {
    for changed in every_other_byte(TOKEN) {
        let error = verify(&changed, &keys(), PARAMETERS, IAT).unwrap_err();
        assert_eq!(error.used(), None, "{changed}");
    }
}

#[test]
fn each_refusal_has_its_text() {
    let lifetime = timed(IAT, IAT + 3601);
    let claims = token(&header(), &json!({}));
    let algorithm = token(&json!({"alg": "none"}), &json!({}));
    let key = token(&json!({"alg": "HS256"}), &json!({}));
    let forged = TOKEN.replacen(".ey", ".ez", 1);
    for (token, now, text) in [
        ("x", IAT, "the token is not a JWT"),
        (algorithm.as_str(), IAT, "the token's algorithm must be HS256"),
        (&key, IAT, "the token's kid names no key"),
        (&forged, IAT, "the token's signature does not match"),
        (&claims, IAT, "the token must have the integers iat and exp, and strings besides"),
        (&lifetime, IAT, "the token's exp must be 1 to 3600 seconds after its iat"),
        (TOKEN, IAT - 301, "the token was issued 301 seconds in the future"),
        (TOKEN, EXP, "the token has expired"),
        (TOKEN, IAT, "the upload parameter fileName is not as in the token"),
    ] {
        assert_eq!(verify(token, &keys(), &[], now).unwrap_err().to_string(), text);
    }
}

proptest! {
    #[test]
    fn what_is_signed_verifies_with_its_parameters_and_has_its_own_id(
        parameters in prop::collection::btree_map("[a-zA-Z\"\\\\é_]{1,8}", ".*", 0..5),
        lifetime in 1..3600_i64,
    ) {
        prop_assume!(!["file", "token", "iat", "exp"].iter().any(|name| parameters.contains_key(*name)));
        let list: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut ids = HashSet::new();
        for now in [IAT, IAT + 1] {
            let upload = UploadJwt { upload_payload: &list, expire: lifetime };
            let token = sign_upload_jwt(&upload, &keys()[0], now).unwrap();
            let verified = verify(&token, &keys(), &list, now).unwrap();
            prop_assert_eq!(verified.expires, now + lifetime);
            prop_assert!(ids.insert(verified.id));
        }
    }
}
