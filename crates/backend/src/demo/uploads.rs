//! What has arrived, for the demo page to show. A real server shows this to nobody without a login.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;

use crate::app::App;
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::store::transfers;
use crate::store::uploads::{self, State as UploadState, Upload};
use crate::tus::Stored;

const LISTED: u32 = 50;

/// An upload's archives in the order of their names.
struct Archive {
    name: String,
    stored: Stored,
}

pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let account = account(&app)?;
    let uploads = app.store.run(move |db| uploads::latest(db, &account, LISTED)).await?;
    let mut listed = Vec::with_capacity(uploads.len());
    for upload in uploads {
        listed.push(describe(&app, upload).await?);
    }
    Ok(Json(json!({ "uploads": listed })))
}

async fn describe(app: &App, upload: Upload) -> Result<Value, ApiError> {
    let id = upload.id;
    let studies = app.store.run(move |db| uploads::studies(db, id)).await?;
    let archives = archives(app, &upload).await?;
    let bytes: u64 = archives.iter().map(|archive| archive.stored.received).sum();
    let complete = upload.state == UploadState::Complete;
    let links: Vec<Value> = archives
        .iter()
        .filter(|_| complete)
        .map(|archive| json!({ "url": format!("/demo/uploads/{}", archive.name), "bytes": archive.stored.received }))
        .collect();
    Ok(json!({
        "upload_id": upload.upload_id,
        "state": upload.state,
        "created_at": rfc3339(upload.created_at),
        "message": upload.message,
        "bytes": bytes,
        "study_count": studies.len(),
        "series_count": studies.iter().map(|study| study.series_count).sum::<u32>(),
        "images": studies.iter().map(|study| study.images).sum::<u32>(),
        "studies": studies,
        "archives": links,
    }))
}

pub(super) async fn archive(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let upload_id = name.get(..36).unwrap_or_default().to_owned();
    let account = account(&app)?;
    let upload = app.store.run(move |db| uploads::find(db, &account, &upload_id)).await?;
    let upload = upload.filter(|upload| upload.state == UploadState::Complete).ok_or(ApiError::NotFound)?;
    let archives = archives(&app, &upload).await?;
    let archive = archives.into_iter().find(|archive| archive.name == name).ok_or(ApiError::NotFound)?;
    let file = tokio::fs::File::open(&archive.stored.path).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, archive.stored.received.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

async fn archives(app: &App, upload: &Upload) -> Result<Vec<Archive>, ApiError> {
    let id = upload.id;
    let transfers = app.store.run(move |db| transfers::of_upload(db, id)).await?;
    // Our own names, as the clients' are not to be trusted in a path.
    let names: BTreeSet<&str> = transfers.iter().map(|transfer| transfer.filename.as_str()).collect();
    let mut archives = Vec::new();
    for (index, filename) in names.iter().enumerate() {
        let Some(transfer) = transfers.iter().find(|transfer| transfer.filename == **filename) else {
            continue;
        };
        let Some(stored) = app.tus.stored(&transfer.tus_id).await? else { continue };
        let number = if names.len() > 1 { format!("-{}", index + 1) } else { String::new() };
        archives.push(Archive { name: format!("{}{number}.zip", upload.upload_id), stored });
    }
    Ok(archives)
}

fn account(app: &App) -> Result<String, ApiError> {
    app.config.accounts.first().map(|account| account.id.clone()).ok_or(ApiError::NotFound)
}
