//! What is asked before a request goes on.

use auraloader_signing::auraimage::{Violation, is_of_type};
use axum::body::Body;
use axum::extract::Request;
use http::request::Parts;

use super::body::{Begun, limited};
use super::follow::{Follow, Made};
use super::policy::Scheme;
use super::refusal::Refusal;
use super::request::{self, Judged, Step};
use super::scheme::{self, Grant};
use super::{Gate, Shared, single_use};
use crate::store::gate;

impl Gate {
    /// The request as it goes on, and what is to be done once it is answered.
    pub(super) async fn admit(&self, request: Request) -> Result<(Request, Follow), Refusal> {
        let (mut parts, body) = request.into_parts();
        let judged = Judged::of(&parts)?;
        self.check_origin(request::origin(&parts.headers))?;
        let path = parts.uri.path().to_owned();
        let mut follow = Follow { step: judged.step, path, exceeded: None, made: None };
        if judged.step == Step::Discover {
            request::rewrite(&mut parts, &judged);
            return Ok((Request::from_parts(parts, Body::empty()), follow));
        }

        let (grant, body) = self.authorise(&judged, &parts, body, &follow.path).await?;
        self.check_use(&judged, &grant, &mut follow).await?;

        let max_size = [self.0.policy.max_size, grant.constraints.as_ref().map(|limits| limits.max_size())];
        let max_size = max_size.into_iter().flatten().min().unwrap_or(u64::MAX);
        check_size(judged.declared(), max_size)?;
        let body = self.check_body(&judged, &grant, body, max_size, &mut follow).await?;
        request::rewrite(&mut parts, &judged);
        Ok((Request::from_parts(parts, body), follow))
    }

    /// Whose request it is, by its signature.
    async fn authorise(
        &self,
        judged: &Judged,
        parts: &Parts,
        body: Body,
        path: &str,
    ) -> Result<(Grant, Body), Refusal> {
        let Shared { policy, store, clock, signed_bodies, .. } = &*self.0;
        let now = clock.now();
        let grant = match &policy.scheme {
            Scheme::Open => Grant::default(),
            Scheme::Uploadcare(keys) => scheme::uploadcare(keys, judged, now)?,
            Scheme::AuraImage(keys) => scheme::auraimage(keys, judged, now)?,
            Scheme::Aura(keys) => {
                scheme::aura_app(keys, judged, parts)?;
                // Who isn't known waits for nobody and keeps nobody waiting.
                let _one_of_few = signed_bodies.acquire().await.map_err(|_| Refusal::BrokenOff)?;
                return scheme::aura(keys, parts, body, store, now).await;
            }
            Scheme::ImageKit(keys) => {
                let upload = (judged.step != Step::Create).then_some(path);
                let token = single_use::token(keys, judged, upload, store, now).await?;
                Grant { account: token.token.public_key.clone(), token: Some(token), ..Grant::default() }
            }
        };
        Ok((grant, body))
    }

    /// Whether the account may do that now: begin another upload, or go on with this one, which must be its own.
    async fn check_use(&self, judged: &Judged, grant: &Grant, follow: &mut Follow) -> Result<(), Refusal> {
        let Shared { policy, store, rate, .. } = &*self.0;
        let is_creation = judged.step == Step::Create;
        if is_creation && let Some(rate) = rate {
            rate.check(&grant.account).map_err(|retry_after| Refusal::TooManyUploads { retry_after })?;
        }
        if matches!(policy.scheme, Scheme::Open) {
            return Ok(());
        }
        let upload = if is_creation {
            None
        } else {
            let path = follow.path.clone();
            let found = store.run(move |db| gate::find(db, &path)).await?;
            Some(found.filter(|upload| upload.account == grant.account).ok_or(Refusal::NotFound)?)
        };
        let mut made = Made { account: grant.account.clone(), ..Made::default() };
        if let Some(genuine) = &grant.token {
            // Used up whatever comes of the request.
            let path = upload.is_some().then_some(follow.path.as_str());
            single_use::use_up(store, genuine.token.clone(), path).await?;
            match &upload {
                Some(upload) => single_use::check_upload(genuine, &upload.parameters)?,
                None => single_use::check_creation(genuine, judged)?,
            }
            made.token = Some(genuine.token.id.clone());
            made.parameters = single_use::hash(&genuine.parameters);
        }
        follow.made = is_creation.then_some(made);
        Ok(())
    }

    fn check_origin(&self, origin: Option<&[u8]>) -> Result<(), Refusal> {
        let allowed = &self.0.policy.origins;
        match origin {
            Some(origin) if !allowed.is_empty() && !allowed.iter().any(|one| one.as_bytes() == origin) => {
                Err(Refusal::Origin)
            }
            _ => Ok(()),
        }
    }

    async fn check_body(
        &self,
        judged: &Judged,
        grant: &Grant,
        body: Body,
        max_size: u64,
        follow: &mut Follow,
    ) -> Result<Body, Refusal> {
        if !judged.has_body() {
            return Ok(Body::empty());
        }
        let begun = Begun::read(body).await?;
        if judged.begins_file() {
            self.check_head(&begun.head(), grant)?;
        }
        // A server that doesn't hold a creation to its own length is not to be leant on.
        let max_size = judged.length.map_or(max_size, |length| length.min(max_size));
        check_size(judged.offset.saturating_add(begun.length()), max_size)?;
        let (body, exceeded) = limited(begun, judged.offset, max_size);
        follow.exceeded = Some((exceeded, max_size));
        Ok(body)
    }

    /// A creation without a body has nothing to look at yet.
    fn check_head(&self, head: &[u8], grant: &Grant) -> Result<(), Refusal> {
        if head.is_empty() {
            return Ok(());
        }
        let allowed = &self.0.policy.allowed_types;
        if !allowed.is_empty() && !allowed.iter().any(|media_type| is_of_type(media_type, head)) {
            return Err(Refusal::Violation(Violation::Type { allowed: allowed.clone() }));
        }
        grant.constraints.iter().try_for_each(|limits| limits.check_head(head)).map_err(Refusal::Violation)
    }
}

fn check_size(length: u64, max_size: u64) -> Result<(), Refusal> {
    if length > max_size {
        return Err(Refusal::Violation(Violation::TooLarge { length, max_size }));
    }
    Ok(())
}
