//! A tus request as the gate sees it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
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

/// What goes on as it came, besides `Upload-Metadata`.
const PASSED: [&str; 19] = [
    "accept",
    "authorization",
    "forwarded",
    "host",
    "origin",
    "traceparent",
    "tracestate",
    "tus-resumable",
    "upload-checksum",
    "upload-defer-length",
    "upload-length",
    "upload-offset",
    "user-agent",
    "via",
    "x-api-key",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
];
/// The same where there is a body.
const BODY: [&str; 2] = ["content-length", "content-type"];

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
    /// `Upload-Metadata`, without a signature: what is stored behind the gate has no need of one.
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) signature: Option<String>,
    pub(super) expire: Option<String>,
}

impl Judged {
    pub(super) fn of(parts: &Parts) -> Result<Self, Refusal> {
        for name in SINGLE {
            let mut values = parts.headers.get_all(name).iter();
            if values.next().is_some_and(|value| value.to_str().is_err()) {
                return Err(Refusal::HeaderText(name));
            }
            if values.next().is_some() {
                return Err(Refusal::DuplicateHeader(name));
            }
        }
        // Servers take the upload's id from different parts of an address.
        if parts.uri.query().is_some() {
            return Err(Refusal::NotFound);
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
        if headers.upload_length.is_some() && headers.upload_defer_length {
            return Err(Refusal::Lengths);
        }
        let offset = match (step, headers.upload_offset) {
            (Step::Send, None) => return Err(Refusal::MissingOffset),
            (Step::Send, Some(offset)) => offset,
            _ => 0,
        };
        let mut metadata = metadata(&headers)?;
        let given = |name| parts.headers.get(name).and_then(|value| value.to_str().ok().map(str::to_owned));
        // A creation may have them in its metadata, which some clients can set more easily.
        let (signature, expire) = (metadata.remove("signature"), metadata.remove("expire"));
        Ok(Self {
            step,
            length: headers.upload_length,
            offset,
            content_length: headers.content_length,
            metadata,
            signature: given(SIGNATURE).or(signature),
            expire: given(EXPIRE).or(expire),
        })
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

    /// Whether the request has a body that is looked at; others go on without.
    pub(super) fn has_body(&self) -> bool {
        matches!(self.step, Step::Create | Step::Send)
    }

    /// Whether the body holds the file's first bytes.
    pub(super) fn begins_file(&self) -> bool {
        self.has_body() && self.offset == 0
    }

    /// The most bytes that are declared to be there once this request is through.
    pub(super) fn declared(&self) -> u64 {
        let reached = self.offset.saturating_add(self.content_length.unwrap_or(0));
        self.length.unwrap_or(0).max(reached)
    }
}

/// What the request is to do, which a header may say in place of the method.
fn method(parts: &Parts) -> Result<Method, Refusal> {
    match parts.headers.get(METHOD_OVERRIDE) {
        None => Ok(parts.method.clone()),
        Some(_) if parts.method != Method::POST => Err(Refusal::Method),
        Some(meant) => Method::from_bytes(meant.as_bytes()).map_err(|_| Refusal::Method),
    }
}

fn step(parts: &Parts) -> Result<Step, Refusal> {
    match method(parts)? {
        Method::OPTIONS => Ok(Step::Discover),
        Method::POST => Ok(Step::Create),
        Method::HEAD => Ok(Step::Locate),
        Method::PATCH => Ok(Step::Send),
        Method::DELETE => Ok(Step::Terminate),
        _ => Err(Refusal::Method),
    }
}

/// Makes of a request what goes on: only what was judged or is known to do no harm, said in one way. In particular no
/// length of a body that doesn't go on, behind which the server would wait for the next request.
pub(super) fn rewrite(parts: &mut Parts, judged: &Judged) {
    if let Ok(meant) = method(parts) {
        parts.method = meant;
    }
    let given = std::mem::take(&mut parts.headers);
    let passes = |name: &HeaderName| {
        PASSED.contains(&name.as_str()) || (judged.has_body() && BODY.contains(&name.as_str()))
    };
    for (name, value) in given.iter().filter(|(name, _)| passes(name)) {
        parts.headers.append(name, value.clone());
    }
    let pairs = judged.metadata.iter().map(|(name, value)| match value.as_str() {
        "" => name.clone(),
        value => format!("{name} {}", BASE64.encode(value)),
    });
    let metadata = pairs.collect::<Vec<_>>().join(",");
    // Names are ASCII, as they were in a header before.
    if let Some(value) = HeaderValue::try_from(metadata).ok().filter(|value| !value.is_empty()) {
        parts.headers.insert("upload-metadata", value);
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
