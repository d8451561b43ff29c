//! Requests and answers as the core sees them; the shell sends the one and reports the other.

use std::ops::Range;

use base64ct::{Base64, Encoding};

use crate::archive::Part;
use crate::content::FileId;
use crate::secret::Secret;

/// HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are what they say")]
pub enum Method {
    Get,
    Post,
    Head,
    Patch,
    Delete,
    Options,
}

impl Method {
    /// As it stands in the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

/// A header's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderValue {
    /// Fit for a log.
    Plain(String),
    /// A token or key with what stands before it, e.g. `Bearer `.
    Secret(&'static str, Secret),
}

impl HeaderValue {
    /// The value as sent.
    pub fn expose(&self) -> String {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Secret(before, secret) => format!("{before}{}", secret.expose()),
        }
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute URL; never holds a secret or patient data.
    pub url: String,
    /// Header fields.
    pub headers: Vec<(&'static str, HeaderValue)>,
    /// Body.
    pub body: Body,
    /// To be sent along as `Upload-Checksum`, made by the shell, as only it has the body's bytes. Where it can't make
    /// any (pages without TLS) it goes without.
    pub checksum: Option<Digest>,
}

/// A checksum that browsers make (tus 1.0, *Checksum*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// What each server with checksums knows.
    Sha1,
    /// Preferred.
    Sha256,
}

impl Digest {
    /// The value of `Upload-Checksum`.
    pub fn header(self, hash: &[u8]) -> String {
        let name = match self {
            Self::Sha1 => "sha1 ",
            Self::Sha256 => "sha256 ",
        };
        [name, &Base64::encode_string(hash)].concat()
    }
}

/// What is sent along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON text.
    Json(String),
    /// A range of the planned archive; the session turns it into [`Body::Parts`].
    Range(Range<u64>),
    /// The range's pieces in order.
    Parts(Vec<Part>),
}

/// What a server said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Header fields that the browser lets the page read.
    pub headers: Vec<(String, String)>,
    /// Body as text.
    pub body: String,
}

impl Response {
    /// A header's value; names are compared without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let field = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        field.map(|(_, value)| value.trim())
    }

    /// 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The connection could not be made or broke; also what a browser says of a CORS refusal.
    #[error("the server could not be reached")]
    Network,
    /// No byte moved for [`crate::retry::STALL`].
    #[error("the server did not answer")]
    Stalled,
    /// A part of the body could not be read: the file, if it is known which, was changed, moved or taken out.
    #[error("a file could not be read")]
    Unreadable(Option<FileId>),
}

/// What came of a request.
pub type Answer = Result<Response, Failure>;
