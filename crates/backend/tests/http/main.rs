//! The backend over HTTP, in process: one module an endpoint.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod complete;
mod config;
mod cors;
mod demo;
mod exchange;
mod gate;
mod lifecycle;
mod support;
mod tus;
