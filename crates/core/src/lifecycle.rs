//! The calls of the Aura API: what is asked, what is answered, and trying again.

use std::time::Duration;

use crate::dicom::StudyInfo;
use crate::http::{Answer, Body, Failure, HeaderValue, Method, Request, Response};
use crate::json::{Json, Writer};
use crate::retry::Backoff;
use crate::secret::Secret;
use crate::state::StudyId;
use crate::time::{Millis, Unix};

/// Where the API is and who is calling. The upload token is added by the session as a request goes out.
#[derive(Clone, Debug)]
pub struct Api {
    /// Absolute base URL without a trailing slash.
    pub base_url: String,
    /// Service key, sent as `X-Api-Key`.
    pub api_token: Secret,
}

/// What `GET /uploader/config` tells.
#[derive(Clone, Debug)]
pub struct UploaderConfig {
    /// Where uploads are created.
    pub endpoint: String,
    /// Authorises tus requests.
    pub token: Secret,
    /// Bucket, for the upload's metadata.
    pub bucket: String,
    /// Mode, for the upload's metadata.
    pub mode: String,
    /// From when on the token is refused, if the server says so by `lift.expire` (Unix seconds).
    pub expires: Option<Unix>,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// 401.
    #[error("Authentication failed. Please refresh and try again.")]
    Unauthorized,
    /// 403.
    #[error("Permission denied. Contact your administrator.")]
    Forbidden,
    /// Any other refusal, or the last of many tries.
    #[error("{text} (status {status})")]
    Refused {
        /// Status code.
        status: u16,
        /// The server's own text.
        text: String,
    },
    /// No answer, after all tries.
    #[error("Server connectivity failed: {failure}")]
    Unreachable {
        /// The last failure.
        failure: Failure,
    },
    /// The config answer lacks something.
    #[error("Server config missing or invalid {field}")]
    InvalidConfig {
        /// Path of the field in the answer.
        field: &'static str,
    },
}

impl Error {
    /// The status that the server answered with, if it did.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Unauthorized => Some(401),
            Self::Forbidden => Some(403),
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// What init announces.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// UUID v4 of the upload.
    pub upload_id: String,
    /// The studies that it will hold.
    pub studies: Vec<StudyInfo>,
    /// Aurabox patient id, if the host gave one.
    pub patient_id: Option<String>,
    /// The host's context: JSON text that is sent unchanged.
    pub context: Option<String>,
}

impl Api {
    fn request(&self, method: Method, path: &str, body: Body) -> Request {
        let mut headers = vec![
            ("X-Api-Key", HeaderValue::Secret("", self.api_token.clone())),
            ("Accept", HeaderValue::Plain("application/json".to_owned())),
        ];
        if matches!(body, Body::Json(_)) {
            headers.push(("Content-Type", HeaderValue::Plain("application/json".to_owned())));
        }
        Request { method, url: format!("{}{path}", self.base_url), headers, body, checksum: None }
    }

    fn post(&self, path: &str, body: Writer) -> Request {
        self.request(Method::Post, path, Body::Json(body.finish()))
    }

    /// The calls after init: `more` is what this one says besides.
    fn step(&self, path: &str, upload_id: &str, more: Option<(&str, &str)>) -> Request {
        let mut body = Writer::default();
        body.open('{');
        body.field("upload_id", upload_id);
        if let Some((name, text)) = more {
            body.field(name, text);
        }
        body.field("mode", "uploader");
        body.close('}');
        self.post(path, body)
    }

    /// `GET /uploader/config`.
    pub fn config(&self) -> Request {
        self.request(Method::Get, "/uploader/config", Body::Empty)
    }

    /// `POST /uploader/upload/init`.
    pub fn init(&self, announcement: &Announcement) -> Request {
        let mut body = Writer::default();
        body.open('{');
        body.field("upload_id", &announcement.upload_id);
        body.name("studies");
        body.open('{');
        for study in &announcement.studies {
            body.name(&study.study_uid);
            study.announce(&mut body);
        }
        body.close('}');
        body.field("mode", "bulk");
        body.field("type", "uploader");
        body.field("source", "standalone-uploader");
        match &announcement.patient_id {
            Some(id) => body.field("patient_id", id),
            None => {
                body.name("patient_id");
                body.raw("null");
            }
        }
        // A context that is no JSON can't be sent; the shell makes it of an object, so it always is.
        if let Some(context) = announcement.context.as_deref().and_then(Json::parse) {
            body.name("context");
            body.raw(context.raw());
        }
        body.close('}');
        self.post("/uploader/upload/init", body)
    }

    /// `POST /uploader/upload/start`.
    pub fn start(&self, upload_id: &str, assembly_id: &str) -> Request {
        self.step("/uploader/upload/start", upload_id, Some(("assembly_id", assembly_id)))
    }

    /// `POST /uploader/upload/complete`.
    pub fn complete(&self, upload_id: &str, assembly_id: &str) -> Request {
        self.step("/uploader/upload/complete", upload_id, Some(("assembly_id", assembly_id)))
    }

