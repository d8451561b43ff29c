//! What has been read of a file, still in the browser's own memory.

use std::ops::Range;

use auraloader_core::content;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{MessageChannel, MessagePort};

/// Bytes that are copied into the module as far as they are looked at: to copy 64 KiB takes as long as to walk them.
pub struct Block(pub Uint8Array);

impl content::Block for Block {
    fn size(&self) -> usize {
        self.0.length() as usize
    }

    fn piece(&self, range: Range<usize>) -> Vec<u8> {
        self.0.subarray(range.start as u32, range.end as u32).to_vec()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        SINK.with(|sink| {
            if let Some((port, spent)) = sink {
                spent.push(&self.0.buffer());
                if spent.length() >= AT_ONCE || self.0.byte_length() > LARGE {
                    // Should one be spent already, all are left to the browser, as they would be without this.
                    drop(port.post_message_with_transferable(&JsValue::NULL, spent));
                    spent.set_length(0);
                }
            }
        });
    }
}

/// Small buffers freed together.
const AT_ONCE: u32 = 32;
/// Above this one is freed at once: pieces read for a checksum would gather to 128 MiB.
const LARGE: u32 = 128 * 1024;

thread_local! {
    /// A port whose other end is closed: what is transferred to it is gone at once. Else some 50 MiB would gather until
    /// the browser next cleans up.
    static SINK: Option<(MessagePort, Array)> = sink();
}

fn sink() -> Option<(MessagePort, Array)> {
    let channel = MessageChannel::new().ok()?;
    channel.port2().close();
    Some((channel.port1(), Array::new()))
}
