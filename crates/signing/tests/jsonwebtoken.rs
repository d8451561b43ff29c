//! Tokens that npm's jsonwebtoken made, `tests/fixtures/jsonwebtoken.json`, are good here; npm/test holds ours to be the
//! same.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use auraloader_signing::Secret;
use auraloader_signing::imagekit::{KeyPair, VerifyError, verify};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    iat: i64,
    public_key: String,
    private_key: String,
    tokens: Vec<Token>,
}

#[derive(Deserialize)]
struct Token {
    payload: BTreeMap<String, String>,
    expire: i64,
    token: String,
}

#[test]
fn every_token_is_good_for_its_upload_and_its_time() {
    let file: File = serde_json::from_str(include_str!("../../../tests/fixtures/jsonwebtoken.json")).unwrap();
    let keys = [KeyPair::new(file.public_key, Secret::new(file.private_key))];
    assert!(file.tokens.len() >= 3);
    for Token { payload, expire, token } in file.tokens {
        let parameters: Vec<(&str, &str)> =
            payload.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let exp = file.iat + expire;
        assert_eq!(verify(&token, &keys, &parameters, exp - 1).unwrap().expires, exp, "{token}");
        assert_eq!(verify(&token, &keys, &parameters, exp), Err(VerifyError::Expired), "{token}");
    }
}
