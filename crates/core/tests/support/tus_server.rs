//! A tus 1.0 server in memory, that fails as it is told.

use std::collections::{HashMap, VecDeque};

use auraloader_core::http::{Answer, Failure, Method, Request, Response};

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    None,
    /// The request never gets there.
    LostRequest,
    /// It gets there; its answer does not come back.
    LostAnswer,
    /// This share (of 255) of the body gets there, then the connection breaks.
    Cut(u8),
    /// Nothing comes back, ever.
    Stall,
    /// The server answers this without doing anything.
    Status(u16),
    /// 429 with `Retry-After: 2`.
    Busy,
    /// The server drops the last bytes that it had acknowledged.
    Forget(u8),
    /// The upload is gone.
    Gone,
    /// The request gets there twice; the second answer comes back.
    Twice,
    /// The answer has this `Upload-Offset`, if it has one.
    Claims(u64),
    /// A success without `Upload-Offset` that the page may read.
    HiddenOffset,
}

#[derive(Default)]
pub(crate) struct Server {
    /// Their lengths, as far as they are known, and bytes.
    pub(crate) uploads: HashMap<String, (Option<u64>, Vec<u8>)>,
    /// Extensions beside creation and termination.
    pub(crate) extensions: Vec<&'static str>,
    pub(crate) log: Vec<(&'static str, u16)>,
    pub(crate) faults: VecDeque<Fault>,
    pub(crate) token: String,
    pub(crate) max_size: Option<u64>,
    /// Sent with each failure.
    pub(crate) retry_after: Option<String>,
    /// A proxy before it takes no more at once.
    pub(crate) max_body: Option<usize>,
    /// Bytes that came with creations and PATCHes and were kept.
    pub(crate) received: usize,
    /// Uploads ever created.
    pub(crate) created: usize,
}

const CHUNK: &str = "application/offset+octet-stream";
pub(crate) const ENDPOINT: &str = "https://tus.example/files/";

impl Server {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self { token: "lift".to_owned(), faults: faults.into(), ..Self::default() }
    }

    /// Answers a request; `None` if nothing comes back.
    pub(crate) fn answer(&mut self, request: &Request, body: &[u8]) -> Option<Answer> {
        let fault = self.faults.pop_front().unwrap_or(Fault::None);
        match fault {
            Fault::LostRequest => return Some(Err(Failure::Network)),
            Fault::Stall => return None,
            Fault::Status(status) => {
                let retry_after = self.retry_after.clone().map(|value| ("Retry-After", value));
                return Some(Ok(self.said(request, status, retry_after.as_slice())));
            }
            Fault::Busy => return Some(Ok(self.said(request, 429, &[("Retry-After", "2".into())]))),
            Fault::Gone => drop(self.uploads.remove(&request.url)),
            Fault::Forget(share) => {
                if let Some((_, bytes)) = self.uploads.get_mut(&request.url) {
                    bytes.truncate(bytes.len() * usize::from(share) / 255);
                }
            }
            _ => {}
        }
        let body = match fault {
            Fault::Cut(share) => &body[..body.len() * usize::from(share) / 255],
            _ => body,
        };
        if let Fault::Twice = fault {
            drop(self.serve(request, body));
        }
        let mut response = self.serve(request, body);
        match fault {
            Fault::LostAnswer | Fault::Cut(_) => Some(Err(Failure::Network)),
            Fault::HiddenOffset => {
                response.headers.retain(|(name, _)| name != "Upload-Offset");
                Some(Ok(response))
            }
            Fault::Claims(claimed) => {
                let offset = response.headers.iter_mut().find(|(name, _)| name == "Upload-Offset");
                offset.into_iter().for_each(|(_, offset)| *offset = claimed.to_string());
                Some(Ok(response))
            }
            _ => Some(Ok(response)),
        }
    }

    fn said(&mut self, request: &Request, status: u16, headers: &[(&str, String)]) -> Response {
        self.log.push((request.method.as_str(), status));
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Response { status, headers, body: String::new() }
    }

    fn serve(&mut self, request: &Request, body: &[u8]) -> Response {
        assert!(request.checksum.is_none() || self.extensions.contains(&"checksum"));
        if self.max_body.is_some_and(|max| body.len() > max) {
            return self.said(request, 413, &[]);
        }
        assert_eq!(header(request, "Tus-Resumable").as_deref(), Some("1.0.0"));
        if header(request, "Authorization") != Some(format!("Bearer {}", self.token)) {
            return self.said(request, 401, &[]);
        }
        match request.method {
            Method::Options => {
                let extensions = [&["creation", "termination"], &self.extensions[..]].concat();
                let mut headers = vec![("Tus-Extension", extensions.join(","))];
                headers.push(("Tus-Checksum-Algorithm", "sha1,sha256".to_owned()));
                headers.extend(self.max_size.map(|max| ("Tus-Max-Size", max.to_string())));
                self.said(request, 204, &headers)
            }
            Method::Post => {
                let length = length(request);
                let is_deferred = header(request, "Upload-Defer-Length").as_deref() == Some("1");
                assert_eq!(length.is_none(), is_deferred, "a length, or that it comes later");
                assert!(!is_deferred || self.extensions.contains(&"creation-defer-length"));
                self.created += 1;
                let url = format!("{ENDPOINT}{}", self.created);
                let mut headers = vec![("Location", format!("./{}", self.created))];
                if !body.is_empty() {
                    assert!(self.extensions.contains(&"creation-with-upload"));
                    assert_eq!(header(request, "Content-Type").as_deref(), Some(CHUNK));
                    headers.push(("Upload-Offset", body.len().to_string()));
                }
                self.received += body.len();
                self.uploads.insert(url, (length, body.to_vec()));
                self.said(request, 201, &headers)
            }
            Method::Head | Method::Patch | Method::Delete => self.serve_upload(request, body),
            Method::Get => self.said(request, 405, &[]),
        }
    }

    fn serve_upload(&mut self, request: &Request, body: &[u8]) -> Response {
        let Some((known, bytes)) = self.uploads.get_mut(&request.url) else {
            return self.said(request, 404, &[]);
        };
        if request.method == Method::Delete {
            self.uploads.remove(&request.url);
            return self.said(request, 204, &[]);
        }
        if request.method == Method::Patch {
            assert_eq!(header(request, "Content-Type").as_deref(), Some(CHUNK));
            if header(request, "Upload-Offset") != Some(bytes.len().to_string()) {
                return self.said(request, 409, &[]);
            }
            if let Some(length) = length(request) {
                assert_eq!(*known, None, "the length is told once");
                *known = Some(length);
            }
            bytes.extend(body);
            self.received += body.len();
            assert!(known.is_none_or(|length| bytes.len() as u64 <= length), "more bytes than announced");
        }
        let mut headers = vec![("Upload-Offset", bytes.len().to_string())];
        if request.method == Method::Head {
            headers.push(known.map_or(("Upload-Defer-Length", "1".to_owned()), |length| {
                ("Upload-Length", length.to_string())
            }));
            return self.said(request, 200, &headers);
        }
        self.said(request, 204, &headers)
    }
}

fn length(request: &Request) -> Option<u64> {
    header(request, "Upload-Length").map(|length| length.parse().expect("a number"))
}

pub(crate) fn header(request: &Request, name: &str) -> Option<String> {
    request.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.expose())
}
