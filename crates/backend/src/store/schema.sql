PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
-- What is deleted was patients' data: overwrite it.
PRAGMA secure_delete = ON;

-- Nonces of signed requests, until their timestamps are too old to be accepted.
CREATE TABLE IF NOT EXISTS nonces (
    app_id    TEXT NOT NULL,
    nonce     TEXT NOT NULL,
    forget_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, nonce)
) WITHOUT ROWID;

-- Upload tokens (aubt_…), by SHA-256.
CREATE TABLE IF NOT EXISTS tokens (
    hash       BLOB PRIMARY KEY,
    account    TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    max_uses   INTEGER,
    uses       INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Tokens for tus requests, by SHA-256.
CREATE TABLE IF NOT EXISTS lift_tokens (
    hash       BLOB PRIMARY KEY,
    account    TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Of a cancelled upload only the row itself stays, so that nothing sent late revives it.
CREATE TABLE IF NOT EXISTS uploads (
    id           INTEGER PRIMARY KEY,
    account      TEXT NOT NULL,
    upload_id    TEXT NOT NULL,
    state        TEXT NOT NULL,
    announcement TEXT,
    patient_id   TEXT,
    context      TEXT,
    assembly_id  TEXT,
    message      TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (account, upload_id)
);

-- Announced studies; what was received is filled in on completion.
CREATE TABLE IF NOT EXISTS studies (
    id              TEXT PRIMARY KEY,
    upload          INTEGER NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    study_uid       TEXT NOT NULL,
    patient_name    TEXT NOT NULL,
    description     TEXT NOT NULL,
    series_count    INTEGER NOT NULL,
    images          INTEGER NOT NULL,
    received_images INTEGER,
    UNIQUE (upload, study_uid)
) WITHOUT ROWID;

-- Received series.
CREATE TABLE IF NOT EXISTS series (
    study       TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    series_uid  TEXT NOT NULL,
    modality    TEXT NOT NULL,
    description TEXT NOT NULL,
    images      INTEGER NOT NULL,
    PRIMARY KEY (study, series_uid)
) WITHOUT ROWID;

-- Which tus upload belongs to whom.
CREATE TABLE IF NOT EXISTS transfers (
    tus_id     TEXT PRIMARY KEY,
    upload     INTEGER NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    filename   TEXT NOT NULL,
    sequence   INTEGER NOT NULL
) WITHOUT ROWID;

-- Tokens that are good for one upload, by SHA-256 in hexadecimal, until they expire by themselves. `upload` is the path
-- of the one; none where nothing came of the creation.
CREATE TABLE IF NOT EXISTS used_tokens (
    id        TEXT PRIMARY KEY,
    upload    TEXT,
    forget_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Uploads behind a gate: whose they are, and SHA-256 of the parameters that a token for them must have.
CREATE TABLE IF NOT EXISTS gated_uploads (
    path       TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    parameters BLOB NOT NULL,
    forget_at  INTEGER NOT NULL
) WITHOUT ROWID;
