//! tus 1.0 at `/files/`: the protocol by `tus-protocol`, whose upload is whose by us.

mod handlers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{MethodRouter, post};
use tus_protocol::locking::memory::MemoryLocker;
use tus_protocol::state::file::FileStateStore;
use tus_protocol::storage::file::FileStorage;
use tus_protocol::{
    ChecksumAlgorithm, Extension, Locker, NoopHookExecutor, ProtocolHandle, StateStore, Storage, UploadId,
};

pub(crate) use self::handlers::name_version;
use crate::app::App;
use crate::config::Config;
use crate::error::ApiError;

/// How long a request waits for another one on the same upload to end.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

type Protocol = ProtocolHandle<FileStorage, FileStateStore, MemoryLocker, NoopHookExecutor>;

/// The uploads on disk.
pub(crate) struct Tus {
    protocol: Protocol,
    files: PathBuf,
}

/// How far a tus upload has got.
pub(crate) struct Stored {
    /// Bytes.
    pub(crate) received: u64,
    /// Bytes; `None` while deferred.
    pub(crate) length: Option<u64>,
    pub(crate) path: PathBuf,
}

impl Tus {
    pub(crate) fn open(config: &Config) -> Result<Self, tus_protocol::Error> {
        let files = config.data.join("uploads");
        let protocol_config = tus_protocol::Config::new()
            .with_base_path(config.tus_path.as_str())
            .with_max_size(config.max_upload_size)
            .with_expiration(config.unfinished_lifetime)
            .with_lock_timeout(LOCK_TIMEOUT)
            .with_checksum(ChecksumAlgorithm::Sha256)
            .try_with_extension(Extension::CreationWithUpload)?
            .try_with_extension(Extension::Expiration)?;
        let protocol = ProtocolHandle::new(
            protocol_config,
            FileStorage::new_sync(&files)?,
            FileStateStore::new_sync(config.data.join("upload-states"))?,
            MemoryLocker::new(),
            NoopHookExecutor::new(),
        );
        Ok(Self { protocol, files })
    }

    /// What is stored under a tus id; `None` if nothing is (any more).
    pub(crate) async fn stored(&self, tus_id: &str) -> Result<Option<Stored>, ApiError> {
        let state = self.protocol.state_store_arc().get(tus_id).await.map_err(ApiError::Storage)?;
        let Some((state, handle)) =
            state.and_then(|state| state.storage_handle().map(|handle| (state, handle)))
        else {
            return Ok(None);
        };
        // The file, not the record: a connection that broke may have left more bytes than were recorded.
        let size = self.protocol.storage_arc().size(&handle).await.map_err(ApiError::Storage)?;
        let path = self.files.join(handle.key());
        Ok(size.map(|received| Stored { received, length: state.length(), path }))
    }

    /// Removes a tus upload whatever its state; one that is gone is no error.
    pub(crate) async fn remove(&self, tus_id: &str) -> Result<(), ApiError> {
        let _guard = match self.protocol.locker_arc().lock(tus_id, LOCK_TIMEOUT).await {
            Ok(guard) => guard,
            Err(tus_protocol::Error::Locked(_) | tus_protocol::Error::LockTimeout(_)) => {
                return Err(ApiError::Busy);
            }
            Err(error) => return Err(ApiError::Storage(error)),
        };
        let states = self.protocol.state_store_arc();
        let Some(state) = states.get(tus_id).await.map_err(ApiError::Storage)? else { return Ok(()) };
        if let Some(handle) = state.storage_handle() {
            self.protocol.storage_arc().delete(&handle).await.map_err(ApiError::Storage)?;
        }
        states.delete(tus_id).await.map_err(ApiError::Storage)
    }

    /// Removes the unfinished uploads whose `Upload-Expires` has passed.
    pub(crate) async fn reclaim_expired(&self) {
        let (storage, states, locker) =
            (self.protocol.storage_arc(), self.protocol.state_store_arc(), self.protocol.locker_arc());
        match tus_protocol::reclaim_expired_uploads(
            &*storage,
            &*states,
            &*locker,
            tus_protocol::chrono::Utc::now(),
        )
        .await
        {
            Ok(report) if report.removed() > 0 => {
                tracing::info!(removed = report.removed(), "expired uploads")
            }
            Ok(_) => {}
            Err(error) => tracing::error!(?error, "removing expired uploads failed"),
        }
    }

    fn parse_id(tus_id: &str) -> Result<UploadId, tus_protocol::Error> {
        tus_id.parse()
    }
}

pub(crate) fn router(app: &Arc<App>) -> Router {
    let path = &app.config.tus_path;
    let collection: MethodRouter<Arc<App>> = post(handlers::create).options(handlers::options);
    let routes = Router::new().route(path, collection.clone()).route(&format!("{path}/"), collection).route(
        &format!("{path}/{{tus_id}}"),
        axum::routing::head(handlers::head)
            .patch(handlers::patch)
            .delete(handlers::delete)
            .options(handlers::options),
    );
    let routes = match &app.gate {
        Some(gate) => gate.protect(routes),
        None => routes,
    };
    routes.layer(axum::middleware::map_response(name_version)).with_state(Arc::clone(app))
}
