//! The gate: each refusal of each scheme, and that nothing is stored.

mod aura;
mod auraimage;
mod imagekit;
mod limits;
mod proxy;
mod uploadcare;

use auraloader_backend::gate::{GatePolicy, Keys, Scheme};
use axum::body::Body;

use crate::support::{Answer, Lift, Server, metadata, study, uuid};

/// How a ZIP archive begins, and 600 bytes more.
pub(super) fn archive() -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.resize(604, 7);
    bytes
}

pub(super) fn keys() -> Keys {
    Keys::parse("clinic the_clinics_next\nclinic the_clinics\nother the_others\n").unwrap()
}

pub(super) const CLINICS: &str = "the_clinics";
pub(super) const OTHERS: &str = "the_others";

pub(super) fn gated(scheme: Scheme, change: impl FnOnce(&mut GatePolicy)) -> Server {
    let mut policy = GatePolicy::new(scheme);
    change(&mut policy);
    Server::with(|config| config.gate = Some(policy))
}

pub(super) type Headers<'h> = &'h [(&'h str, &'h str)];

/// A widget whose upload is announced.
pub(super) struct Guest<'s> {
    pub(super) lift: Lift<'s>,
    pub(super) upload_id: String,
}

impl<'s> Guest<'s> {
    pub(super) async fn of(server: &'s Server) -> Self {
        let client = server.client().await;
        let upload_id = uuid();
        client.init(&upload_id, &study::announce(&study::phantom())).await.expect(200);
        let token = client.lift().await.token;
        Self { lift: Lift { server, token }, upload_id }
    }

    pub(super) fn metadata(&self) -> String {
        metadata(&self.upload_id, "a.zip")
    }

    pub(super) async fn create(&self, length: usize, signed: Headers<'_>) -> Answer {
        let (length, metadata) = (length.to_string(), self.metadata());
        let own = [("Upload-Length", length.as_str()), ("Upload-Metadata", metadata.as_str())];
        self.lift.send("POST", "/files/", &[&own, signed].concat(), Body::empty()).await
    }

    pub(super) async fn created(&self, length: usize, signed: Headers<'_>) -> String {
        self.create(length, signed).await.expect(201).header("location").to_owned()
    }

    pub(super) async fn patch(&self, at: &str, offset: usize, bytes: &[u8], signed: Headers<'_>) -> Answer {
        let (offset, length) = (offset.to_string(), bytes.len().to_string());
        let own = [
            ("Upload-Offset", offset.as_str()),
            ("Content-Type", "application/offset+octet-stream"),
            ("Content-Length", length.as_str()),
        ];
        self.lift.send("PATCH", at, &[&own, signed].concat(), bytes.to_vec()).await
    }

    /// Without `Content-Length`, in pieces.
    pub(super) async fn stream(
        &self,
        at: &str,
        offset: usize,
        pieces: Vec<Vec<u8>>,
        signed: Headers<'_>,
    ) -> Answer {
        let offset = offset.to_string();
        let own = [("Upload-Offset", offset.as_str()), ("Content-Type", "application/offset+octet-stream")];
        let pieces = pieces.into_iter().map(Ok::<_, std::io::Error>);
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        self.lift.send("PATCH", at, &[&own, signed].concat(), body).await
    }
}

impl Server {
    /// The bytes of everything that was uploaded; empty files are of uploads that have only been created.
    pub(super) fn stored_bytes(&self) -> Vec<u8> {
        let uploads = self
            .stored_files()
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ext| ext == "upload"));
        uploads.flat_map(|path| std::fs::read(path).unwrap()).collect()
    }
}

/// Asserts what was answered.
#[track_caller]
pub(super) fn refused(answer: &Answer, status: u16, text: &str) {
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (status, text));
    assert_eq!(answer.header("access-control-allow-origin"), "*", "a browser can read it");
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
}
