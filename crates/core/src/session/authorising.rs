//! Credentials of a session: each request gets them as it is sent, and waits while one is being made.

use std::time::Duration;

use super::transfer::Slot;
use super::{Action, Event, Out, Owner, RequestId, Session};
use crate::credentials::{self, Access, Credential, Grant, Kind, Now, Unresolved};
use crate::http::{Answer, HeaderValue, Method, Request};
use crate::secret::Secret;
use crate::state::{ErrorContext, ErrorInfo, Step};
use crate::time::{Millis, Unix};
use crate::tus;

/// A `Date` header has whole seconds and has been under way: what is closer is no skew.
const SKEW: u64 = 2000;

impl Session {
    /// Tells what time it is; to be called before anything that happens then, as a monotonic clock may stand still
    /// while the machine sleeps.
    pub fn set_wall_clock(&mut self, now: Millis, unix: Unix) {
        self.wall = (now, unix);
    }

    /// The moment `now` by the server's clock.
    pub(super) fn moment(&self, now: Millis) -> Now {
        let (at, unix) = self.wall;
        let here = unix.0.saturating_add(now.since(at).as_millis() as u64);
        Now { at: now, unix: Unix(here.saturating_add_signed(self.skew)) }
    }

    /// What the server's `Date` says.
    pub(super) fn server_time(&mut self, now: Millis, unix: Unix) {
        let here = self.moment(now).unix.0.saturating_add_signed(-self.skew);
        let is_off = unix.0.abs_diff(here) > SKEW;
        self.skew = if is_off { (unix.0 as i64).saturating_sub(here as i64) } else { 0 };
    }

    /// An answer to any but the last call came too late: it may be for an upload that is over.
    pub(super) fn resolved(&mut self, now: Millis, kind: Kind, call: u32, result: Result<Grant, Unresolved>) {
        if self.resolving.get(&kind) != Some(&call) {
            return;
        }
        let moment = self.moment(now);
        if let Some(credential) = self.credential(kind) {
            credential.resolved(moment, result);
        }
    }

    /// Sends a request as soon as it can be authorised.
    pub(super) fn send(&mut self, now: Millis, owner: Owner, request: Request) {
        self.last_request += 1;
        self.requests.insert(self.last_request, Out { owner, request, value: None, is_repeated: false });
        self.dispatch(now, self.last_request);
    }

    /// A refusal may only mean that the value is no longer good: then it goes out once more with another one.
    pub(super) fn repeats(&mut self, now: Millis, id: RequestId, answer: &Answer) -> bool {
        let refused = answer.as_ref().is_ok_and(credentials::is_refusal);
        let Some(out) = self.requests.get_mut(&id).filter(|_| refused) else { return false };
        let (kind, value) = (kind_of(out.owner), out.value.take());
        // Whether a tus request was refused for its signature or its token can't be told: both are renewed, and it
        // is the upload that repeats it.
        let may_repeat = !out.is_repeated && kind == Kind::UploadToken;
        out.is_repeated = true;
        let Some(credential) = self.credential(kind) else { return false };
        let is_renewable = credential.is_renewable();
        value.iter().for_each(|value| credential.refused(value));
        if may_repeat && is_renewable {
            self.dispatch(now, id);
        }
        may_repeat && is_renewable
    }

    /// Requests that wait for a credential are not silent for the server's sake. Who wants to stop does not wait.
    pub(super) fn keep_waiting(&mut self, now: Millis) {
        if self.state.stopping {
            return;
        }
        for id in self.held.clone() {
            match self.requests.get(&id).map(|out| out.owner) {
                Some(Owner::Config) => self.config_call.iter_mut().for_each(|call| call.sign_of_life(now)),
                Some(Owner::Transfer(serial, slot)) => {
                    self.with_transfer(now, serial, |transfer| transfer.sign_of_life(now, slot));
                }
                None => {}
            }
        }
    }

