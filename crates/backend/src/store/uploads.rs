//! Uploads with their studies and series.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::Serialize;

use crate::archive::Contents;

/// How far an upload has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Announced,
    Started,
    Error,
    Complete,
    Cancelled,
}

impl State {
    const ALL: [Self; 5] = [Self::Announced, Self::Started, Self::Error, Self::Complete, Self::Cancelled];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Started => "started",
            Self::Error => "error",
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
        }
    }
}

impl ToSql for State {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(FromSqlError::InvalidType)
    }
}

/// An upload's row.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) id: i64,
    pub(crate) upload_id: String,
    pub(crate) state: State,
    /// The announced studies as JSON; `None` once cancelled.
    pub(crate) announcement: Option<String>,
    pub(crate) assembly_id: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) created_at: i64,
}

const COLUMNS: &str = "id, upload_id, state, announcement, assembly_id, message, created_at";

fn upload(row: &Row<'_>) -> Result<Upload> {
    Ok(Upload {
        id: row.get(0)?,
        upload_id: row.get(1)?,
        state: row.get(2)?,
        announcement: row.get(3)?,
        assembly_id: row.get(4)?,
        message: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// What `init` says of an upload.
pub(crate) struct NewUpload {
    pub(crate) account: String,
    pub(crate) upload_id: String,
    pub(crate) announcement: String,
    pub(crate) patient_id: Option<String>,
    pub(crate) context: Option<String>,
    pub(crate) studies: Vec<NewStudy>,
}

pub(crate) struct NewStudy {
    pub(crate) id: String,
    pub(crate) study_uid: String,
    pub(crate) patient_name: String,
    pub(crate) description: String,
    pub(crate) series_count: u32,
    pub(crate) images: u32,
}

pub(crate) fn find(db: &Connection, account: &str, upload_id: &str) -> Result<Option<Upload>> {
    let sql = format!("SELECT {COLUMNS} FROM uploads WHERE account = ?1 AND upload_id = ?2");
    db.query_row(&sql, params![account, upload_id], upload).optional()
}

/// The account's latest uploads, newest first.
pub(crate) fn latest(db: &Connection, account: &str, limit: u32) -> Result<Vec<Upload>> {
    let sql = format!("SELECT {COLUMNS} FROM uploads WHERE account = ?1 ORDER BY id DESC LIMIT ?2");
    let mut statement = db.prepare_cached(&sql)?;
    statement.query_map(params![account, limit], upload)?.collect()
}

pub(crate) fn insert(db: &Connection, new: &NewUpload, now: i64) -> Result<()> {
    let NewUpload { account, upload_id, announcement, patient_id, context, studies } = new;
    db.execute(
        "INSERT INTO uploads (account, upload_id, state, announcement, patient_id, context, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        params![account, upload_id, State::Announced, announcement, patient_id, context, now],
    )?;
    let upload = db.last_insert_rowid();
    for study in studies {
        let NewStudy { id, study_uid, patient_name, description, series_count, images } = study;
        db.execute(
            "INSERT INTO studies (id, upload, study_uid, patient_name, description, series_count, images)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![id, upload, study_uid, patient_name, description, series_count, images],
        )?;
    }
    Ok(())
}

/// The ids that `init` gave the studies, in the order of their UIDs.
pub(crate) fn study_ids(db: &Connection, upload: i64) -> Result<Vec<String>> {
    let mut statement = db.prepare_cached("SELECT id FROM studies WHERE upload = ?1 ORDER BY study_uid")?;
    statement.query_map(params![upload], |row| row.get(0))?.collect()
}

pub(crate) fn set_started(db: &Connection, upload: i64, assembly_id: &str, now: i64) -> Result<()> {
    db.execute(
        "UPDATE uploads SET state = ?2, assembly_id = ?3, message = NULL, updated_at = ?4 WHERE id = ?1",
        params![upload, State::Started, assembly_id, now],
    )?;
    Ok(())
}

pub(crate) fn set_error(db: &Connection, upload: i64, message: &str, now: i64) -> Result<()> {
    db.execute(
        "UPDATE uploads SET state = ?2, message = ?3, updated_at = ?4 WHERE id = ?1",
        params![upload, State::Error, message, now],
    )?;
    Ok(())
}

/// Records what arrived; false if the upload was cancelled meanwhile.
pub(crate) fn set_complete(db: &Connection, upload: i64, contents: &Contents, now: i64) -> Result<bool> {
    let changed = db.execute(
        "UPDATE uploads SET state = ?2, message = NULL, updated_at = ?3 WHERE id = ?1 AND state <> ?4",
        params![upload, State::Complete, now, State::Cancelled],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    for (study_uid, study) in &contents.studies {
        let id: String = db.query_row(
            "UPDATE studies SET received_images = ?3 WHERE upload = ?1 AND study_uid = ?2 RETURNING id",
            params![upload, study_uid, study.images()],
            |row| row.get(0),
        )?;
        for (series_uid, series) in &study.series {
            db.execute(
                "INSERT OR REPLACE INTO series VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, series_uid, series.modality, series.description, series.images],
            )?;
        }
    }
    Ok(true)
}

/// Forgets all of an upload but that it was cancelled. One never heard of is remembered as cancelled, too: its `init`
/// may still be on the way.
pub(crate) fn set_cancelled(db: &Connection, account: &str, upload_id: &str, now: i64) -> Result<i64> {
    let id: i64 = db.query_row(
        "INSERT INTO uploads (account, upload_id, state, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT (account, upload_id) DO UPDATE SET state = ?3, announcement = NULL, patient_id = NULL,
             context = NULL, assembly_id = NULL, message = NULL, updated_at = ?4
         RETURNING id",
        params![account, upload_id, State::Cancelled, now],
        |row| row.get(0),
    )?;
    db.execute("DELETE FROM studies WHERE upload = ?1", params![id])?;
    Ok(id)
}

/// Uploads to clean up: cancelled ones that still have data, and unfinished ones untouched since `before`.
pub(crate) fn leftovers(db: &Connection, before: i64) -> Result<Vec<(String, String)>> {
    let mut statement = db.prepare_cached(
        "SELECT account, upload_id FROM uploads
         WHERE (state = ?1 AND id IN (SELECT upload FROM transfers))
            OR (state IN (?2, ?3, ?4) AND updated_at < ?5)",
    )?;
    let parameters = params![State::Cancelled, State::Announced, State::Started, State::Error, before];
    statement.query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// A study as the demo page lists it.
#[derive(Debug, Serialize)]
pub(crate) struct StudyRow {
    pub(crate) id: String,
    pub(crate) study_uid: String,
    pub(crate) patient_name: String,
    pub(crate) description: String,
    /// As announced.
    pub(crate) series_count: u32,
    /// As announced.
    pub(crate) images: u32,
    /// As found in the archive.
    pub(crate) received_images: Option<u32>,
    pub(crate) series: Vec<SeriesRow>,
}

/// A received series.
#[derive(Debug, Serialize)]
pub(crate) struct SeriesRow {
    pub(crate) series_uid: String,
    pub(crate) modality: String,
    pub(crate) description: String,
    pub(crate) images: u32,
}

pub(crate) fn studies(db: &Connection, upload: i64) -> Result<Vec<StudyRow>> {
    let mut statement = db.prepare_cached(
        "SELECT id, study_uid, patient_name, description, series_count, images, received_images
         FROM studies WHERE upload = ?1 ORDER BY study_uid",
    )?;
    let rows = statement.query_map(params![upload], |row| {
        Ok(StudyRow {
            id: row.get(0)?,
            study_uid: row.get(1)?,
            patient_name: row.get(2)?,
            description: row.get(3)?,
            series_count: row.get(4)?,
            images: row.get(5)?,
            received_images: row.get(6)?,
            series: Vec::new(),
        })
    })?;
    let mut studies: Vec<StudyRow> = rows.collect::<Result<_>>()?;
    for study in &mut studies {
        study.series = series(db, &study.id)?;
    }
    Ok(studies)
}

fn series(db: &Connection, study: &str) -> Result<Vec<SeriesRow>> {
    let mut statement = db.prepare_cached(
        "SELECT series_uid, modality, description, images FROM series WHERE study = ?1 ORDER BY series_uid",
    )?;
    let rows = statement.query_map(params![study], |row| {
        Ok(SeriesRow {
            series_uid: row.get(0)?,
            modality: row.get(1)?,
            description: row.get(2)?,
            images: row.get(3)?,
        })
    })?;
    rows.collect()
}
