//! `GET /uploader/config`: where and with what to upload.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use serde_json::json;

use crate::app::App;
use crate::auth::{Caller, IntegrationRead};
use crate::error::ApiError;
use crate::random;
use crate::store::tokens;

pub(crate) async fn config(
    State(app): State<Arc<App>>,
    caller: Caller<IntegrationRead>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let token = random::token("lift_");
    let hash = random::hash(&token);
    let expires_at = app.now().saturating_add_unsigned(app.config.lift_token_lifetime.as_secs());
    app.store.run(move |db| tokens::insert_lift(db, &hash, &caller.account, expires_at)).await?;
    let endpoint = format!("{}{}/", app.base_url(&headers), app.config.tus_path);
    // `expire` is ours: a client that knows it asks again in time instead of after a refusal.
    let lift = json!({ "endpoint": endpoint, "token": token, "bucket": "uploads", "expire": expires_at });
    let body = json!({ "lift": lift, "mode": "bulk" });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
