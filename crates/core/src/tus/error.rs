//! Why an upload stopped.

use crate::content::FileId;
use crate::http::{Failure, Method};

/// An upload's end other than success. What is on the server stays there; [`super::Input::Start`] goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server said before the first byte that it takes no upload of this size (`Tus-Max-Size`).
    #[error("The studies are too large for this server: {size} bytes, and it takes at most {max}.")]
    TooLarge {
        /// Length of the archive.
        size: u64,
        /// What the server takes.
        max: u64,
    },
    /// 401 or 403, also with a new token.
    #[error("The upload server refused the authorisation with status {status}{}", said(text))]
    Unauthorized {
        /// Status code.
        status: u16,
        /// The server's own text, may be empty.
        text: String,
    },
    /// A 4xx that trying again doesn't change; or the last of many tries.
    #[error("The upload server answered {method} with status {status}{}", said(text))]
    Refused {
        /// Method of the request.
        method: &'static str,
        /// Status code.
        status: u16,
        /// The server's own text, may be empty.
        text: String,
    },
    /// No answer, after all tries.
    #[error("Connection lost: {failure}.")]
    Unreachable {
        /// The last failure.
        failure: Failure,
    },
    /// A file could not be read while it was to be sent.
    #[error("A file could not be read. Was it changed or moved, or the disc taken out?")]
    Unreadable(Option<FileId>),
    /// A successful answer lacks a header that the protocol demands, or the page may not read it.
    #[error(
        "The upload server's answer to {method} lacks a readable {header} header (Access-Control-Expose-Headers)."
    )]
    MissingHeader {
        /// Method of the request.
        method: &'static str,
        /// Name of the header.
        header: &'static str,
    },
    /// An `Upload-Offset` beyond all that was sent, also once the upload was created anew.
    #[error("The upload server claims {offset} bytes where at most {sent} were sent.")]
    OffsetTooFar {
        /// As the server said.
        offset: u64,
        /// Where the furthest chunk ended.
        sent: u64,
    },
}

impl Error {
    /// The status that the server answered with, if it did.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Unauthorized { status, .. } | Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    pub(super) fn unauthorized(status: u16, body: &str) -> Self {
        Self::Unauthorized { status, text: server_text(body) }
    }

    pub(super) fn refused(method: Method, status: u16, body: &str) -> Self {
        Self::Refused { method: method.as_str(), status, text: server_text(body) }
    }
}

/// A server's text as it can be shown: one line, not a page of HTML.
fn server_text(body: &str) -> String {
    const MAX_CHARS: usize = 300;
    let text = body.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.starts_with('<') { String::new() } else { text.chars().take(MAX_CHARS).collect() }
}

fn said(text: &str) -> String {
    if text.is_empty() { ".".to_owned() } else { format!(": {text}") }
}
