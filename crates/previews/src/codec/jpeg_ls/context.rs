//! What is learnt of the errors of prediction in one context (T.87 §A.2, §A.6, §A.7.2).

/// Of pixels that are coded one by one.
#[derive(Clone, Copy)]
pub(super) struct Context {
    a: i32,
    b: i32,
    c: i32,
    n: i32,
}

/// Of pixels that end a run.
#[derive(Clone, Copy)]
pub(super) struct RunContext {
    a: i32,
    n: i32,
    negative: i32,
}

/// The smallest `k` for which `n << k` is at least `a`; larger ones than 16 bits need are nonsense.
fn golomb_parameter(a: i32, n: i32) -> u32 {
    (0..16).find(|k| n << k >= a).unwrap_or(16)
}

impl Context {
    pub(super) fn new(a: i32) -> Self {
        Self { a, b: 0, c: 0, n: 1 }
    }

    pub(super) fn correction(&self) -> i32 {
        self.c
    }

    pub(super) fn k(&self) -> u32 {
        golomb_parameter(self.a, self.n)
    }

    /// The error of prediction that was coded as `mapped`.
    pub(super) fn error(&self, mapped: i32, near: i32) -> i32 {
        let is_inverse = near == 0 && self.k() == 0 && 2 * self.b <= -self.n;
        let error = if mapped & 1 == 0 { mapped >> 1 } else { -((mapped + 1) >> 1) };
        if is_inverse { -error - 1 } else { error }
    }

    pub(super) fn learn(&mut self, error: i32, near: i32, reset: i32) {
        // Only what no encoder writes gets that far.
        self.b = self.b.wrapping_add(error.wrapping_mul(2 * near + 1));
        self.a = self.a.saturating_add(error.abs());
        if self.n == reset {
            self.a >>= 1;
            self.b >>= 1;
            self.n >>= 1;
        }
        self.n += 1;
        if self.b <= -self.n {
            self.b = self.b.wrapping_add(self.n).max(1 - self.n);
            self.c = (self.c - 1).max(-128);
        } else if self.b > 0 {
            self.b = (self.b - self.n).min(0);
            self.c = (self.c + 1).min(127);
        }
    }
}

impl RunContext {
    pub(super) fn new(a: i32) -> Self {
        Self { a, n: 1, negative: 0 }
    }

    /// `kind` is 1 where the pixels at the left and above are alike.
    pub(super) fn k(&self, kind: i32) -> u32 {
        golomb_parameter(self.a.saturating_add(kind * (self.n >> 1)), self.n)
    }

    pub(super) fn error(&self, mapped: i32, kind: i32) -> i32 {
        let mapped = mapped + kind;
        let is_odd = mapped & 1 == 1;
        let size = (mapped + 1) >> 1;
        if (self.k(kind) != 0 || 2 * self.negative >= self.n) == is_odd { -size } else { size }
    }

    pub(super) fn learn(&mut self, error: i32, mapped: i32, kind: i32, reset: i32) {
        if error < 0 {
            self.negative += 1;
        }
        self.a = self.a.saturating_add((mapped + 1 - kind) >> 1);
        if self.n == reset {
            self.a >>= 1;
            self.n >>= 1;
            self.negative >>= 1;
        }
        self.n += 1;
    }
}
