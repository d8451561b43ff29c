//! What every scheme is held to.

use std::num::NonZeroU32;

use auraloader_backend::gate::Scheme;

use super::uploadcare::signed;
use super::{CLINICS, Guest, OTHERS, archive, gated, keys, refused};
use crate::support::NOW;

#[tokio::test]
async fn pages_of_other_origins_are_refused_and_can_read_it() {
    let server = gated(Scheme::Open, |policy| policy.origins = vec!["https://clinic.example".to_owned()]);
    let guest = Guest::of(&server).await;
    let text = "Pages of this origin may not upload here.";
    for origin in ["https://evil.example", "http://clinic.example", "https://clinic.example:444", "null", ""]
    {
        refused(&guest.create(604, &[("Origin", origin)]).await, 403, text);
    }
    assert!(server.stored_files().is_empty());

    let own = [("Origin", "https://clinic.example")];
    let location = guest.created(604, &own).await;
    refused(&guest.patch(&location, 0, &archive(), &[("Origin", "null")]).await, 403, text);
    assert!(server.stored_bytes().is_empty());
    guest.patch(&location, 0, &archive(), &own).await.expect(204);
    // Programs have no origin; what they are signed by is what counts.
    guest.created(604, &[]).await;

    // Preflights are answered before it: they carry no credentials, and tell nothing.
    let asks = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")];
    server.call("OPTIONS", "/files/", &asks, "").await.expect(204);
}

#[tokio::test]
async fn sizes_and_types_are_limited_without_a_signature_too() {
    let server = gated(Scheme::Open, |policy| policy.max_size = Some(604));
    let guest = Guest::of(&server).await;
    refused(&guest.create(605, &[]).await, 413, "The upload has 605 bytes, 604 are allowed.");
    let options = server.call("OPTIONS", "/files/", &[], "").await.expect(200);
    assert_eq!(options.header("tus-max-size"), "604");

    let location = guest.created(604, &[]).await;
    let mut program = b"MZ".to_vec();
    program.resize(604, 0);
    let text = "The file's first bytes are of none of the types application/zip, application/dicom, image/*.";
    refused(&guest.patch(&location, 0, &program, &[]).await, 415, text);
    refused(&guest.patch(&location, 0, b"PK", &[]).await, 415, text);
    assert!(server.stored_bytes().is_empty());
    guest.patch(&location, 0, &archive(), &[]).await.expect(204);
    assert_eq!(server.stored_bytes(), archive());
}

#[tokio::test]
async fn an_account_begins_so_many_uploads_a_minute() {
    let two = NonZeroU32::new(2);
    let server = gated(Scheme::Uploadcare(keys()), |policy| policy.uploads_per_minute = two);
    let guest = Guest::of(&server).await;
    let pair = |secret| signed(secret, NOW + 600);
    let (own, others) = (pair(CLINICS), pair(OTHERS));
    let headers =
        |pair: &(String, String)| [("X-Aura-Signature", pair.0.clone()), ("X-Aura-Expire", pair.1.clone())];
    let (own, others) = (headers(&own), headers(&others));
    let own = own.each_ref().map(|(name, value)| (*name, value.as_str()));
    let others = others.each_ref().map(|(name, value)| (*name, value.as_str()));

    let location = guest.created(604, &own).await;
    guest.created(604, &own).await;
    let before = server.stored_files().len();
    let third = guest.create(604, &own).await;
    refused(&third, 429, "Too many uploads. Try again in 30 seconds.");
    assert_eq!(third.header("retry-after"), "30");
    assert_eq!(server.stored_files().len(), before);

    // What was begun goes on; another account has its own two; and so has this one in time.
    guest.patch(&location, 0, &archive(), &own).await.expect(204);
    guest.created(604, &others).await;
    server.advance(30);
    guest.created(604, &own).await;
}

#[tokio::test]
async fn what_could_be_read_in_two_ways_is_refused() {
    let server = gated(Scheme::Open, |policy| policy.max_size = Some(604));
    let guest = Guest::of(&server).await;
    let answer = guest.create(604, &[("Upload-Length", "9999")]).await;
    refused(&answer, 400, "The header upload-length occurs more than once.");
    refused(
        &guest.lift.send("POST", "/files/", &[("Upload-Metadata", "filename ü")], "").await,
        400,
        "The header upload-metadata must be ASCII text.",
    );
    let both = [("Upload-Length", "10"), ("Upload-Defer-Length", "1")];
    let answer = guest.lift.send("POST", "/files/", &both, "").await;
    refused(&answer, 400, "Upload-Length and Upload-Defer-Length are given together.");
    let partial = [("Upload-Length", "10"), ("Upload-Concat", "partial")];
    let answer = guest.lift.send("POST", "/files/", &partial, "").await;
    refused(&answer, 400, "Uploads in parts that are joined later are not let through.");
    refused(
        &guest.lift.send("GET", "/files/1", &[], "").await,
        405,
        "Only tus requests are let through: OPTIONS, POST, HEAD, PATCH and DELETE.",
    );
    let location = guest.created(604, &[]).await;
    let other = format!("{location}?/{}", guest.created(604, &[]).await.rsplit('/').next().unwrap());
    refused(&guest.patch(&other, 0, &archive(), &[]).await, 404, "There is no such upload.");
    refused(
        &guest.lift.send("PATCH", &location, &[], archive()).await,
        400,
        "The header Upload-Offset is missing.",
    );
    assert!(server.stored_bytes().is_empty());
}
