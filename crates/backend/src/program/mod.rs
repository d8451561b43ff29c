//! The program's commands that run a server.

pub(crate) mod gate;
mod listen;
mod policy;
pub(crate) mod serve;

/// Why a command stopped.
pub(crate) type Failure = Box<dyn std::error::Error>;
