//! The widget: what only makes sense in a browser. Everything that decides is in `auraloader-core`.

pub mod ui;
