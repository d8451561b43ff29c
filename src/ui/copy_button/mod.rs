//! A button that copies a text and says whether that worked.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Clipboard;

use super::context::Context;
use super::icon::{self, icon};
use super::words;

/// *Copy list*, *Copy details*.
#[component]
pub(super) fn CopyButton(
    /// The widget's parts.
    context: Context,
    /// What is on the button.
    label: &'static str,
    /// What is copied, made when asked for.
    text: Arc<dyn Fn() -> String + Send + Sync>,
) -> impl IntoView {
    let outcome = RwSignal::new(None);
    let copy = move |_| {
        let text = text();
        spawn_local(async move {
            let copied = copy(&text).await.is_ok();
            // Gone if the widget was closed meanwhile.
            let _ = outcome.try_set(Some(copied));
            context.say(words_for(copied).to_owned());
        });
    };
    view! {
        <button type="button" class="button plain copy" part="button" on:click=copy>
            {move || icon(if outcome.get() == Some(true) { icon::CHECK } else { icon::COPY })}
            {move || outcome.get().map_or(label, words_for)}
        </button>
    }
}

fn words_for(copied: bool) -> &'static str {
    if copied { words::COPIED } else { words::COPY_FAILED }
}

/// Fails where the page is not a secure context: there is no clipboard then, whatever the binding says.
async fn copy(text: &str) -> Result<(), JsValue> {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into())?;
    let clipboard: Clipboard = clipboard.dyn_into()?;
    JsFuture::from(clipboard.write_text(text)).await.map(|_| ())
}
