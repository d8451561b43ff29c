//! The calls under `/api`.

mod complete;
mod config;
pub(crate) mod fields;
pub(crate) mod init;
pub(crate) mod lifecycle;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;
use crate::auth::exchange::exchange;
use crate::error::ApiError;

/// Announcements of thousands of series stay well below this; everything else is far smaller.
const BODY_LIMIT: usize = 16 << 20;
const SIGNED_BODY_LIMIT: usize = 64 << 10;

pub(crate) fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/auth/exchange", post(exchange).layer(DefaultBodyLimit::max(SIGNED_BODY_LIMIT)))
        .route("/uploader/config", get(config::config))
        .route("/uploader/upload/init", post(init::init))
        .route("/uploader/upload/start", post(lifecycle::start))
        .route("/uploader/upload/complete", post(complete::complete))
        .route("/uploader/upload/error", post(lifecycle::error))
        .route("/uploader/upload/cancel", post(lifecycle::cancel))
        .fallback(async || ApiError::NotFound)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::clone(app))
}
