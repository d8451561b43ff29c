//! The core's session off the page: what the two sides say to each other, and either side.

mod engine;
mod entry;
mod files;
mod host;
mod packers;
mod pool;
mod protocol;

pub use entry::{run_packer, run_worker};
pub use host::Host;
pub use protocol::{Command, Report};
