//! Credentials as `npm/src/credentials.ts` gives them, and the calling of the host's resolvers.

use auraloader_core::credentials::{Grant, Kind, Source, Subject, Unresolved};
use auraloader_core::secret::Secret;
use auraloader_core::time::Unix;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::options::get;

/// The host's resolvers, wrapped so that they give values with their expiry.
pub(super) struct Resolvers {
    upload_token: Option<Function>,
    signature: Option<Function>,
}

/// Reads `{uploadToken, signature, threshold}`.
pub(super) fn read(credentials: &JsValue) -> (Source, Option<Source>, Resolvers) {
    let threshold = get(credentials, "threshold").as_f64().unwrap_or_default() as u64;
    let source = |from: &JsValue, resolve: &Option<Function>| Source {
        given: grant(&get(from, "given")),
        has_resolver: resolve.is_some(),
        threshold,
    };
    let (token, signature) = (get(credentials, "uploadToken"), get(credentials, "signature"));
    let resolver = |from: &JsValue| get(from, "resolve").dyn_into::<Function>().ok();
    let resolvers = Resolvers { upload_token: resolver(&token), signature: resolver(&signature) };
    let signed = signature.is_object().then(|| source(&signature, &resolvers.signature));
    (source(&token, &resolvers.upload_token), signed, resolvers)
}

impl Resolvers {
    /// Calls one at once; its answer is waited for.
    pub(super) fn call(
        &self,
        kind: Kind,
        subject: Option<&Subject>,
        attempt: u32,
    ) -> impl Future<Output = Result<Grant, Unresolved>> + use<> {
        let resolver = match kind {
            Kind::UploadToken => &self.upload_token,
            Kind::Signature => &self.signature,
        };
        let request = subject.map_or(JsValue::UNDEFINED, |subject| request(subject, attempt));
        let called = resolver.as_ref().map(|resolve| resolve.call1(&JsValue::UNDEFINED, &request));
        async move {
            let answer = match called {
                Some(Ok(promise)) => JsFuture::from(Promise::resolve(&promise)).await,
                Some(Err(error)) => Err(error),
                None => Err(JsValue::UNDEFINED),
            };
            match answer {
                Ok(answer) => grant(&answer).ok_or(Unresolved::Failed),
                Err(error) if get(&error, "incomplete").is_truthy() => {
                    Err(Unresolved::Incomplete(get(&error, "message").as_string().unwrap_or_default()))
                }
                Err(_) => Err(Unresolved::Failed),
            }
        }
    }
}

/// `SignatureRequest`.
fn request(subject: &Subject, attempt: u32) -> JsValue {
    let object = Object::new();
    let set = |name: &str, value: JsValue| drop(Reflect::set(&object, &name.into(), &value));
    set("uploadId", subject.upload_id.as_str().into());
    set("fileName", subject.file_name.as_str().into());
    set("fileSize", subject.file_size.map_or(JsValue::NULL, |size| (size as f64).into()));
    set("fileType", "application/zip".into());
    set("studyUids", subject.study_uids.iter().map(JsValue::from).collect::<Array>().into());
    set("attempt", attempt.into());
    object.into()
}

/// `{value, expires}`; `expires` in milliseconds since 1970, or `null`.
fn grant(from: &JsValue) -> Option<Grant> {
    let value = get(from, "value").as_string()?;
    let expires = get(from, "expires").as_f64().map(|ms| Unix(ms as u64));
    Some(Grant { value: Secret::new(value), expires })
}
