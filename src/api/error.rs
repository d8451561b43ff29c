//! Errors as JavaScript gets them: real `Error`s with the fields of `AuraloaderError`.

use auraloader_core::state::ErrorInfo;
use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

/// An `Error` named `AuraloaderError` with `context` and, if a server answered, `statusCode`.
pub(super) fn to_js(info: &ErrorInfo) -> JsValue {
    let error = Error::new(&info.message);
    error.set_name("AuraloaderError");
    // Setting a field of a fresh error can't fail.
    drop(Reflect::set(&error, &"context".into(), &info.context.name().into()));
    if let Some(status) = info.status_code {
        drop(Reflect::set(&error, &"statusCode".into(), &status.into()));
    }
    error.into()
}

/// An `Error` with just this message.
pub(super) fn with_message(message: &str) -> JsValue {
    Error::new(message).into()
}
