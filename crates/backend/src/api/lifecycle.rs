//! `start`, `error` and `cancel` of an upload.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Value, json};

use super::fields::Fields;
use crate::app::App;
use crate::auth::{Caller, UploadManage};
use crate::error::ApiError;
use crate::store::transfers;
use crate::store::uploads::{self, State as UploadState, Upload};

/// Characters kept of an error message.
const MESSAGE_LIMIT: usize = 2000;

/// The part of the body that all lifecycle calls share.
pub(super) struct Call {
    pub(super) upload_id: String,
    pub(super) fields: Fields,
}

impl Call {
    pub(super) fn read(body: &[u8]) -> Result<Self, ApiError> {
        let mut fields = Fields::parse(body)?;
        let upload_id = fields.uuid("upload_id");
        fields.exactly("mode", "uploader");
        Ok(Self { upload_id, fields })
    }

    /// For calls that name the upload try.
    pub(super) fn with_assembly(mut self) -> Result<(String, String), ApiError> {
        let assembly_id = self.fields.uuid("assembly_id");
        self.fields.finish()?;
        Ok((self.upload_id, assembly_id))
    }
}

pub(super) fn answer(upload_id: &str, state: UploadState) -> Json<Value> {
    Json(json!({ "upload_id": upload_id, "state": state }))
}

/// An upload of the caller's account.
pub(super) async fn find(app: &App, account: String, upload_id: String) -> Result<Upload, ApiError> {
    let upload = app.store.run(move |db| uploads::find(db, &account, &upload_id)).await?;
    upload.ok_or(ApiError::UnknownUpload)
}

pub(crate) async fn start(
    State(app): State<Arc<App>>,
    caller: Caller<UploadManage>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (upload_id, assembly_id) = Call::read(&body)?.with_assembly()?;
    let upload = find(&app, caller.account, upload_id).await?;
    match upload.state {
        UploadState::Cancelled => Err(ApiError::Cancelled),
        // A repetition that comes late.
        UploadState::Complete if upload.assembly_id.as_ref() == Some(&assembly_id) => {
            Ok(answer(&upload.upload_id, UploadState::Complete))
        }
        UploadState::Complete => Err(ApiError::AlreadyComplete),
        UploadState::Announced | UploadState::Started | UploadState::Error => {
            let now = app.now();
            app.store.run(move |db| uploads::set_started(db, upload.id, &assembly_id, now)).await?;
            Ok(answer(&upload.upload_id, UploadState::Started))
        }
    }
}

pub(crate) async fn error(
    State(app): State<Arc<App>>,
    caller: Caller<UploadManage>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let mut call = Call::read(&body)?;
    let read =
        |value: &Value| value.as_str().map(|text| text.chars().take(MESSAGE_LIMIT).collect::<String>());
    let message = call.fields.required("message", "must be a text", read).unwrap_or_default();
    call.fields.finish()?;
    let upload = find(&app, caller.account, call.upload_id).await?;
    // What has ended stays as it ended.
    if matches!(upload.state, UploadState::Cancelled | UploadState::Complete) {
        return Ok(answer(&upload.upload_id, upload.state));
    }
    let now = app.now();
    app.store.run(move |db| uploads::set_error(db, upload.id, &message, now)).await?;
    tracing::warn!(upload_id = upload.upload_id, "the client reported an error");
    Ok(answer(&upload.upload_id, UploadState::Error))
}

/// A cancel is taken at any time, also before `init` has arrived and after `complete` was answered: the person was told
/// that nothing is kept.
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    caller: Caller<UploadManage>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let call = Call::read(&body)?;
    call.fields.finish()?;
    remove(&app, caller.account, call.upload_id.clone()).await?;
    tracing::info!(upload_id = call.upload_id, "upload cancelled");
    Ok(answer(&call.upload_id, UploadState::Cancelled))
}

/// Removes all that is known and stored of an upload, and lets nothing more come in.
pub(crate) async fn remove(app: &App, account: String, upload_id: String) -> Result<(), ApiError> {
    let now = app.now();
    let marked = app.store.run(move |db| {
        let id = uploads::set_cancelled(db, &account, &upload_id, now)?;
        transfers::of_upload(db, id)
    });
    for transfer in marked.await? {
        app.tus.remove(&transfer.tus_id).await?;
        app.store.run(move |db| transfers::delete(db, &transfer.tus_id)).await?;
    }
    Ok(app.store.forget_deleted().await?)
}
