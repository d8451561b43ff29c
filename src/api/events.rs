//! What the host is told: by its callbacks, and by events on the container.

use std::cell::RefCell;
use std::sync::Arc;

use auraloader_core::dicom::{RejectedFile, StudyInfo};
use auraloader_core::json::Writer;
use auraloader_core::state::{Progress, State, Step, StudyId, UploadResult};
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement, console};

use super::options::Options;

/// The name of a callback and of its event.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Studies,
    State,
    Complete,
    Error,
    Cancel,
    Progress,
    Rejected,
}

impl Topic {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Studies => ("onStudiesFound", "auraloader:studies"),
            Self::State => ("onStateChange", "auraloader:state"),
            Self::Complete => ("onUploadComplete", "auraloader:complete"),
            Self::Error => ("onUploadError", "auraloader:error"),
            Self::Cancel => ("onUploadCancel", "auraloader:cancel"),
            Self::Progress => ("onProgress", "auraloader:progress"),
            Self::Rejected => ("onFilesRejected", "auraloader:rejected"),
        }
    }
}

/// Calls the callback and dispatches the event; what the host's code throws is logged and changes nothing.
pub(super) fn tell(options: &Options, container: &HtmlElement, topic: Topic, detail: &JsValue) {
    let (callback, event) = topic.names();
    if let Some(function) = options.callback(callback) {
        let arguments = if detail.is_undefined() { Array::new() } else { Array::of1(detail) };
        if let Err(error) = function.apply(&options.callbacks, &arguments) {
            console::error_2(&format!("[auraloader] {callback} threw").into(), &error);
        }
    }
    let init = CustomEventInit::new();
    init.set_detail(detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(event, &init) {
        // Listeners' exceptions are reported by the browser; the event can't be prevented.
        drop(container.dispatch_event(&event));
    }
}

/// States as the host gets them. Lists are made once a change, as there can be thousands of studies in them.
#[derive(Debug, Default)]
pub(super) struct States {
    studies: RefCell<Cached<StudyInfo>>,
    rejected: RefCell<Cached<RejectedFile>>,
}

#[derive(Debug)]
struct Cached<T> {
    list: Arc<Vec<T>>,
    js: JsValue,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self { list: Arc::default(), js: Array::new().into() }
    }
}

impl<T> Cached<T> {
    fn get(&mut self, list: &Arc<Vec<T>>, tell: fn(&T, &mut Writer)) -> JsValue {
        if !Arc::ptr_eq(&self.list, list) {
            let mut json = Writer::default();
            json.open('[');
            list.iter().for_each(|one| tell(one, &mut json));
            json.close(']');
            // What is written is JSON.
            let js = JSON::parse(&json.finish()).unwrap_or_default();
            *self = Self { list: Arc::clone(list), js };
        }
        self.js.clone()
    }
}

impl States {
    /// `StudyInfo[]`.
    pub(super) fn studies(&self, state: &State) -> JsValue {
        self.studies.borrow_mut().get(&state.studies, StudyInfo::tell)
    }

    /// `RejectedFile[]`.
    pub(super) fn rejected(&self, state: &State) -> JsValue {
        self.rejected.borrow_mut().get(&state.rejected, |file, json| {
            json.open('{');
            json.field("path", &file.path);
            json.field("reason", file.reason.name());
            json.close('}');
        })
    }

    /// `UploaderState`.
    pub(super) fn public(&self, state: &State) -> JsValue {
        let study_id =
            state.result.as_ref().and_then(|result| result.studies.first()).map_or("", |study| &study.id);
        let message = state.error.as_ref().map_or("", |error| &error.message);
        let object = Object::new();
        let set = |name: &str, value: JsValue| drop(Reflect::set(&object, &name.into(), &value));
        set("step", state.step.name().into());
        set("totalFiles", state.total_files.into());
        set("studiesCount", state.studies.len().into());
        set("seriesCount", state.studies.iter().map(|study| study.series_count).sum::<usize>().into());
        set("studies", self.studies(state));
        set("complete", (state.step == Step::Complete).into());
        set("studyId", study_id.into());
        // The archive is packed while it is being sent: until the first byte there is nothing else to wait for.
        set("zipping", (state.step == Step::Uploading && state.progress.bytes_sent == 0).into());
        set("errorMessage", message.into());
        set("connectionIssues", state.connection_issues.into());
        set("rejected", self.rejected(state));
        set("progress", progress(&state.progress));
        object.into()
    }
}

/// `Progress`; field by field, as numbers with fractions would cost the bundle their formatting.
pub(super) fn progress(progress: &Progress) -> JsValue {
    let object = Object::new();
    let set = |name: &str, value: JsValue| drop(Reflect::set(&object, &name.into(), &value));
    set("phase", progress.phase.name().into());
    set("filesDone", progress.files_done.into());
    set("filesTotal", progress.files_total.into());
    set("bytesSent", (progress.bytes_sent as f64).into());
    set("bytesTotal", (progress.bytes_total as f64).into());
    set("bytesPerSecond", progress.bytes_per_second.into());
    set("secondsLeft", progress.seconds_left.map_or(JsValue::NULL, JsValue::from));
    object.into()
}

/// `UploadResult`.
pub(super) fn result(result: &UploadResult) -> JsValue {
    let object = Object::new();
    let set = |name: &str, value: JsValue| drop(Reflect::set(&object, &name.into(), &value));
    let study = |study: &StudyId| {
        let object = Object::new();
        drop(Reflect::set(&object, &"id".into(), &study.id.as_str().into()));
        object
    };
    set("uploadId", result.upload_id.as_str().into());
    set("studies", result.studies.iter().map(study).collect::<Array>().into());
    set("successful", result.successful.into());
    set("failed", result.failed.into());
    object.into()
}
