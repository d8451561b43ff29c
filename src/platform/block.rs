//! What has been read of a file, still in the browser's own memory.

use std::ops::Range;

use auraloader_core::content;
use js_sys::Uint8Array;

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
