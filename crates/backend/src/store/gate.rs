//! What a gate remembers: uploads, and tokens that are good for one of them.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::random::TokenHash;

/// An upload that was let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gated {
    pub(crate) account: String,
    /// SHA-256 of the parameters that it was made with: they can name a patient.
    pub(crate) parameters: TokenHash,
}

/// Whether a token was used for another upload than the one of this path, or (without one) at all.
pub(crate) fn is_used(db: &Connection, id: &str, upload: Option<&str>) -> Result<bool> {
    let sql = "SELECT upload FROM used_tokens WHERE id = ?1";
    let used: Option<Option<String>> = db.query_row(sql, params![id], |row| row.get(0)).optional()?;
    Ok(used.is_some_and(|used| upload.is_none() || used.as_deref() != upload))
}

/// Uses a token for an upload, or (without one) for the creation of one. False if [`is_used`].
pub(crate) fn use_token(db: &Connection, id: &str, upload: Option<&str>, forget_at: i64) -> Result<bool> {
    if is_used(db, id, upload)? {
        return Ok(false);
    }
    db.execute("INSERT OR IGNORE INTO used_tokens VALUES (?1, ?2, ?3)", params![id, upload, forget_at])?;
    Ok(true)
}

/// Records an upload, and the token that has made it where there is one.
pub(crate) fn insert_upload(
    db: &Connection,
    path: &str,
    upload: &Gated,
    token: Option<&str>,
    forget_at: i64,
) -> Result<()> {
    db.execute("UPDATE used_tokens SET upload = ?2 WHERE id = ?1", params![token, path])?;
    db.execute(
        "INSERT OR REPLACE INTO gated_uploads VALUES (?1, ?2, ?3, ?4)",
        params![path, upload.account, upload.parameters, forget_at],
    )?;
    Ok(())
}

/// The upload of this path.
pub(crate) fn find(db: &Connection, path: &str) -> Result<Option<Gated>> {
    let sql = "SELECT account, parameters FROM gated_uploads WHERE path = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok(Gated { account: row.get(0)?, parameters: row.get(1)? });
    db.query_row(sql, params![path], read).optional()
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
