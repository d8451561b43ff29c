//! The reference backend in this process, watched and held up where a test wants it.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use auraloader_backend::{Backend, Config, load_or_create_credentials};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A backend at an address of this machine. Dropping it takes it away, with every connection.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) api_key: String,
    pub(crate) data: PathBuf,
    pub(crate) traffic: Arc<Traffic>,
    runtime: Option<Runtime>,
}

/// What has come, and what is held up.
pub(crate) struct Traffic {
    /// Bytes of archives in requests that were answered with success.
    taken: AtomicU64,
    /// PATCHes wait here while it is `true`.
    held: watch::Sender<bool>,
    waiting: Mutex<u32>,
    /// How many tokens have been asked for.
    tokens: Mutex<u32>,
    changed: Condvar,
    asked: Condvar,
}

impl Server {
    /// With the data in this folder; a second one of the same data goes on with it.
    pub(crate) fn start(data: &Path, token_lifetime: Duration, address: Option<SocketAddr>) -> Self {
        let account = load_or_create_credentials(data).unwrap();
        let api_key = account.api_key.clone();
        let mut config = Config::new(data, vec![account]);
        config.demo = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo"));
        config.demo_token_lifetime = token_lifetime;
        config.rate_limits = false;
        let traffic = Arc::new(Traffic {
            taken: AtomicU64::new(0),
            held: watch::Sender::new(false),
            waiting: Mutex::new(0),
            tokens: Mutex::new(0),
            changed: Condvar::new(),
            asked: Condvar::new(),
        });
        let runtime = Runtime::new().unwrap();
        let address = address.unwrap_or_else(|| ([127, 0, 0, 1], 0).into());
        let listener = runtime.block_on(tokio::net::TcpListener::bind(address)).unwrap();
        let address = listener.local_addr().unwrap();
        let router = Backend::open(config).unwrap().router();
        let router = Router::new()
            .fallback_service(router)
            .layer(middleware::from_fn_with_state(Arc::clone(&traffic), watched));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { address, api_key, data: data.to_owned(), traffic, runtime: Some(runtime) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What the demo's backend answers to a page that wants a token.
    pub(crate) fn token_json(&self) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let host = self.address;
        write!(stream, "GET /demo/upload-token HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// The archives that are stored.
    pub(crate) fn archives(&self) -> Vec<PathBuf> {
        let stored = fs::read_dir(self.data.join("uploads")).into_iter().flatten();
        stored.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

impl Traffic {
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }

    /// From now on PATCHes wait.
    pub(crate) fn hold(&self) {
        self.held.send_replace(true);
    }

    pub(crate) fn release(&self) {
        self.held.send_replace(false);
    }

    /// Waits until a PATCH waits.
    pub(crate) fn wait_for_patch(&self) {
        let waiting = self.waiting.lock().unwrap();
        let (_waiting, late) =
            self.changed.wait_timeout_while(waiting, PATIENCE, |waiting| *waiting == 0).unwrap();
        assert!(!late.timed_out(), "no PATCH came");
    }

    /// Waits until tokens have been asked for so often.
    pub(crate) fn wait_for_tokens(&self, wanted: u32) {
        let tokens = self.tokens.lock().unwrap();
        let (_tokens, late) =
            self.asked.wait_timeout_while(tokens, PATIENCE, |tokens| *tokens < wanted).unwrap();
        assert!(!late.timed_out(), "no token was asked for");
    }
}

async fn watched(State(traffic): State<Arc<Traffic>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length: u64 = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    if method == Method::PATCH {
        let mut held = traffic.held.subscribe();
        if *held.borrow_and_update() {
            *traffic.waiting.lock().unwrap() += 1;
            traffic.changed.notify_all();
            held.wait_for(|held| !held).await.unwrap();
        }
    }
    if path == "/demo/upload-token" {
        *traffic.tokens.lock().unwrap() += 1;
        traffic.asked.notify_all();
    }
    let response = next.run(request).await;
    if response.status().is_success() && path.starts_with("/files") {
        traffic.taken.fetch_add(length, Ordering::SeqCst);
    }
    response
}
