//! What only one page of a browser may do at a time (Web Locks). The browser lets go of a lock with the worker that holds it.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request(name: &str, options: &Object, granted: &JsValue) -> Result<Promise, JsValue>;
}

/// Takes the lock of this name for good; whether nobody has it. Where there are no locks there is nobody.
pub async fn take(name: &str) -> bool {
    let options = Object::new();
    drop(Reflect::set(&options, &"ifAvailable".into(), &true.into()));
    let mut held = Ok(Promise::resolve(&JsValue::UNDEFINED));
    let told = Promise::new(&mut |tell: Function, _| {
        let granted = Closure::once_into_js(move |lock: JsValue| {
            let is_ours = !lock.is_null();
            drop(tell.call1(&JsValue::UNDEFINED, &is_ours.into()));
            // Held as long as this is pending.
            if is_ours { Promise::new(&mut |_, _| {}) } else { Promise::resolve(&JsValue::UNDEFINED) }
        });
        held = request(name, &options, &granted);
    });
    match held {
        // It ends before it is granted only where it is refused.
        Ok(held) => {
            JsFuture::from(Promise::race(&Array::of2(&told, &held))).await.is_ok_and(|ours| ours.is_truthy())
        }
        Err(_) => true,
    }
}
