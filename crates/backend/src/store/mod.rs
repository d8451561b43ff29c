//! What the backend remembers, in one SQLite file.

pub(crate) mod gate;
pub(crate) mod tokens;
pub(crate) mod transfers;
pub(crate) mod uploads;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::Connection;
use thiserror::Error;

/// The database could not be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite refused.
    #[error("the database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// An earlier use of the connection panicked, or the program is shutting down.
    #[error("the database connection is gone")]
    Gone,
}

/// The database, shared by all requests.
#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Connection>>);

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let db = Connection::open(path)?;
        db.busy_timeout(Duration::from_secs(5))?;
        db.execute_batch(include_str!("schema.sql"))?;
        Ok(Self(Arc::new(Mutex::new(db))))
    }

    /// Runs `work` in one transaction, off the async threads. An error rolls it back.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let shared = Arc::clone(&self.0);
        let task = tokio::task::spawn_blocking(move || {
            let mut db = shared.lock().map_err(|_| StoreError::Gone)?;
            let transaction = db.transaction()?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        });
        task.await.map_err(|_| StoreError::Gone)?
    }

    /// Empties the write-ahead log, where what was deleted could still be read.
    pub(crate) async fn forget_deleted(&self) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.0);
        let task = tokio::task::spawn_blocking(move || {
            let db = shared.lock().map_err(|_| StoreError::Gone)?;
            Ok(db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?)
        });
        task.await.map_err(|_| StoreError::Gone)?
    }
}
