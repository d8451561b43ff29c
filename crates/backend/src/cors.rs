//! Cross-origin access: the widget runs on integrators' pages.
//!
//! Any origin may call, as nothing is authorised by cookies. Only real preflights are answered here: a bare `OPTIONS`
//! is how tus clients ask for the server's extensions, so `tower_http`'s layer, which answers every `OPTIONS`, doesn't
//! fit.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};

const ALLOW_METHODS: &str = "GET, HEAD, POST, PATCH, DELETE, OPTIONS";
const ALLOW_HEADERS: &str = "Accept, Authorization, Content-Type, Tus-Resumable, Upload-Checksum, Upload-Concat, \
    Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset, X-Api-Key, X-Aura-Expire, X-Aura-Signature, \
    X-HTTP-Method-Override, X-Requested-With";
const EXPOSE_HEADERS: &str = "Date, Location, Retry-After, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, \
    Tus-Resumable, Tus-Version, Upload-Defer-Length, Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset";
/// Seconds for which a browser may remember a preflight; none remembers longer.
const MAX_AGE: &str = "86400";

pub(crate) async fn allow_any_origin(request: Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response =
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let mut set =
        |name: HeaderName, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if preflight {
        set(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOW_METHODS);
        set(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOW_HEADERS);
        set(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    } else {
        set(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSE_HEADERS);
    }
    response
}
