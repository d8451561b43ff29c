//! What a server says of itself (tus 1.0, *OPTIONS*).

use super::checksum::Checksums;
use crate::http::{Answer, Response};

/// What a server can do, and how much it takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Server {
    /// Whether it has the termination extension; `None`: it did not say.
    pub(super) can_terminate: Option<bool>,
    /// Whether it takes uploads whose length is told later.
    pub(super) can_defer: bool,
    /// Whether the first chunk can go along with the creation.
    pub(super) can_create_with: bool,
    /// The most bytes that an upload may have.
    pub(super) max_size: Option<u64>,
    pub(super) checksums: Checksums,
}

impl Server {
    /// An `OPTIONS` that fails says nothing: proxies answer it themselves, and CORS may forbid it.
    pub(super) fn read(answer: &Answer) -> Self {
        let response = answer.as_ref().ok().filter(|response| response.is_success());
        response.map(Self::from).unwrap_or_default()
    }

    /// What it takes, if `size` is more.
    pub(super) fn exceeded_by(&self, size: u64) -> Option<u64> {
        self.max_size.filter(|max| size > *max)
    }
}

impl From<&Response> for Server {
    fn from(response: &Response) -> Self {
        let extensions = response.header("Tus-Extension");
        let has = |name| extensions.map(|list| list.split(',').any(|known| known.trim() == name));
        let max_size = response.header("Tus-Max-Size").and_then(|value| value.parse().ok());
        Self {
            can_terminate: has("termination"),
            can_defer: has("creation-defer-length").unwrap_or_default(),
            can_create_with: has("creation-with-upload").unwrap_or_default(),
            max_size: max_size.filter(|max| *max > 0),
            checksums: Checksums::read(response),
        }
    }
}
