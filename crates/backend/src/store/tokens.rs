//! Nonces, upload tokens and lift tokens.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::random::TokenHash;

/// An upload token as it was handed out.
pub(crate) struct NewToken {
    pub(crate) hash: TokenHash,
    pub(crate) account: String,
    /// Separated by spaces.
    pub(crate) scopes: String,
    pub(crate) expires_at: i64,
    pub(crate) max_uses: Option<u32>,
}

/// What a token is good for.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) account: String,
    pub(crate) scopes: String,
}

/// Remembers a nonce; false if it was there already.
pub(crate) fn remember_nonce(db: &Connection, app_id: &str, nonce: &str, forget_at: i64) -> Result<bool> {
    let inserted =
        db.execute("INSERT OR IGNORE INTO nonces VALUES (?1, ?2, ?3)", params![app_id, nonce, forget_at])?;
    Ok(inserted == 1)
}

pub(crate) fn insert(db: &Connection, token: &NewToken) -> Result<()> {
    let NewToken { hash, account, scopes, expires_at, max_uses } = token;
    db.execute(
        "INSERT INTO tokens (hash, account, scopes, expires_at, max_uses) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![hash, account, scopes, expires_at, max_uses],
    )?;
    Ok(())
}

/// The grant of a token that hasn't expired.
pub(crate) fn find(db: &Connection, hash: &TokenHash, now: i64) -> Result<Option<Grant>> {
    db.query_row(
        "SELECT account, scopes FROM tokens WHERE hash = ?1 AND expires_at > ?2",
        params![hash, now],
        |row| Ok(Grant { account: row.get(0)?, scopes: row.get(1)? }),
    )
    .optional()
}

/// Counts one use; false if none was left.
pub(crate) fn spend(db: &Connection, hash: &TokenHash) -> Result<bool> {
    let spent = db.execute(
        "UPDATE tokens SET uses = uses + 1 WHERE hash = ?1 AND (max_uses IS NULL OR uses < max_uses)",
        params![hash],
    )?;
    Ok(spent == 1)
}

pub(crate) fn insert_lift(db: &Connection, hash: &TokenHash, account: &str, expires_at: i64) -> Result<()> {
    db.execute("INSERT INTO lift_tokens VALUES (?1, ?2, ?3)", params![hash, account, expires_at])?;
    Ok(())
}

/// The account of a lift token that hasn't expired.
pub(crate) fn find_lift(db: &Connection, hash: &TokenHash, now: i64) -> Result<Option<String>> {
    let sql = "SELECT account FROM lift_tokens WHERE hash = ?1 AND expires_at > ?2";
    db.query_row(sql, params![hash, now], |row| row.get(0)).optional()
}

/// Deletes what has expired.
pub(crate) fn purge(db: &Connection, now: i64) -> Result<()> {
    db.execute("DELETE FROM nonces WHERE forget_at <= ?1", params![now])?;
    db.execute("DELETE FROM tokens WHERE expires_at <= ?1", params![now])?;
    db.execute("DELETE FROM lift_tokens WHERE expires_at <= ?1", params![now])?;
    Ok(())
}
