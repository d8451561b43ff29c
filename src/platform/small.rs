//! Small files, read as a whole without asking for their size.
//!
//! Chromium looks at a chosen file when its size is first asked for, it is sliced or posted, and holds the page up for
//! 0.2 to 0.7 ms meanwhile. A `FileReader` is told the size when it starts, and nobody waits (`docs/performance.md`).

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileReader, ProgressEvent};

/// Up to which a file is read as a whole; what the walk of a header asks for first.
const SMALL: f64 = 65536.0;

/// Reads small files, one after the other.
pub struct SmallFiles {
    reader: FileReader,
    _stop_if_large: Closure<dyn Fn(ProgressEvent)>,
}

impl SmallFiles {
    /// A reader for any number of files: thousands of them would take more memory than the files.
    ///
    /// # Errors
    /// The browser can't make one.
    pub fn new() -> Result<Self, JsValue> {
        let reader = FileReader::new()?;
        let stop_if_large = Closure::<dyn Fn(ProgressEvent)>::new({
            let reader = reader.clone();
            move |event: ProgressEvent| {
                if event.total() > SMALL {
                    reader.abort();
                }
            }
        });
        reader.set_onloadstart(Some(stop_if_large.as_ref().unchecked_ref()));
        Ok(Self { reader, _stop_if_large: stop_if_large })
    }

    /// All bytes of the file, or `None` if there are too many or it is an archive, which is read bit by bit.
    ///
    /// # Errors
    /// It can't be read.
    pub async fn read(&self, file: &File) -> Result<Option<ArrayBuffer>, JsValue> {
        let reader = &self.reader;
        let ended = Promise::new(&mut |resolve, reject| {
            reader.set_onload(Some(&resolve));
            reader.set_onabort(Some(&resolve));
            reader.set_onerror(Some(&reject));
        });
        // What can't even be begun says nothing of the file: it goes the way of large ones.
        if reader.read_as_array_buffer(file).is_err() {
            return Ok(None);
        }
        JsFuture::from(ended).await?;
        let bytes = reader.result()?.dyn_into::<ArrayBuffer>().ok();
        let is_small = |bytes: &ArrayBuffer| f64::from(bytes.byte_length()) <= SMALL;
        let is_archive = |bytes: &ArrayBuffer| {
            let bytes = Uint8Array::new(bytes);
            [bytes.get_index(0), bytes.get_index(1)] == *b"PK"
        };
        Ok(bytes.filter(|bytes| is_small(bytes) && !is_archive(bytes)))
    }
}
