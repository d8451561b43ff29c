//! `POST /uploader/upload/init`: what is going to be uploaded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fields::Fields;
use crate::app::App;
use crate::auth::{Caller, UploadInit};
use crate::error::ApiError;
use crate::store::uploads::{self, NewStudy, NewUpload, State as UploadState};

/// What an archive is held against, by Study Instance UID.
pub(crate) type Announcement = BTreeMap<String, AnnouncedStudy>;

/// What was announced of a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AnnouncedStudy {
    /// Series Instance UIDs.
    pub(crate) series: BTreeSet<String>,
    /// Number of instances.
    pub(crate) images: u32,
    patient_name: String,
    description: String,
}

pub(crate) async fn init(
    State(app): State<Arc<App>>,
    caller: Caller<UploadInit>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (announcement, new) = read(&body, caller.account)?;
    let now = app.now();
    let outcome = app.store.run(move |db| {
        let Some(upload) = uploads::find(db, &new.account, &new.upload_id)? else {
            uploads::insert(db, &new, now)?;
            return Ok(Ok(new.studies.into_iter().map(|study| study.id).collect()));
        };
        let known = upload.announcement.and_then(|json| serde_json::from_str::<Announcement>(&json).ok());
        match known {
            _ if upload.state == UploadState::Cancelled => Ok(Err(ApiError::Cancelled)),
            Some(known) if known == announcement => uploads::study_ids(db, upload.id).map(Ok),
            _ => Ok(Err(ApiError::AnnouncedOtherwise)),
        }
    });
    let ids: Vec<String> = outcome.await??;
    let studies: Vec<Value> = ids.into_iter().map(|id| json!({ "id": id })).collect();
    Ok(Json(json!({ "studies": studies })))
}

fn read(body: &[u8], account: String) -> Result<(Announcement, NewUpload), ApiError> {
    let mut fields = Fields::parse(body)?;
    let upload_id = fields.uuid("upload_id");
    fields.exactly("mode", "bulk");
    fields.exactly("type", "uploader");
    fields.exactly("source", "standalone-uploader");
    let patient_id =
        fields.optional("patient_id", "must be a text or null", |value| value.as_str().map(str::to_owned));
    let context =
        fields.optional("context", "must be an object", |value| value.is_object().then(|| value.to_string()));
    let announcement = read_studies(&mut fields);
    fields.finish()?;

    let studies = announcement.iter().map(|(study_uid, study)| NewStudy {
        id: uuid::Uuid::new_v4().to_string(),
        study_uid: study_uid.clone(),
        patient_name: study.patient_name.clone(),
        description: study.description.clone(),
        series_count: u32::try_from(study.series.len()).unwrap_or(u32::MAX),
        images: study.images,
    });
    let studies = studies.collect();
    let json = serde_json::to_string(&announcement).map_err(ApiError::Json)?;
    Ok((announcement, NewUpload { account, upload_id, announcement: json, patient_id, context, studies }))
}

fn read_studies(fields: &mut Fields) -> Announcement {
    let Some(Value::Object(studies)) = fields.take("studies") else {
        fields.refuse("studies", "must be an object of studies by their UIDs");
        return Announcement::new();
    };
    if studies.is_empty() {
        fields.refuse("studies", "must hold at least one study");
    }
    studies
        .into_iter()
        .map(|(uid, study)| {
            let study = read_study(fields, &uid, &study);
            (uid, study)
        })
        .collect()
}

fn read_study(fields: &mut Fields, uid: &str, study: &Value) -> AnnouncedStudy {
    let count = |name| study.get(name).and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok());
    let text = |name| study.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut refuse = |name: &str, must: &str| fields.refuse(format!("studies.{uid}.{name}"), must);

    if text("study_uid") != uid {
        refuse("study_uid", "must be the UID that the study is listed under");
    }
    let images = count("images").filter(|images| *images > 0);
    if images.is_none() {
        refuse("images", "must be a whole number of at least 1");
    }
    let series: Option<BTreeSet<String>> =
        study.get("series").and_then(Value::as_object).map(|series| series.keys().cloned().collect());
    match &series {
        Some(series) if !series.is_empty() => {
            if count("series_count").map(|count| count as usize) != Some(series.len()) {
                refuse("series_count", "must be the number of series");
            }
        }
        _ => refuse("series", "must be an object of series by their UIDs, and not empty"),
    }
    AnnouncedStudy {
        series: series.unwrap_or_default(),
        images: images.unwrap_or_default(),
        patient_name: text("patient_name"),
        description: text("study_description"),
    }
}