    /// `POST /uploader/upload/error`.
    pub fn error(&self, upload_id: &str, message: &str) -> Request {
        self.step("/uploader/upload/error", upload_id, Some(("message", message)))
    }

    /// `POST /uploader/upload/cancel`.
    pub fn cancel(&self, upload_id: &str) -> Request {
        self.step("/uploader/upload/cancel", upload_id, None)
    }
}

/// Reads the answer to [`Api::config`].
///
/// # Errors
/// The failure, or which field is missing.
pub fn read_config(answer: &Answer) -> Result<UploaderConfig, Error> {
    let config = Json::parse(&success(answer)?.body);
    let lift = config.and_then(|config| config.get("lift"));
    let field = |name| lift.and_then(|lift| lift.get(name));
    let text = |field: Option<Json<'_>>| field.and_then(Json::string).unwrap_or_default();
    let (endpoint, token) = (text(field("endpoint")), text(field("token")));
    if !(endpoint.starts_with("https://") || endpoint.starts_with("http://")) {
        return Err(Error::InvalidConfig { field: "lift.endpoint" });
    }
    if token.is_empty() {
        return Err(Error::InvalidConfig { field: "lift.token" });
    }
    // What no server has promised may have any form; then it says nothing.
    let seconds = field("expire").and_then(|expire| expire.raw().parse::<u64>().ok());
    let expires = seconds.map(|seconds| Unix(seconds.saturating_mul(1000)));
    let mode = text(config.and_then(|config| config.get("mode")));
    Ok(UploaderConfig { endpoint, token: Secret::new(token), bucket: text(field("bucket")), mode, expires })
}

/// Reads the answer to [`Api::init`]: the server's ids of the studies; an answer without any gives none.
///
/// # Errors
/// The failure.
pub fn read_init(answer: &Answer) -> Result<Vec<StudyId>, Error> {
    let studies = Json::parse(&success(answer)?.body).and_then(|init| init.get("studies"));
    let ids = studies.into_iter().flat_map(Json::values).filter_map(|study| study.get("id"));
    // Some servers count, some name: a string, else the number as it stands.
    let text = |id: Json<'_>| StudyId { id: id.string().unwrap_or_else(|| id.raw().to_owned()) };
    Ok(ids.filter(|id| id.raw() != "null").map(text).collect())
}

/// The answer, if it is a success.
///
/// # Errors
/// What it is instead.
pub fn success(answer: &Answer) -> Result<&Response, Error> {
    match answer {
        Ok(response) if response.is_success() => Ok(response),
        Ok(Response { status: 401, .. }) => Err(Error::Unauthorized),
        Ok(Response { status: 403, .. }) => Err(Error::Forbidden),
        Ok(response) => Err(Error::Refused { status: response.status, text: server_text(&response.body) }),
        Err(failure) => Err(Error::Unreachable { failure: *failure }),
    }
}

/// The text of `{message}`, `{errors: {field: [texts]}}` or `{error: {message}}`.
fn server_text(body: &str) -> String {
    let body = Json::parse(body);
    let field = |name| body.and_then(|body| body.get(name));
    let errors = field("errors").into_iter().flat_map(Json::members).flat_map(|(_, texts)| texts.values());
    let errors: Vec<_> = errors.filter_map(Json::string).collect();
    if !errors.is_empty() {
        return errors.join(" ");
    }
    let message = field("message").or_else(|| field("error")?.get("message"));
    message.and_then(Json::string).unwrap_or_else(|| "The server refused the request.".to_owned())
}

/// One call that is tried again as often as its waits allow.
#[derive(Debug)]
pub(crate) struct Call {
    request: Request,
    /// How long an answer may take.
    patience: Duration,
    backoff: Backoff,
    jitter: u8,
    waits: Option<Wait>,
}

#[derive(Clone, Copy, Debug)]
enum Wait {
    /// Sent; silent since.
    Answer(Millis),
    /// Until the next try.
    Try(Millis),
    /// Until the browser is online.
    Online,
}

/// What [`Call`]'s owner is to do.
#[derive(Debug)]
pub(crate) enum Next {
    Nothing,
    Send(Request),
    /// Abort what is out, and report that as [`Failure::Stalled`].
    Abort,
    /// The call has this answer.
    Ended(Answer),
}

impl Call {
    /// A call and its first request, which is to be sent now.
    pub(crate) fn new(
        now: Millis,
        request: Request,
        patience: Duration,
        delays: &[u64],
        jitter: u8,
    ) -> (Self, Request) {
        let first = request.clone();
        (
            Self { request, patience, backoff: Backoff::new(delays), jitter, waits: Some(Wait::Answer(now)) },
            first,
        )
    }

    /// Goes on through an outage.
    pub(crate) fn outlast(&mut self) {
        self.backoff.outlast();
    }

