//! A button that copies a text and says whether that worked.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Clipboard;

use super::context::Context;
use super::element::{El, Node, el, svg};
use super::icon;
use super::words::{self, Key};

/// *Copy list*, *Copy details*; `text` is made when asked for.
pub(super) fn copy_button(context: Context, label: Key, text: Box<dyn Fn() -> String>) -> El {
    let path = svg("path", &[("d", icon::COPY)]);
    let (sign, label) = (path.node(), Node::text(&context.words.get(label)));
    el("button", &[("type", "button"), ("class", "button plain copy"), ("part", "button")])
        .child(svg("svg", icon::ATTRIBUTES).child(path))
        .with_node(&label)
        .on("click", move |_| {
            let (text, sign, label) = (text(), sign.clone(), label.clone());
            spawn_local(async move {
                let copied = copy(&text).await.is_ok();
                let outcome = context.words.get(if copied { words::COPIED } else { words::COPY_FAILED });
                sign.put("d", if copied { icon::CHECK } else { icon::COPY });
                label.say(&outcome);
                context.say(&outcome);
            });
        })
}

/// Fails where the page is not a secure context: there is no clipboard then, whatever the binding says.
async fn copy(text: &str) -> Result<(), JsValue> {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into())?;
    let clipboard: Clipboard = clipboard.dyn_into()?;
    JsFuture::from(clipboard.write_text(text)).await.map(|_| ())
}
