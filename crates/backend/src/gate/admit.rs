//! What is asked before a request goes on.

use auraloader_signing::auraimage::{Violation, is_of_type};
use axum::body::Body;
use axum::extract::Request;
use http::header;

use super::body::{Begun, limited};
use super::follow::Follow;
use super::policy::Scheme;
use super::refusal::Refusal;
use super::request::{self, Judged, Step};
use super::scheme::{self, Grant};
use super::{Gate, Shared, single_use};

impl Gate {
    /// The request as it goes on, and what is to be done once it is answered.
    pub(super) async fn admit(&self, request: Request) -> Result<(Request, Follow), Refusal> {
        let Shared { policy, store, clock, .. } = &*self.0;
        let (mut parts, mut body) = request.into_parts();
        let judged = Judged::of(&mut parts)?;
        self.check_origin(request::origin(&parts.headers))?;
        let path = parts.uri.path().to_owned();
        let mut follow = Follow { step: judged.step, path, exceeded: None, admitted: None };
        if judged.step == Step::Discover {
            return Ok((Request::from_parts(parts, Body::empty()), follow));
        }

        let now = clock.now();
        let grant = match &policy.scheme {
            Scheme::Open => Grant::default(),
            Scheme::Uploadcare(keys) => scheme::uploadcare(keys, &judged, now)?,
            Scheme::AuraImage(keys) => scheme::auraimage(keys, &judged, now)?,
            Scheme::Aura(keys) => {
                let (grant, signed) = scheme::aura(keys, &parts, body, store, now).await?;
                parts.headers.remove(header::AUTHORIZATION);
                body = signed;
                grant
            }
            Scheme::ImageKit(keys) => {
                let mut admitted = single_use::admit(keys, &judged, &follow.path, store, now).await?;
                let grant = std::mem::take(&mut admitted.grant);
                follow.admitted = Some(admitted);
                grant
            }
        };
        if let (Some(rate), Step::Create) = (&self.0.rate, judged.step) {
            rate.check(&grant.account).map_err(|retry_after| Refusal::TooManyUploads { retry_after })?;
        }
        if let Some(admitted) = &follow.admitted {
            let upload = (judged.step != Step::Create).then(|| follow.path.clone());
            single_use::use_up(store, admitted.token.clone(), upload).await?;
        }

        let max_size = [policy.max_size, grant.constraints.as_ref().map(|limits| limits.max_size())];
        let max_size = max_size.into_iter().flatten().min().unwrap_or(u64::MAX);
        check_size(judged.declared(), max_size)?;
        let body = self.check_body(&judged, &grant, body, max_size, &mut follow).await?;
        Ok((Request::from_parts(parts, body), follow))
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
        if !matches!(judged.step, Step::Create | Step::Send) {
            return Ok(Body::empty());
        }
        let begun = Begun::read(body).await?;
        if judged.begins_file() {
            self.check_head(&begun.head(), grant)?;
        }
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
