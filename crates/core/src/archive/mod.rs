//! The ZIP, planned: from names and sizes every offset is known before anything is read.

mod name;
mod plan;
mod record;

pub use plan::{Part, Plan, PlanError};
