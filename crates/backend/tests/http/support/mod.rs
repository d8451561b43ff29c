//! A backend in process, and a client that speaks to it.

pub(crate) mod study;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use auraloader_backend::{Account, Backend, Clock, Config};
use auraloader_signing::Secret;
use auraloader_signing::aura::{self, HmacSigner, nonce_from_random};
use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const ALL_SCOPES: [&str; 3] = ["upload:init", "upload:manage", "integration:read"];
/// The present, at first.
pub(crate) const NOW: i64 = 1_750_000_000;
pub(crate) const HOST: &str = "aura.example.com";

pub(crate) struct Server {
    pub(crate) router: Router,
    backend: Backend,
    pub(crate) clock: Arc<AtomicI64>,
    data: TempDir,
}

/// One of the two integrators.
#[derive(Clone, Copy)]
pub(crate) struct Integrator {
    pub(crate) id: &'static str,
    pub(crate) api_key: &'static str,
    pub(crate) app_id: &'static str,
    pub(crate) secret: &'static str,
}

pub(crate) const CLINIC: Integrator = Integrator {
    id: "clinic",
    api_key: "aura_au_clinic",
    app_id: "aura_pk_clinic",
    secret: "aura_sk_clinic",
};
pub(crate) const OTHER: Integrator =
    Integrator { id: "other", api_key: "aura_au_other", app_id: "aura_pk_other", secret: "aura_sk_other" };

impl Integrator {
    fn account(self) -> Account {
        Account {
            id: self.id.to_owned(),
            api_key: self.api_key.to_owned(),
            app_id: self.app_id.to_owned(),
            app_secrets: vec![Secret::new(self.secret), Secret::new(format!("{}_next", self.secret))],
        }
    }

    pub(crate) fn signer(self) -> HmacSigner {
        HmacSigner::new(self.app_id, Secret::new(self.secret)).unwrap()
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The server's own text.
    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(NOW));
        let shown = Arc::clone(&clock);
        let mut config = Config::new(data.path(), vec![CLINIC.account(), OTHER.account()]);
        config.clock = Clock::new(move || shown.load(Ordering::SeqCst));
        change(&mut config);
        let backend = Backend::open(config).unwrap();
        Self { router: backend.router(), backend, clock, data }
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// Lets the backend clean up until `done`.
    pub(crate) async fn maintain_until(&self, done: impl Fn() -> bool) {
        let seen = async {
            while !done() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = self.backend.maintain() => {}
            () = seen => {}
            () = tokio::time::sleep(Duration::from_secs(20)) => panic!("nothing was cleaned up"),
        }
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let has_host = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
        let host: &[(&str, &str)] = if has_host { &[] } else { &[("Host", HOST)] };
        call(&self.router, method, path, &[host, headers].concat(), body).await
    }

    /// A signed exchange, its nonce new.
    pub(crate) async fn exchange(&self, who: Integrator, body: &Value) -> Answer {
        let body = body.to_string();
        let headers = self.signed_exchange(who, &body);
        self.call("POST", "/api/auth/exchange", &borrowed(&headers), body).await
    }

    pub(crate) fn signed_exchange(&self, who: Integrator, body: &str) -> Vec<(String, String)> {
        let own = [("Host", HOST), ("Content-Type", "application/json"), ("X-Api-Key", who.api_key)];
        let request = aura::Request {
            method: "POST",
            url: "/api/auth/exchange",
            headers: &own,
            body: Some(body.as_bytes()),
            ..aura::Request::default()
        };
        let nonce = nonce_from_random(*uuid::Uuid::new_v4().as_bytes());
        let signed = who.signer().sign(&request, self.now(), &nonce).unwrap();
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        own.into_iter().chain(signed.into_iter().map(|(name, value)| (name.to_owned(), value))).collect()
    }

    pub(crate) async fn client_of(&self, who: Integrator) -> Client<'_> {
        self.client_with(who, json!({ "ttl": 3600, "scopes": ALL_SCOPES })).await
    }

    pub(crate) async fn client(&self) -> Client<'_> {
        self.client_of(CLINIC).await
    }

    pub(crate) async fn client_with(&self, who: Integrator, wish: Value) -> Client<'_> {
        let answer = self.exchange(who, &wish).await.expect(200);
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        Client { server: self, who, token }
    }

    /// Every file below the data directory that isn't the database's.
    pub(crate) fn stored_files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut directories = vec![self.data.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    directories.push(entry.path());
                } else if !entry.file_name().to_string_lossy().contains("sqlite") {
                    found.push(entry.path());
                }
            }
        }
        found
    }

    /// Whether the database's files hold a text anywhere.
    pub(crate) fn database_holds(&self, text: &str) -> bool {
        let files = std::fs::read_dir(self.data.path()).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.to_string_lossy().contains("sqlite")).any(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }
}

