//! A JWT that is good for one upload.

use std::sync::atomic::Ordering;

use auraloader_backend::gate::{GatePolicy, Scheme};
use auraloader_signing::Secret;
use auraloader_signing::imagekit::{KeyPair, UploadJwt, sign_upload_jwt};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{CLINICS, Guest, OTHERS, archive, gated, keys, refused};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::support::{NOW, Server};

const USED: &str = "The token was used before, and is good for one upload.";

fn server() -> Server {
    gated(Scheme::ImageKit(keys().into_pairs()), |_| {})
}

/// A token for an upload of 604 bytes, issued at `now`.
fn token(upload_id: &str, now: i64, change: impl FnOnce(&mut Vec<(&'static str, String)>)) -> String {
    signed_by("clinic", CLINICS, upload_id, now, change)
}

fn signed_by(
    key: &str,
    secret: &str,
    upload_id: &str,
    now: i64,
    change: impl FnOnce(&mut Vec<(&'static str, String)>),
) -> String {
    let mut payload = vec![
        ("uploadId", upload_id.to_owned()),
        ("fileName", "a.zip".to_owned()),
        ("fileSize", "604".to_owned()),
    ];
    change(&mut payload);
    let payload: Vec<(&str, &str)> = payload.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let upload = UploadJwt { upload_payload: &payload, expire: 60 };
    sign_upload_jwt(&upload, &KeyPair::new(key, Secret::new(secret)), now).unwrap()
}

/// A token that our own signer refuses to make.
fn raw(claims: &str) -> String {
    let header = r#"{"alg":"HS256","typ":"JWT","kid":"clinic"}"#;
    let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let mut mac = Hmac::<Sha256>::new_from_slice(CLINICS.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn header(token: &str) -> [(&str, &str); 1] {
    [("X-Aura-Signature", token)]
}

/// A part of the token decoded, changed and put back.
fn tampered(token: &str, part: usize, from: &str, to: &str) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(&parts[part]).unwrap()).unwrap();
    assert!(text.contains(from), "{text}");
    parts[part] = URL_SAFE_NO_PAD.encode(text.replace(from, to));
    parts.join(".")
}

#[tokio::test]
async fn each_refusal_has_its_status_and_text_and_stores_nothing() {
    let server = server();
    let guest = Guest::of(&server).await;
    let id = guest.upload_id.as_str();
    let good = token(id, NOW, |_| {});
    let mismatch = "The token's signature does not match.";
    let lifetime = "The token's exp must be 1 to 3600 seconds after its iat.";
    let claims = format!(r#"{{"uploadId":"{id}","iat":{NOW},"exp":{}}}"#, NOW + 3601);
    let name = |name: &str| format!("The upload parameter {name} is not as in the token.");
    let rows = [
        ("no token".to_owned(), 401, "The token is not a JWT.".to_owned()),
        (tampered(&good, 0, "HS256", "none"), 401, "The token's algorithm must be HS256.".to_owned()),
        (tampered(&good, 0, "clinic", "nobody"), 401, "The token's kid names no key.".to_owned()),
        (tampered(&good, 0, "clinic", "other"), 401, mismatch.to_owned()),
        (tampered(&good, 1, "a.zip", "b.zip"), 401, mismatch.to_owned()),
        (tampered(&good, 1, "604", "999"), 401, mismatch.to_owned()),
        (tampered(&good, 1, &(NOW + 60).to_string(), &(NOW + 90).to_string()), 401, mismatch.to_owned()),
        (raw(&claims), 401, lifetime.to_owned()),
        (
            raw(r#"{"uploadId":"x"}"#),
            401,
            "The token must have the integers iat and exp, and strings besides.".to_owned(),
        ),
        (signed_by("clinic", OTHERS, id, NOW, |_| {}), 401, mismatch.to_owned()),
        (token(id, NOW + 301, |_| {}), 401, "The token was issued 301 seconds in the future.".to_owned()),
        (token(id, NOW - 60, |_| {}), 401, "The token has expired.".to_owned()),
        (token("another", NOW, |_| {}), 403, name("uploadId")),
        (token(id, NOW, |payload| payload[1].1 = "b.zip".to_owned()), 403, name("fileName")),
        (token(id, NOW, |payload| payload[2].1 = "605".to_owned()), 403, name("fileSize")),
        (token(id, NOW, |payload| drop(payload.pop())), 403, name("fileSize")),
        (token(id, NOW, |payload| payload.push(("folder", "x".to_owned()))), 403, name("folder")),
        (token(id, NOW, |payload| payload.push(("bucket", "x".to_owned()))), 403, name("bucket")),
    ];
    for (token, status, text) in &rows {
        refused(&guest.create(604, &header(token)).await, *status, text);
    }
    refused(&guest.create(604, &[]).await, 401, "The header X-Aura-Signature is missing.");

    // A parameter that the token doesn't have.
    let metadata = format!("{},isPrivateFile {}", guest.metadata(), STANDARD.encode("false"));
    let own = [("Upload-Length", "604"), ("Upload-Metadata", &metadata), ("X-Aura-Signature", &good)];
    refused(&guest.lift.send("POST", "/files/", &own, "").await, 403, &name("isPrivateFile"));
    assert!(server.stored_files().is_empty(), "{:?}", server.stored_files());

    // The tokens that were genuine are used up by that.
    for (token, status, _) in &rows {
        if *status == 403 {
            let answer = guest.create(604, &header(token)).await;
            assert!(answer.status.as_u16() == 403, "{}", answer.text());
        }
    }
    refused(&guest.create(604, &header(&good)).await, 403, USED);
    assert!(server.stored_files().is_empty());
}

#[tokio::test]
async fn a_token_makes_one_upload_and_serves_that_one_alone() {
    let server = server();
    let guest = Guest::of(&server).await;
    let id = guest.upload_id.as_str();
    let first = token(id, NOW, |_| {});
    let location = guest.created(604, &header(&first)).await;
    refused(&guest.create(604, &header(&first)).await, 403, USED);
    guest.patch(&location, 0, &archive()[..300], &header(&first)).await.expect(204);

    // One that is issued later carries on, and is then bound to this upload.
    let second = token(id, NOW + 1, |_| {});
    guest.lift.send("HEAD", &location, &header(&second), "").await.expect(200);
    refused(&guest.create(604, &header(&second)).await, 403, USED);
    let third = token(id, NOW + 2, |_| {});
    let other = guest.created(604, &header(&third)).await;
    refused(&guest.patch(&location, 300, &archive()[300..], &header(&third)).await, 403, USED);
    refused(&guest.patch(&other, 0, &archive(), &header(&second)).await, 403, USED);

    // Other parameters are another upload's.
    let strange = token(id, NOW, |payload| payload[1].1 = "b.zip".to_owned());
    let text = "The token is for another upload.";
    refused(&guest.patch(&location, 300, &archive()[300..], &header(&strange)).await, 403, text);
    guest.patch(&location, 300, &archive()[300..], &header(&second)).await.expect(204);
    assert_eq!(server.stored_bytes(), archive());
}

#[tokio::test]
async fn what_the_server_says_itself_may_be_signed_or_not() {
    let server = server();
    let guest = Guest::of(&server).await;
    let signed = token(&guest.upload_id, NOW, |payload| payload.push(("bucket", "uploads".to_owned())));
    guest.created(604, &header(&signed)).await;
}

#[tokio::test]
async fn an_upload_without_a_token_is_not_known() {
    let server = server();
    let guest = Guest::of(&server).await;
    let good = token(&guest.upload_id, NOW, |_| {});
    let answer = guest.patch("/files/1234", 0, &archive(), &header(&good)).await;
    refused(&answer, 404, "There is no such upload.");
    // It is not used up by what was never asked of it.
    let location = guest.created(604, &header(&good)).await;
    guest.lift.send("DELETE", &location, &header(&good), "").await.expect(204);
    refused(&guest.patch(&location, 0, &archive(), &header(&good)).await, 404, "There is no such upload.");
}

#[tokio::test]
async fn used_tokens_are_remembered_until_they_expire_by_themselves() {
    let server = server();
    let guest = Guest::of(&server).await;
    let first = token(&guest.upload_id, NOW, |_| {});
    guest.created(604, &header(&first)).await;
    server.clock.store(NOW + 59, Ordering::SeqCst);
    refused(&guest.create(604, &header(&first)).await, 403, USED);
    server.clock.store(NOW + 60, Ordering::SeqCst);
    refused(&guest.create(604, &header(&first)).await, 401, "The token has expired.");
}

#[tokio::test]
async fn of_two_creations_at_once_with_one_token_one_gets_through() {
    let server = server();
    let guest = Guest::of(&server).await;
    let token = token(&guest.upload_id, NOW, |_| {});
    let signed = header(&token);
    let tries = (0..8).map(|_| guest.create(604, &signed));
    let answers = futures_util::future::join_all(tries).await;
    let through = answers.iter().filter(|answer| answer.status.as_u16() == 201).count();
    assert_eq!(through, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
}

#[tokio::test]
async fn nothing_in_the_metadata_passes_for_the_signed_size() {
    let server = server();
    let guest = Guest::of(&server).await;
    let token = token(&guest.upload_id, NOW, |payload| payload[2].1 = "10".to_owned());
    for name in ["fileSize", "fileName", "uploadId", "file", "token"] {
        let metadata = format!("{},{name} {}", guest.metadata(), STANDARD.encode("10"));
        let own =
            [("Upload-Defer-Length", "1"), ("Upload-Metadata", &metadata), ("X-Aura-Signature", &token)];
        let answer = guest.lift.send("POST", "/files/", &own, "").await;
        assert!(matches!(answer.status.as_u16(), 400 | 403), "{}", answer.text());
    }
    assert!(server.stored_files().is_empty());
}

#[tokio::test]
async fn replays_use_up_nothing_of_what_an_account_may_begin() {
    let mut policy = GatePolicy::new(Scheme::ImageKit(keys().into_pairs()));
    policy.uploads_per_minute = std::num::NonZeroU32::new(2);
    let server = Server::with(|config| config.gate = Some(policy));
    let guest = Guest::of(&server).await;
    let first = token(&guest.upload_id, NOW, |_| {});
    guest.created(604, &header(&first)).await;
    for _ in 0..4 {
        refused(&guest.create(604, &header(&first)).await, 403, USED);
    }
    guest.created(604, &header(&token(&guest.upload_id, NOW + 1, |_| {}))).await;
}

#[tokio::test]
async fn names_of_the_metadata_may_not_disagree() {
    let server = server();
    let guest = Guest::of(&server).await;
    let token = token(&guest.upload_id, NOW, |_| {});
    let metadata = format!("{},name {}", guest.metadata(), STANDARD.encode("b.zip"));
    let own = [("Upload-Length", "604"), ("Upload-Metadata", &metadata), ("X-Aura-Signature", &token)];
    let answer = guest.lift.send("POST", "/files/", &own, "").await;
    refused(&answer, 400, "Upload-Metadata gives fileName twice, and not the same.");
}
