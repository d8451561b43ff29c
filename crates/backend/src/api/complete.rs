//! `POST /uploader/upload/complete`: is what arrived what was announced?

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::Value;

use super::init::Announcement;
use super::lifecycle::{Call, answer, find};
use crate::app::App;
use crate::archive;
use crate::auth::{Caller, UploadManage};
use crate::error::ApiError;
use crate::store::transfers::{self, Transfer};
use crate::store::uploads::{self, State as UploadState, Upload};
use crate::tus::Stored;

pub(crate) async fn complete(
    State(app): State<Arc<App>>,
    caller: Caller<UploadManage>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (upload_id, assembly_id) = Call::read(&body)?.with_assembly()?;
    // A task of its own: a client that hangs up while the archive is read finds it done when it asks again.
    let task = tokio::spawn(finish(app, caller.account, upload_id, assembly_id));
    task.await.map_err(|_| ApiError::Worker)?
}

async fn finish(
    app: Arc<App>,
    account: String,
    upload_id: String,
    assembly_id: String,
) -> Result<Json<Value>, ApiError> {
    let upload = find(&app, account.clone(), upload_id.clone()).await?;
    if is_complete(&upload, &assembly_id)? {
        return Ok(answer(&upload_id, UploadState::Complete));
    }
    // Repetitions of a call that takes long wait here, and then find it done.
    let _permit = app.inspections.acquire().await.map_err(|_| ApiError::Worker)?;
    let upload = find(&app, account, upload_id.clone()).await?;
    if is_complete(&upload, &assembly_id)? {
        return Ok(answer(&upload_id, UploadState::Complete));
    }

    let announced = upload.announcement.as_deref().unwrap_or("{}");
    let announced: Announcement = serde_json::from_str(announced).map_err(ApiError::Json)?;
    let id = upload.id;
    let sent = app.store.run(move |db| transfers::of_upload(db, id)).await?;
    let (whole, superseded) = choose(&app, sent).await?;
    let contents = archive::inspect(whole, announced).await?;

    let now = app.now();
    let (instances, studies) = (contents.images(), contents.studies.len());
    if !app.store.run(move |db| uploads::set_complete(db, id, &contents, now)).await? {
        return Err(ApiError::Cancelled);
    }
    for transfer in superseded {
        app.tus.remove(&transfer.tus_id).await?;
        app.store.run(move |db| transfers::delete(db, &transfer.tus_id)).await?;
    }
    tracing::info!(upload_id, studies, instances, "upload complete");
    Ok(answer(&upload_id, UploadState::Complete))
}

/// Whether there is nothing left to do; refuses what can't be completed.
fn is_complete(upload: &Upload, assembly_id: &str) -> Result<bool, ApiError> {
    let same_attempt = upload.assembly_id.as_deref() == Some(assembly_id);
    match upload.state {
        UploadState::Cancelled => Err(ApiError::Cancelled),
        UploadState::Announced => Err(ApiError::NotStarted),
        _ if !same_attempt => Err(ApiError::OtherAttempt),
        UploadState::Complete => Ok(true),
        UploadState::Started | UploadState::Error => Ok(false),
    }
}

/// A transfer, and its archive if that is whole.
type Candidate = (Transfer, Result<PathBuf, ApiError>);

/// The whole archive of each name, and the transfers beside them.
///
/// A client that lost the answer to a creation creates anew under the same name, so there can be several; the newest
/// whole one counts.
async fn choose(app: &App, sent: Vec<Transfer>) -> Result<(Vec<PathBuf>, Vec<Transfer>), ApiError> {
    let mut by_name: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for transfer in sent {
        if let Some(stored) = app.tus.stored(&transfer.tus_id).await? {
            by_name.entry(transfer.filename.clone()).or_default().push((transfer, whole(stored)));
        }
    }
    if by_name.is_empty() {
        return Err(ApiError::NothingSent);
    }
    let (mut paths, mut superseded) = (Vec::new(), Vec::new());
    for mut candidates in by_name.into_values() {
        let best = candidates.iter().position(|(_, path)| path.is_ok()).unwrap_or(0);
        paths.push(candidates.swap_remove(best).1?);
        superseded.extend(candidates.into_iter().map(|(transfer, _)| transfer));
    }
    Ok((paths, superseded))
}

fn whole(stored: Stored) -> Result<PathBuf, ApiError> {
    let expected = stored.length.ok_or(ApiError::LengthUnknown)?;
    if stored.received < expected {
        return Err(ApiError::Incomplete { received: stored.received, expected });
    }
    Ok(stored.path)
}
