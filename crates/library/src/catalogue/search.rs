//! Finding assets.

use super::{Catalogue, CatalogueError, State, words};
use crate::card::Card;
use crate::id::AssetId;
use jiff::civil::Date;
use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

/// What is asked for. What is empty or `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words of id, titles, course, grade and keywords; in Chinese any piece of them.
    pub text: String,
    /// The id, or a part of it that ends before a `/`.
    pub below: String,
    /// The course.
    pub course: String,
    /// The grade.
    pub grade: String,
    /// The language that is taught in.
    pub language: String,
    /// How it stands.
    pub state: Option<State>,
    /// The licence ends before this day.
    pub expires_before: Option<Date>,
    /// How many are wanted at most; all when `None`.
    pub limit: Option<u32>,
}

/// An asset that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub id: AssetId,
    /// How it stands.
    pub state: State,
    /// What is wrong with it, or with the source that is to replace it.
    pub fault: Option<String>,
    /// How the ingest stands that is to make it or to replace it.
    pub job: Option<State>,
    /// BLAKE3 of its file.
    pub digest: Option<[u8; 32]>,
    /// Bytes of its file.
    pub bytes: u64,
    /// How long it lasts, in milliseconds.
    pub duration_ms: i64,
    /// What people say of it.
    pub card: Card,
}

const COLUMNS: &str = "SELECT asset.id, COALESCE(asset.state, job.state, 'missing'),
    COALESCE(asset.fault, job.fault), job.state, asset.digest,
    COALESCE(content.bytes, 0), COALESCE(content.duration_ms, 0), asset.card
    FROM asset LEFT JOIN content USING (digest) LEFT JOIN job ON job.id = asset.id";

impl Catalogue {
    /// The assets that meet a query, in the order of their names.
    pub fn search(&self, query: &Query) -> Result<Vec<Found>, CatalogueError> {
        let Some((conditions, mut values)) = conditions(query) else {
            return Ok(Vec::new());
        };
        let mut sql = COLUMNS.to_owned();
        for (i, condition) in conditions.iter().enumerate() {
            sql += if i == 0 { " WHERE " } else { " AND " };
            sql += condition;
        }
        sql += " ORDER BY asset.id LIMIT ?";
        values.push(Value::Integer(query.limit.map_or(-1, i64::from)));
        let connection = self.lock();
        let read = || {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(values), raw)?;
            rows.collect::<rusqlite::Result<Vec<Raw>>>()
        };
        let rows = read().map_err(|error| self.wrap(error))?;
        Ok(rows.into_iter().filter_map(|row| self.found(row)).collect())
    }

    /// One asset.
    pub fn show(&self, id: &AssetId) -> Result<Option<Found>, CatalogueError> {
        let query = Query { below: id.as_str().to_owned(), limit: Some(1), ..Query::default() };
        Ok(self.search(&query)?.into_iter().find(|found| found.id == *id))
    }

    fn found(&self, row: Raw) -> Option<Found> {
        Some(Found {
            id: row.id.parse().ok()?,
            state: State::from_name(&row.state)?,
            fault: row.fault,
            job: row.job.as_deref().and_then(State::from_name),
            digest: row.digest,
            bytes: u64::try_from(row.bytes).unwrap_or(0),
            duration_ms: row.duration_ms,
            card: Card::parse(&row.card, self.path()).unwrap_or_default(),
        })
    }
}

struct Raw {
    id: String,
    state: String,
    fault: Option<String>,
    job: Option<String>,
    digest: Option<[u8; 32]>,
    bytes: i64,
    duration_ms: i64,
    card: String,
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        id: row.get(0)?,
        state: row.get(1)?,
        fault: row.get(2)?,
        job: row.get(3)?,
        digest: row.get(4)?,
        bytes: row.get(5)?,
        duration_ms: row.get(6)?,
        card: row.get(7)?,
    })
}

/// The conditions of a query and the values for their question marks; `None` when a text is asked
/// for that nothing could be found by.
fn conditions(query: &Query) -> Option<(Vec<&'static str>, Vec<Value>)> {
    let mut conditions = Vec::new();
    let mut values = Vec::new();
    if !query.text.is_empty() {
        // The plus makes SQLite walk the names in their order and stop at the limit, instead of
        // sorting all that is found.
        conditions.push("+asset.number IN (SELECT rowid FROM word WHERE word MATCH ?)");
        values.push(Value::Text(words::question(&query.text)?));
    }
    if !query.below.is_empty() {
        conditions.push("(asset.id = ? OR (asset.id > ? AND asset.id < ?))");
        // All ids below `a` lie between `a/` and `a0`, since `0` follows `/`.
        let ends = [query.below.clone(), format!("{}/", query.below), format!("{}0", query.below)];
        values.extend(ends.map(Value::Text));
    }
    let fields = [
        ("course = ?", &query.course),
        ("grade = ?", &query.grade),
        ("language = ?", &query.language),
    ];
    for (condition, wanted) in fields.into_iter().filter(|(_, wanted)| !wanted.is_empty()) {
        conditions.push(condition);
        values.push(Value::Text(wanted.clone()));
    }
    if let Some(state) = query.state {
        conditions.push("COALESCE(asset.state, job.state, 'missing') = ?");
        values.push(Value::Text(state.as_str().to_owned()));
    }
    if let Some(day) = query.expires_before {
        conditions.push("licence_until < ?");
        values.push(Value::Text(day.to_string()));
    }
    Some((conditions, values))
}
