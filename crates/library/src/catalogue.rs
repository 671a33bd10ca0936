//! What the library knows without opening a file: names, content, states, cards.
//!
//! The catalogue is `catalogue.sqlite` in the library's folder. Whatever it says of an asset it
//! has read from the asset's files, and it is believed only as long as those look as they did then;
//! so it may be lost and made anew at any time. Of its own it has only the journal of ingest.
//! Playing never needs it.

mod journal;
mod schema;
mod search;
mod words;

pub(crate) use journal::Next;
pub use journal::{Claim, Job, JobState};
pub use search::{Found, Query};

use crate::card::{Card, Licence};
use crate::id::AssetId;
use asset::AssetSummary;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The name of the catalogue in the library's folder.
pub(crate) const FILE_NAME: &str = "catalogue.sqlite";

/// How an asset stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// To be ingested.
    Waiting,
    /// Being ingested.
    Ingesting,
    /// It can be aired.
    Ready,
    /// Ingest has refused its source.
    Refused,
    /// Its files are gone.
    Missing,
    /// Its bytes are not those that were ingested.
    Damaged,
    /// It must not be aired.
    Withdrawn,
}

impl State {
    /// All states.
    pub const ALL: [State; 7] = [
        State::Waiting,
        State::Ingesting,
        State::Ready,
        State::Refused,
        State::Missing,
        State::Damaged,
        State::Withdrawn,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Ingesting => "ingesting",
            State::Ready => "ready",
            State::Refused => "refused",
            State::Missing => "missing",
            State::Damaged => "damaged",
            State::Withdrawn => "withdrawn",
        }
    }

    fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl core::fmt::Display for State {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

impl core::str::FromStr for State {
    type Err = String;

    fn from_str(name: &str) -> Result<State, String> {
        State::from_name(name).ok_or_else(|| {
            let all = State::ALL.map(State::as_str).join(", ");
            format!("no state {name}; there is {all}")
        })
    }
}

/// Why the catalogue cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The disk is full.
    #[error("{path}: the disk is full")]
    Full {
        /// The catalogue.
        path: PathBuf,
    },
    /// A newer program has made it.
    #[error("{path}: has form {found}, this program knows form {known}; use the newer program")]
    Newer {
        /// The catalogue.
        path: PathBuf,
        /// Its form.
        found: i64,
        /// The newest form that is known here.
        known: i64,
    },
    /// SQLite cannot read or write it.
    #[error("{path}: {message}; if it stays so, run `headend library rebuild CONFIG`")]
    Sqlite {
        /// The catalogue.
        path: PathBuf,
        /// What SQLite says.
        message: String,
    },
}

/// What a file looks like from outside: while this stays, its content is taken to stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileStamp {
    pub(crate) bytes: i64,
    pub(crate) changed_ns: i64,
    pub(crate) inode: i64,
}

/// The stamps of the files that a row speaks of. A missing card has the stamp of nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamps {
    pub(crate) index: FileStamp,
    pub(crate) card: FileStamp,
}

/// What was found of an asset in its files.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    pub(crate) id: AssetId,
    pub(crate) stamps: Stamps,
    /// The first bytes of the index, with its whole summary; empty when it cannot be read.
    pub(crate) head: Vec<u8>,
    pub(crate) summary: Option<AssetSummary>,
    pub(crate) card: Card,
    pub(crate) state: State,
    pub(crate) fault: Option<String>,
}

/// What a row says of an asset whose files look as they did.
#[derive(Clone, Debug)]
pub(crate) struct Recollection {
    pub(crate) summary: AssetSummary,
    pub(crate) state: State,
    pub(crate) card: Card,
}

