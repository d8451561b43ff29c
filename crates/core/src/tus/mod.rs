//! tus 1.0 client: a state machine that emits requests and takes their answers.

mod checksum;
mod chunk;
mod error;
mod interface;
mod length;
mod location;
pub(crate) mod metadata;
mod server;
mod upload;

pub use error::Error;
pub use interface::{Action, Config, Event, Input};
pub use upload::Upload;
