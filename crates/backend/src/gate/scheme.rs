//! Whether a request is signed as the policy wants it.

use auraloader_signing::aura::{self, Authorization, MAX_CLOCK_SKEW_SECONDS};
use auraloader_signing::auraimage::{self, Constraints};
use auraloader_signing::imagekit::Genuine;
use auraloader_signing::{Secret, uploadcare};
use axum::body::{Body, Bytes};
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::policy::Keys;
use super::refusal::Refusal;
use super::request::Judged;
use crate::store::{Store, tokens};

/// The most bytes of a request whose body is signed: it must be whole in memory before its signature can be judged.
const MAX_SIGNED_BODY: usize = 16 << 20;

/// Whose upload it is, and what its signature holds it to.
#[derive(Debug, Default)]
pub(super) struct Grant {
    pub(super) account: String,
    pub(super) constraints: Option<Constraints>,
    /// Where it is good for one upload.
    pub(super) token: Option<Genuine>,
}

/// `now` in Unix seconds.
pub(super) fn uploadcare(keys: &Keys, judged: &Judged, now: i64) -> Result<Grant, Refusal> {
    let (signature, expire) = (judged.signature.as_deref(), judged.expire.as_deref());
    // The signature names nobody, so each account is asked; all refuse for the same reason.
    let mut refused = uploadcare::VerifyError::Invalid;
    for (account, secrets) in keys.iter() {
        match uploadcare::verify(signature, expire, secrets, now) {
            Ok(_) => return Ok(Grant { account: account.to_owned(), ..Grant::default() }),
            Err(error) => refused = error,
        }
    }
    Err(Refusal::Uploadcare(refused))
}

/// `now` in Unix seconds.
pub(super) fn auraimage(keys: &Keys, judged: &Judged, now: i64) -> Result<Grant, Refusal> {
    let token = judged.signature.as_deref().ok_or(Refusal::MissingToken)?;
    let verify = || {
        let slug = auraimage::claimed_slug(token)?;
        auraimage::verify(token, keys.of(&slug), now.saturating_mul(1000))
    };
    let constraints = verify().map_err(Refusal::AuraImage)?;
    Ok(Grant { account: constraints.slug().to_owned(), constraints: Some(constraints), token: None })
}

/// Whether a request is by an app that is known, and its body one that can be held: what can be told before it is read.
pub(super) fn aura_app(keys: &Keys, judged: &Judged, parts: &Parts) -> Result<(), Refusal> {
    let headers = header_pairs(parts);
    secrets_for(keys, &aura_request(parts, &headers))?;
    if judged.content_length.is_some_and(|length| length > MAX_SIGNED_BODY as u64) {
        return Err(Refusal::SignedBody(MAX_SIGNED_BODY));
    }
    Ok(())
}

/// Verifies the request and its body, which is read for that, and remembers the nonce. `now` in Unix seconds.
pub(super) async fn aura(
    keys: &Keys,
    parts: &Parts,
    body: Body,
    store: &Store,
    now: i64,
) -> Result<(Grant, Body), Refusal> {
    let headers = header_pairs(parts);
    let request = aura_request(parts, &headers);
    let secrets = secrets_for(keys, &request)?;
    let body = signed_body(body).await?;
    let verified = aura::verify(&aura::Request { body: Some(&body), ..request }, secrets, now)?;
    let grant = Grant { account: verified.app_id.clone(), ..Grant::default() };
    let forget_at = verified.timestamp.saturating_add(2 * MAX_CLOCK_SKEW_SECONDS);
    let fresh = store.run(move |db| tokens::remember_nonce(db, &verified.app_id, &verified.nonce, forget_at));
    if fresh.await? { Ok((grant, Body::from(body))) } else { Err(Refusal::Replayed) }
}

fn header_pairs(parts: &Parts) -> Vec<(&str, &str)> {
    let pairs = parts.headers.iter();
    pairs.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
}

/// The request without its body.
fn aura_request<'r>(parts: &'r Parts, headers: &'r [(&'r str, &'r str)]) -> aura::Request<'r> {
    aura::Request {
        method: parts.method.as_str(),
        url: parts.uri.path_and_query().map_or("/", |target| target.as_str()),
        headers,
        ..aura::Request::default()
    }
}

fn secrets_for<'k>(keys: &'k Keys, request: &aura::Request<'_>) -> Result<&'k [Secret], Refusal> {
    let secrets = keys.of(Authorization::of(request)?.app_id);
    if secrets.is_empty() { Err(aura::VerifyError::Signature.into()) } else { Ok(secrets) }
}

async fn signed_body(body: Body) -> Result<Bytes, Refusal> {
    match Limited::new(body, MAX_SIGNED_BODY).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::SignedBody(MAX_SIGNED_BODY)),
        Err(_) => Err(Refusal::BrokenOff),
    }
}
