//! What a gate remembers of tokens that are good for one upload.

use rusqlite::{Connection, OptionalExtension, Result, params};

/// Uses a token for an upload, or (without one) for the creation of one. False if it was used for another before.
pub(crate) fn use_token(db: &Connection, id: &str, upload: Option<&str>, forget_at: i64) -> Result<bool> {
    let inserted =
        db.execute("INSERT OR IGNORE INTO used_tokens VALUES (?1, ?2, ?3)", params![id, upload, forget_at])?;
    if inserted == 1 {
        return Ok(true);
    }
    let sql = "SELECT upload FROM used_tokens WHERE id = ?1";
    let used: Option<String> = db.query_row(sql, params![id], |row| row.get(0))?;
    Ok(upload.is_some() && used.as_deref() == upload)
}

/// Records the upload that a token has made.
pub(crate) fn insert_upload(
    db: &Connection,
    token: &str,
    path: &str,
    parameters: &str,
    forget_at: i64,
) -> Result<()> {
    db.execute("UPDATE used_tokens SET upload = ?2 WHERE id = ?1", params![token, path])?;
    db.execute(
        "INSERT OR REPLACE INTO gated_uploads VALUES (?1, ?2, ?3)",
        params![path, parameters, forget_at],
    )?;
    Ok(())
}

/// The parameters that an upload was made with; `None` if none has this path.
pub(crate) fn parameters_of(db: &Connection, path: &str) -> Result<Option<String>> {
    let sql = "SELECT parameters FROM gated_uploads WHERE path = ?1";
    db.query_row(sql, params![path], |row| row.get(0)).optional()
}

pub(crate) fn forget_upload(db: &Connection, path: &str) -> Result<()> {
    db.execute("DELETE FROM gated_uploads WHERE path = ?1", params![path])?;
    Ok(())
}

/// Deletes what has expired.
pub(crate) fn purge(db: &Connection, now: i64) -> Result<()> {
    db.execute("DELETE FROM used_tokens WHERE forget_at <= ?1", params![now])?;
    db.execute("DELETE FROM gated_uploads WHERE forget_at <= ?1", params![now])?;
    Ok(())
}
