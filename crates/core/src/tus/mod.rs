//! tus 1.0 client: a state machine that emits requests and takes their answers.

mod error;
mod location;
pub(crate) mod metadata;
mod upload;

pub use error::Error;
pub use upload::{Action, Config, Event, Input, Upload};
