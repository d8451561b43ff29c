//! [`auraloader_signing`] for Node: what `npm/src/server` calls, which checks the arguments and reads clock and chance.
//!
//! One module a scheme. A refusal is a JavaScript `TypeError`, as all of them are about what was passed.

pub mod aura;
pub mod auraimage;
pub mod imagekit;
pub mod uploadcare;

use std::fmt::Display;

use js_sys::TypeError;

/// What JavaScript is thrown for an error.
fn thrown(error: impl Display) -> TypeError {
    TypeError::new(&error.to_string())
}

/// Names and values that came in turn.
fn pairs(flat: &[String]) -> Vec<(&str, &str)> {
    flat.chunks_exact(2)
        .filter_map(|pair| match pair {
            [name, value] => Some((name.as_str(), value.as_str())),
            _ => None,
        })
        .collect()
}
