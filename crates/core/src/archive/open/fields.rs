//! Little-endian fields taken from the front of a record.

/// What is left of a record.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn bytes(&mut self, len: impl Into<usize>) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len.into())?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    /// The first of these extra fields (APPNOTE 6.3.10 §4.5.1) with this id. What is cut off counts as not there:
    /// nothing that matters hangs on it.
    pub(super) fn extra(&mut self, id: u16) -> Option<&'a [u8]> {
        loop {
            let found = self.u16()?;
            let len = self.u16()?;
            let data = self.bytes(len)?;
            if found == id {
                return Some(data);
            }
        }
    }
}
