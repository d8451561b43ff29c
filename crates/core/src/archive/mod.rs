//! ZIP archives: the one that is planned, where from names and sizes every offset is known before anything is read,
//! and dropped ones, of which only the directory is read.

mod checksum;
mod crc;
mod name;
mod open;
mod plan;
mod record;

pub use checksum::Checksum;
pub use crc::Crc32;
pub use open::{Entry, Listed, Opening};
pub use plan::{Part, Plan, PlanError};
