//! Which engine makes which superframe: one for each revision of the timetable in a window.

use crate::exit::{Code, Failure};
use crate::source::Source;
use crate::station::Station;
use engine::{CYCLE, Engine, SuperframeGrid};
use rundown::{Problem, Rundown, compile, revise};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use ts::{Span, Ticks};

/// Superframes at the edges of a window reach outside, and repair packets look one back.
const REACH: Span = Span::from_seconds(10);
/// A revision is told from the one before over this time before it takes effect: longer than any
/// airing goes on.
const OVERLAP: Span = Span::from_seconds(26 * 3600);

/// Engines in order of the superframes that they make.
#[derive(Clone, Debug)]
pub struct Lineup {
    grid: SuperframeGrid,
    parts: Vec<Part>,
}

/// The superframes of one revision.
#[derive(Clone, Debug)]
pub struct Part {
    /// The first superframe that it makes.
    pub first: u64,
    /// What makes it.
    pub engine: Arc<Engine>,
    /// Where its data comes from.
    pub source: Arc<Source>,
}

impl Lineup {
    /// The lineup of a multiplex that can make every superframe of `[from, until)`.
    pub fn new(
        station: &Station,
        multiplex: usize,
        from: Ticks,
        until: Ticks,
    ) -> Result<Lineup, Failure> {
        let grid = station.config.multiplexes[multiplex].grid;
        let mut parts = Vec::new();
        for (first, rundown) in rundowns(station, multiplex, grid, from - REACH, until + REACH)? {
            let (engine, source) = station.engine(multiplex, rundown)?;
            parts.push(Part { first, engine, source });
        }
        Ok(Lineup { grid, parts })
    }

    /// The superframes of the multiplex.
    pub fn grid(&self) -> SuperframeGrid {
        self.grid
    }

    /// What makes a superframe.
    pub fn at(&self, superframe: u64) -> &Part {
        let behind = self.parts.partition_point(|p| p.first <= superframe);
        &self.parts[behind.max(1) - 1]
    }

    /// The stretches of a range of superframes that are made by one part each.
    pub fn stretches(&self, range: Range<u64>) -> impl Iterator<Item = (Range<u64>, &Part)> {
        let ends = self.parts.iter().skip(1).map(|p| p.first).chain([u64::MAX]);
        self.parts.iter().zip(ends).filter_map(move |(part, end)| {
            // The first part also stands for what lies before it.
            let first = if part.first == self.parts[0].first { 0 } else { part.first };
            let stretch = range.start.max(first)..range.end.min(end);
            (!stretch.is_empty()).then_some((stretch, part))
        })
    }
}

/// The lineup that is in use, shared by the threads that make superframes and those that watch.
#[derive(Clone, Debug)]
pub struct CurrentLineup(Arc<Mutex<Arc<Lineup>>>);

impl CurrentLineup {
    /// A place for lineups, with the first.
    pub fn new(lineup: Lineup) -> CurrentLineup {
        CurrentLineup(Arc::new(Mutex::new(Arc::new(lineup))))
    }

    /// What is in use.
    pub fn get(&self) -> Arc<Lineup> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Uses another from now on.
    pub fn set(&self, lineup: Lineup) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(lineup);
    }
}

/// The superframe from which on a revision rules: the start of a cycle.
pub fn effective_superframe(grid: SuperframeGrid, effective: Ticks) -> u64 {
    (grid.at(effective) + 1).next_multiple_of(CYCLE)
}

/// The rundowns of all revisions that rule in a window, each with its first superframe.
fn rundowns(
    station: &Station,
    multiplex: usize,
    grid: SuperframeGrid,
    from: Ticks,
    until: Ticks,
) -> Result<Vec<(u64, Rundown)>, Failure> {
    let services = station.services(multiplex);
    let wrong = |e: rundown::CompileError| Failure::new(Code::Config, e);
    let ruling = |r: &&crate::history::Revision| r.effective < until;
    let relevant: Vec<_> = station.history.iter().filter(ruling).collect();
    // Only what took effect shortly before the window can still be felt in it.
    let base = relevant.iter().rposition(|r| r.effective + OVERLAP < from).unwrap_or(0);
    let (first, later) = relevant[base..].split_first().expect("the first revision rules always");
    let begin = later.first().map_or(from, |r| from.min(r.effective - REACH));
    let catalogue = &station.catalogue;
    let compiled = compile(&first.timetable, catalogue, &services, begin, until, first.number)
        .map_err(wrong)?;
    let mut all: Vec<(u64, Rundown)> = vec![(0, compiled.0)];
    for revision in later {
        let superframe = effective_superframe(grid, revision.effective);
        let at = grid.start(superframe);
        let before = &all[all.len() - 1].1;
        let (mut next, _): (Rundown, Vec<Problem>) =
            revise(before, at, &revision.timetable, catalogue, &services, until).map_err(wrong)?;
        next.revision = revision.number;
        all.push((superframe, next));
    }
    Ok(all)
}
