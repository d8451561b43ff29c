//! What the API answers when it can't do what was asked.

use std::collections::BTreeMap;

use auraloader_signing::aura::VerifyError;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use thiserror::Error;

use crate::archive::ArchiveError;
use crate::store::StoreError;

/// The texts a field of a body was refused with, by the field's path.
pub(crate) type FieldErrors = BTreeMap<String, Vec<String>>;

/// Answered as `{"message": …}`, with `errors` by field where a body was invalid.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum ApiError {
    #[error("The X-Api-Key header is missing.")]
    MissingApiKey,
    #[error("The API key is not known.")]
    UnknownApiKey,
    #[error("The Authorization header needs a bearer token.")]
    MissingToken,
    #[error("The token is not known or has expired.")]
    InvalidToken,
    #[error("The token has been used as often as it may be.")]
    TokenUsedUp,
    #[error("The token does not have the scope {0}.")]
    Scope(&'static str),
    #[error("The request's signature was refused: {0}.")]
    Signature(#[from] VerifyError),
    #[error("A request with this nonce was already made.")]
    Replayed,
    #[error("Too many requests. Try again in {retry_after} seconds.")]
    TooManyRequests {
        /// Seconds.
        retry_after: u64,
    },
    #[error("The body is not valid JSON.")]
    Json(#[source] serde_json::Error),
    #[error("The given data was invalid.")]
    Invalid(FieldErrors),
    #[error("No upload with this upload_id was announced.")]
    UnknownUpload,
    #[error("There is no such page.")]
    NotFound,
    #[error("This upload_id was announced before with other studies.")]
    AnnouncedOtherwise,
    #[error("The upload was cancelled.")]
    Cancelled,
    #[error("The upload is already complete.")]
    AlreadyComplete,
    #[error("The upload was not started.")]
    NotStarted,
    #[error("The assembly_id is not the one that the upload was started with.")]
    OtherAttempt,
    #[error("Nothing was sent for this upload.")]
    NothingSent,
    #[error("The archive is not whole: {received} of {expected} bytes have arrived.")]
    Incomplete {
        /// Bytes that have arrived.
        received: u64,
        /// Bytes that were declared.
        expected: u64,
    },
    #[error("The archive is not whole: its length was never declared.")]
    LengthUnknown,
    #[error("The archive was refused: {0}")]
    Archive(#[from] ArchiveError),
    #[error("The upload is busy with another request. Try again.")]
    Busy,
    #[error("Something went wrong on the server.")]
    Store(#[from] StoreError),
    #[error("Something went wrong on the server.")]
    Storage(#[source] tus_protocol::Error),
    #[error("Something went wrong on the server.")]
    Io(#[from] std::io::Error),
    #[error("Something went wrong on the server.")]
    Worker,
}

impl ApiError {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::MissingApiKey
            | Self::UnknownApiKey
            | Self::MissingToken
            | Self::InvalidToken
            | Self::TokenUsedUp
            | Self::Signature(_)
            | Self::Replayed => StatusCode::UNAUTHORIZED,
            Self::Scope(_) => StatusCode::FORBIDDEN,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Json(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) | Self::Archive(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::UnknownUpload | Self::NotFound => StatusCode::NOT_FOUND,
            Self::AnnouncedOtherwise
            | Self::Cancelled
            | Self::AlreadyComplete
            | Self::NotStarted
            | Self::OtherAttempt
            | Self::NothingSent
            | Self::Incomplete { .. }
            | Self::LengthUnknown => StatusCode::CONFLICT,
            Self::Busy => StatusCode::LOCKED,
            Self::Store(_) | Self::Storage(_) | Self::Io(_) | Self::Worker => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The message alone, as tus servers answer.
    pub(crate) fn into_plain_response(self) -> Response {
        let body = self.to_string();
        self.respond(body.into_response())
    }

    fn respond(self, mut response: Response) -> Response {
        let status = self.status();
        if status.is_server_error() {
            // The sources name files and SQL, never tokens or what was uploaded.
            tracing::error!(error = ?self, "request failed");
        } else {
            tracing::debug!(status = status.as_u16(), "request refused");
        }
        *response.status_mut() = status;
        if let Self::TooManyRequests { retry_after } = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let message = self.to_string();
        let body = match &self {
            Self::Invalid(errors) => json!({ "message": message, "errors": errors }),
            _ => json!({ "message": message }),
        };
        self.respond(Json(body).into_response())
    }
}
