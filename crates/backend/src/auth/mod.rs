//! Who is calling, and what they may do.

pub(crate) mod exchange;

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};

use crate::app::App;
use crate::error::ApiError;
use crate::limits::Limited;
use crate::random::{self, TokenHash};
use crate::store::tokens;

/// A permission that an upload token can have.
pub(crate) trait Scope: Send + Sync + 'static {
    const NAME: &'static str;
    const LIMITED: Limited;
}

/// Reading the configuration.
pub(crate) struct IntegrationRead;
/// Announcing uploads.
pub(crate) struct UploadInit;
/// Everything after the announcement.
pub(crate) struct UploadManage;

impl Scope for IntegrationRead {
    const NAME: &'static str = "integration:read";
    const LIMITED: Limited = Limited::Config;
}

impl Scope for UploadInit {
    const NAME: &'static str = "upload:init";
    const LIMITED: Limited = Limited::Lifecycle;
}

impl Scope for UploadManage {
    const NAME: &'static str = "upload:manage";
    const LIMITED: Limited = Limited::Lifecycle;
}

/// Every scope there is.
pub(crate) const SCOPES: [&str; 3] = [IntegrationRead::NAME, UploadInit::NAME, UploadManage::NAME];

/// A caller with an API key, and an upload token of the same account with scope `S`.
///
/// Extracting it counts the call against the rate limit, then against `max_uses`.
pub(crate) struct Caller<S> {
    pub(crate) account: String,
    scope: PhantomData<S>,
}

impl<S: Scope> FromRequestParts<Arc<App>> for Caller<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let account = app.account_by_key(api_key(&parts.headers)?).ok_or(ApiError::UnknownApiKey)?.id.clone();
        let (hash, now) = (bearer(&parts.headers)?, app.now());
        let grant =
            app.store.run(move |db| tokens::find(db, &hash, now)).await?.ok_or(ApiError::InvalidToken)?;
        if grant.account != account {
            return Err(ApiError::InvalidToken);
        }
        if !grant.scopes.split(' ').any(|scope| scope == S::NAME) {
            return Err(ApiError::Scope(S::NAME));
        }
        app.limits.check_call(S::LIMITED, &hash)?;
        if !app.store.run(move |db| tokens::spend(db, &hash)).await? {
            return Err(ApiError::TokenUsedUp);
        }
        Ok(Self { account, scope: PhantomData })
    }
}

/// A caller with a lift token.
pub(crate) struct LiftCaller {
    pub(crate) account: String,
}

impl LiftCaller {
    pub(crate) async fn identify(headers: &HeaderMap, app: &App) -> Result<Self, ApiError> {
        let (hash, now) = (bearer(headers)?, app.now());
        let account = app.store.run(move |db| tokens::find_lift(db, &hash, now)).await?;
        account.map(|account| Self { account }).ok_or(ApiError::InvalidToken)
    }
}

fn api_key(headers: &HeaderMap) -> Result<&str, ApiError> {
    headers.get("x-api-key").and_then(|value| value.to_str().ok()).ok_or(ApiError::MissingApiKey)
}

fn bearer(headers: &HeaderMap) -> Result<TokenHash, ApiError> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = value.and_then(|value| value.split_once(' ')).ok_or(ApiError::MissingToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ApiError::MissingToken);
    }
    Ok(random::hash(token.trim()))
}