/// What routes answer.
pub(crate) async fn call(
    router: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub(crate) fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// A widget: an upload token and the API key.
pub(crate) struct Client<'s> {
    pub(crate) server: &'s Server,
    pub(crate) who: Integrator,
    pub(crate) token: String,
}

impl Client<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers =
            [("X-Api-Key", self.who.api_key), ("Authorization", &bearer), ("Accept", "application/json")];
        self.server.call("GET", path, &headers, Body::empty()).await
    }

    pub(crate) async fn post(&self, step: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [
            ("X-Api-Key", self.who.api_key),
            ("Authorization", &bearer),
            ("Content-Type", "application/json"),
        ];
        self.server.call("POST", &format!("/api/uploader/upload/{step}"), &headers, body.to_string()).await
    }

    pub(crate) async fn init(&self, upload_id: &str, studies: &Value) -> Answer {
        self.post("init", &init_body(upload_id, studies)).await
    }

    pub(crate) async fn start(&self, upload_id: &str, assembly_id: &str) -> Answer {
        self.post("start", &step_body(upload_id, assembly_id)).await
    }

    pub(crate) async fn complete(&self, upload_id: &str, assembly_id: &str) -> Answer {
        self.post("complete", &step_body(upload_id, assembly_id)).await
    }

    pub(crate) async fn error(&self, upload_id: &str, message: &str) -> Answer {
        self.post("error", &json!({ "upload_id": upload_id, "message": message, "mode": "uploader" })).await
    }

    pub(crate) async fn cancel(&self, upload_id: &str) -> Answer {
        self.post("cancel", &json!({ "upload_id": upload_id, "mode": "uploader" })).await
    }

    pub(crate) async fn lift(&self) -> Lift<'_> {
        let config = self.get("/api/uploader/config").await.expect(200).json();
        Lift { server: self.server, token: config["lift"]["token"].as_str().unwrap().to_owned() }
    }
}

pub(crate) fn init_body(upload_id: &str, studies: &Value) -> Value {
    json!({
        "upload_id": upload_id,
        "studies": studies,
        "mode": "bulk",
        "type": "uploader",
        "source": "standalone-uploader",
        "patient_id": null,
        "context": { "referral_id": "REF-1" },
    })
}

pub(crate) fn step_body(upload_id: &str, assembly_id: &str) -> Value {
    json!({ "upload_id": upload_id, "assembly_id": assembly_id, "mode": "uploader" })
}

pub(crate) fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A tus client with its lift token.
pub(crate) struct Lift<'s> {
    pub(crate) server: &'s Server,
    pub(crate) token: String,
}

impl Lift<'_> {
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("Tus-Resumable", "1.0.0"), ("Authorization", bearer.as_str())];
        all.extend(headers);
        self.server.call(method, path, &all, body).await
    }

    /// Creates `<upload_id>.zip`.
    pub(crate) async fn create(&self, upload_id: &str, length: usize) -> Answer {
        self.create_named(upload_id, &format!("{upload_id}.zip"), length).await
    }

    pub(crate) async fn create_named(&self, upload_id: &str, filename: &str, length: usize) -> Answer {
        let headers =
            [("Upload-Length", length.to_string()), ("Upload-Metadata", metadata(upload_id, filename))];
        self.send(
            "POST",
            "/files/",
            &headers.each_ref().map(|(name, value)| (*name, value.as_str())),
            Body::empty(),
        )
        .await
    }

    pub(crate) async fn patch(&self, location: &str, offset: usize, bytes: &[u8]) -> Answer {
        let (offset, length) = (offset.to_string(), bytes.len().to_string());
        let headers = [
            ("Upload-Offset", offset.as_str()),
            ("Content-Type", "application/offset+octet-stream"),
            ("Content-Length", &length),
        ];
        self.send("PATCH", location, &headers, bytes.to_vec()).await
    }

    pub(crate) async fn head(&self, location: &str) -> Answer {
        self.send("HEAD", location, &[], Body::empty()).await
    }

    pub(crate) async fn delete(&self, location: &str) -> Answer {
        self.send("DELETE", location, &[], Body::empty()).await
    }

    /// Creates and sends in one piece; gives the tus address back.
    pub(crate) async fn upload(&self, upload_id: &str, filename: &str, bytes: &[u8]) -> String {
        let location = self
            .create_named(upload_id, filename, bytes.len())
            .await
            .expect(201)
            .header("location")
            .to_owned();
        self.patch(&location, 0, bytes).await.expect(204);
        location
    }
}

pub(crate) fn metadata(upload_id: &str, filename: &str) -> String {
    let pairs = [("upload_id", upload_id), ("filename", filename), ("bucket", "uploads"), ("mode", "bulk")];
    pairs.map(|(key, value)| format!("{key} {}", BASE64.encode(value))).join(",")
}