    pub(crate) fn answered(&mut self, now: Millis, answer: Answer, online: bool) -> Next {
        let transient = match &answer {
            Ok(response) => response.status == 429 || response.status >= 500,
            Err(_) => true,
        };
        if transient && !online {
            self.waits = Some(Wait::Online);
            return Next::Nothing;
        }
        match transient.then(|| self.backoff.next(now, self.jitter, &answer)).flatten() {
            Some(Duration::ZERO) => self.send(now),
            Some(wait) => {
                self.waits = Some(Wait::Try(now + wait));
                Next::Nothing
            }
            None => {
                self.waits = None;
                Next::Ended(answer)
            }
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Millis> {
        match self.waits? {
            Wait::Answer(since) => Some(since + self.patience),
            Wait::Try(until) => Some(until),
            Wait::Online => None,
        }
    }

    pub(crate) fn timeout(&mut self, now: Millis) -> Next {
        match self.waits {
            Some(Wait::Try(until)) if now >= until => self.send(now),
            Some(Wait::Answer(since)) if now >= since + self.patience => Next::Abort,
            _ => Next::Nothing,
        }
    }

    /// What it waits for is no silence of the server's.
    pub(crate) fn sign_of_life(&mut self, now: Millis) {
        if let Some(Wait::Answer(since)) = &mut self.waits {
            *since = now;
        }
    }

    /// The time since the last call was slept through.
    pub(crate) fn woke(&mut self, now: Millis) {
        self.backoff.reset();
        self.sign_of_life(now);
    }

    pub(crate) fn came_online(&mut self, now: Millis) -> Next {
        if matches!(self.waits, Some(Wait::Online | Wait::Try(_))) { self.send(now) } else { Next::Nothing }
    }

    fn send(&mut self, now: Millis) -> Next {
        self.waits = Some(Wait::Answer(now));
        Next::Send(self.request.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, body: &str) -> Answer {
        Ok(Response { status, headers: Vec::new(), body: body.to_owned() })
    }

    #[test]
    fn the_server_s_own_text_is_told() {
        let text = |body| success(&said(422, body)).expect_err("refused").to_string();
        assert_eq!(text(r#"{"message": "No."}"#), "No. (status 422)");
        assert_eq!(
            text(r#"{"message": "x", "errors": {"a": ["A.", "B."], "b": ["C."]}}"#),
            "A. B. C. (status 422)"
        );
        assert_eq!(text(r#"{"error": {"message": "Deep."}}"#), "Deep. (status 422)");
        assert_eq!(text("<html>"), "The server refused the request. (status 422)");
    }

    #[test]
    fn a_config_without_its_fields_is_named() {
        let error = |body| read_config(&said(200, body)).expect_err("invalid").to_string();
        assert_eq!(error("{}"), "Server config missing or invalid lift.endpoint");
        assert_eq!(
            error(r#"{"lift": {"endpoint": "/files/"}}"#),
            "Server config missing or invalid lift.endpoint"
        );
        let no_token = r#"{"lift": {"endpoint": "https://t.example/files/"}}"#;
        assert_eq!(error(no_token), "Server config missing or invalid lift.token");
    }

    #[test]
    fn ids_may_be_numbers() {
        let ids = read_init(&said(200, r#"{"studies": [{"id": "a"}, {"id": 7}, {}]}"#)).expect("success");
        assert_eq!(ids.iter().map(|study| study.id.as_str()).collect::<Vec<_>>(), ["a", "7"]);
    }

    #[test]
    fn a_call_is_tried_again_and_ends() {
        let api = Api { base_url: "https://a.example/api".to_owned(), api_token: Secret::new("key") };
        let (mut call, first) = Call::new(Millis(0), api.config(), Duration::from_secs(30), &[0, 1000], 0);
        assert_eq!(first.url, "https://a.example/api/uploader/config");
        assert!(!format!("{first:?}").contains("aubt_x"), "secrets don't show in a log");
        assert!(matches!(call.answered(Millis(5), said(500, ""), true), Next::Send(_)));
        assert!(matches!(call.answered(Millis(9), Err(Failure::Network), true), Next::Nothing));
        assert_eq!(call.poll_timeout(), Some(Millis(1009)));
        assert!(matches!(call.timeout(Millis(1009)), Next::Send(_)));
        assert!(matches!(call.answered(Millis(1010), said(503, ""), true), Next::Ended(Ok(_))));
        let (mut call, _) = Call::new(Millis(0), api.config(), Duration::from_secs(30), &[0], 0);
        assert!(
            matches!(call.answered(Millis(5), said(404, ""), true), Next::Ended(Ok(_))),
            "not tried again"
        );
        let (mut call, _) = Call::new(Millis(0), api.config(), Duration::from_secs(30), &[], 0);
        assert!(
            matches!(call.answered(Millis(5), Err(Failure::Network), false), Next::Nothing),
            "waits for the net"
        );
        assert!(matches!(call.came_online(Millis(9)), Next::Send(_)));
    }
}
