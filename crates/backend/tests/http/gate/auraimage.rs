//! A token that carries limits.

use auraloader_backend::gate::Scheme;
use auraloader_signing::Secret;
use auraloader_signing::auraimage::{Upload, sign_upload};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use super::{CLINICS, Guest, OTHERS, archive, gated, keys, refused};
use crate::support::{NOW, Server};

fn server() -> Server {
    gated(Scheme::AuraImage(keys()), |policy| policy.allowed_types.clear())
}

fn token_for(secret: &str, change: impl FnOnce(&mut Upload<'_>)) -> String {
    let mut upload = Upload {
        slug: "clinic",
        max_size: 604,
        allowed_types: &["application/zip"],
        expires: (NOW + 6) * 1000,
    };
    change(&mut upload);
    sign_upload(&Secret::new(secret), &upload).unwrap()
}

fn good() -> String {
    token_for(CLINICS, |_| {})
}

fn header(token: &str) -> [(&str, &str); 1] {
    [("X-Aura-Signature", token)]
}

/// Other claims under the signature of a token.
fn claims(claims: &str, token: &str) -> String {
    format!("{}.{}", BASE64.encode(claims), token.split_once('.').unwrap().1)
}

/// The claims changed, under the old signature.
fn tampered(token: &str, from: &str, to: &str) -> String {
    let (claims, signature) = token.split_once('.').unwrap();
    let claims = String::from_utf8(BASE64.decode(claims).unwrap()).unwrap();
    assert!(claims.contains(from));
    format!("{}.{signature}", BASE64.encode(claims.replace(from, to)))
}

#[tokio::test]
async fn each_refusal_of_a_token_has_its_status_and_text_and_stores_nothing() {
    let server = server();
    let guest = Guest::of(&server).await;
    let good = good();
    let location = guest.created(604, &header(&good)).await;
    let before = server.stored_files().len();

    let other_name = token_for(CLINICS, |upload| upload.slug = "other");
    let unknown = token_for(CLINICS, |upload| upload.slug = "nobody");
    let mismatch = "The upload token's signature does not match.";
    for (token, text) in [
        ("one part", "The upload token is malformed."),
        ("!.!", "The upload token is malformed."),
        (&claims("{\"slug\":\"clinic\"}", &good), "The upload token's claims are not understood."),
        (&tampered(&good, "\"clinic\"", "\"other\""), mismatch),
        (&tampered(&good, "604", "605"), mismatch),
        (&tampered(&good, "application/zip", "application/pdf"), mismatch),
        (&tampered(&good, &((NOW + 6) * 1000).to_string(), &((NOW + 7) * 1000).to_string()), mismatch),
        (&token_for(OTHERS, |_| {}), mismatch),
        (&other_name, mismatch),
        (&unknown, mismatch),
        (&token_for(CLINICS, |upload| upload.expires = NOW * 1000 - 1), "The upload token has expired."),
    ] {
        refused(&guest.create(604, &header(token)).await, 401, text);
        refused(&guest.patch(&location, 0, &archive(), &header(token)).await, 401, text);
    }
    refused(&guest.create(604, &[]).await, 401, "The header X-Aura-Signature is missing.");
    assert_eq!(server.stored_files().len(), before);
    assert!(server.stored_bytes().is_empty());

    guest.patch(&location, 0, &archive(), &header(&good)).await.expect(204);
    assert_eq!(server.stored_bytes(), archive());
}

#[tokio::test]
async fn a_byte_too_many_is_refused_wherever_it_shows() {
    let server = server();
    let guest = Guest::of(&server).await;
    let good = good();
    let signed = header(&good);
    let text = "The upload has 605 bytes, 604 are allowed.";
    refused(&guest.create(605, &signed).await, 413, text);

    // Declared late, or not at all.
    let metadata = guest.metadata();
    let deferred = [("Upload-Defer-Length", "1"), ("Upload-Metadata", metadata.as_str())];
    let deferred = [&deferred[..], &signed].concat();
    let created = guest.lift.send("POST", "/files/", &deferred, "").await.expect(201);
    let location = created.header("location").to_owned();
    let late = [("Upload-Length", "605"), signed[0]];
    refused(&guest.patch(&location, 0, &archive(), &late).await, 413, text);
    let mut long = archive();
    long.push(7);
    refused(&guest.patch(&location, 0, &long, &signed).await, 413, text);
    assert!(server.stored_bytes().is_empty());

    // Neither length nor content length: what is too much is found out about as it passes, and not stored.
    let pieces = vec![archive()[..400].to_vec(), archive()[400..600].to_vec(), vec![7; 5]];
    refused(&guest.stream(&location, 0, pieces, &signed).await, 413, text);
    assert!(server.stored_bytes().len() <= 600);

    let head = guest.lift.send("HEAD", &location, &signed, "").await.expect(200);
    let offset: usize = head.header("upload-offset").parse().unwrap();
    let rest = &archive()[offset..];
    guest.stream(&location, offset, vec![rest.to_vec()], &signed).await.expect(204);
    assert_eq!(server.stored_bytes(), archive());
}

#[tokio::test]
async fn a_file_of_another_type_is_refused_by_its_first_bytes() {
    let server = server();
    let guest = Guest::of(&server).await;
    let images = token_for(CLINICS, |upload| upload.allowed_types = &["image/*", "application/dicom"]);
    let text = "The file's first bytes are of none of the types image/*, application/dicom.";
    let location = guest.created(604, &header(&images)).await;
    refused(&guest.patch(&location, 0, &archive(), &header(&images)).await, 415, text);
    refused(
        &guest.stream(&location, 0, vec![b"P".to_vec(), b"K\x03\x04".to_vec()], &header(&images)).await,
        415,
        text,
    );
    let metadata = guest.metadata();
    let at_once = [
        ("Upload-Length", "604"),
        ("Upload-Metadata", metadata.as_str()),
        ("Content-Type", "application/offset+octet-stream"),
        ("X-Aura-Signature", &images),
    ];
    refused(&guest.lift.send("POST", "/files/", &at_once, archive()).await, 415, text);
    assert!(server.stored_bytes().is_empty());

    // DICOM's magic bytes lie behind 128 bytes that may be anything, and may come in small pieces.
    let mut dicom = vec![0; 128];
    dicom.extend(b"DICM");
    dicom.resize(604, 0);
    let pieces = dicom.chunks(50).map(<[u8]>::to_vec).collect();
    guest.stream(&location, 0, pieces, &header(&images)).await.expect(204);
    assert_eq!(server.stored_bytes(), dicom);
}

#[tokio::test]
async fn a_renewed_token_goes_on_with_the_upload() {
    let server = server();
    let guest = Guest::of(&server).await;
    let first = good();
    let location = guest.created(604, &header(&first)).await;
    guest.patch(&location, 0, &archive()[..300], &header(&first)).await.expect(204);
    server.advance(7);
    refused(
        &guest.patch(&location, 300, &archive()[300..], &header(&first)).await,
        401,
        "The upload token has expired.",
    );
    let renewed = token_for("the_clinics_next", |upload| upload.expires = (NOW + 20) * 1000);
    guest.patch(&location, 300, &archive()[300..], &header(&renewed)).await.expect(204);
    assert_eq!(server.stored_bytes(), archive());
}
