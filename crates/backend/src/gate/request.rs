//! A tus request as the gate sees it.

use std::collections::BTreeMap;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tus_protocol::Headers;

use super::refusal::Refusal;

pub(super) const SIGNATURE: &str = "x-aura-signature";
pub(super) const EXPIRE: &str = "x-aura-expire";
/// Where a browser can't send `PATCH` or `DELETE` (tus 1.0 §X-HTTP-Method-Override).
const METHOD_OVERRIDE: &str = "x-http-method-override";

/// What the gate judges by. Were one of them given twice, the server behind might read the other one.
const SINGLE: [&str; 13] = [
    "authorization",
    "content-length",
    "content-type",
    "origin",
    "tus-resumable",
    "upload-concat",
    "upload-defer-length",
    "upload-length",
    "upload-metadata",
    "upload-offset",
    METHOD_OVERRIDE,
    EXPIRE,
    SIGNATURE,
];

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `OPTIONS`.
    Discover,
    /// `POST`.
    Create,
    /// `HEAD`.
    Locate,
    /// `PATCH`.
    Send,
    /// `DELETE`.
    Terminate,
}

/// The parts of a tus request that are judged.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) step: Step,
    /// `Upload-Length`, where it is declared.
    pub(super) length: Option<u64>,
    /// Bytes that are there before those of this request.
    pub(super) offset: u64,
    pub(super) content_length: Option<u64>,
    /// `Upload-Metadata`, without the signature.
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) signature: Option<String>,
    pub(super) expire: Option<String>,
}

impl Judged {
    /// Reads a request, and rewrites it to what goes on: under the method that is meant, without the signature.
    pub(super) fn of(parts: &mut Parts) -> Result<Self, Refusal> {
        for name in SINGLE {
            let mut values = parts.headers.get_all(name).iter();
            if values.next().is_some_and(|value| value.to_str().is_err()) {
                return Err(Refusal::HeaderText(name));
            }
            if values.next().is_some() {
                return Err(Refusal::DuplicateHeader(name));
            }
        }
        let step = step(parts)?;
        if step == Step::Discover {
            return Ok(Self::bare(step));
        }
        let headers =
            Headers::from_headers(&parts.headers).map_err(|error| Refusal::Protocol(error.into()))?;
        if headers.upload_concat.is_some() {
            return Err(Refusal::Concatenation);
        }
        let offset = match (step, headers.upload_offset) {
            (Step::Send, None) => return Err(Refusal::MissingOffset),
            (Step::Send, Some(offset)) => offset,
            _ => 0,
        };
        let mut judged = Self {
            length: headers.upload_length,
            offset,
            content_length: headers.content_length,
            metadata: metadata(&headers)?,
            ..Self::bare(step)
        };
        judged.take_signature(&mut parts.headers);
        Ok(judged)
    }

    fn bare(step: Step) -> Self {
        Self {
            step,
            length: None,
            offset: 0,
            content_length: None,
            metadata: BTreeMap::new(),
            signature: None,
            expire: None,
        }
    }

    /// From the headers; for a creation from its metadata as well, which some clients can set more easily. What is
    /// stored behind the gate has no need of it.
    fn take_signature(&mut self, headers: &mut HeaderMap) {
        let mut take =
            |name: &str| headers.remove(name).and_then(|value| value.to_str().ok().map(str::to_owned));
        (self.signature, self.expire) = (take(SIGNATURE), take(EXPIRE));
        let (signature, expire) = (self.metadata.remove("signature"), self.metadata.remove("expire"));
        if signature.is_none() && expire.is_none() {
            return;
        }
        self.signature = self.signature.take().or(signature);
        self.expire = self.expire.take().or(expire);
        let given = headers.get("upload-metadata").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kept: Vec<&str> = given
            .split(',')
            .filter(|pair| !matches!(pair.split_whitespace().next(), Some("signature" | "expire")))
            .collect();
        // It was a header's value before.
        if let Ok(value) = HeaderValue::from_str(&kept.join(",")) {
            headers.insert(HeaderName::from_static("upload-metadata"), value);
        }
    }

    /// Whether the body holds the file's first bytes.
    pub(super) fn begins_file(&self) -> bool {
        matches!(self.step, Step::Create | Step::Send) && self.offset == 0
    }

    /// The most bytes that are declared to be there once this request is through.
    pub(super) fn declared(&self) -> u64 {
        let reached = self.offset.saturating_add(self.content_length.unwrap_or(0));
        self.length.unwrap_or(0).max(reached)
    }
}

fn step(parts: &mut Parts) -> Result<Step, Refusal> {
    if let Some(meant) = parts.headers.remove(METHOD_OVERRIDE) {
        if parts.method != Method::POST {
            return Err(Refusal::Method);
        }
        parts.method = Method::from_bytes(meant.as_bytes()).map_err(|_| Refusal::Method)?;
    }
    match parts.method {
        Method::OPTIONS => Ok(Step::Discover),
        Method::POST => Ok(Step::Create),
        Method::HEAD => Ok(Step::Locate),
        Method::PATCH => Ok(Step::Send),
        Method::DELETE => Ok(Step::Terminate),
        _ => Err(Refusal::Method),
    }
}

fn metadata(headers: &Headers) -> Result<BTreeMap<String, String>, Refusal> {
    let pairs = headers.upload_metadata.iter().flat_map(|metadata| metadata.iter());
    pairs
        .map(|(name, value)| match value.as_str() {
            Some(text) => Ok((name.clone(), text.to_owned())),
            None => Err(Refusal::Metadata),
        })
        .collect()
}

/// The origin of the page that asks; programs that are no browsers have none.
pub(super) fn origin(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get(header::ORIGIN).map(HeaderValue::as_bytes)
}
