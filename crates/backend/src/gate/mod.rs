//! A gate in front of a tus server: what it does not let through, is not stored.
//!
//! [`Gate::protect`] puts it, as a tower layer, around routes. The reference backend puts it before its own storage ([`crate::Config::gate`]);
//! [`Gate::before`] puts it before any other tus server, such as tusd or `@tus/server`.
//!
//! A request is judged in this order: the method, the page's origin, the signature with its expiry, whether the token or
//! nonce was used before, how many uploads the account began of late, whether the upload is its own, the declared length,
//! how the file begins, and, as the bytes pass, their number. Limits of the policy and of a token both hold. What goes on
//! is made anew of what was judged (`request::rewrite`), so that the server behind can't read it in another way.

mod admit;
mod body;
mod follow;
mod policy;
mod proxy;
mod refusal;
mod request;
mod scheme;
mod single_use;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

pub use policy::{DEFAULT_TYPES, GatePolicy, Keys, KeysError, Scheme};
pub use proxy::{Upstream, UpstreamError};

use crate::app::StartError;
use crate::clock::Clock;
use crate::credentials::create_private_dir;
use crate::limits::PerMinute;
use crate::store::{Store, gate, tokens};

/// Bodies that are held in memory at a time to be verified, of up to 16 MiB each.
const SIGNED_BODIES: usize = 8;

/// Judges tus requests. Clones share what it remembers.
#[derive(Clone)]
pub struct Gate(Arc<Shared>);

struct Shared {
    policy: GatePolicy,
    store: Store,
    clock: Clock,
    rate: Option<PerMinute<String>>,
    /// Bodies that are whole in memory to be verified.
    signed_bodies: Semaphore,
}

impl Gate {
    /// A gate that remembers in a database of its own in the directory `data`, which is made if it is missing.
    ///
    /// # Errors
    /// [`StartError`] where that can't be done.
    pub fn open(policy: GatePolicy, data: &Path, clock: Clock) -> Result<Self, StartError> {
        create_private_dir(data).map_err(StartError::Data)?;
        Ok(Self::new(policy, Store::open(&data.join("gate.sqlite"))?, clock))
    }

    pub(crate) fn new(policy: GatePolicy, store: Store, clock: Clock) -> Self {
        let rate = policy.uploads_per_minute.map(|uploads| PerMinute::new(uploads, &clock));
        Self(Arc::new(Shared { policy, store, clock, rate, signed_bodies: Semaphore::new(SIGNED_BODIES) }))
    }

    /// Puts the gate, a tower layer, around the routes of a tus server. Cross-origin headers are for a layer around it,
    /// so that browsers can read refusals.
    pub fn protect<S: Clone + Send + Sync + 'static>(&self, routes: Router<S>) -> Router<S> {
        routes.layer(middleware::from_fn_with_state(self.clone(), guard))
    }

    /// Everything that is answered by a gate at `path` in front of another tus server.
    pub fn before(&self, upstream: &Upstream) -> Router {
        proxy::router(self, upstream)
    }

    /// Forgets what has expired, now and then every minute, until it is dropped.
    pub async fn maintain(&self) {
        let mut minute = tokio::time::interval(Duration::from_secs(60));
        loop {
            minute.tick().await;
            let now = self.0.clock.now();
            self.forget_idle();
            let purged =
                self.0.store.run(move |db| tokens::purge(db, now).and_then(|()| gate::purge(db, now)));
            if let Err(error) = purged.await {
                tracing::error!(?error, "forgetting what has expired failed");
            }
        }
    }

    pub(crate) fn forget_idle(&self) {
        self.0.rate.iter().for_each(PerMinute::forget_idle);
    }
}

async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let answer = match gate.admit(request).await {
        Ok((request, follow)) => gate.follow(follow, next.run(request).await).await,
        Err(refusal) => Err(refusal),
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}
