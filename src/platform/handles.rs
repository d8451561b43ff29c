//! Handles of what was dropped, by which a later page can have the same files without their being chosen again.
//!
//! Only Chromium has such; what is the browser's own is in `npm/src/handles.ts`.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::DataTransfer;

use super::drop::Listed;

#[wasm_bindgen]
extern "C" {
    /// What the TypeScript gives.
    #[derive(Clone, Debug)]
    pub type Handles;

    #[wasm_bindgen(method, catch)]
    fn of(this: &Handles, transfer: &DataTransfer) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn reopen(this: &Handles, handles: &Array) -> Result<Promise, JsValue>;
}

impl Handles {
    /// Those of everything in a drop, or nothing if there are none. To be called within the event.
    pub fn take(&self, transfer: &DataTransfer) -> impl Future<Output = Option<Array>> + use<> {
        let taking = self.of(transfer);
        async { JsFuture::from(taking.ok()?).await.ok()?.dyn_into().ok() }
    }

    /// What they stand for, some files at a time; `None` if the person does not want it read. To be called within a click.
    pub async fn open(&self, handles: &Array) -> Option<Reopened> {
        let opened = JsFuture::from(self.reopen(handles).ok()?).await.ok()?;
        opened.dyn_into().ok().map(Reopened)
    }
}

/// Folders that are being listed.
pub struct Reopened(Function);

impl Reopened {
    /// The next files; none at the end.
    pub async fn next(&self) -> Vec<Listed> {
        let some = match self.0.call0(&JsValue::UNDEFINED).map(JsCast::unchecked_into::<Promise>) {
            Ok(some) => JsFuture::from(some).await.and_then(|some| some.dyn_into::<Array>()),
            Err(error) => Err(error),
        };
        let listed = |pair: JsValue| {
            let pair: Array = pair.unchecked_into();
            Listed { path: pair.get(0).as_string().unwrap_or_default(), file: pair.get(1).dyn_into().ok() }
        };
        some.unwrap_or_default().iter().map(listed).collect()
    }
}
