//! The options object, checked by the class before it gets here.

use auraloader_core::dicom::ExcludeRule;
use auraloader_core::secret::Secret;
use auraloader_core::session::{Compression, Config};
use js_sys::{Array, Function, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::credentials::{self, Resolvers};
use crate::platform::handles::Handles;
use crate::ui::{Language, Theme};

const RETRY_DELAYS: [u64; 4] = [0, 1000, 3000, 5000];

/// The host page's options.
pub(super) struct Options {
    pub(super) config: Config,
    pub(super) resolvers: Resolvers,
    pub(super) callbacks: Object,
    pub(super) handles: Handles,
    pub(super) theme: Theme,
    pub(super) language: Language,
    pub(super) debug: bool,
}

impl Options {
    /// Reads them; what is missing or of another type counts as not given.
    pub(super) fn read(options: &Object) -> Self {
        let text = |name| get(options, name).as_string();
        let secret = |name| Secret::new(text(name).unwrap_or_default());
        let theme = match text("theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::Auto,
        };
        let compression = match text("compression").as_deref() {
            Some("store") => Compression::Store,
            Some("deflate") => Compression::Deflate,
            _ => Compression::Auto,
        };
        let (upload_token, signature, resolvers) = credentials::read(&get(options, "credentials"));
        let config = Config {
            api_base_url: text("apiBaseUrl").unwrap_or_default(),
            api_token: secret("apiToken"),
            upload_token,
            signature,
            patient_id: text("patientId"),
            context: json(&get(options, "context")),
            chunk_size: get(options, "chunkSize").as_f64().map(|bytes| bytes as u64),
            compression,
            by_study: text("archive").as_deref() == Some("study"),
            resume: get(options, "resume").as_bool().unwrap_or(true),
            retry_delays: retry_delays(&get(options, "retryDelays")),
            exclude_rules: exclude_rules(&get(options, "excludeRules")),
        };
        Self {
            config,
            resolvers,
            callbacks: get(options, "callbacks").dyn_into().unwrap_or_default(),
            handles: get(options, "handles").unchecked_into(),
            theme,
            language: language(&get(options, "language")),
            debug: get(options, "debug").is_truthy(),
        }
    }

    /// The callback of this name, if the host gave one.
    pub(super) fn callback(&self, name: &str) -> Option<Function> {
        get(&self.callbacks, name).dyn_into().ok()
    }
}

/// What `npm/src/language.ts` has found.
fn language(value: &JsValue) -> Language {
    match get(value, "tag").as_string() {
        Some(tag) => Language {
            tag,
            is_rtl: get(value, "isRtl").is_truthy(),
            texts: get(value, "texts").as_string().unwrap_or_default(),
        },
        None => Language::default(),
    }
}

/// Milliseconds may have fractions in JavaScript; they are dropped.
fn retry_delays(value: &JsValue) -> Vec<u64> {
    match value.dyn_ref::<Array>() {
        Some(given) => given.iter().map(|delay| delay.as_f64().unwrap_or_default() as u64).collect(),
        None => RETRY_DELAYS.to_vec(),
    }
}

fn exclude_rules(value: &JsValue) -> Vec<ExcludeRule> {
    let rule = |rule: JsValue| {
        let text = |name| get(&rule, name).as_string();
        ExcludeRule {
            sop_class_uid: text("sopClassUid"),
            modality: text("modality"),
            protocol_name: text("protocolName"),
        }
    };
    match value.dyn_ref::<Array>() {
        Some(given) => given.iter().map(rule).collect(),
        None => ExcludeRule::defaults(),
    }
}

/// A field of an object; `undefined` if there is none.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

fn json(value: &JsValue) -> Option<String> {
    if value.is_undefined() || value.is_null() {
        return None;
    }
    JSON::stringify(value).ok().and_then(|json| json.as_string())
}
