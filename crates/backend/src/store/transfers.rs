//! Which tus uploads belong to which upload.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::uploads::State;

/// A tus upload.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) tus_id: String,
    pub(crate) filename: String,
}

/// Records a tus upload for an upload that still takes data; false if it doesn't.
pub(crate) fn insert(db: &Connection, upload: i64, tus_id: &str, filename: &str) -> Result<bool> {
    let inserted = db.execute(
        "INSERT INTO transfers
         SELECT ?2, id, ?3, (SELECT coalesce(max(sequence), 0) + 1 FROM transfers)
         FROM uploads WHERE id = ?1 AND state NOT IN (?4, ?5)",
        params![upload, tus_id, filename, State::Cancelled, State::Complete],
    )?;
    Ok(inserted == 1)
}

/// State of the upload that a tus upload of this account belongs to; not found if it is another account's.
pub(crate) fn state_of(db: &Connection, account: &str, tus_id: &str) -> Result<Option<State>> {
    db.query_row(
        "SELECT uploads.state FROM transfers JOIN uploads ON uploads.id = transfers.upload
         WHERE transfers.tus_id = ?1 AND uploads.account = ?2",
        params![tus_id, account],
        |row| row.get(0),
    )
    .optional()
}

/// Newest first.
pub(crate) fn of_upload(db: &Connection, upload: i64) -> Result<Vec<Transfer>> {
    let mut statement =
        db.prepare_cached("SELECT tus_id, filename FROM transfers WHERE upload = ?1 ORDER BY sequence DESC")?;
    let rows = statement
        .query_map(params![upload], |row| Ok(Transfer { tus_id: row.get(0)?, filename: row.get(1)? }))?;
    rows.collect()
}

pub(crate) fn delete(db: &Connection, tus_id: &str) -> Result<()> {
    db.execute("DELETE FROM transfers WHERE tus_id = ?1", params![tus_id])?;
    Ok(())
}
