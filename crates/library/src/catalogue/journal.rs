//! The journal of ingest: what is to be done, who is doing it, what was refused.
//!
//! A job stands in the journal from before its first step until its asset is in place. A worker
//! that is killed leaves its job to the next one, which begins anew.

use super::{Catalogue, CatalogueError, State, index_words};
use crate::id::AssetId;
use rusqlite::{Connection, OptionalExtension, params};

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Nobody has begun it, or who had begun it is gone.
    Waiting,
    /// A worker is at it.
    Ingesting,
    /// Its source cannot be used.
    Refused,
}

impl JobState {
    const fn as_str(self) -> &'static str {
        match self {
            JobState::Waiting => State::Waiting.as_str(),
            JobState::Ingesting => State::Ingesting.as_str(),
            JobState::Refused => State::Refused.as_str(),
        }
    }
}

/// A job of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The asset that it makes.
    pub id: AssetId,
    /// How it stands.
    pub state: JobState,
    /// Why it was refused.
    pub fault: Option<String>,
    /// How often it was begun.
    pub attempts: u32,
}

/// What there is to do for a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// This.
    Job(Claim),
    /// Nothing, but other workers are at something, or were a moment ago.
    Held,
    /// Nothing.
    Nothing,
}

/// A job that a worker has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The asset that it makes.
    pub id: AssetId,
    /// What is to be done, as it was put in.
    pub request: String,
    /// Whether it was begun before.
    pub resumed: bool,
}

impl Catalogue {
    /// Puts a job in, in the place of any earlier one of the same asset; false when a worker is at
    /// that one.
    pub(crate) fn enqueue(
        &self,
        id: &AssetId,
        request: &str,
        is_alive: &dyn Fn(&str) -> bool,
    ) -> Result<bool, CatalogueError> {
        self.change(|transaction| {
            if worker_of(transaction, id)?.is_some_and(|worker| is_alive(&worker)) {
                return Ok(false);
            }
            let name = "INSERT INTO asset (id) VALUES (?1) ON CONFLICT DO NOTHING
                RETURNING number";
            let new = transaction.query_row(name, [id.as_str()], |row| row.get(0)).optional()?;
            if let Some(number) = new {
                index_words(transaction, number, [id.as_str()].into_iter())?;
            }
            let job = "INSERT INTO job (id, request, state, queued)
                VALUES (?1, ?2, 'waiting', (SELECT COALESCE(MAX(queued), 0) + 1 FROM job))
                ON CONFLICT (id) DO UPDATE SET request = ?2, state = 'waiting', worker = NULL,
                    fault = NULL, attempts = 0";
            transaction.execute(job, params![id.as_str(), request])?;
            Ok(true)
        })
    }

    /// Gives a worker the next job that nobody is at: of these assets, or of all.
    pub(crate) fn claim(
        &self,
        only: Option<&[AssetId]>,
        worker: &str,
        is_alive: &dyn Fn(&str) -> bool,
    ) -> Result<Next, CatalogueError> {
        self.change(|transaction| {
            let mut next = Next::Nothing;
            let open = "SELECT id, request, worker, attempts FROM job
                WHERE state IN ('waiting', 'ingesting') ORDER BY queued";
            let mut statement = transaction.prepare(open)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let Ok(id) = row.get::<_, String>(0)?.parse::<AssetId>() else { continue };
                let held: Option<String> = row.get(2)?;
                let wanted = only.is_none_or(|only| only.contains(&id));
                let held = held.filter(|worker| is_alive(worker));
                if !wanted || held.is_some() {
                    if held.is_some_and(|other| wanted && other != worker) {
                        next = Next::Held;
                    }
                    continue;
                }
                let resumed = row.get::<_, i64>(3)? > 0;
                let taken = "UPDATE job SET state = 'ingesting', worker = ?2,
                    attempts = attempts + 1 WHERE id = ?1";
                let request = row.get(1)?;
                transaction.execute(taken, params![id.as_str(), worker])?;
                return Ok(Next::Job(Claim { id, request, resumed }));
            }
            Ok(next)
        })
    }

    /// Ends a job whose asset is in place.
    pub(crate) fn complete(&self, id: &AssetId) -> Result<(), CatalogueError> {
        self.change(|transaction| {
            transaction.execute("DELETE FROM job WHERE id = ?1", [id.as_str()]).map(drop)
        })
    }

    /// Ends a job whose source cannot be used.
    pub(crate) fn refuse(&self, id: &AssetId, fault: &str) -> Result<(), CatalogueError> {
        self.settle(id, JobState::Refused, Some(fault))
    }

    /// Puts a job back that could not be done for a reason that passes.
    pub(crate) fn put_back(&self, id: &AssetId, fault: &str) -> Result<(), CatalogueError> {
        self.settle(id, JobState::Waiting, Some(fault))
    }

    fn settle(
        &self,
        id: &AssetId,
        state: JobState,
        fault: Option<&str>,
    ) -> Result<(), CatalogueError> {
        self.change(|transaction| {
            let settled = "UPDATE job SET state = ?2, fault = ?3, worker = NULL WHERE id = ?1";
            transaction.execute(settled, params![id.as_str(), state.as_str(), fault]).map(drop)
        })
    }

    /// All jobs, in the order in which they were put in.
    pub fn jobs(&self) -> Result<Vec<Job>, CatalogueError> {
        let connection = self.lock();
        let read = || {
            let all = "SELECT id, state, fault, attempts FROM job ORDER BY queued, id";
            let mut statement = connection.prepare_cached(all)?;
            let rows = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
            rows.collect::<rusqlite::Result<Vec<(String, String, Option<String>, u32)>>>()
        };
        let rows = read().map_err(|error| self.wrap(error))?;
        let states = [JobState::Waiting, JobState::Ingesting, JobState::Refused];
        Ok(rows
            .into_iter()
            .filter_map(|(id, state, fault, attempts)| {
                let state = states.into_iter().find(|s| s.as_str() == state)?;
                Some(Job { id: id.parse().ok()?, state, fault, attempts })
            })
            .collect())
    }

    /// Whether a file of a watched folder was dealt with, as long and as old as it is.
    pub(crate) fn was_taken(
        &self,
        path: &str,
        bytes: i64,
        changed_ns: i64,
    ) -> Result<bool, CatalogueError> {
        let known = "SELECT 1 FROM taken WHERE path = ?1 AND bytes = ?2 AND changed_ns = ?3";
        let connection = self.lock();
        let row = connection.query_row(known, params![path, bytes, changed_ns], |_| Ok(()));
        Ok(row.optional().map_err(|error| self.wrap(error))?.is_some())
    }

    /// Notes that a file of a watched folder was dealt with.
    pub(crate) fn take(
        &self,
        path: &str,
        bytes: i64,
        changed_ns: i64,
    ) -> Result<(), CatalogueError> {
        self.change(|transaction| {
            let taken = "INSERT INTO taken (path, bytes, changed_ns) VALUES (?1, ?2, ?3)
                ON CONFLICT (path) DO UPDATE SET bytes = ?2, changed_ns = ?3";
            transaction.execute(taken, params![path, bytes, changed_ns]).map(drop)
        })
    }
}

/// Who is said to be at the job of an asset.
fn worker_of(connection: &Connection, id: &AssetId) -> rusqlite::Result<Option<String>> {
    let held = "SELECT worker FROM job WHERE id = ?1";
    let worker = connection.query_row(held, [id.as_str()], |row| row.get(0)).optional()?;
    Ok(worker.flatten())
}
