//! What server functions of leptos need of wasm-streams to compile.
//!
//! The widget has no server functions. But what the real crate exports to JavaScript no linker leaves out, and its
//! closures no optimiser.

use futures::stream::{self, Stream};
use wasm_bindgen::{JsValue, UnwrapThrowExt};

/// A stream that nothing can be read from.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Holds the browser's stream.
    pub fn from_raw(stream: web_sys::ReadableStream) -> Self {
        Self(stream)
    }

    /// An empty one: nothing of `stream` is taken.
    pub fn from_stream(stream: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Self {
        drop(stream);
        Self(web_sys::ReadableStream::new().unwrap_throw())
    }

    /// The browser's stream.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// One error.
    pub fn into_stream(self) -> impl Stream<Item = Result<JsValue, JsValue>> + 'static {
        stream::iter([Err(JsValue::from_str("the widget is built without streams"))])
    }
}
