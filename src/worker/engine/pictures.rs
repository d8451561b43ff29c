//! Hands out the files by which studies are shown; nothing of them is read here.

use std::rc::Weak;

use auraloader_core::content::Packing;
use auraloader_core::session::Session;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, MessageEvent, MessagePort};

use super::Engine;

impl Engine {
    /// Answers on `port`, as long as both ends live.
    pub(super) fn answer_pictures(&self, port: &MessagePort) {
        let (me, to) = (Weak::clone(&self.me), port.clone());
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let (me, to) = (Weak::clone(&me), to.clone());
            spawn_local(async move {
                let Some(engine) = me.upgrade() else { return };
                let answer = engine.picture(&event.data().as_string().unwrap_or_default()).await;
                // A blob can always be posted.
                drop(to.post_message(&answer.unwrap_or_default()));
            });
        });
        port.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
    }

    /// `[Blob, whether it is a raw deflate stream]`.
    async fn picture(&self, study_uid: &str) -> Option<JsValue> {
        let session = |session: &Session| session.picture(study_uid).cloned();
        let content = self.session.borrow().as_ref().and_then(session)?;
        // Held until the blob is made: its bytes go with it.
        let source = self.files.source(content.file).await?;
        let part = source.part(&content.range).ok()?;
        let blob = Blob::new_with_blob_sequence(&Array::of1(&part)).ok()?;
        Some(Array::of2(&blob, &(content.packing != Packing::Stored).into()).into())
    }
}
