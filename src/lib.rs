//! The widget: what only makes sense in a browser. Everything that decides is in `auraloader-core`.
//!
//! [`api`] is what JavaScript sees; [`ui`] draws the state; [`worker`] runs the core's session off the page;
//! [`platform`] has one small file a browser facility.

pub mod api;
pub mod platform;
pub mod ui;
pub mod worker;
