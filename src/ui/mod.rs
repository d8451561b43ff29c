//! Leptos components, drawn from [`State`] and from nothing else.

mod intent;

pub use intent::{Intent, Intents};

use auraloader_core::state::State;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::ShadowRoot;

/// What the components read.
#[derive(Clone, Copy)]
pub struct Model {
    /// The whole state; the components take memos of its parts.
    pub state: RwSignal<State>,
}
