//! What is answered to an upload that is not let through.

use auraloader_signing::auraimage::Violation;
use auraloader_signing::{aura, auraimage, imagekit, uploadcare};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use thiserror::Error;
use tus_axum::TusRejection;

use crate::store::StoreError;

/// Answered in plain text, as tus servers do.
///
/// Uploadcare's statuses and texts are that scheme's own. The others' documentation names none: 401 says that the
/// credential is no good and another may be tried, 403 that this very one doesn't cover the request.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    #[error("Pages of this origin may not upload here.")]
    Origin,
    #[error("Only tus requests are let through: OPTIONS, POST, HEAD, PATCH and DELETE.")]
    Method,
    #[error("There is no such upload.")]
    NotFound,
    #[error("The header {0} occurs more than once.")]
    DuplicateHeader(&'static str),
    #[error("The header {0} must be ASCII text.")]
    HeaderText(&'static str),
    #[error("The header Upload-Offset is missing.")]
    MissingOffset,
    #[error("Upload-Metadata gives {0} twice, and not the same.")]
    DuplicateMetadata(&'static str),
    #[error("Upload-Length and Upload-Defer-Length are given together.")]
    Lengths,
    #[error("Upload-Metadata may not name anything {0}.")]
    ReservedMetadata(&'static str),
    #[error("Upload-Metadata must be text.")]
    Metadata,
    #[error("Uploads in parts that are joined later are not let through.")]
    Concatenation,
    #[error("{0}")]
    Uploadcare(uploadcare::VerifyError),
    #[error("The header X-Aura-Signature is missing.")]
    MissingToken,
    #[error("{}.", sentence(.0))]
    AuraImage(auraimage::VerifyError),
    #[error("{}.", sentence(.0))]
    ImageKit(imagekit::VerifyError),
    #[error("The token was used before, and is good for one upload.")]
    Used,
    #[error("The token is for another upload.")]
    OtherUpload,
    #[error("The request's signature was refused: {0}.")]
    Aura(#[from] aura::VerifyError),
    #[error("A request with this nonce was already made.")]
    Replayed,
    #[error("A signed request may carry at most {0} bytes. Send smaller chunks.")]
    SignedBody(usize),
    #[error("{}.", sentence(.0))]
    Violation(Violation),
    #[error("Too many uploads. Try again in {retry_after} seconds.")]
    TooManyUploads {
        /// Seconds.
        retry_after: u64,
    },
    #[error("The request ended too early.")]
    BrokenOff,
    #[error("The server behind the gate doesn't say where the upload is.")]
    Location,
    #[error("{}", .0.inner())]
    Protocol(TusRejection),
    #[error("Something went wrong on the server.")]
    Store(#[from] StoreError),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Origin
            | Self::Used
            | Self::OtherUpload
            | Self::ImageKit(imagekit::VerifyError::Parameter { .. }) => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::DuplicateHeader(_)
            | Self::HeaderText(_)
            | Self::MissingOffset
            | Self::Lengths
            | Self::ReservedMetadata(_)
            | Self::DuplicateMetadata(_)
            | Self::Metadata
            | Self::Concatenation
            | Self::BrokenOff => StatusCode::BAD_REQUEST,
            Self::Uploadcare(error) => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::FORBIDDEN),
            Self::MissingToken | Self::AuraImage(_) | Self::ImageKit(_) | Self::Aura(_) | Self::Replayed => {
                StatusCode::UNAUTHORIZED
            }
            Self::SignedBody(_) | Self::Violation(Violation::TooLarge { .. }) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Violation(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyUploads { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Location => StatusCode::BAD_GATEWAY,
            Self::Protocol(_) | Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// An error's text as a sentence begins.
fn sentence(error: &impl ToString) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Protocol(rejection) = self {
            tracing::info!("refused at the gate: not as the protocol says");
            return rejection.into_response();
        }
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = ?self, "a request could not be judged");
        } else {
            tracing::info!(status = status.as_u16(), reason = %self, "refused at the gate");
        }
        let mut response = (status, self.to_string()).into_response();
        let headers = response.headers_mut();
        match self {
            Self::TooManyUploads { retry_after } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
            }
            Self::Method => {
                headers.insert(header::ALLOW, HeaderValue::from_static("OPTIONS, POST, HEAD, PATCH, DELETE"));
            }
            Self::Aura(_) | Self::Replayed => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(aura::ALGORITHM));
            }
            Self::MissingToken | Self::AuraImage(_) | Self::ImageKit(_)
                if status == StatusCode::UNAUTHORIZED =>
            {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("X-Aura-Signature"));
            }
            _ => {}
        }
        response
    }
}
