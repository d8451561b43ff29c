//! The pieces put together.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use http::{HeaderMap, header};
use thiserror::Error;
use tokio::sync::Semaphore;
use tower_http::services::ServeDir;
use tracing::Instrument;

use crate::config::{Account, Config};
use crate::credentials::create_private_dir;
use crate::gate::{Gate, Scheme};
use crate::limits::Limits;
use crate::store::{Store, StoreError};
use crate::tus::Tus;
use crate::{api, cors, demo, maintenance, tus};

/// Archives that are opened at a time.
const INSPECTIONS: usize = 2;

/// A backend can't be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data directory can't be made.
    #[error("cannot make the data directory")]
    Data(#[source] std::io::Error),
    /// The database can't be opened.
    #[error("cannot open the database")]
    Store(#[from] StoreError),
    /// The tus storage can't be set up.
    #[error("cannot set up the tus storage")]
    Tus(#[from] tus_protocol::Error),
    /// `tus_path` must start with a slash, have no slash at its end, and contain no braces.
    #[error("{0:?} is no path for the tus endpoint")]
    TusPath(String),
    /// The gate's scheme needs the header that carries the token of the tus server.
    #[error("the scheme aura signs requests of servers and can't be put before this backend's own storage")]
    GateScheme,
    /// The demo plays the first account.
    #[error("no account is configured")]
    NoAccount,
}

/// What every request can reach.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) tus: Tus,
    pub(crate) limits: Limits,
    pub(crate) gate: Option<Gate>,
    pub(crate) inspections: Semaphore,
}

impl App {
    pub(crate) fn now(&self) -> i64 {
        self.config.clock.now()
    }

    /// The account that an API key belongs to.
    pub(crate) fn account_by_key(&self, api_key: &str) -> Option<&Account> {
        self.config.accounts.iter().find(|account| account.api_key == api_key)
    }

    pub(crate) fn account_by_app(&self, app_id: &str) -> Option<&Account> {
        self.config.accounts.iter().find(|account| account.app_id == app_id)
    }

    /// Scheme and authority that the client reaches the server by.
    pub(crate) fn base_url(&self, headers: &HeaderMap) -> String {
        match &self.config.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => {
                let host =
                    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
                format!("http://{host}")
            }
        }
    }
}

/// A backend, ready to be served.
pub struct Backend(Arc<App>);

impl Backend {
    /// Opens (and at the first start makes) everything in the data directory.
    ///
    /// # Errors
    /// [`StartError`] says what can't be set up.
    pub fn open(config: Config) -> Result<Self, StartError> {
        let path = config.tus_path.as_str();
        if !path.starts_with('/') || path.ends_with('/') || path.contains(['{', '}']) || path.contains("//") {
            return Err(StartError::TusPath(config.tus_path));
        }
        if config.accounts.is_empty() {
            return Err(StartError::NoAccount);
        }
        if config.gate.as_ref().is_some_and(|policy| matches!(policy.scheme, Scheme::Aura(_))) {
            return Err(StartError::GateScheme);
        }
        create_private_dir(&config.data).map_err(StartError::Data)?;
        let store = Store::open(&config.data.join("aura.sqlite"))?;
        let gate = config.gate.clone().map(|policy| Gate::new(policy, store.clone(), config.clock.clone()));
        Ok(Self(Arc::new(App {
            store,
            gate,
            tus: Tus::open(&config)?,
            limits: Limits::new(config.rate_limits, &config.clock),
            inspections: Semaphore::new(INSPECTIONS),
            config,
        })))
    }

    /// Everything that is answered.
    pub fn router(&self) -> Router {
        let app = &self.0;
        let mut router = Router::new().nest("/api", api::router(app)).merge(tus::router(app));
        if let Some(widget) = &app.config.widget {
            router = router.nest_service("/widget", ServeDir::new(widget));
        }
        router = router.layer(middleware::from_fn(cors::allow_any_origin));
        if let Some(demo) = &app.config.demo {
            router = router.merge(demo::router(app, demo));
        }
        router.layer(middleware::from_fn(trace))
    }

    /// Removes what has expired, now and then every minute, until it is dropped.
    pub async fn maintain(&self) {
        let mut minute = tokio::time::interval(Duration::from_secs(60));
        loop {
            minute.tick().await;
            maintenance::sweep(&self.0).await;
        }
    }
}

/// A backend's router, for tests and for embedding. Nothing expires on disk without [`Backend::maintain`].
///
/// # Errors
/// As [`Backend::open`].
pub fn app(config: Config) -> Result<Router, StartError> {
    Ok(Backend::open(config)?.router())
}

/// Logs method, path and outcome; never headers, queries or bodies.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let span = tracing::info_span!("request", method = %request.method(), path = request.uri().path());
    async move {
        let response = next.run(request).await;
        tracing::info!(status = response.status().as_u16());
        response
    }
    .instrument(span)
    .await
}
