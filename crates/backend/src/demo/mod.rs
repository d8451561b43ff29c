//! The demo: a clinic's page with the widget on it, and the clinic's own backend.

mod integrator;
mod sample;
mod uploads;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderValue, header};
use tower_http::services::{ServeDir, ServeFile};

use crate::app::App;
use crate::error::ApiError;

/// What the page may do: its own scripts and styles, WebAssembly, a worker out of a Blob, calls to its own origin.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src blob:; \
    connect-src 'self'; img-src 'self' data: blob:";

pub(crate) fn router(app: &Arc<App>, files: &Path) -> Router {
    let page = ServeFile::new(files.join("index.html"));
    Router::new()
        .route_service("/demo", page.clone())
        .route_service("/demo/", page)
        .route("/demo/settings", get(integrator::settings))
        .route("/demo/upload-token", get(integrator::upload_token))
        .route("/demo/uploads", get(uploads::list))
        .route("/demo/uploads/{name}", get(uploads::archive))
        .merge(sample::router())
        .nest_service("/demo/assets", ServeDir::new(files))
        .route("/demo/{*rest}", get(async || ApiError::NotFound))
        .layer(middleware::from_fn(restrict))
        .with_state(Arc::clone(app))
}

async fn restrict(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    response
}
