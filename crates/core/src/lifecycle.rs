//! The calls of the Aura API: what is asked, what is answered, and trying again.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::dicom::{SeriesInfo, StudyInfo};
use crate::http::{Answer, Body, Failure, HeaderValue, Method, Request, Response};
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

    fn post(&self, path: &str, body: &impl Serialize) -> Request {
        // A value made of strings and maps with string keys always has a JSON form.
        let json = serde_json::to_string(body).unwrap_or_default();
        self.request(Method::Post, path, Body::Json(json))
    }

    /// `GET /uploader/config`.
    pub fn config(&self) -> Request {
        self.request(Method::Get, "/uploader/config", Body::Empty)
    }

    /// `POST /uploader/upload/init`.
    pub fn init(&self, announcement: &Announcement) -> Request {
        let studies =
            announcement.studies.iter().map(|study| (study.study_uid.as_str(), wire::Study::from(study)));
        self.post(
            "/uploader/upload/init",
            &wire::Init {
                upload_id: &announcement.upload_id,
                studies: studies.collect(),
                mode: "bulk",
                r#type: "uploader",
                source: "standalone-uploader",
                patient_id: announcement.patient_id.as_deref(),
                // A context that is no JSON can't be sent; the shell makes it of an object, so it always is.
                context: announcement.context.as_deref().and_then(|json| serde_json::from_str(json).ok()),
            },
        )
    }

    /// `POST /uploader/upload/start`.
    pub fn start(&self, upload_id: &str, assembly_id: &str) -> Request {
        let body = wire::Step { upload_id, assembly_id: Some(assembly_id), message: None, mode: "uploader" };
        self.post("/uploader/upload/start", &body)
    }

    /// `POST /uploader/upload/complete`.
    pub fn complete(&self, upload_id: &str, assembly_id: &str) -> Request {
        let body = wire::Step { upload_id, assembly_id: Some(assembly_id), message: None, mode: "uploader" };
        self.post("/uploader/upload/complete", &body)
    }

    /// `POST /uploader/upload/error`.
    pub fn error(&self, upload_id: &str, message: &str) -> Request {
        let body = wire::Step { upload_id, assembly_id: None, message: Some(message), mode: "uploader" };
        self.post("/uploader/upload/error", &body)
    }

    /// `POST /uploader/upload/cancel`.
    pub fn cancel(&self, upload_id: &str) -> Request {
        let body = wire::Step { upload_id, assembly_id: None, message: None, mode: "uploader" };
        self.post("/uploader/upload/cancel", &body)
    }
}

/// Reads the answer to [`Api::config`].
///
/// # Errors
/// The failure, or which field is missing.
pub fn read_config(answer: &Answer) -> Result<UploaderConfig, Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Wire {
        lift: Lift,
        mode: String,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Lift {
        endpoint: String,
        token: String,
        bucket: String,
        expire: Option<Box<RawValue>>,
    }
    let body = &success(answer)?.body;
    let Wire { lift, mode } = serde_json::from_str(body).unwrap_or_default();
    if !(lift.endpoint.starts_with("https://") || lift.endpoint.starts_with("http://")) {
        return Err(Error::InvalidConfig { field: "lift.endpoint" });
    }
    if lift.token.is_empty() {
        return Err(Error::InvalidConfig { field: "lift.token" });
    }
    // What no server has promised may have any form; then it says nothing.
    let seconds = lift.expire.and_then(|raw| raw.get().parse::<u64>().ok());
    let expires = seconds.map(|seconds| Unix(seconds.saturating_mul(1000)));
    let token = Secret::new(lift.token);
    Ok(UploaderConfig { endpoint: lift.endpoint, token, bucket: lift.bucket, mode, expires })
}

/// Reads the answer to [`Api::init`]: the server's ids of the studies; an answer without any gives none.
///
/// # Errors
/// The failure.
pub fn read_init(answer: &Answer) -> Result<Vec<StudyId>, Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Wire {
        studies: Vec<Study>,
    }
    #[derive(Deserialize)]
    struct Study {
        #[serde(default)]
        id: Option<Box<RawValue>>,
    }
    let Wire { studies } = serde_json::from_str(&success(answer)?.body).unwrap_or_default();
    // Some servers count, some name: a string, else the number as it stands.
    let text = |raw: &RawValue| serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned());
    Ok(studies.iter().filter_map(|study| Some(StudyId { id: text(study.id.as_ref()?) })).collect())
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
    #[derive(Deserialize)]
    struct Fields {
        errors: BTreeMap<String, Vec<String>>,
    }
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    #[derive(Deserialize)]
    struct Nested {
        error: Message,
    }
    if let Ok(Fields { errors }) = serde_json::from_str(body) {
        return errors.into_values().flatten().collect::<Vec<_>>().join(" ");
    }
    let message = serde_json::from_str::<Message>(body);
    let message = message.or_else(|_| serde_json::from_str::<Nested>(body).map(|nested| nested.error));
    message.map_or_else(|_| "The server refused the request.".to_owned(), |message| message.message)
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

mod wire {
    use super::{BTreeMap, RawValue, SeriesInfo, StudyInfo};

    #[derive(serde::Serialize)]
    pub(super) struct Init<'a> {
        pub(super) upload_id: &'a str,
        pub(super) studies: BTreeMap<&'a str, Study<'a>>,
        pub(super) mode: &'a str,
        pub(super) r#type: &'a str,
        pub(super) source: &'a str,
        pub(super) patient_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) context: Option<&'a RawValue>,
    }

    #[derive(serde::Serialize)]
    pub(super) struct Step<'a> {
        pub(super) upload_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) assembly_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) message: Option<&'a str>,
        pub(super) mode: &'a str,
    }

    /// [`StudyInfo`] without what only the page is told.
    #[derive(serde::Serialize)]
    pub(super) struct Study<'a> {
        study_uid: &'a str,
        patient_name: &'a str,
        patient_id: &'a str,
        study_date: &'a str,
        study_time: &'a str,
        study_description: &'a str,
        institution_name: &'a str,
        modalities: &'a [String],
        series_count: usize,
        images: usize,
        series: BTreeMap<&'a str, Series<'a>>,
    }

    #[derive(serde::Serialize)]
    struct Series<'a> {
        study_instance_uid: &'a str,
        series_instance_uid: &'a str,
        modality: &'a str,
        series_description: &'a str,
        body_part_examined: &'a str,
        series_date: &'a str,
        series_time: &'a str,
        study_date: &'a str,
        series_number: &'a str,
    }

    impl<'a> From<&'a StudyInfo> for Study<'a> {
        fn from(study: &'a StudyInfo) -> Self {
            Self {
                study_uid: &study.study_uid,
                patient_name: &study.patient_name,
                patient_id: &study.patient_id,
                study_date: &study.study_date,
                study_time: &study.study_time,
                study_description: &study.study_description,
                institution_name: &study.institution_name,
                modalities: &study.modalities,
                series_count: study.series_count,
                images: study.images,
                series: study
                    .series
                    .iter()
                    .map(|(uid, series)| (uid.as_str(), Series::from(series)))
                    .collect(),
            }
        }
    }

    impl<'a> From<&'a SeriesInfo> for Series<'a> {
        fn from(series: &'a SeriesInfo) -> Self {
            Self {
                study_instance_uid: &series.study_instance_uid,
                series_instance_uid: &series.series_instance_uid,
                modality: &series.modality,
                series_description: &series.series_description,
                body_part_examined: &series.body_part_examined,
                series_date: &series.series_date,
                series_time: &series.series_time,
                study_date: &series.study_date,
                series_number: &series.series_number,
            }
        }
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
