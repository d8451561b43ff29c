//! In front of another tus server, over the loopback.

use std::net::SocketAddr;
use std::path::PathBuf;

use auraloader_backend::Clock;
use auraloader_backend::gate::{Gate, GatePolicy, Scheme, Upstream};
use auraloader_signing::Secret;
use auraloader_signing::imagekit::{KeyPair, UploadJwt, sign_upload_jwt};
use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tus_axum::{TusRouter, TusState};
use tus_protocol::locking::memory::MemoryLocker;
use tus_protocol::state::file::FileStateStore;
use tus_protocol::storage::file::FileStorage;
use tus_protocol::{Extension, NoopHookExecutor, ProtocolHandle};

use super::uploadcare::signed;
use super::{CLINICS, archive, keys, refused};
use crate::support::{Answer, NOW, call};

/// A tus server that knows nothing of signatures, and a gate in front of it.
pub(super) struct Fronted {
    gate: Router,
    data: TempDir,
}

impl Fronted {
    pub(super) async fn by(policy: GatePolicy) -> Self {
        Self::seen_at(policy, None).await
    }

    async fn seen_at(policy: GatePolicy, public_url: Option<&str>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let address = behind(data.path().join("files")).await;
        let clock = Clock::new(|| NOW);
        let gate = Gate::open(policy, &data.path().join("gate"), clock).unwrap();
        let upstream = Upstream::new(&format!("http://{address}/files/"), public_url).unwrap();
        Self { gate: gate.before(&upstream), data }
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let own = [("Host", "gate.example"), ("Tus-Resumable", "1.0.0")];
        call(&self.gate, method, path, &[&own, headers].concat(), body).await
    }

    pub(super) fn stored_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.data.path().join("files/bytes")).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

async fn behind(files: PathBuf) -> SocketAddr {
    let config = tus_protocol::Config::new()
        .with_base_path("/files")
        .try_with_extension(Extension::CreationWithUpload)
        .unwrap();
    let handle = ProtocolHandle::new(
        config,
        FileStorage::new_sync(files.join("bytes")).unwrap(),
        FileStateStore::new_sync(files.join("states")).unwrap(),
        MemoryLocker::new(),
        NoopHookExecutor::new(),
    );
    let router = TusRouter::new(TusState::new(handle)).build().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
    address
}

fn policy() -> GatePolicy {
    GatePolicy::new(Scheme::Uploadcare(keys()))
}

const PATCH: [(&str, &str); 2] =
    [("Upload-Offset", "0"), ("Content-Type", "application/offset+octet-stream")];

#[tokio::test]
async fn what_is_signed_gets_through_and_the_upload_is_found_in_front() {
    let server = Fronted::by(policy()).await;
    let (signature, expire) = signed(CLINICS, NOW + 6);
    let signed = [("X-Aura-Signature", signature.as_str()), ("X-Aura-Expire", expire.as_str())];
    let options = server.send("OPTIONS", "/files", &[], "").await;
    assert_eq!(options.status, StatusCode::OK);
    assert!(options.header("tus-extension").contains("creation-with-upload"));

    refused(
        &server.send("POST", "/files", &[("Upload-Length", "604")], "").await,
        400,
        "'signature' is required.",
    );
    let created = [&[("Upload-Length", "604")], &signed[..]].concat();
    let created = server.send("POST", "/files", &created, "").await.expect(201);
    let location = created.header("location").to_owned();
    assert!(location.starts_with("/files/"), "{location}");
    assert_eq!(created.header("access-control-allow-origin"), "*");
    assert!(created.header("access-control-expose-headers").contains("Location"));

    refused(&server.send("PATCH", &location, &PATCH, archive()).await, 400, "'signature' is required.");
    assert!(server.stored_bytes().is_empty());
    let patched =
        server.send("PATCH", &location, &[&PATCH, &signed[..]].concat(), archive()).await.expect(204);
    assert_eq!(patched.header("upload-offset"), "604");
    let head = server.send("HEAD", &location, &signed, "").await.expect(200);
    assert_eq!(head.header("upload-offset"), "604");
    assert_eq!(server.stored_bytes(), archive());
    // Refusals of the server behind are its own.
    server.send("PATCH", &location, &[&PATCH, &signed[..]].concat(), archive()).await.expect(403);
}

#[tokio::test]
async fn a_body_that_grows_too_large_ends_before_it_is_stored() {
    let mut policy = policy();
    policy.max_size = Some(604);
    let server = Fronted::by(policy).await;
    let (signature, expire) = signed(CLINICS, NOW + 6);
    let signed = [("X-Aura-Signature", signature.as_str()), ("X-Aura-Expire", expire.as_str())];
    let deferred = [&[("Upload-Defer-Length", "1")], &signed[..]].concat();
    let created = server.send("POST", "/files", &deferred, "").await.expect(201);
    let pieces = [archive(), vec![7]].map(Ok::<_, std::io::Error>);
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let answer =
        server.send("PATCH", created.header("location"), &[&PATCH, &signed[..]].concat(), body).await;
    refused(&answer, 413, "The upload has 605 bytes, 604 are allowed.");
    assert!(server.stored_bytes().len() <= 604);
}

