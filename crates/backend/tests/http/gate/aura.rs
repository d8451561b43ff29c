//! Requests of servers, each signed with its body.

use auraloader_backend::gate::{GatePolicy, Scheme};
use auraloader_signing::Secret;
use auraloader_signing::aura::{self, HmacSigner, nonce_from_random};

use super::proxy::Fronted;
use super::{CLINICS, OTHERS, archive, keys, refused};
use crate::support::{Answer, NOW};

async fn server() -> Fronted {
    Fronted::by(GatePolicy::new(Scheme::Aura(keys()))).await
}

/// A signed request that can be changed before it is sent.
struct Signed {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Signed {
    fn new(
        secret: &str,
        now: i64,
        method: &'static str,
        path: &str,
        own: &[(&str, &str)],
        body: &[u8],
    ) -> Self {
        let own = [&[("Host", "gate.example")], own].concat();
        let request =
            aura::Request { method, url: path, headers: &own, body: Some(body), ..aura::Request::default() };
        let nonce = nonce_from_random(*uuid::Uuid::new_v4().as_bytes());
        let signed =
            HmacSigner::new("clinic", Secret::new(secret)).unwrap().sign(&request, now, &nonce).unwrap();
        // `Host` is the sender's, as with every HTTP client.
        let own = own.iter().skip(1).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let signed = signed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { method, path: path.to_owned(), headers: own.chain(signed).collect(), body: body.to_vec() }
    }

    fn create(secret: &str, now: i64) -> Self {
        Self::new(secret, now, "POST", "/files", &[("Upload-Length", "604")], b"")
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.unwrap().1.clone()
    }

    async fn send(&self, server: &Fronted) -> Answer {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        server.send(self.method, &self.path, &headers, self.body.clone()).await
    }
}

#[tokio::test]
async fn each_refusal_has_its_status_and_text_and_stores_nothing() {
    let server = server().await;
    let create = |now| Signed::create(CLINICS, now);
    let reason = |reason: &str| format!("The request's signature was refused: {reason}.");
    let mismatch = reason("the signature does not match");
    let authorization = |from: &str, to: &str| {
        let request = create(NOW);
        let value = request.header("authorization").replace(from, to);
        request.set("authorization", &value)
    };
    let mut two_nonces = create(NOW);
    two_nonces.headers.push(("x-aura-nonce".to_owned(), "6d0f2f6e-1d2a-4c1e-9a51-0d9b7b3a1c11".to_owned()));
    let other_method = Signed::new(CLINICS, NOW, "POST", "/files/a", &[], b"");
    let rows = [
        (create(NOW).set("authorization", ""), reason("the header authorization is missing")),
        (
            create(NOW).set("authorization", "Bearer x"),
            reason("the Authorization header is not AURA-HMAC-SHA256"),
        ),
        (create(NOW).set("x-aura-nonce", "1"), reason("X-Aura-Nonce must be a UUID")),
        (create(NOW).set("x-aura-timestamp", "soon"), reason("X-Aura-Timestamp must be Unix seconds")),
        (create(NOW).set("x-aura-timestamp", &(NOW + 1).to_string()), mismatch.clone()),
        (create(NOW).set("x-aura-nonce", "6d0f2f6e-1d2a-4c1e-9a51-0d9b7b3a1c11"), mismatch.clone()),
        (
            authorization("Credential=", "Name="),
            reason("the Authorization header needs Credential, SignedHeaders and Signature, once each"),
        ),
        (
            authorization("x-aura-nonce;", ""),
            reason("SignedHeaders must name the nonce, the timestamp and a body's content type, in order"),
        ),
        (authorization("host;", ""), mismatch.clone()),
        (authorization("clinic", "nobody"), mismatch.clone()),
        (authorization("clinic", "other"), mismatch.clone()),
        (two_nonces, reason("the header x-aura-nonce occurs more than once")),
        (Signed { method: "DELETE", ..other_method }, mismatch.clone()),
        (Signed::create(OTHERS, NOW), mismatch.clone()),
        (Signed { path: "/files/a".to_owned(), ..create(NOW) }, mismatch.clone()),
        (Signed { body: archive(), ..create(NOW) }, mismatch.clone()),
        (create(NOW - 301), reason("the request was signed 301 seconds away from the server's time")),
        (create(NOW + 301), reason("the request was signed -301 seconds away from the server's time")),
    ];
    for (request, text) in rows {
        refused(&request.send(&server).await, 401, &text);
    }
    for now in [NOW - 300, NOW + 300] {
        create(now).send(&server).await.expect(201);
    }
    assert!(server.stored_bytes().is_empty());
}

#[tokio::test]
async fn a_request_gets_through_once() {
    let server = server().await;
    let create = Signed::create(CLINICS, NOW);
    let location = create.send(&server).await.expect(201).header("location").to_owned();
    refused(&create.send(&server).await, 401, "A request with this nonce was already made.");

    let own = [("Upload-Offset", "0"), ("Content-Type", "application/offset+octet-stream")];
    let patch = Signed::new("the_clinics_next", NOW, "PATCH", &location, &own, &archive());
    let tampered = Signed { body: b"PK\x03\x04 something else".to_vec(), ..patch };
    let text = "The request's signature was refused: the signature does not match.";
    refused(&tampered.send(&server).await, 401, text);
    let retyped = Signed { body: archive(), ..tampered }.set("Content-Type", "application/zip");
    refused(&retyped.send(&server).await, 401, text);
    assert!(server.stored_bytes().is_empty());
    let patch = retyped.set("Content-Type", "application/offset+octet-stream");
    patch.send(&server).await.expect(204);
    assert_eq!(server.stored_bytes(), archive());
    refused(&patch.send(&server).await, 401, "A request with this nonce was already made.");
}

#[tokio::test]
async fn what_must_be_whole_to_be_judged_is_bounded() {
    let server = server().await;
    let location = Signed::create(CLINICS, NOW).send(&server).await.expect(201).header("location").to_owned();
    let own = [("Upload-Offset", "0"), ("Content-Type", "application/offset+octet-stream")];
    let body = vec![0; (16 << 20) + 1];
    let patch = Signed::new(CLINICS, NOW, "PATCH", &location, &own, &body);
    let text = "A signed request may carry at most 16777216 bytes. Send smaller chunks.";
    refused(&patch.send(&server).await, 413, text);
    assert!(server.stored_bytes().is_empty());
}
