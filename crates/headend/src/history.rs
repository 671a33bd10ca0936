//! The revisions of the timetable and when each took effect.
//!
//! The journal is a folder in the state folder: for each revision the texts of the timetable as
//! they were, and the instant from which on they rule. It is written before a revision takes
//! effect, so that a restart, a second machine with a copy, and a later rendering of the past all
//! see the same.

use crate::edition::Edition;
use crate::exit::{Code, Failure};
use crate::lineup::{cycle_at, effective_superframe};
use crate::station::Texts;
use engine::SuperframeGrid;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use timetable::Timetable;
use ts::Ticks;

/// A revision of the timetable: other texts, or other amendments in force.
#[derive(Debug)]
pub struct Revision {
    /// Its number, from zero.
    pub number: u32,
    /// From when on it rules.
    pub effective: Ticks,
    /// The texts and the log.
    pub edition: Arc<Edition>,
    /// It is an amendment that makes it another one.
    amends: bool,
    timetable: OnceLock<Timetable>,
}

impl Revision {
    /// The timetable with the amendments that are in force.
    pub fn timetable(&self) -> &Timetable {
        let Edition { base, log, .. } = &*self.edition;
        self.timetable.get_or_init(|| base.amended_at(log, self.effective))
    }

    /// The first superframe that it rules: the start of a cycle.
    ///
    /// What amendments leave as it is they also leave so shortly before they hold. So they may rule
    /// from the cycle on in which they begin to hold, and nothing that they change is missed.
    pub fn first_superframe(&self, grid: SuperframeGrid) -> u64 {
        match self.amends {
            true => cycle_at(grid, self.effective),
            false => effective_superframe(grid, self.effective),
        }
    }
}

/// All revisions that follow from editions, each with the instant from which on it rules, and from
/// the log of the last one; in order. The first one rules from always.
pub fn revisions(first_number: u32, editions: &[(Ticks, Arc<Edition>)]) -> Vec<Revision> {
    let turns = editions.last().map_or(Vec::new(), |(_, edition)| edition.log.turns());
    let mut steps: Vec<(Ticks, bool)> = turns.into_iter().map(|at| (at, true)).collect();
    steps.extend(editions.iter().map(|(at, _)| (*at, false)));
    steps.sort_unstable();
    let begin = editions.first().map_or(Ticks(0), |(at, _)| *at);
    steps.retain(|(at, amends)| !amends || *at >= begin);
    let revision = |(number, (effective, amends)): (u32, (Ticks, bool))| {
        let behind = editions.partition_point(|(at, _)| *at <= effective).max(1);
        let edition = editions[behind - 1].1.clone();
        Revision { number, effective, edition, amends, timetable: OnceLock::new() }
    };
    (first_number..).zip(steps).map(revision).collect()
}

/// A timetable that was accepted.
#[derive(Debug)]
pub struct Accepted {
    /// Its number in the journal.
    pub number: u32,
    /// From when on it rules.
    pub effective: Ticks,
    /// Its texts.
    pub texts: Texts,
}

/// One file of the journal.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    revision: u32,
    effective_ticks: u64,
    /// Whether what is on air goes on when it takes effect; if not, nothing was on air.
    continues: bool,
    texts: Vec<(String, String)>,
}

/// The journal in a state folder.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: PathBuf,
}

impl Journal {
    /// The journal of a state folder, which need not be there yet.
    pub fn new(state: &Path) -> Journal {
        Journal { folder: state.join("revisions") }
    }

    /// The timetables since the daemon last went on air with one of its own, in order; empty when
    /// it never did.
    pub fn read(&self) -> Result<Vec<Accepted>, Failure> {
        let listing = match fs::read_dir(&self.folder) {
            Ok(listing) => listing,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(self.failure(&e)),
        };
        let mut entries = Vec::new();
        for file in listing {
            let path = file.map_err(|e| self.failure(&e))?.path();
            if path.extension().is_some_and(|e| e == "json") {
                let bytes = fs::read(&path).map_err(|e| self.failure(&e))?;
                let entry: Entry = serde_json::from_slice(&bytes)
                    .map_err(|e| Failure::new(Code::Config, format!("{}: {e}", path.display())))?;
                entries.push(entry);
            }
        }
        entries.sort_by_key(|e| e.revision);
        let begin = entries.iter().rposition(|e| !e.continues).unwrap_or(0);
        entries.drain(..begin);
        let accepted = |entry: Entry| Accepted {
            number: entry.revision,
            effective: Ticks(entry.effective_ticks),
            texts: Texts(entry.texts),
        };
        Ok(entries.into_iter().map(accepted).collect())
    }

    /// Writes a revision, durably. One that does not continue what is on air rules from always.
    pub fn write(
        &self,
        number: u32,
        effective: Option<Ticks>,
        texts: &Texts,
    ) -> Result<(), Failure> {
        let entry = Entry {
            revision: number,
            effective_ticks: effective.map_or(0, |at| at.0),
            continues: effective.is_some(),
            texts: texts.0.clone(),
        };
        let bytes = serde_json::to_vec_pretty(&entry).map_err(|e| Failure::new(Code::Io, e))?;
        let path = self.folder.join(format!("{number:08}.json"));
        let draft = self.folder.join(format!(".{number:08}.tmp"));
        let write = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = File::create(&draft)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(|e| self.failure(&e))
    }

    fn failure(&self, error: &io::Error) -> Failure {
        Failure::new(Code::Io, format!("journal {}: {error}", self.folder.display()))
    }
}
