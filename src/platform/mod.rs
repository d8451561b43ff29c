//! The browser's facilities, as the engine and the page need them.

pub mod block;
pub mod breakdown;
pub mod clock;
pub mod digest;
pub mod drop;
pub mod files;
pub mod handles;
pub mod http;
pub mod lock;
pub mod random;
pub mod small;
pub mod storage;
pub mod text;
pub mod turn;
pub mod waiters;
pub mod within;