/// The catalogue of a library. May be used from several threads and processes.
#[derive(Debug)]
pub struct Catalogue {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Catalogue {
    /// Opens the catalogue in a folder, or makes an empty one.
    pub(crate) fn open(folder: &Path) -> Result<Catalogue, CatalogueError> {
        let path = folder.join(FILE_NAME);
        let connection = schema::open(&path)?;
        Ok(Catalogue { path, connection: Mutex::new(connection) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of an asset, if its files still look so.
    pub(crate) fn recall(
        &self,
        id: &AssetId,
        stamps: &Stamps,
    ) -> Result<Option<Recollection>, CatalogueError> {
        const ROW: &str = "SELECT content.head, asset.state, asset.card FROM asset
            JOIN content USING (digest)
            WHERE id = ?1 AND index_bytes = ?2 AND index_changed_ns = ?3 AND index_inode = ?4
              AND card_bytes = ?5 AND card_changed_ns = ?6 AND card_inode = ?7";
        let Stamps { index, card } = stamps;
        let connection = self.lock();
        let read = || {
            let mut statement = connection.prepare_cached(ROW)?;
            let values = params![
                id.as_str(),
                index.bytes,
                index.changed_ns,
                index.inode,
                card.bytes,
                card.changed_ns,
                card.inode
            ];
            statement
                .query_row(values, |row| {
                    Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?, row.get(2)?))
                })
                .optional()
        };
        let row: Option<(Vec<u8>, String, String)> = read().map_err(|e| self.wrap(e))?;
        Ok(row.and_then(|(head, state, card)| {
            Some(Recollection {
                summary: AssetSummary::parse(&head).ok()?,
                state: State::from_name(&state)?,
                card: Card::parse(&card, &self.path).ok()?,
            })
        }))
    }

    /// The names that have this content.
    pub(crate) fn holders(&self, digest: &[u8; 32]) -> Result<Vec<AssetId>, CatalogueError> {
        let connection = self.lock();
        let read = || {
            let mut statement =
                connection.prepare_cached("SELECT id FROM asset WHERE digest = ?1")?;
            let ids = statement.query_map([digest], |row| row.get::<_, String>(0))?;
            ids.collect::<rusqlite::Result<Vec<String>>>()
        };
        let ids = read().map_err(|error| self.wrap(error))?;
        Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// The assets that may be shown on some days only, and on which.
    pub fn licences(&self) -> Result<Vec<(AssetId, Licence)>, CatalogueError> {
        let connection = self.lock();
        let read = || {
            let limited = "SELECT id, licence_from, licence_until FROM asset
                WHERE licence_from NOT NULL OR licence_until NOT NULL";
            let mut statement = connection.prepare_cached(limited)?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<(String, Option<String>, Option<String>)>>>()
        };
        let rows = read().map_err(|error| self.wrap(error))?;
        let day = |text: Option<String>| text.and_then(|text| text.parse().ok());
        Ok(rows
            .into_iter()
            .filter_map(|(id, from, until)| {
                let (from, until) = (day(from), day(until));
                Some((id.parse().ok()?, Licence { from, until, ..Licence::default() }))
            })
            .collect())
    }

    /// Takes over what was found, all or nothing.
    pub(crate) fn record(&self, sightings: &[Sighting]) -> Result<(), CatalogueError> {
        if sightings.is_empty() {
            return Ok(());
        }
        self.change(|transaction| {
            for sighting in sightings {
                record_one(transaction, sighting)?;
            }
            Ok(())
        })
    }

    /// Notes that the files of an asset are gone, if it ever had any.
    pub(crate) fn lose(&self, id: &AssetId) -> Result<(), CatalogueError> {
        let known = "SELECT 1 FROM asset WHERE id = ?1 AND state NOT NULL AND state != 'missing'";
        let held = self.lock().query_row(known, [id.as_str()], |_| Ok(())).optional();
        if held.map_err(|e| self.wrap(e))?.is_none() {
            return Ok(());
        }
        self.change(|transaction| {
            let lost = "UPDATE asset SET state = 'missing', fault = NULL, index_bytes = NULL
                WHERE id = ?1";
            transaction.execute(lost, [id.as_str()]).map(drop)
        })
    }

    /// Forgets everything but the journal.
    pub(crate) fn empty(&self) -> Result<(), CatalogueError> {
        self.change(|transaction| {
            transaction.execute_batch(
                "DELETE FROM asset WHERE id NOT IN (SELECT id FROM job);
                 UPDATE asset SET state = NULL, fault = NULL, digest = NULL, card = '{}';
                 DELETE FROM content;
                 INSERT INTO word (word) VALUES ('delete-all');",
            )?;
            let mut statement = transaction.prepare("SELECT number, id FROM asset")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for row in rows {
                let (number, id): (i64, String) = row?;
                index_words(transaction, number, [id.as_str()].into_iter())?;
            }
            Ok(())
        })
    }

    /// Removes an asset that has no files and no job any more.
    pub(crate) fn forget(&self, id: &AssetId) -> Result<(), CatalogueError> {
        self.change(|transaction| {
            let number = "DELETE FROM word WHERE rowid IN (SELECT number FROM asset WHERE id = ?1)";
            transaction.execute(number, [id.as_str()])?;
            transaction.execute("DELETE FROM asset WHERE id = ?1", [id.as_str()]).map(drop)
        })
    }

    /// Notes what a reading of all bytes has found: `None` when they are sound.
    pub(crate) fn judge(&self, id: &AssetId, fault: Option<&str>) -> Result<(), CatalogueError> {
        self.change(|transaction| {
            let judged = match fault {
                Some(_) => "UPDATE asset SET state = 'damaged', fault = ?2 WHERE id = ?1",
                None => {
                    "UPDATE asset SET state = 'ready', fault = NULL
                     WHERE id = ?1 AND state = 'damaged' AND ?2 IS NULL"
                }
            };
            transaction.execute(judged, params![id.as_str(), fault]).map(drop)
        })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the catalogue in one step. It is taken for writing from the start, so that two
    /// programs wait for each other instead of failing half way.
    fn change<T>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, CatalogueError> {
        let mut connection = self.lock();
        let run = || {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        run().map_err(|e| self.wrap(e))
    }

    fn wrap(&self, error: rusqlite::Error) -> CatalogueError {
        schema::wrap(&self.path, &error)
    }
}

fn record_one(connection: &Connection, sighting: &Sighting) -> rusqlite::Result<()> {
    let digest = sighting.summary.as_ref().map(|summary| {
        let ms = summary.duration.as_ms();
        (summary.digest, summary.file_bytes() as i64, ms)
    });
    if let Some((digest, bytes, duration_ms)) = digest {
        let content = "INSERT INTO content (digest, head, bytes, duration_ms)
            VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (digest) DO UPDATE SET head = ?2";
        connection.prepare_cached(content)?.execute(params![
            digest,
            sighting.head,
            bytes,
            duration_ms
        ])?;
    }
    let row = "INSERT INTO asset (id, digest, state, fault, card, course, grade, language,
            licence_from, licence_until, index_bytes, index_changed_ns, index_inode,
            card_bytes, card_changed_ns, card_inode)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
        ON CONFLICT (id) DO UPDATE SET digest = ?2, state = ?3, fault = ?4, card = ?5,
            course = ?6, grade = ?7, language = ?8, licence_from = ?9, licence_until = ?10,
            index_bytes = ?11, index_changed_ns = ?12, index_inode = ?13,
            card_bytes = ?14, card_changed_ns = ?15, card_inode = ?16
        RETURNING number";
    let Sighting { id, stamps, card, .. } = sighting;
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    let values = params![
        id.as_str(),
        digest.map(|(digest, ..)| digest),
        sighting.state.as_str(),
        sighting.fault,
        card.to_text(),
        card.course,
        card.grade,
        card.language,
        day(card.licence.from),
        day(card.licence.until),
        stamps.index.bytes,
        stamps.index.changed_ns,
        stamps.index.inode,
        stamps.card.bytes,
        stamps.card.changed_ns,
        stamps.card.inode
    ];
    let number: i64 = connection.prepare_cached(row)?.query_row(values, |row| row.get(0))?;
    let texts = [id.as_str(), &card.title.zh, &card.title.en, &card.course, &card.grade];
    let texts = texts.into_iter().chain(card.keywords.iter().map(String::as_str));
    index_words(connection, number, texts)
}

/// Makes a row findable by the words of these texts, and by no others.
fn index_words<'a>(
    connection: &Connection,
    number: i64,
    texts: impl Iterator<Item = &'a str>,
) -> rusqlite::Result<()> {
    let tokens: Vec<String> = texts.flat_map(words::tokens).collect();
    connection.prepare_cached("DELETE FROM word WHERE rowid = ?1")?.execute([number])?;
    connection
        .prepare_cached("INSERT INTO word (rowid, tokens) VALUES (?1, ?2)")?
        .execute(params![number, tokens.join(" ")])
        .map(drop)
}
