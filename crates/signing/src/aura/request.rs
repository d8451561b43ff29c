//! The parts of an HTTP request that a signature covers.

/// A request, borrowed from whatever HTTP library the caller uses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The method, in any case.
    pub method: &'a str,
    /// Prefix of [`url`](Self::url), e.g. `https://aura.example.com/api`; ignored where that one is absolute.
    pub base_url: Option<&'a str>,
    /// An absolute URL, or a path with an optional query.
    pub url: &'a str,
    /// Further query pairs, not yet percent-encoded.
    pub params: &'a [(&'a str, &'a str)],
    /// Header names (in any case) and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body exactly as it is sent; `None` and empty are the same.
    pub body: Option<&'a [u8]>,
}

impl Request<'_> {
    /// Every value of a header, the name in any case.
    pub(super) fn values<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    pub(super) fn has_body(&self) -> bool {
        self.body.is_some_and(|body| !body.is_empty())
    }
}
