//! What is done once the server behind the gate has answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use auraloader_signing::auraimage::Violation;
use axum::response::Response;
use http::{HeaderValue, StatusCode, Uri, header};

use super::Gate;
use super::refusal::Refusal;
use super::request::Step;
use crate::random::TokenHash;
use crate::store::gate::{self, Gated};

/// How long an upload is remembered, in seconds: as long as servers usually keep what is unfinished.
const UPLOAD_LIFETIME: i64 = 7 * 24 * 3600;

/// What is left to do once the server behind has answered.
pub(super) struct Follow {
    pub(super) step: Step,
    pub(super) path: String,
    /// Bytes that came where more than this many did, else 0.
    pub(super) exceeded: Option<(Arc<AtomicU64>, u64)>,
    /// Of a creation that is remembered.
    pub(super) made: Option<Made>,
}

/// What is remembered of an upload.
#[derive(Default)]
pub(super) struct Made {
    pub(super) account: String,
    pub(super) parameters: TokenHash,
    /// The id of the token that is good for this upload alone.
    pub(super) token: Option<String>,
}

/// The path of an upload at the gate, where what answered has told clients another one.
#[derive(Clone)]
pub(super) struct PathAtGate(pub(super) String);

impl Gate {
    pub(super) async fn follow(&self, follow: Follow, mut response: Response) -> Result<Response, Refusal> {
        if let Some((exceeded, max_size)) = follow.exceeded
            && let length @ 1.. = exceeded.load(Ordering::Acquire)
        {
            return Err(Refusal::Violation(Violation::TooLarge { length, max_size }));
        }
        if follow.step == Step::Discover {
            self.narrow(&mut response);
        }
        let (store, path) = (&self.0.store, follow.path);
        if let Some(made) = follow.made.filter(|_| response.status() == StatusCode::CREATED) {
            let path = path_at_gate(&response).ok_or(Refusal::Location)?;
            let forget_at = self.0.clock.now().saturating_add(UPLOAD_LIFETIME);
            let Made { account, parameters, token } = made;
            let upload = Gated { account, parameters };
            store.run(move |db| gate::insert_upload(db, &path, &upload, token.as_deref(), forget_at)).await?;
        } else if follow.step == Step::Terminate && response.status().is_success() {
            store.run(move |db| gate::forget_upload(db, &path)).await?;
        }
        Ok(response)
    }

    /// What the server behind offers, less what the gate doesn't let through.
    fn narrow(&self, response: &mut Response) {
        let headers = response.headers_mut();
        let extensions = headers.get("tus-extension").and_then(|value| value.to_str().ok());
        let kept: Vec<&str> = extensions
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty() && !name.starts_with("concatenation"))
            .collect();
        if let Ok(kept) = HeaderValue::from_str(&kept.join(","))
            && headers.contains_key("tus-extension")
        {
            headers.insert("tus-extension", kept);
        }
        let served = headers.get("tus-max-size").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        // 0 means that there is no limit in some servers.
        let max_size = [self.0.policy.max_size, served.filter(|max| *max > 0)].into_iter().flatten().min();
        if let Some(max_size) = max_size {
            headers.insert("tus-max-size", HeaderValue::from(max_size));
        }
    }
}

/// The path that a creation's answer names.
fn path_at_gate(response: &Response) -> Option<String> {
    if let Some(PathAtGate(path)) = response.extensions().get() {
        return Some(path.clone());
    }
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    location.parse::<Uri>().ok().map(|uri| uri.path().to_owned())
}