#[tokio::test]
async fn nothing_but_the_endpoint_is_reached() {
    let server = Fronted::by(GatePolicy::new(Scheme::Open)).await;
    for path in ["/files/../secret", "/files/%2e%2E/secret", "/files/a/./b", "/files/..%2Fx", "/files/..%5cx"]
    {
        refused(&server.send("DELETE", path, &[], "").await, 404, "There is no such upload.");
    }
    server.send("HEAD", "/other", &[], "").await.expect(404);
    refused(
        &server.send("GET", "/files/a", &[], "").await,
        405,
        "Only tus requests are let through: OPTIONS, POST, HEAD, PATCH and DELETE.",
    );
}

/// What is judged is the method that the server behind acts upon.
#[tokio::test]
async fn a_method_may_be_overridden_and_is_judged_as_what_it_is() {
    let server = Fronted::by(GatePolicy::new(Scheme::Open)).await;
    let created = server.send("POST", "/files", &[("Upload-Length", "604")], "").await.expect(201);
    let patch = [&PATCH[..], &[("X-HTTP-Method-Override", "PATCH")]].concat();
    let location = created.header("location");
    let answer = server.send("POST", location, &patch, "not a ZIP archive").await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(server.stored_bytes().is_empty());
    let answer = server.send("POST", location, &patch, archive()).await.expect(204);
    assert_eq!(answer.header("upload-offset"), "604");
    server.send("POST", location, &[("X-HTTP-Method-Override", "GET")], "").await.expect(405);
}

/// On real connections: the one to the server behind is used again, so what one request claims another would pay for.
#[tokio::test]
async fn no_request_hides_in_another() {
    let server = Fronted::by(policy()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let gate = server.gate.clone();
    tokio::spawn(async { axum::serve(listener, gate).await.unwrap() });

    let hidden = "POST /files HTTP/1.1\r\nHost: a\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 604\r\n\r\n";
    for _ in 0..4 {
        let length = hidden.len();
        let head = format!(
            "OPTIONS /files HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(format!("{head}{hidden}").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    }
    assert_eq!(std::fs::read_dir(server.data.path().join("files/bytes")).unwrap().count(), 0);
}

#[tokio::test]
async fn what_a_connection_header_names_is_judged_and_goes_on() {
    let server = Fronted::by(GatePolicy::new(Scheme::Open)).await;
    let headers = [("Upload-Length", "604"), ("Connection", "upload-length")];
    let created = server.send("POST", "/files", &headers, "").await.expect(201);
    let head = server.send("HEAD", created.header("location"), &[], "").await.expect(200);
    assert_eq!(head.header("upload-length"), "604");
}

#[tokio::test]
async fn an_upload_is_its_own_also_where_clients_see_it_elsewhere() {
    let public = "https://portal.example/up";
    let server = Fronted::seen_at(GatePolicy::new(Scheme::Uploadcare(keys())), Some(public)).await;
    let (signature, expire) = signed(CLINICS, NOW + 6);
    let signed = [("X-Aura-Signature", signature.as_str()), ("X-Aura-Expire", expire.as_str())];
    let created =
        server.send("POST", "/files", &[&[("Upload-Length", "604")], &signed[..]].concat(), "").await;
    let location = created.expect(201).header("location").to_owned();
    let path = location.strip_prefix(public).unwrap();
    server.send("PATCH", path, &[&PATCH, &signed[..]].concat(), archive()).await.expect(204);
    assert_eq!(server.stored_bytes(), archive());
}

#[tokio::test]
async fn names_of_files_which_can_be_names_of_patients_are_not_kept() {
    let server = Fronted::by(GatePolicy::new(Scheme::ImageKit(keys().into_pairs()))).await;
    let upload = UploadJwt { upload_payload: &[("fileName", "DOE^JANE"), ("fileSize", "604")], expire: 60 };
    let token = sign_upload_jwt(&upload, &KeyPair::new("clinic", Secret::new(CLINICS)), NOW).unwrap();
    let metadata = format!("filename {}", STANDARD.encode("DOE^JANE"));
    let signed = [("X-Aura-Signature", token.as_str())];
    let own = [("Upload-Length", "604"), ("Upload-Metadata", &metadata), signed[0]];
    let created = server.send("POST", "/files", &own, "").await.expect(201);
    server
        .send("PATCH", created.header("location"), &[&PATCH, &signed[..]].concat(), archive())
        .await
        .expect(204);
    for file in std::fs::read_dir(server.data.path().join("gate")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(4).any(|window| window == b"JANE"));
    }
}

#[tokio::test]
async fn nothing_is_nothing_to_look_at() {
    let server = Fronted::by(GatePolicy::new(Scheme::Open)).await;
    let created = server.send("POST", "/files", &[("Upload-Length", "604")], "").await.expect(201);
    let empty = server.send("PATCH", created.header("location"), &PATCH, "").await.expect(204);
    assert_eq!(empty.header("upload-offset"), "0");
    server.send("POST", "/files", &[("Upload-Length", "0")], "").await.expect(201);
}

#[tokio::test]
async fn a_server_that_is_away_is_told_as_such() {
    let data = tempfile::tempdir().unwrap();
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let gate = Gate::open(GatePolicy::new(Scheme::Open), data.path(), Clock::new(|| NOW)).unwrap();
    let server = Fronted {
        gate: gate.before(&Upstream::new(&format!("http://{address}/files"), None).unwrap()),
        data,
    };
    let answer = server.send("POST", "/files", &[("Upload-Length", "604")], "").await.expect(502);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}
