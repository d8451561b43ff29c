//! What an integrator's own backend does: it keeps the HMAC secret and hands upload tokens to its pages.

use std::sync::Arc;

use auraloader_signing::Secret;
use auraloader_signing::aura::{self, HmacSigner};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use http::{HeaderMap, Request, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::api;
use crate::app::App;
use crate::config::Account;
use crate::error::ApiError;

/// What the page needs that is no secret.
pub(super) async fn settings(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let account = demo_account(&app)?;
    let base = app.base_url(&headers);
    Ok(Json(json!({ "apiToken": account.api_key, "apiBaseUrl": format!("{base}/api") })))
}

/// Exchanges the demo's credentials by a signed request through the API's own router, as an integrator would over the
/// network, and passes the answer on.
pub(super) async fn upload_token(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let account = demo_account(&app)?;
    let secret = account.app_secrets.first().cloned().unwrap_or_else(|| Secret::new(""));
    let host =
        headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_owned();
    let ttl = app.config.demo_token_lifetime.as_secs();
    let body =
        json!({ "ttl": ttl, "scopes": ["upload:init", "upload:manage", "integration:read"] }).to_string();

    let own =
        [("Host", host.as_str()), ("Content-Type", "application/json"), ("X-Api-Key", &account.api_key)];
    let request = aura::Request {
        method: "POST",
        url: "/api/auth/exchange",
        headers: &own,
        body: Some(body.as_bytes()),
        ..aura::Request::default()
    };
    let nonce = aura::nonce_from_random(rand::random());
    let signed = HmacSigner::new(account.app_id.as_str(), secret)
        .and_then(|signer| signer.sign(&request, app.now(), &nonce))
        .map_err(|_| ApiError::Worker)?;

    let mut builder = Request::post(request.url);
    for (name, value) in own.into_iter().chain(signed.iter().map(|(name, value)| (*name, value.as_str()))) {
        builder = builder.header(name, value);
    }
    let request = builder.body(Body::from(body)).map_err(|_| ApiError::Worker)?;
    match Router::new().nest("/api", api::router(&app)).oneshot(request).await {
        Ok(response) => Ok(response.into_response()),
        Err(never) => match never {},
    }
}

fn demo_account(app: &App) -> Result<&Account, ApiError> {
    app.config.accounts.first().ok_or(ApiError::NotFound)
}
