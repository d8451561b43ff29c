//! The ZIP, planned: from names and sizes every offset is known before anything is read.

mod crc;
mod name;
mod plan;
mod record;

pub use crc::Crc32;
pub use plan::{Part, Plan, PlanError};
