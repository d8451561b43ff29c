//! `POST /auth/exchange`: HMAC credentials for an upload token.

use std::sync::Arc;

use auraloader_signing::aura::{self, Authorization, MAX_CLOCK_SKEW_SECONDS, Verified};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, header};
use serde::Serialize;
use serde_json::Value;

use super::SCOPES;
use crate::api::fields::Fields;
use crate::app::App;
use crate::clock::rfc3339;
use crate::config::Account;
use crate::error::ApiError;
use crate::random;
use crate::store::tokens::{self, NewToken};

const DEFAULT_TTL: u64 = 3600;
const MAX_TTL: u64 = 24 * 3600;

#[derive(Serialize)]
struct Answer {
    token: String,
    expires_at: String,
    scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_uses: Option<u32>,
}

/// What the signed body asks for.
struct Wish {
    /// Seconds.
    ttl: u64,
    scopes: Vec<String>,
    max_uses: Option<u32>,
}

pub(crate) async fn exchange(
    State(app): State<Arc<App>>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let (account, verified) = verify(&app, method.as_str(), target, &headers, &body)?;
    if super::api_key(&headers)? != account.api_key {
        return Err(ApiError::UnknownApiKey);
    }
    app.limits.check_exchange(&account.id)?;

    // A signature is good until the skew has passed twice: once for a clock ahead, once for one behind.
    let forget_at = verified.timestamp.saturating_add(2 * MAX_CLOCK_SKEW_SECONDS);
    let fresh =
        app.store.run(move |db| tokens::remember_nonce(db, &verified.app_id, &verified.nonce, forget_at));
    if !fresh.await? {
        return Err(ApiError::Replayed);
    }

    let wish = Wish::read(&body)?;
    let expires_at = app.now().saturating_add_unsigned(wish.ttl);
    let token = random::token("aubt_");
    let new = NewToken {
        hash: random::hash(&token),
        account: account.id.clone(),
        scopes: wish.scopes.join(" "),
        expires_at,
        max_uses: wish.max_uses,
    };
    app.store.run(move |db| tokens::insert(db, &new)).await?;
    let answer =
        Answer { token, expires_at: rfc3339(expires_at), scopes: wish.scopes, max_uses: wish.max_uses };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

fn verify<'a>(
    app: &'a App,
    method: &str,
    target: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(&'a Account, Verified), ApiError> {
    let headers: Vec<(&str, &str)> =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let request = aura::Request {
        method,
        url: target,
        headers: &headers,
        body: Some(body),
        ..aura::Request::default()
    };
    let account = app.account_by_app(Authorization::of(&request)?.app_id);
    let secrets = account.map(|account| account.app_secrets.as_slice()).unwrap_or_default();
    let verified = aura::verify(&request, secrets, app.now())?;
    // An app that isn't known has no secrets, and nothing verifies with none.
    let account = account.ok_or(aura::VerifyError::Signature)?;
    Ok((account, verified))
}

impl Wish {
    fn read(body: &[u8]) -> Result<Self, ApiError> {
        let mut fields = Fields::parse(body)?;
        let ttl = fields.optional("ttl", "must be a whole number of seconds from 1 to 86400", |value| {
            value.as_u64().filter(|ttl| (1..=MAX_TTL).contains(ttl))
        });
        let max_uses = fields.optional("max_uses", "must be a whole number of at least 1", |value| {
            value.as_u64().and_then(|uses| u32::try_from(uses).ok()).filter(|uses| *uses > 0)
        });
        let scopes =
            fields.required("scopes", &format!("must be a list out of {}", SCOPES.join(", ")), read_scopes);
        fields.finish()?;
        Ok(Self { ttl: ttl.unwrap_or(DEFAULT_TTL), scopes: scopes.unwrap_or_default(), max_uses })
    }
}

fn read_scopes(value: &Value) -> Option<Vec<String>> {
    let list = value.as_array().filter(|list| !list.is_empty())?;
    list.iter().map(|scope| scope.as_str().filter(|name| SCOPES.contains(name)).map(str::to_owned)).collect()
}
