//! What has been read of a file, still in the browser's own memory.

use std::ops::Range;
use std::rc::Rc;

use auraloader_core::content;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

#[wasm_bindgen]
extern "C" {
    /// A buffer that may be more than there is room for.
    #[wasm_bindgen(js_name = ArrayBuffer)]
    type Counted;

    #[wasm_bindgen(catch, constructor, js_class = ArrayBuffer)]
    fn new(len: u32) -> Result<Counted, JsValue>;
}

/// Bytes that are copied into the module as far as they are looked at: to copy 64 KiB takes as long as to walk them.
#[derive(Clone)]
pub struct Block {
    bytes: Uint8Array,
    whole: Rc<Whole>,
}

/// Freed with the last block that lies in it.
struct Whole(ArrayBuffer);

impl Block {
    /// All bytes of a buffer, which nobody else needs any longer.
    pub fn new(buffer: ArrayBuffer) -> Self {
        Self { bytes: Uint8Array::new(&buffer), whole: Rc::new(Whole(buffer)) }
    }

    /// Some of the bytes.
    pub fn part(&self, range: &Range<u64>) -> Self {
        let bytes = self.bytes.subarray(range.start as u32, range.end as u32);
        Self { bytes, whole: Rc::clone(&self.whole) }
    }

    /// Where they are.
    pub fn bytes(&self) -> &Uint8Array {
        &self.bytes
    }

    /// The buffer that they are in.
    pub fn buffer(&self) -> &ArrayBuffer {
        &self.whole.0
    }
}

/// Has the browser clean up. What a request carried is kept until it does, which it puts off, as it counts buffers only.
pub fn clean_up() {
    // Nothing is written to it, so that it takes no memory; where there is no room for so much, it is not made.
    drop(Counted::new(COUNTED));
}

impl content::Block for Block {
    fn size(&self) -> usize {
        self.bytes.length() as usize
    }

    fn piece(&self, range: Range<usize>) -> Vec<u8> {
        self.bytes.subarray(range.start as u32, range.end as u32).to_vec()
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        SINK.with(|sink| {
            if let Some((port, spent)) = sink {
                spent.push(&self.0);
                if spent.length() >= AT_ONCE || self.0.byte_length() > LARGE {
                    // Should one be spent already, all are left to the browser, as they would be without this.
                    drop(port.post_message_with_transferable(&JsValue::NULL, spent));
                    spent.set_length(0);
                }
            }
        });
    }
}

/// After so many bytes of buffers Chromium cleans up.
const COUNTED: u32 = 64 * 1024 * 1024;
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
