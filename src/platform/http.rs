//! Sending requests: `fetch` for those without a body of files, `XMLHttpRequest` for the others, as only that
//! tells how much has gone out.

use auraloader_core::http::{Answer, Body, Failure, Request, Response};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Blob, Headers, ProgressEvent, RequestCache, RequestCredentials, RequestInit,
    XmlHttpRequest,
};

use super::block::clean_up;

#[wasm_bindgen]
extern "C" {
    /// The page's or the worker's.
    #[wasm_bindgen(js_name = fetch)]
    fn browser_fetch(url: &str, init: &RequestInit) -> Promise;
}

/// A request on its way; dropping this changes nothing.
#[derive(Clone, Debug)]
pub enum Pending {
    /// By `fetch`.
    Fetch(AbortController),
    /// By `XMLHttpRequest`.
    Xhr(XmlHttpRequest),
}

impl Pending {
    /// The right sort for a request; `None` if the browser has none of it.
    pub fn of(request: &Request) -> Option<Self> {
        match request.body {
            Body::Parts(_) => XmlHttpRequest::new().ok().map(Self::Xhr),
            _ => AbortController::new().ok().map(Self::Fetch),
        }
    }

    /// Ends it at once.
    pub fn abort(&self) {
        match self {
            Self::Fetch(controller) => controller.abort(),
            // An `abort` on a request that is not open yet is no error.
            Self::Xhr(xhr) => drop(xhr.abort()),
        }
    }
}

/// Sends a request without a body of files. Cookies are never sent: tokens are all that authorises.
///
/// # Errors
/// [`Failure::Network`].
pub async fn fetch(request: &Request, controller: &AbortController) -> Answer {
    let headers = Headers::new().map_err(network)?;
    for (name, value) in &request.headers {
        headers.set(name, &value.expose()).map_err(network)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_headers(&headers);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_signal(Some(&controller.signal()));
    if let Body::Json(json) = &request.body {
        init.set_body(&json.as_str().into());
    }
    let response = JsFuture::from(browser_fetch(&request.url, &init)).await.map_err(network)?;
    let response: web_sys::Response = response.unchecked_into();
    let text = JsFuture::from(response.text().map_err(network)?).await.map_err(network)?;
    let field = |pair: JsValue| {
        let pair: Array = pair.unchecked_into();
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    Ok(Response {
        status: response.status(),
        headers: Array::from(&response.headers()).iter().filter_map(field).collect(),
        body: text.as_string().unwrap_or_default(),
    })
}

/// Sends `body` with its checksum, and lets go of it; `on_progress` is told how many bytes of it have gone out.
///
/// # Errors
/// [`Failure::Network`], also when it was aborted.
pub async fn send(
    xhr: &XmlHttpRequest,
    request: &Request,
    body: Blob,
    checksum: Option<String>,
    on_progress: impl Fn(u64) + 'static,
) -> Answer {
    xhr.open_with_async(request.method.as_str(), &request.url, true).map_err(network)?;
    for (name, value) in &request.headers {
        xhr.set_request_header(name, &value.expose()).map_err(network)?;
    }
    if let Some(checksum) = checksum {
        xhr.set_request_header("Upload-Checksum", &checksum).map_err(network)?;
    }
    let progress =
        Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| on_progress(event.loaded() as u64));
    xhr.upload().map_err(network)?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    let ended = Promise::new(&mut |resolve, _| xhr.set_onloadend(Some(&resolve)));
    xhr.send_with_opt_blob(Some(&body)).map_err(network)?;
    drop(body);
    // What was sent before goes.
    clean_up();
    JsFuture::from(ended).await.map_err(network)?;
    let status = xhr.status().map_err(network)?;
    // 0: the connection broke, CORS forbids the answer, or it was aborted.
    if status == 0 {
        return Err(Failure::Network);
    }
    let headers = xhr.get_all_response_headers().map_err(network)?;
    let field =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    Ok(Response {
        status,
        headers: headers.lines().filter_map(field).collect(),
        body: xhr.response_text().ok().flatten().unwrap_or_default(),
    })
}

fn network<E>(_: E) -> Failure {
    Failure::Network
}
