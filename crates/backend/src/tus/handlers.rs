//! The tus requests, each with the question of who may make it put first.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tus_axum::{TusBody, TusRejection, TusResponse};
use tus_protocol::{Headers, TUS_RESUMABLE};

use super::Tus;
use crate::app::App;
use crate::auth::LiftCaller;
use crate::error::ApiError;
use crate::store::transfers;
use crate::store::uploads::{self, State as UploadState, Upload};

/// A tus request that is refused, answered in plain text as tus servers do.
pub(super) enum Refusal {
    Api(ApiError),
    Protocol(TusRejection),
    Metadata(&'static str),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Api(error) => error.into_plain_response(),
            Self::Protocol(error) => error.into_response(),
            Self::Metadata(text) => (StatusCode::BAD_REQUEST, text).into_response(),
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<tus_protocol::Error> for Refusal {
    fn from(error: tus_protocol::Error) -> Self {
        Self::Protocol(error.into())
    }
}

impl From<TusRejection> for Refusal {
    fn from(error: TusRejection) -> Self {
        Self::Protocol(error)
    }
}

/// Every answer names the protocol's version, also those that the protocol didn't make (tus 1.0 §Tus-Resumable).
pub(crate) async fn name_version(mut response: Response) -> Response {
    response.headers_mut().entry("tus-resumable").or_insert(HeaderValue::from_static(TUS_RESUMABLE));
    response
}

pub(super) async fn options(State(app): State<Arc<App>>) -> TusResponse {
    app.tus.protocol.options().into()
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: TusBody,
) -> Result<Response, Refusal> {
    let caller = LiftCaller::identify(&headers, &app).await?;
    let headers = Headers::from_headers(&headers)?;
    let (upload, filename) = announced(&app, caller, &headers).await?;

    // In a task of its own: a client that hangs up must not leave bytes behind that belong to no upload.
    let task = tokio::spawn(async move {
        let response = app.tus.protocol.post(headers, body.0).await?;
        let tus_id = created_id(&response.headers).ok_or(ApiError::Worker)?;
        let id = tus_id.clone();
        if !app
            .store
            .run(move |db| transfers::insert(db, upload.id, &id, &filename))
            .await
            .map_err(ApiError::from)?
        {
            app.tus.remove(&tus_id).await?;
            return Err(ApiError::Cancelled.into());
        }
        Ok(TusResponse::from(response).into_response())
    });
    task.await.map_err(|_| ApiError::Worker)?
}

/// The upload that a creation belongs to, and the name of the file.
async fn announced(app: &App, caller: LiftCaller, headers: &Headers) -> Result<(Upload, String), Refusal> {
    let metadata = headers.upload_metadata.as_ref();
    let text = |key| metadata.and_then(|metadata| metadata.get(key)).and_then(|value| value.as_str());
    let upload_id = text("upload_id").and_then(|id| uuid::Uuid::try_parse(id).ok());
    let upload_id =
        upload_id.ok_or(Refusal::Metadata("Upload-Metadata needs upload_id, a UUID."))?.to_string();
    let filename = text("filename").or_else(|| text("name")).unwrap_or_default().to_owned();

    let upload = app
        .store
        .run(move |db| uploads::find(db, &caller.account, &upload_id))
        .await
        .map_err(ApiError::from)?;
    let upload = upload.ok_or(ApiError::UnknownUpload)?;
    match upload.state {
        UploadState::Cancelled => Err(ApiError::Cancelled.into()),
        UploadState::Complete => Err(ApiError::AlreadyComplete.into()),
        UploadState::Announced | UploadState::Started | UploadState::Error => Ok((upload, filename)),
    }
}

fn created_id(headers: &HeaderMap) -> Option<String> {
    let location = headers.get(header::LOCATION)?.to_str().ok()?;
    location.rsplit('/').next().map(str::to_owned)
}

pub(super) async fn head(
    State(app): State<Arc<App>>,
    Path(tus_id): Path<String>,
    headers: HeaderMap,
) -> Result<TusResponse, Refusal> {
    owned(&app, &headers, &tus_id).await?;
    Headers::from_headers(&headers)?;
    Ok(app.tus.protocol.head(&Tus::parse_id(&tus_id)?).await?.into())
}

pub(super) async fn patch(
    State(app): State<Arc<App>>,
    Path(tus_id): Path<String>,
    headers: HeaderMap,
    body: TusBody,
) -> Result<TusResponse, Refusal> {
    owned(&app, &headers, &tus_id).await?;
    let headers = Headers::from_headers(&headers)?;
    Ok(app.tus.protocol.patch(headers, &Tus::parse_id(&tus_id)?, body.0).await?.into())
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(tus_id): Path<String>,
    headers: HeaderMap,
) -> Result<TusResponse, Refusal> {
    if owned(&app, &headers, &tus_id).await? == UploadState::Complete {
        return Err(ApiError::AlreadyComplete.into());
    }
    let headers = Headers::from_headers(&headers)?;
    let response = app.tus.protocol.delete(headers, &Tus::parse_id(&tus_id)?).await?;
    app.store.run(move |db| transfers::delete(db, &tus_id)).await.map_err(ApiError::from)?;
    Ok(response.into())
}

/// Another account's upload, and one that was cancelled, are answered as if they didn't exist.
async fn owned(app: &App, headers: &HeaderMap, tus_id: &str) -> Result<UploadState, Refusal> {
    let caller = LiftCaller::identify(headers, app).await?;
    let id = tus_id.to_owned();
    let state = app
        .store
        .run(move |db| transfers::state_of(db, &caller.account, &id))
        .await
        .map_err(ApiError::from)?;
    match state {
        None | Some(UploadState::Cancelled) => Err(tus_protocol::Error::NotFound(tus_id.to_owned()).into()),
        Some(state) => Ok(state),
    }
}
