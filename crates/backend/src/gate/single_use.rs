//! ImageKit's tokens: each is good for one upload, with the parameters that it carries.
//!
//! A token is used up by the creation that it is sent with, whatever comes of that. The requests that follow may carry
//! the same one, or, as an upload can outlive it, another one with the same parameters that was not used before.

use std::collections::BTreeMap;

use auraloader_signing::imagekit::{self, Genuine, KeyPair, Verified, VerifyError};

use super::refusal::Refusal;
use super::request::{Judged, Step};
use crate::random::{self, TokenHash};
use crate::store::{Store, gate};

/// What `Upload-Metadata` calls a parameter that has another name where signatures are asked for.
const NAMES: [(&str, &str); 5] = [
    ("upload_id", "uploadId"),
    ("filename", "fileName"),
    ("name", "fileName"),
    ("filetype", "fileType"),
    ("type", "fileType"),
];
/// Parameters that don't come from `Upload-Metadata` under these names, so that nothing there may pass for them.
const RESERVED: [&str; 6] = ["uploadId", "fileName", "fileType", "fileSize", "file", "token"];
/// The server's own words, which the widget repeats: signed or not, as the signer likes.
const SERVERS_OWN: [&str; 2] = ["bucket", "mode"];

type Parameters = BTreeMap<String, String>;

/// The token of a request, genuine and not used for another upload.
pub(super) async fn token(
    keys: &[KeyPair],
    judged: &Judged,
    upload: Option<&str>,
    store: &Store,
    now: i64,
) -> Result<Genuine, Refusal> {
    let token = judged.signature.as_deref().ok_or(Refusal::MissingToken)?;
    let genuine = imagekit::genuine(token, keys, now).map_err(Refusal::ImageKit)?;
    let (id, upload) = (genuine.token.id.clone(), upload.map(str::to_owned));
    let used = store.run(move |db| gate::is_used(db, &id, upload.as_deref())).await?;
    if used { Err(Refusal::Used) } else { Ok(genuine) }
}

/// Uses a token for the upload that has this path, or for the creation of one; of two at the same time, one is refused.
pub(super) async fn use_up(store: &Store, token: Verified, upload: Option<&str>) -> Result<(), Refusal> {
    let upload = upload.map(str::to_owned);
    let free = store.run(move |db| gate::use_token(db, &token.id, upload.as_deref(), token.expires)).await?;
    if free { Ok(()) } else { Err(Refusal::Used) }
}

/// Whether a creation is the one that the token is for.
pub(super) fn check_creation(genuine: &Genuine, judged: &Judged) -> Result<(), Refusal> {
    let given = parameters(judged)?;
    let differs = |name: &&String| {
        let unsigned = SERVERS_OWN.contains(&name.as_str()) && !genuine.parameters.contains_key(*name);
        !unsigned && given.get(*name) != genuine.parameters.get(*name)
    };
    match given.keys().chain(genuine.parameters.keys()).find(differs) {
        None => Ok(()),
        Some(name) => Err(Refusal::ImageKit(VerifyError::Parameter {
            name: name.to_owned(),
            token: genuine.token.clone(),
        })),
    }
}

/// Whether the token is for an upload that was made with parameters of this hash.
pub(super) fn check_upload(genuine: &Genuine, made_with: &TokenHash) -> Result<(), Refusal> {
    if hash(&genuine.parameters) == *made_with { Ok(()) } else { Err(Refusal::OtherUpload) }
}

/// Of the parameters without the server's own words, which one token may have and the next not.
pub(super) fn hash(parameters: &Parameters) -> TokenHash {
    let own = parameters.iter().filter(|(name, _)| !SERVERS_OWN.contains(&name.as_str()));
    random::hash(
        &own.map(|(name, value)| serde_json::json!([name, value])).collect::<serde_json::Value>().to_string(),
    )
}

/// The parameters of a creation, under the names that the widget's `secureUploadsSignatureResolver` is told.
fn parameters(judged: &Judged) -> Result<Parameters, Refusal> {
    debug_assert_eq!(judged.step, Step::Create);
    let mut parameters = Parameters::new();
    for (name, value) in &judged.metadata {
        if let Some(reserved) = RESERVED.into_iter().find(|reserved| reserved == name) {
            return Err(Refusal::ReservedMetadata(reserved));
        }
        let known = NAMES.iter().find(|(metadata, _)| metadata == name).map(|(_, parameter)| *parameter);
        let before = parameters.insert(known.unwrap_or(name).to_owned(), value.clone());
        if let Some(parameter) = known.filter(|_| before.is_some_and(|before| before != *value)) {
            return Err(Refusal::DuplicateMetadata(parameter));
        }
    }
    if let Some(length) = judged.length {
        parameters.insert("fileSize".to_owned(), length.to_string());
    }
    Ok(parameters)
}
