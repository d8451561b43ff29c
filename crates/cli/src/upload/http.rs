//! Sending requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auraloader_core::http::{Answer, Failure, Method, Request, Response};
use reqwest::redirect::Policy;

use super::body::Source;

/// Longer answers are cut: what an API says is short.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// A client that verifies servers by the system's certificates and keeps to its proxy settings. It follows no redirect: keys
/// and tokens go nowhere but where they were meant to.
#[derive(Clone)]
pub(super) struct Client(reqwest::Client);

impl Client {
    pub(super) fn new() -> reqwest::Result<Self> {
        // Only one that has been chosen before would be in the way, and that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Silence on a connection is the session's matter.
        let client = reqwest::Client::builder()
            .user_agent(concat!("auraloader/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self(client))
    }

    /// Sends a request with the body that `source` holds; `progress` is told how many bytes of it have gone out.
    ///
    /// # Errors
    /// [`Failure::Network`], or [`Failure::Unreadable`] where a file can't be read.
    pub(super) async fn send(
        &self,
        request: &Request,
        source: Source,
        progress: impl Fn(u64) + Send + 'static,
    ) -> Answer {
        let mut headers = Vec::new();
        for (name, value) in &request.headers {
            headers.push((*name, value.expose()));
        }
        if let Some(digest) = request.checksum {
            let source = source.clone();
            let checksum = tokio::task::spawn_blocking(move || source.checksum(digest)).await;
            headers.push((
                "Upload-Checksum",
                checksum.ok().and_then(Result::ok).ok_or(Failure::Unreadable(None))?,
            ));
        }
        let mut builder = self.0.request(method(request.method), &request.url);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let broken = Arc::new(AtomicBool::new(false));
        let len = source.len();
        // An empty stream would be announced as a body, and some servers take the creation for one with an upload.
        if len > 0 {
            let body = reqwest::Body::wrap_stream(source.stream(Arc::clone(&broken), progress));
            builder = builder.header("Content-Length", len).body(body);
        }
        let failure =
            |_| if broken.load(Ordering::Relaxed) { Failure::Unreadable(None) } else { Failure::Network };
        let mut response = builder.send().await.map_err(failure)?;
        let field = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        let (status, headers) =
            (response.status().as_u16(), response.headers().iter().filter_map(field).collect());
        let mut body = Vec::new();
        while let Some(more) = response.chunk().await.map_err(failure)? {
            let room = LONGEST_ANSWER.saturating_sub(body.len());
            body.extend(more.into_iter().take(room));
        }
        Ok(Response { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Head => reqwest::Method::HEAD,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
        Method::Options => reqwest::Method::OPTIONS,
    }
}
