//! Reference backend of the Aura upload API.
//!
//! It plays the server that the widget talks to, completely enough to be developed and tested against: the HMAC-signed
//! token exchange, the upload lifecycle, tus 1.0 storage on disk, and the check that what arrived is what was
//! announced. [`app()`] gives the whole of it as an `axum` router, so that tests need no socket.
//!
//! [`gate::Gate`] checks what uploads are signed with and held to, before this storage or another tus server's.
//!
//! State is one SQLite file through `rusqlite`: one process writes, every query is a few microseconds, and the bundled
//! library leaves nothing to install. A pool, an async driver or compile-time checked queries (`sqlx`) would buy
//! nothing here. Rates are limited with `governor` itself rather than its tower layer, because the keys (account,
//! token) are only worth counting by once they have been verified: the API key is public, and counting by it unverified
//! would let anyone use up an integrator's exchanges.

mod api;
mod app;
mod archive;
mod auth;
mod clock;
mod config;
mod cors;
mod credentials;
mod demo;
mod error;
pub mod gate;
mod limits;
mod maintenance;
pub mod phantom;
mod random;
mod store;
mod tus;

pub use app::{Backend, StartError, app};
pub use clock::Clock;
pub use config::{Account, Config};
pub use credentials::{CredentialsError, load_or_create as load_or_create_credentials};