    /// Does what came of the credentials since the last time.
    pub(super) fn settle_credentials(&mut self, now: Millis) {
        loop {
            let next = [Kind::UploadToken, Kind::Signature].into_iter().find_map(|kind| {
                self.credential(kind).and_then(Credential::poll).map(|action| (kind, action))
            });
            match next {
                Some((kind, credentials::Action::Resolve { attempt })) => {
                    self.resolutions += 1;
                    let call = self.resolutions;
                    self.resolving.insert(kind, call);
                    let subject = self.subject.clone().filter(|_| kind == Kind::Signature);
                    self.actions.push_back(Action::Resolve { kind, call, subject, attempt });
                }
                Some((_, credentials::Action::Changed)) => {
                    self.keep_waiting(now);
                    for id in std::mem::take(&mut self.held) {
                        self.dispatch(now, id);
                    }
                }
                None => match self.unauthorised.pop_front() {
                    Some((id, error)) => self.fail_unauthorised(now, id, &error),
                    None => return,
                },
            }
        }
    }

    pub(super) fn credentials_timeout(&mut self, now: Millis) {
        let (moment, in_use) = (self.moment(now), self.is_uploading());
        self.token.timeout(moment, in_use);
        self.signature.iter_mut().for_each(|signature| signature.timeout(moment, in_use));
    }

    pub(super) fn credentials_due(&self) -> Option<Millis> {
        let (moment, in_use) = (self.moment(self.wall.0), self.is_uploading());
        let signature = self.signature.as_ref().and_then(|known| known.poll_timeout(moment, in_use));
        [self.token.poll_timeout(moment, in_use), signature].into_iter().flatten().min()
    }

    fn is_uploading(&self) -> bool {
        self.state.step == Step::Uploading
    }

    fn credential(&mut self, kind: Kind) -> Option<&mut Credential> {
        match kind {
            Kind::UploadToken => Some(&mut self.token),
            Kind::Signature => self.signature.as_mut(),
        }
    }

    fn dispatch(&mut self, now: Millis, id: RequestId) {
        let moment = self.moment(now);
        let Some(owner) = self.requests.get(&id).map(|out| out.owner) else { return };
        let kind = kind_of(owner);
        let access = self.credential(kind).map(|credential| credential.get(moment));
        let Some(out) = self.requests.get_mut(&id) else { return };
        let mut request = out.request.clone();
        match access {
            Some(Access::Ready(grant)) => {
                out.value = Some(grant.value.clone());
                authorise(&mut request, kind, &grant);
            }
            Some(Access::Wait) => return self.held.push(id),
            Some(Access::Failed(error)) => return self.unauthorised.push_back((id, error)),
            None => {}
        }
        self.actions.push_back(Action::Send(id, request));
    }

    fn fail_unauthorised(&mut self, now: Millis, id: RequestId, error: &credentials::Error) {
        let Some(out) = self.requests.remove(&id) else { return };
        let subject = match kind_of(out.owner) {
            Kind::UploadToken => "token",
            Kind::Signature => "signature",
        };
        let message = format!("The upload {subject} {error}");
        let info = ErrorInfo { context: ErrorContext::Token, message, status_code: None };
        match out.owner {
            Owner::Config => {
                self.config_call = None;
                self.actions.push_back(Action::Emit(Event::Configured(Err(info))));
            }
            Owner::Transfer(serial, slot) => {
                self.with_transfer(now, serial, |transfer| transfer.unauthorised(now, slot, info));
            }
        }
    }
}

/// Calls of the API carry the token, requests to the tus server the signature.
fn kind_of(owner: Owner) -> Kind {
    match owner {
        Owner::Config | Owner::Transfer(_, Slot::Api) => Kind::UploadToken,
        Owner::Transfer(_, Slot::Tus(_)) => Kind::Signature,
    }
}

fn authorise(request: &mut Request, kind: Kind, grant: &Grant) {
    match kind {
        Kind::UploadToken => {
            request.headers.push(("Authorization", HeaderValue::Secret("Bearer ", grant.value.clone())));
        }
        Kind::Signature => {
            let expire = grant.expires.map(|expires| Duration::from_millis(expires.0).as_secs().to_string());
            request.headers.push(("X-Aura-Signature", HeaderValue::Secret("", grant.value.clone())));
            request
                .headers
                .extend(expire.clone().map(|expire| ("X-Aura-Expire", HeaderValue::Plain(expire))));
            if request.method == Method::Post {
                let mut metadata = vec![("signature", grant.value.expose().to_owned())];
                metadata.extend(expire.map(|expire| ("expire", expire)));
                let metadata = tus::metadata::encode(&metadata);
                for (name, value) in &mut request.headers {
                    if *name == "Upload-Metadata" {
                        let all = format!("{},{metadata}", value.expose());
                        *value = HeaderValue::Secret("", Secret::new(all));
                    }
                }
            }
        }
    }
}
