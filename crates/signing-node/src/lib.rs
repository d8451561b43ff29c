//! [`auraloader_signing`] for Node: what `npm/src/server` calls, which checks the arguments and reads clock and chance.
//!
//! One module a scheme. A refusal is a JavaScript `TypeError`, as all of them are about what was passed.

mod aura;

use std::fmt::Display;

use js_sys::TypeError;

/// What JavaScript is thrown for an error.
fn thrown(error: impl Display) -> TypeError {
    TypeError::new(&error.to_string())
}
