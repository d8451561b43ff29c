//! ImageKit's tokens: each is good for one upload, with the parameters that it carries.
//!
//! A token is used up by the creation that it is sent with, whatever comes of that. The requests that follow may carry
//! the same one, or, as an upload can outlive it, another one with the same parameters that was not used before.

use std::collections::BTreeMap;

use auraloader_signing::imagekit::{self, KeyPair, Verified, VerifyError};

use super::refusal::Refusal;
use super::request::{Judged, Step};
use super::scheme::Grant;
use crate::store::{Store, gate};

/// What `Upload-Metadata` calls a parameter that has another name where signatures are asked for.
const NAMES: [(&str, &str); 5] = [
    ("upload_id", "uploadId"),
    ("filename", "fileName"),
    ("name", "fileName"),
    ("filetype", "fileType"),
    ("type", "fileType"),
];
/// The server's own words, which the widget repeats: signed or not, as the signer likes.
const SERVERS_OWN: [&str; 2] = ["bucket", "mode"];

pub(super) type Parameters = BTreeMap<String, String>;

/// A request that a token covers.
pub(super) struct Admitted {
    pub(super) grant: Grant,
    /// The token of a creation, used up before it goes on.
    pub(super) token: Verified,
    pub(super) parameters: Parameters,
}

/// Verifies the token of a request to `path`. `now` in Unix seconds.
pub(super) async fn admit(
    keys: &[KeyPair],
    judged: &Judged,
    path: &str,
    store: &Store,
    now: i64,
) -> Result<Admitted, Refusal> {
    let parameters = match judged.step {
        Step::Create => parameters(judged)?,
        _ => {
            let path = path.to_owned();
            let known = store.run(move |db| gate::parameters_of(db, &path)).await?;
            known.and_then(|json| serde_json::from_str(&json).ok()).ok_or(Refusal::NotFound)?
        }
    };
    let token = judged.signature.as_deref().ok_or(Refusal::MissingToken)?;
    let upload = (judged.step != Step::Create).then(|| path.to_owned());
    let verified = match verify(token, keys, &parameters, now) {
        Ok(verified) => verified,
        Err(error) => {
            if let Some(used) = error.used().cloned() {
                use_up(store, used, upload).await?;
            }
            return Err(Refusal::ImageKit(error));
        }
    };
    Ok(Admitted { grant: Grant::of(verified.public_key.clone()), token: verified, parameters })
}

/// Uses a token for an upload that has this path, or for the creation of one; refused if it was used for another.
pub(super) async fn use_up(store: &Store, token: Verified, upload: Option<String>) -> Result<(), Refusal> {
    let free = store.run(move |db| gate::use_token(db, &token.id, upload.as_deref(), token.expires)).await?;
    if free { Ok(()) } else { Err(Refusal::Used) }
}

fn verify(token: &str, keys: &[KeyPair], parameters: &Parameters, now: i64) -> Result<Verified, VerifyError> {
    let mut given: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    loop {
        let result = imagekit::verify(token, keys, &given, now);
        let Err(VerifyError::Parameter { name, .. }) = &result else { return result };
        let before = given.len();
        given.retain(|(given, _)| given != name || !SERVERS_OWN.contains(given));
        // A word that the token has too was signed otherwise, and stays refused without it.
        if given.len() == before {
            return result;
        }
    }
}

/// The parameters of a creation, under the names that the widget's `secureUploadsSignatureResolver` is told.
fn parameters(judged: &Judged) -> Result<Parameters, Refusal> {
    let mut parameters = Parameters::new();
    for (name, value) in &judged.metadata {
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
