//! Bits of a scan: after a byte of ones comes one of seven bits (T.87 §A.1).

pub(super) struct Bits<'a> {
    rest: &'a [u8],
    /// The next `len` bits, at the low end.
    held: u64,
    len: u32,
    after_ones: bool,
}

impl<'a> Bits<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest, held: 0, len: 0, after_ones: false }
    }

    /// What is behind the scan: the next marker and so on.
    pub(super) fn rest(self) -> &'a [u8] {
        let marker = self.rest.windows(2).position(|pair| matches!(pair, [0xFF, next] if *next >= 0x80));
        marker.and_then(|at| self.rest.get(at..)).unwrap_or_default()
    }

    /// At least 32 bits, if there are as many.
    fn fill(&mut self) {
        while self.len <= 48
            && let Some((byte, rest)) = self.rest.split_first()
        {
            if *byte == 0xFF && rest.first().is_none_or(|next| *next >= 0x80) {
                // A marker.
                return;
            }
            let bits = if self.after_ones { 7 } else { 8 };
            self.held = self.held << bits | u64::from(*byte);
            self.len += bits;
            self.after_ones = *byte == 0xFF;
            self.rest = rest;
        }
    }

    /// The next bits, at most 25; `None` if the scan has ended.
    pub(super) fn take(&mut self, count: u32) -> Option<i32> {
        if self.len < count {
            self.fill();
        }
        self.len = self.len.checked_sub(count)?;
        Some((self.held >> self.len & ((1 << count) - 1)) as i32)
    }

    /// How many zeros come before the next one, which is taken too; `None` for more than `limit`.
    pub(super) fn zeros(&mut self, limit: u32) -> Option<u32> {
        let mut zeros = 0;
        loop {
            if self.len == 0 {
                self.fill();
            }
            let ahead = (self.held << (64_u32.checked_sub(self.len)?.min(63))).leading_zeros();
            if self.len == 0 {
                return None;
            }
            if ahead < self.len {
                self.len -= ahead + 1;
                zeros += ahead;
                return (zeros <= limit).then_some(zeros);
            }
            zeros += self.len;
            self.len = 0;
            if zeros > limit {
                return None;
            }
        }
    }

    /// A Golomb code of limited length (T.87 §A.5.3); `qbpp` bits hold what would be longer.
    pub(super) fn golomb(&mut self, k: u32, limit: u32, qbpp: u32) -> Option<i32> {
        let longest = limit.checked_sub(qbpp + 1)?;
        let zeros = self.zeros(longest)?;
        if zeros < longest {
            Some((zeros << k).cast_signed() | self.take(k)?)
        } else {
            Some(self.take(qbpp)? + 1)
        }
    }
}
