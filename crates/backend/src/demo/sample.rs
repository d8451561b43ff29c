//! A study for those who have none at hand.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::header;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::app::App;
use crate::error::ApiError;
use crate::phantom::{Phantom, PhantomFile};

const SAMPLE: Phantom = Phantom { slices: 24, size: 256 };

/// The files, made when they are first asked for.
type Sample = Arc<OnceCell<Vec<PhantomFile>>>;

pub(super) fn router() -> Router<Arc<App>> {
    let sample = Sample::default();
    Router::new().route("/demo/sample", get(list)).route("/demo/sample/{*path}", get(file)).with_state(sample)
}

async fn list(State(sample): State<Sample>) -> Result<Json<Value>, ApiError> {
    let list =
        |file: &PhantomFile| json!({ "path": file.path, "url": format!("/demo/sample/{}", file.path) });
    Ok(Json(files(&sample).await?.iter().map(list).collect()))
}

async fn file(State(sample): State<Sample>, Path(path): Path<String>) -> Result<Response, ApiError> {
    let file = files(&sample).await?.iter().find(|file| file.path == path).ok_or(ApiError::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "application/dicom")], file.bytes.clone()).into_response())
}

async fn files(sample: &Sample) -> Result<&[PhantomFile], ApiError> {
    let files = sample.get_or_try_init(async || {
        let made = tokio::task::spawn_blocking(|| SAMPLE.files()?.collect::<Result<Vec<_>, _>>());
        made.await.map_err(|_| ApiError::Worker)?.map_err(|error| {
            tracing::error!(?error, "making the sample study failed");
            ApiError::Worker
        })
    });
    Ok(files.await?)
}
