//! A signed expiry.

use auraloader_backend::gate::Scheme;
use auraloader_signing::Secret;
use auraloader_signing::uploadcare::{Expiry, generate_secure_signature};

use super::{CLINICS, Guest, Headers, OTHERS, archive, gated, keys, refused};
use crate::support::{NOW, Server, uuid};

fn server() -> Server {
    gated(Scheme::Uploadcare(keys()), |_| {})
}

pub(super) fn signed(secret: &str, expire: i64) -> (String, String) {
    let signed = generate_secure_signature(&Secret::new(secret), Expiry::Seconds(expire)).unwrap();
    (signed.secure_signature, signed.secure_expire)
}

fn good() -> (String, String) {
    signed(CLINICS, NOW + 6)
}

/// The last digit another one.
fn flipped(signature: &str) -> String {
    let (kept, last) = signature.split_at(signature.len() - 1);
    format!("{kept}{}", if last == "0" { "1" } else { "0" })
}

fn headers(pair: &(String, String)) -> [(&str, &str); 2] {
    [("X-Aura-Signature", &pair.0), ("X-Aura-Expire", &pair.1)]
}

#[tokio::test]
async fn each_refusal_has_its_status_and_text_and_stores_nothing() {
    let server = server();
    let guest = Guest::of(&server).await;
    let good = good();
    let location = guest.created(604, &headers(&good)).await;
    let before = server.stored_files().len();

    let (later, gone) = (signed(CLINICS, NOW + 7), signed(CLINICS, NOW - 1));
    let (others, tampered) = (signed(OTHERS, NOW + 6), flipped(&good.0));
    let upper = good.0.to_uppercase();
    let foreign = signed("nobody's", NOW + 6);
    let rows: [(Headers<'_>, u16, &str); 10] = [
        (&[], 400, "'signature' is required."),
        (&[("X-Aura-Expire", &good.1)], 400, "'signature' is required."),
        (&[("X-Aura-Signature", &good.0)], 400, "'expire' is required."),
        (&[("X-Aura-Signature", &good.0), ("X-Aura-Expire", "")], 400, "'expire' is required."),
        (
            &[("X-Aura-Signature", &good.0), ("X-Aura-Expire", "tomorrow")],
            400,
            "'expire' must be a UNIX timestamp.",
        ),
        (&headers(&gone), 403, "Expired signature."),
        (&[("X-Aura-Signature", &foreign.0), ("X-Aura-Expire", &foreign.1)], 403, "Invalid signature."),
        (&[("X-Aura-Signature", &tampered), ("X-Aura-Expire", &good.1)], 403, "Invalid signature."),
        (&[("X-Aura-Signature", &good.0), ("X-Aura-Expire", &later.1)], 403, "Invalid signature."),
        (&[("X-Aura-Signature", &upper), ("X-Aura-Expire", &good.1)], 403, "Invalid signature."),
    ];
    for (signed, status, text) in rows {
        refused(&guest.create(604, signed).await, status, text);
        refused(&guest.patch(&location, 0, &archive(), signed).await, status, text);
        for method in ["HEAD", "DELETE"] {
            let answer = guest.lift.send(method, &location, signed, "").await;
            assert_eq!(answer.status.as_u16(), status, "{method} {text}");
        }
    }
    assert_eq!(server.stored_files().len(), before);
    assert!(server.stored_bytes().is_empty());

    // Another account's signature is good, and this upload none of its business.
    let text = "There is no such upload.";
    refused(&guest.patch(&location, 0, &archive(), &headers(&others)).await, 404, text);
    assert!(server.stored_bytes().is_empty());
    guest.patch(&location, 0, &archive(), &headers(&good)).await.expect(204);
    assert_eq!(server.stored_bytes(), archive());
}

#[tokio::test]
async fn the_last_second_is_good_and_the_next_is_not() {
    let server = server();
    let guest = Guest::of(&server).await;
    let good = good();
    server.advance(6);
    let location = guest.created(604, &headers(&good)).await;
    server.advance(1);
    refused(&guest.patch(&location, 0, &archive(), &headers(&good)).await, 403, "Expired signature.");
    let renewed = signed("the_clinics_next", NOW + 20);
    guest.patch(&location, 0, &archive(), &headers(&renewed)).await.expect(204);
}

#[tokio::test]
async fn a_creation_may_carry_it_in_its_metadata_where_it_is_not_kept() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;
    let server = server();
    let guest = Guest::of(&server).await;
    let (signature, expire) = good();
    let metadata = format!(
        "signature {},{},expire {}",
        BASE64.encode(&signature),
        guest.metadata(),
        BASE64.encode(&expire)
    );
    let own = [("Upload-Length", "604"), ("Upload-Metadata", metadata.as_str())];
    let created = guest.lift.send("POST", "/files/", &own, "").await.expect(201);
    let pair = (signature, expire);
    let head = guest.lift.send("HEAD", created.header("location"), &headers(&pair), "").await.expect(200);
    let kept = head.header("upload-metadata");
    assert!(kept.contains("upload_id ") && kept.contains("filename "), "{kept}");
    assert!(!kept.contains("signature") && !kept.contains("expire"), "{kept}");

    // Other names that begin alike are somebody's own.
    let metadata = format!("signature_of_doctor {},{}", BASE64.encode("Dr. A"), guest.metadata());
    let own = [("Upload-Length", "604"), ("Upload-Metadata", metadata.as_str())];
    let signed = headers(&pair);
    let created = guest.lift.send("POST", "/files/", &[&own[..], &signed].concat(), "").await.expect(201);
    let head = guest.lift.send("HEAD", created.header("location"), &signed, "").await.expect(200);
    assert!(head.header("upload-metadata").contains("signature_of_doctor "));
}

#[tokio::test]
async fn the_lift_token_is_asked_for_all_the_same() {
    let server = server();
    let guest = Guest::of(&server).await;
    let stranger = crate::support::Lift { server: &server, token: uuid() };
    let good = good();
    let (length, metadata) = ("604", guest.metadata());
    let own = [("Upload-Length", length), ("Upload-Metadata", metadata.as_str())];
    let answer = stranger.send("POST", "/files/", &[&own[..], &headers(&good)].concat(), "").await;
    assert_eq!(answer.status.as_u16(), 401);
}
