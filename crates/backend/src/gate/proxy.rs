//! A gate in front of another tus server.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum_reverse_proxy::ReverseProxy;
use http::{HeaderValue, Uri, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;
use thiserror::Error;

use super::Gate;
use super::follow::PathAtGate;
use super::refusal::Refusal;
use crate::app::trace;
use crate::cors;
use crate::tus::name_version;

/// How long the server behind may take to be reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The endpoint of a tus server behind a gate, and where clients find it.
#[derive(Clone, Debug)]
pub struct Upstream {
    url: String,
    /// Path of `url`, and of the endpoint in front; without a slash at its end.
    path: String,
    /// What clients put before the path, where it isn't the origin that they ask.
    public_url: String,
    /// Where `url` is `https`.
    tls: Option<HttpsConnector<HttpConnector>>,
}

/// A server that can't be put behind a gate.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UpstreamError {
    /// It isn't an absolute `http` or `https` URL without a query.
    #[error("the upstream must be the URL of a tus endpoint, such as http://127.0.0.1:1080/files")]
    Url,
    /// The machine's certificates can't be read.
    #[error("cannot read this machine's root certificates")]
    Certificates(#[source] std::io::Error),
}

impl Upstream {
    /// The tus endpoint at `url`, found at the same path in front. Where clients reach the gate through another proxy
    /// that puts something before the path, `public_url` says what: scheme, authority, prefix.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub fn new(url: &str, public_url: Option<&str>) -> Result<Self, UpstreamError> {
        let uri: Uri = url.parse().map_err(|_| UpstreamError::Url)?;
        let path = uri.path().trim_end_matches('/').to_owned();
        if uri.authority().is_none() || uri.query().is_some() || path.contains(['{', '}']) {
            return Err(UpstreamError::Url);
        }
        let tls = match uri.scheme_str() {
            Some("http") => None,
            Some("https") => Some(tls().map_err(UpstreamError::Certificates)?),
            _ => return Err(UpstreamError::Url),
        };
        let trimmed = |url: &str| url.trim_end_matches('/').to_owned();
        Ok(Self { url: trimmed(url), path, public_url: trimmed(public_url.unwrap_or_default()), tls })
    }

    /// The path at the gate of what the server behind calls `location`.
    fn at_gate(&self, location: &str) -> Option<String> {
        let uri: Uri = location.parse().ok()?;
        let rest = uri.path().strip_prefix(&self.path)?;
        (rest.starts_with('/') && uri.query().is_none()).then(|| uri.path().to_owned())
    }
}

fn tcp() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector
}

fn tls() -> std::io::Result<HttpsConnector<HttpConnector>> {
    let mut tcp = tcp();
    tcp.enforce_http(false);
    Ok(HttpsConnectorBuilder::new().with_native_roots()?.https_only().enable_http1().wrap_connector(tcp))
}

pub(super) fn router(gate: &Gate, upstream: &Upstream) -> Router {
    let routes = match &upstream.tls {
        Some(tls) => forwarded(upstream, tls.clone()),
        None => forwarded(upstream, tcp()),
    };
    let routes = routes
        .layer(middleware::from_fn_with_state(upstream.clone(), from_behind))
        .layer(middleware::from_fn(stay_below));
    gate.protect(routes)
        .layer(middleware::map_response(name_version))
        .layer(middleware::from_fn(trace))
        .layer(middleware::from_fn(cors::allow_any_origin))
}

fn forwarded<C>(upstream: &Upstream, connector: C) -> Router
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let client = Client::builder(TokioExecutor::new()).build::<_, Body>(connector);
    let path = &upstream.path;
    let proxy = ReverseProxy::new_with_client(path.as_str(), upstream.url.as_str(), client);
    let router = Router::new()
        .route_service(&format!("{path}/"), proxy.clone())
        .route_service(&format!("{path}/{{*upload}}"), proxy.clone());
    if path.is_empty() { router } else { router.route_service(path, proxy) }
}

/// The server behind may resolve dot segments: what lies outside of its endpoint is not for clients.
async fn stay_below(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_ascii_lowercase();
    let disguised = path.contains('\\') || path.contains("%5c") || path.contains("%2f");
    let climbs = path.split('/').any(|segment| matches!(segment.replace("%2e", ".").as_str(), "." | ".."));
    if climbs || disguised { Refusal::NotFound.into_response() } else { next.run(request).await }
}

/// An answer as the client is to see it: the upload where the client finds it, and access as the gate grants it.
async fn from_behind(State(upstream): State<Upstream>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.remove(header::ACCESS_CONTROL_ALLOW_CREDENTIALS);
    let Some(location) = headers.get(header::LOCATION) else { return response };
    let Some(path) = location.to_str().ok().and_then(|location| upstream.at_gate(location)) else {
        return Refusal::Location.into_response();
    };
    let Ok(in_front) = HeaderValue::try_from(format!("{}{path}", upstream.public_url)) else {
        return Refusal::Location.into_response();
    };
    headers.insert(header::LOCATION, in_front);
    response.extensions_mut().insert(PathAtGate(path));
    response
}

#[cfg(test)]
mod tests {
    use super::Upstream;

    #[test]
    fn locations_are_found_in_front() {
        let upstream = Upstream::new("http://127.0.0.1:1080/files/", None).unwrap();
        for location in ["http://127.0.0.1:1080/files/a+b", "https://other.example/files/a+b", "/files/a+b"] {
            assert_eq!(upstream.at_gate(location).unwrap(), "/files/a+b", "{location}");
        }
        for elsewhere in ["/other/a", "/filesystem/a", "//other.example/files/a", "/files/a?b", ""] {
            assert_eq!(upstream.at_gate(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn an_upstream_is_an_absolute_url() {
        for url in ["", "/files", "127.0.0.1:1080", "ftp://a/files", "http://a/files?b", "http://a/{b}"] {
            assert!(Upstream::new(url, None).is_err(), "{url}");
        }
    }
}
