//! ZIP archives: the one that is planned, where every offset is known from names and sizes, and of what is deflated as soon
//! as that is done; and dropped ones, of which only the directory is read.

mod checksum;
mod crc;
mod deflating;
mod name;
mod open;
mod plan;
mod record;

pub use checksum::Checksum;
pub use crc::Crc32;
pub use deflating::{Deflating, Packed};
pub use name::is_invisible;
pub use open::{Entry, Listed, Opening};
pub use plan::{Decided, Need, Part, Plan, PlanError};
