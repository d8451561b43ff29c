//! All that JavaScript sees: the class behind `StandaloneAuraloader`, its options, events and errors.

mod credentials;
mod error;
mod events;
mod options;
mod page;
mod vigil;
mod widget;

pub use widget::Widget;
