//! The tables, and opening them.

use super::CatalogueError;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// The form of the tables, as `user_version` has it.
const FORM: i64 = 1;
/// How long a program waits for another one that is writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// `content` has what there is by its hash, `asset` the names that point at it. An asset whose
/// `state` is NULL has no files yet. `word` holds what assets are found by; `job` is the journal of
/// ingest; `taken` remembers which files of watched folders were dealt with.
const TABLES: &str = "
CREATE TABLE content (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    head BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE asset (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    digest BLOB REFERENCES content (digest),
    state TEXT,
    fault TEXT,
    card TEXT NOT NULL DEFAULT '{}',
    course TEXT NOT NULL DEFAULT '',
    grade TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    licence_from TEXT,
    licence_until TEXT,
    index_bytes INTEGER, index_changed_ns INTEGER, index_inode INTEGER,
    card_bytes INTEGER, card_changed_ns INTEGER, card_inode INTEGER
);
CREATE INDEX asset_by_digest ON asset (digest);
CREATE VIRTUAL TABLE word USING fts5 (
    tokens, content = '', contentless_delete = 1, tokenize = 'ascii', detail = none
);
CREATE TABLE job (
    id TEXT PRIMARY KEY REFERENCES asset (id),
    request TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'ingesting', 'refused')),
    worker TEXT,
    fault TEXT,
    queued INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE taken (
    path TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL
) WITHOUT ROWID;
";

/// Opens or makes a catalogue.
pub(super) fn open(path: &Path) -> Result<Connection, CatalogueError> {
    let prepare = || {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.set_prepared_statement_cache_capacity(32);
        let mut form = form(&connection)?;
        if form == 0 {
            // Another program may be making it at the same time.
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            form = self::form(&transaction)?;
            if form == 0 {
                transaction.execute_batch(TABLES)?;
                transaction.pragma_update(None, "user_version", FORM)?;
                form = FORM;
            }
            transaction.commit()?;
        }
        Ok((connection, form))
    };
    let (connection, form) = prepare().map_err(|error| wrap(path, &error))?;
    if form != FORM {
        return Err(CatalogueError::Newer { path: path.to_owned(), found: form, known: FORM });
    }
    Ok(connection)
}

fn form(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// An error of SQLite, with the catalogue's path.
pub(super) fn wrap(path: &Path, error: &rusqlite::Error) -> CatalogueError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => CatalogueError::Full { path },
        _ => CatalogueError::Sqlite { path, message: error.to_string() },
    }
}
