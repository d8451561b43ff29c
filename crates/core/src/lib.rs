//! Everything of the widget that decides, and nothing that touches the outside.
//!
//! Data goes one way: files → [`dicom`] (index) → [`archive`] (plan) → [`session`] → [`tus`] → server.
//!
//! Each machine has the same shape: `handle(now, input)` takes what happened, `poll()` gives the next action
//! to perform, `poll_timeout()` says when to come back at the latest. A shell performs the actions and reports.

pub mod archive;
pub mod content;
pub mod credentials;
pub mod dicom;
pub mod few;
pub mod http;
pub mod items;
pub mod json;
pub mod lifecycle;
pub mod reading;
pub mod retry;
pub mod secret;
pub mod session;
pub mod sorted;
pub mod state;
pub mod time;
pub mod tus;
