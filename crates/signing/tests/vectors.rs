//! The scheme against the figures of the reference signer, `tests/fixtures/hmac.json`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use auraloader_signing::Secret;
use auraloader_signing::aura::{HmacSigner, Request, SignError, VerifyError, nonce_from_random, verify};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    app_id: String,
    app_secret: String,
    request: Sent,
    timestamp: String,
    nonce: String,
    expect: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Sent {
    method: String,
    base_url: Option<String>,
    url: String,
    params: Option<BTreeMap<String, String>>,
    headers: BTreeMap<String, String>,
    body: Option<String>,
}

fn vectors() -> Vec<Vector> {
    let file: File = serde_json::from_str(include_str!("../../../tests/fixtures/hmac.json")).unwrap();
    assert!(file.vectors.len() >= 6);
    file.vectors
}

fn borrowed(map: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    map.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

impl Vector {
    fn seconds(&self) -> i64 {
        self.timestamp.parse().unwrap()
    }

    fn secrets(&self) -> [Secret; 1] {
        [Secret::new(self.app_secret.as_str())]
    }

    /// The path and query as they stand on the request line.
    fn target(&self) -> String {
        let base = self.request.base_url.as_deref().unwrap_or_default();
        let base_path = base
            .split_once("://")
            .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]))
            .unwrap_or_default();
        format!("{}/{}", base_path.trim_end_matches('/'), self.request.url.trim_start_matches('/'))
    }

    /// The signed request as a server receives it.
    fn received<'a>(&'a self, target: &'a str, headers: &'a [(&'a str, &'a str)]) -> Request<'a> {
        Request {
            method: &self.request.method,
            url: target,
            headers,
            body: self.request.body.as_deref().map(str::as_bytes),
            ..Request::default()
        }
    }
}

#[test]
fn every_vector_signs_to_the_same_headers() {
    for vector in vectors() {
        let headers = borrowed(&vector.request.headers);
        let params = vector.request.params.clone().unwrap_or_default();
        let request = Request {
            method: &vector.request.method,
            base_url: vector.request.base_url.as_deref(),
            url: &vector.request.url,
            params: &borrowed(&params),
            headers: &headers,
            body: vector.request.body.as_deref().map(str::as_bytes),
        };
        let signer =
            HmacSigner::new(vector.app_id.as_str(), Secret::new(vector.app_secret.as_str())).unwrap();
        let added = signer.sign(&request, vector.seconds(), &vector.nonce).unwrap();

        let mut all = vector.request.headers.clone();
        all.extend(added.into_iter().map(|(name, value)| (name.to_owned(), value)));
        assert_eq!(all, vector.expect, "{}", vector.name);
    }
}

#[test]
fn every_vector_verifies_as_received() {
    for vector in vectors() {
        let (headers, target) = (borrowed(&vector.expect), vector.target());
        let verified =
            verify(&vector.received(&target, &headers), &vector.secrets(), vector.seconds()).unwrap();
        assert_eq!(verified.app_id, vector.app_id, "{}", vector.name);
        assert_eq!(verified.nonce, vector.nonce, "{}", vector.name);
        assert_eq!(verified.timestamp, vector.seconds(), "{}", vector.name);
    }
}

#[test]
fn a_change_of_any_signed_part_is_refused() {
    for vector in vectors() {
        let (headers, target) = (borrowed(&vector.expect), vector.target());
        let good = vector.received(&target, &headers);
        let secrets = vector.secrets();
        let now = vector.seconds();
        let refused = |what: &str, request: Request<'_>| {
            assert_eq!(
                verify(&request, &secrets, now),
                Err(VerifyError::Signature),
                "{}: {what}",
                vector.name
            );
        };

        refused("method", Request { method: "PUT", ..good });
        refused("path", Request { url: &format!("{target}x"), ..good });
        let more = if target.contains('?') { format!("{target}&a=b") } else { format!("{target}?a=b") };
        refused("query", Request { url: &more, ..good });
        refused("body", Request { body: Some(b"{\"ttl\":86400}"), ..good });

        for (name, value) in [
            ("Host", "evil.example"),
            ("X-Aura-Nonce", "99999999-9999-4999-8999-999999999999"),
            ("X-Aura-Timestamp", "1706140801"),
            ("Content-Type", "text/plain"),
        ] {
            let mut changed = headers.clone();
            let Some(header) = changed.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)) else {
                continue;
            };
            header.1 = value;
            refused(name, Request { headers: &changed, ..good });
        }

        let authorization = &vector.expect["Authorization"];
        for (what, changed) in [
            ("app id", authorization.replacen("Credential=", "Credential=x", 1)),
            ("last digit", flip_last(authorization)),
            ("cut short", authorization[..authorization.len() - 2].to_owned()),
        ] {
            let mut map = vector.expect.clone();
            map.insert("Authorization".to_owned(), changed);
            refused(what, Request { headers: &borrowed(&map), ..good });
        }
        assert_eq!(verify(&good, &[Secret::new("other")], now), Err(VerifyError::Signature));
        assert_eq!(verify(&good, &[], now), Err(VerifyError::Signature));
    }
}

fn flip_last(text: &str) -> String {
    let (head, last) = text.split_at(text.len() - 1);
    format!("{head}{}", if last == "0" { "1" } else { "0" })
}

