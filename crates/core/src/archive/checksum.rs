//! CRC-32 of what an item is once unpacked, from the bytes as they lie in the dropped file.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_IGNORE_ADLER32};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress_with_limit};

use super::crc::Crc32;
use crate::content::{Content, Packing};
use crate::dicom::Reason;

/// A deflate stream refers this far back (RFC 1951 §3.2.5).
const WINDOW: usize = 32 * 1024;

/// A checksum in the making; of any content it costs some 45 KiB.
pub struct Checksum {
    crc: Crc32,
    inflating: Option<Inflating>,
}

impl Checksum {
    /// Of this content, whose packed bytes are to follow.
    #[must_use]
    pub fn new(content: &Content) -> Self {
        let inflating = match content.packing {
            Packing::Stored => None,
            Packing::Deflated { size } => Some(Inflating::new(size)),
        };
        Self { crc: Crc32::new(), inflating }
    }

    /// Takes the next bytes of [`Content::range`].
    ///
    /// # Errors
    /// [`Reason::DamagedArchive`] if they are no deflate stream, end too early, or become more than was claimed.
    pub fn update(&mut self, packed: &[u8]) -> Result<(), Reason> {
        match &mut self.inflating {
            None => self.crc.update(packed),
            Some(inflating) => inflating.update(packed, &mut self.crc)?,
        }
        Ok(())
    }

    /// The checksum.
    ///
    /// # Errors
    /// [`Reason::DamagedArchive`] if a deflate stream has not come to its end, or not to the claimed size.
    pub fn finish(self) -> Result<u32, Reason> {
        match self.inflating {
            Some(Inflating { ended: false, .. } | Inflating { left: 1.., .. }) => Err(Reason::DamagedArchive),
            _ => Ok(self.crc.finish()),
        }
    }
}

struct Inflating {
    state: Box<DecompressorOxide>,
    /// The last bytes, around in a ring.
    window: Box<[u8]>,
    at: usize,
    /// Bytes still to come, as claimed.
    left: u64,
    ended: bool,
}

impl Inflating {
    fn new(size: u64) -> Self {
        let window = vec![0; WINDOW].into_boxed_slice();
        Self { state: Box::default(), window, at: 0, left: size, ended: false }
    }

    fn update(&mut self, mut packed: &[u8], crc: &mut Crc32) -> Result<(), Reason> {
        let flags = TINFL_FLAG_HAS_MORE_INPUT | TINFL_FLAG_IGNORE_ADLER32;
        while !self.ended {
            // One more than claimed, to see that the stream has not more.
            let most = self.left.saturating_add(1).min(WINDOW as u64) as usize;
            let (status, used, made) =
                decompress_with_limit(&mut self.state, packed, &mut self.window, self.at, most, flags);
            packed = packed.get(used..).unwrap_or_default();
            crc.update(self.window.get(self.at..self.at + made).unwrap_or_default());
            self.at = (self.at + made) % WINDOW;
            self.left = self.left.checked_sub(made as u64).ok_or(Reason::DamagedArchive)?;
            match status {
                TINFLStatus::Done => self.ended = true,
                TINFLStatus::NeedsMoreInput => return Ok(()),
                TINFLStatus::HasMoreOutput if made > 0 => {}
                _ => return Err(Reason::DamagedArchive),
            }
        }
        // Nothing may follow a stream's end.
        if packed.is_empty() { Ok(()) } else { Err(Reason::DamagedArchive) }
    }
}
