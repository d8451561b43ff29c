//! tus 1.0 at `/files/`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::support::{Client, Lift, OTHER, Server, metadata, study, uuid};

async fn announced(client: &Client<'_>) -> String {
    let upload_id = uuid();
    client.init(&upload_id, &study::announce(&study::phantom())).await.expect(200);
    upload_id
}

#[tokio::test]
async fn options_tell_what_the_server_can_do() {
    let server = Server::with(|config| config.max_upload_size = 12_345);
    for path in ["/files", "/files/"] {
        let answer = server.call("OPTIONS", path, &[], "").await.expect(200);
        assert_eq!(answer.header("tus-version"), "1.0.0");
        assert_eq!(answer.header("tus-max-size"), "12345");
        assert_eq!(
            answer.header("tus-extension"),
            "checksum,creation,creation-defer-length,creation-with-upload,expiration,termination"
        );
        assert_eq!(answer.header("tus-checksum-algorithm"), "sha1,sha256");
    }
}

#[tokio::test]
async fn created_sent_in_pieces_and_asked_for() {
    let server = Server::start();
    let client = server.client().await;
    let (upload_id, lift) = (announced(&client).await, client.lift().await);
    let created = lift.create(&upload_id, 10).await.expect(201);
    assert!(!created.header("upload-expires").is_empty());
    let location = created.header("location").to_owned();

    assert_eq!(lift.patch(&location, 0, b"abcd").await.expect(204).header("upload-offset"), "4");
    let head = lift.head(&location).await.expect(200);
    assert_eq!((head.header("upload-offset"), head.header("upload-length")), ("4", "10"));
    assert_eq!(head.header("cache-control"), "no-store");
    // Bytes that are there already, and bytes beyond the end.
    lift.patch(&location, 0, b"abcd").await.expect(409);
    lift.patch(&location, 4, b"efghijk").await.expect(413);
    assert_eq!(lift.patch(&location, 4, b"efghij").await.expect(204).header("upload-offset"), "10");

    let stored =
        server.stored_files().into_iter().find(|path| path.extension().is_some_and(|ext| ext == "upload"));
    assert_eq!(std::fs::read(stored.unwrap()).unwrap(), b"abcdefghij");
}

#[tokio::test]
async fn the_first_bytes_may_come_with_the_creation() {
    let server = Server::start();
    let client = server.client().await;
    let (upload_id, lift) = (announced(&client).await, client.lift().await);
    let metadata = metadata(&upload_id, "a.zip");
    let headers = [
        ("Upload-Length", "6"),
        ("Upload-Metadata", metadata.as_str()),
        ("Content-Type", "application/offset+octet-stream"),
        ("Content-Length", "3"),
    ];
    let created = lift.send("POST", "/files/", &headers, "abc").await.expect(201);
    assert_eq!(created.header("upload-offset"), "3");
}

#[tokio::test]
async fn the_length_may_be_declared_later() {
    let server = Server::with(|config| config.max_upload_size = 100);
    let client = server.client().await;
    let (upload_id, lift) = (announced(&client).await, client.lift().await);
    let metadata = metadata(&upload_id, "a.zip");
    let create = async || {
        let headers = [("Upload-Defer-Length", "1"), ("Upload-Metadata", metadata.as_str())];
        lift.send("POST", "/files/", &headers, "").await.expect(201).header("location").to_owned()
    };
    let location = create().await;
    let head = lift.head(&location).await.expect(200);
    assert_eq!(head.header("upload-defer-length"), "1");
    lift.patch(&location, 0, b"abc").await.expect(204);
    let finish = [
        ("Upload-Offset", "3"),
        ("Upload-Length", "5"),
        ("Content-Type", "application/offset+octet-stream"),
        ("Content-Length", "2"),
    ];
    lift.send("PATCH", &location, &finish, "de").await.expect(204);
    assert_eq!(lift.head(&location).await.expect(200).header("upload-length"), "5");

    // What was never declared can't grow beyond the limit either.
    lift.patch(&create().await, 0, &[0; 101]).await.expect(413);
}

#[tokio::test]
async fn deleted_is_gone() {
    let server = Server::start();
    let client = server.client().await;
    let (upload_id, lift) = (announced(&client).await, client.lift().await);
    let location = lift.create(&upload_id, 10).await.expect(201).header("location").to_owned();
    lift.patch(&location, 0, b"abcd").await.expect(204);
    lift.delete(&location).await.expect(204);
    lift.head(&location).await.expect(404);
    lift.patch(&location, 4, b"efgh").await.expect(404);
    lift.delete(&location).await.expect(404);
    assert!(server.stored_files().is_empty());
}

