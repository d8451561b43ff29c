//! Promises that end when something happens.

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;

/// The promises handed out for one kind of end.
#[derive(Debug, Default)]
pub struct Waiters(Vec<(Function, Function)>);

impl Waiters {
    /// One more promise.
    pub fn promise(&mut self) -> Promise {
        Promise::new(&mut |resolve, reject| self.0.push((resolve, reject)))
    }

    /// Those of another end, which will be this one.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// It happened.
    pub fn resolve(&mut self) {
        for (resolve, _) in self.0.drain(..) {
            // A promise's own functions don't throw.
            drop(resolve.call0(&JsValue::UNDEFINED));
        }
    }

    /// It can't happen any more.
    pub fn reject(&mut self, error: &JsValue) {
        for (_, reject) in self.0.drain(..) {
            drop(reject.call1(&JsValue::UNDEFINED, error));
        }
    }
}