#[test]
fn a_signed_header_that_is_not_listed_changes_the_signature_or_is_demanded() {
    let vector = &vectors()[0];
    let target = vector.target();
    for (list, error) in [
        ("content-type;x-aura-nonce;x-aura-timestamp", VerifyError::Signature),
        ("host;x-aura-nonce;x-aura-timestamp", VerifyError::SignedHeaders),
        ("content-type;host;x-aura-timestamp", VerifyError::SignedHeaders),
        ("content-type;host;x-aura-nonce", VerifyError::SignedHeaders),
        ("content-type;host;x-aura-nonce;x-aura-timestamp;x-other", VerifyError::SignedHeaders),
        ("host;content-type;x-aura-nonce;x-aura-timestamp", VerifyError::SignedHeaders),
        ("host;host;content-type;x-aura-nonce;x-aura-timestamp", VerifyError::SignedHeaders),
    ] {
        let mut map = vector.expect.clone();
        let all = "content-type;host;x-aura-nonce;x-aura-timestamp";
        map.insert("Authorization".to_owned(), vector.expect["Authorization"].replacen(all, list, 1));
        let headers = borrowed(&map);
        let result = verify(&vector.received(&target, &headers), &vector.secrets(), vector.seconds());
        assert_eq!(result, Err(error), "{list}");
    }
}

#[test]
fn headers_that_are_missing_doubled_or_malformed_are_named() {
    let vector = &vectors()[0];
    let target = vector.target();
    let full = borrowed(&vector.expect);
    let check = |headers: &[(&str, &str)], error: VerifyError| {
        let result = verify(&vector.received(&target, headers), &vector.secrets(), vector.seconds());
        assert_eq!(result, Err(error));
    };
    for (name, lower) in [
        ("Authorization", "authorization"),
        ("Host", "host"),
        ("X-Aura-Nonce", "x-aura-nonce"),
        ("X-Aura-Timestamp", "x-aura-timestamp"),
    ] {
        let without: Vec<_> = full.iter().copied().filter(|(key, _)| *key != name).collect();
        check(&without, VerifyError::MissingHeader { name: lower });
        let value = vector.expect[name].as_str();
        let twice: Vec<_> = full.iter().copied().chain([(name, value)]).collect();
        check(&twice, VerifyError::DuplicateHeader { name: lower });
    }
    for (name, value, error) in [
        ("X-Aura-Nonce", "not-a-uuid", VerifyError::Nonce),
        ("X-Aura-Timestamp", "+1706140800", VerifyError::Timestamp),
        ("X-Aura-Timestamp", "0001706140800", VerifyError::Timestamp),
        ("X-Aura-Timestamp", "99999999999999999999", VerifyError::Timestamp),
        ("X-Aura-Timestamp", "9999999999999", VerifyError::Timestamp),
    ] {
        let changed: Vec<_> =
            full.iter().map(|(key, old)| (*key, if *key == name { value } else { *old })).collect();
        check(&changed, error);
    }
}

#[test]
fn the_clock_may_differ_by_five_minutes_either_way() {
    let vector = &vectors()[0];
    let (headers, target) = (borrowed(&vector.expect), vector.target());
    let request = vector.received(&target, &headers);
    for (offset, good) in [(300, true), (-300, true), (301, false), (-301, false)] {
        let result = verify(&request, &vector.secrets(), vector.seconds() + offset);
        let expected = VerifyError::ClockSkew { seconds: offset };
        assert_eq!(result.err(), (!good).then_some(expected));
    }
}

#[test]
fn while_secrets_are_exchanged_either_is_good() {
    let vector = &vectors()[0];
    let (headers, target) = (borrowed(&vector.expect), vector.target());
    let [current] = vector.secrets();
    for secrets in [[current.clone(), Secret::new("next")], [Secret::new("previous"), current]] {
        assert!(verify(&vector.received(&target, &headers), &secrets, vector.seconds()).is_ok());
    }
}

#[test]
fn a_host_that_the_signer_was_not_given_is_not_demanded() {
    let headers = [("Content-Type", "application/json")];
    let request = Request {
        method: "POST",
        url: "/api/auth/exchange",
        headers: &headers,
        body: Some(b"{}"),
        ..Request::default()
    };
    let signer = HmacSigner::new("app", Secret::new("s")).unwrap();
    let added = signer.sign(&request, 1_700_000_000, &nonce_from_random([7; 16])).unwrap();
    let mut received: Vec<(&str, &str)> = added.iter().map(|(name, value)| (*name, value.as_str())).collect();
    received.extend([("content-type", "application/json"), ("host", "aura.example.com")]);
    assert!(verify(&Request { headers: &received, ..request }, &[Secret::new("s")], 1_700_000_000).is_ok());
}

#[test]
fn what_cannot_be_signed_is_said() {
    for id in ["", "a,b", "a/b", "a b", "ä"] {
        assert_eq!(HmacSigner::new(id, Secret::new("s")).err(), Some(SignError::AppId), "{id}");
    }
    let signer = HmacSigner::new("app", Secret::new("s")).unwrap();
    assert!(!format!("{signer:?}").contains("\"s\""));
    let twice = [("Host", "a"), ("host", "b")];
    let request = Request { method: "GET", url: "/", headers: &twice, ..Request::default() };
    assert_eq!(signer.sign(&request, 0, "n"), Err(SignError::DuplicateHeader { name: "host" }));
    assert_eq!(signer.sign(&request, i64::MAX, "n"), Err(SignError::Timestamp { timestamp: i64::MAX }));
}

#[test]
fn a_nonce_is_a_uuid_v4_of_its_bytes() {
    assert_eq!(nonce_from_random([0; 16]), "00000000-0000-4000-8000-000000000000");
    assert_eq!(nonce_from_random([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}