#[tokio::test]
async fn without_a_lift_token_nothing_is_answered() {
    let server = Server::start();
    let client = server.client().await;
    let (upload_id, lift) = (announced(&client).await, client.lift().await);
    let location = lift.create(&upload_id, 10).await.expect(201).header("location").to_owned();
    let upload_token = Lift { server: &server, token: client.token.clone() };
    let invented = Lift { server: &server, token: "lift_x".to_owned() };
    for (method, path) in
        [("POST", "/files/"), ("HEAD", location.as_str()), ("PATCH", &location), ("DELETE", &location)]
    {
        let bare = server.call(method, path, &[("Tus-Resumable", "1.0.0")], "").await.expect(401);
        assert_eq!(bare.header("tus-resumable"), "1.0.0");
        upload_token.send(method, path, &[], "").await.expect(401);
        invented.send(method, path, &[], "").await.expect(401);
    }
    assert_eq!(lift.head(&location).await.expect(200).header("upload-offset"), "0");
}

#[tokio::test]
async fn a_lift_token_is_short_lived_and_a_new_one_goes_on() {
    let server = Server::with(|config| config.lift_token_lifetime = std::time::Duration::from_secs(60));
    let client = server.client().await;
    let (upload_id, lift) = (announced(&client).await, client.lift().await);
    let location = lift.create(&upload_id, 4).await.expect(201).header("location").to_owned();
    lift.patch(&location, 0, b"ab").await.expect(204);
    server.advance(60);
    lift.patch(&location, 2, b"cd").await.expect(401);
    let fresh = client.lift().await;
    assert_eq!(fresh.head(&location).await.expect(200).header("upload-offset"), "2");
    fresh.patch(&location, 2, b"cd").await.expect(204);
}

#[tokio::test]
async fn another_accounts_upload_does_not_exist() {
    let server = Server::start();
    let (client, stranger) = (server.client().await, server.client_of(OTHER).await);
    let (upload_id, lift, other) = (announced(&client).await, client.lift().await, stranger.lift().await);
    let location = lift.create(&upload_id, 10).await.expect(201).header("location").to_owned();
    other.head(&location).await.expect(404);
    other.patch(&location, 0, b"abcd").await.expect(404);
    other.delete(&location).await.expect(404);
    other.create(&upload_id, 10).await.expect(404);
    assert_eq!(lift.head(&location).await.expect(200).header("upload-offset"), "0");
}

#[tokio::test]
async fn an_upload_must_be_announced_and_named() {
    let server = Server::start();
    let client = server.client().await;
    let lift = client.lift().await;
    let unknown = lift.create(&uuid(), 10).await.expect(404);
    assert_eq!(unknown.text(), "No upload with this upload_id was announced.");
    let nameless = lift.send("POST", "/files/", &[("Upload-Length", "10")], "").await.expect(400);
    assert_eq!(nameless.text(), "Upload-Metadata needs upload_id, a UUID.");
    let odd = metadata("../../etc/passwd", "a.zip");
    lift.send("POST", "/files/", &[("Upload-Length", "10"), ("Upload-Metadata", &odd)], "").await.expect(400);
    assert!(server.stored_files().is_empty());
}

#[tokio::test]
async fn too_large_is_said_before_a_byte_is_stored() {
    let server = Server::with(|config| config.max_upload_size = 100);
    let client = server.client().await;
    let (upload_id, lift) = (announced(&client).await, client.lift().await);
    let refused = lift.create(&upload_id, 101).await.expect(413);
    assert!(refused.text().contains("101") && refused.text().contains("100"), "{}", refused.text());
    lift.create(&upload_id, 100).await.expect(201);
}

#[tokio::test]
async fn the_protocols_version_is_demanded() {
    let server = Server::start();
    let client = server.client().await;
    let lift = client.lift().await;
    let bearer = format!("Bearer {}", lift.token);
    let answer = server.call("POST", "/files/", &[("Authorization", &bearer)], "").await.expect(412);
    assert_eq!(answer.header("tus-version"), "1.0.0");
}

#[tokio::test]
async fn a_chunk_that_does_not_match_its_checksum_is_not_kept() {
    let server = Server::start();
    let client = server.client().await;
    let (upload_id, lift) = (announced(&client).await, client.lift().await);
    let location = lift.create(&upload_id, 6).await.expect(201).header("location").to_owned();
    let checksum = format!("sha256 {}", BASE64.encode(Sha256::digest(b"abcdef")));
    let headers = [
        ("Upload-Offset", "0"),
        ("Content-Type", "application/offset+octet-stream"),
        ("Content-Length", "6"),
        ("Upload-Checksum", checksum.as_str()),
    ];
    lift.send("PATCH", &location, &headers, "abcdeX").await.expect(460);
    assert_eq!(lift.head(&location).await.expect(200).header("upload-offset"), "0");
    lift.send("PATCH", &location, &headers, "abcdef").await.expect(204);
}

#[tokio::test]
async fn a_complete_upload_is_not_deleted_by_tus() {
    let server = Server::start();
    let client = server.client().await;
    let (upload_id, assembly_id, lift) = (announced(&client).await, uuid(), client.lift().await);
    client.start(&upload_id, &assembly_id).await.expect(200);
    let location = lift.upload(&upload_id, "a.zip", &study::archive(&study::phantom())).await;
    client.complete(&upload_id, &assembly_id).await.expect(200);
    lift.delete(&location).await.expect(409);
    lift.create(&upload_id, 10).await.expect(409);
    client.cancel(&upload_id).await.expect(200);
    assert!(server.stored_files().is_empty());
}
