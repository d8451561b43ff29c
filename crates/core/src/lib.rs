//! Everything of the widget that decides, and nothing that touches the outside.
//!
//! Data goes one way: files → [`dicom`] (index) → `archive` (plan) → `session` → `tus` → server.
//! Each machine takes inputs and a clock and returns actions; a shell performs them and reports back.

pub mod dicom;
pub mod state;
