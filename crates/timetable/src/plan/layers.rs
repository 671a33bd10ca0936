//! Airings settled against each other: who gives way where two share time.
//!
//! The airing of higher priority stays whole; what a provincial plan puts into a central one
//! stands above all of it. One of lower priority keeps what is left in one piece at its start. When
//! its start is taken, it starts late if it may start that much late, and is dropped otherwise, and
//! also when less than [`MIN_AIRING_S`] is left. Among equals, one that a clock change moved gives
//! way to one that stands where it was written; else the later one cuts the earlier one short.
//! Airings that are dropped take no time from others.

use super::MIN_AIRING_S;
use super::candidate::Candidate;
use super::lane::OPEN_END_S;
use std::collections::BTreeMap;

/// What became of an airing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    /// It airs over this time; another airing, given by its index, may have taken the rest of its
    /// own.
    Airs { start_unix_s: i64, end_unix_s: i64, by: Option<usize> },
    /// Another airing, given by its index, takes its time.
    Dropped { by: usize },
}

/// Settles the airings of one service; the fates are in the order of the candidates.
pub(crate) fn settle(candidates: &[Candidate<'_>]) -> Vec<Fate> {
    let rank = |i: &usize| {
        let c = &candidates[*i];
        (!c.own, core::cmp::Reverse(c.priority), c.moved)
    };
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_cached_key(|i| {
        let c = &candidates[*i];
        (rank(i), c.start_unix_s, c.origin.id(), c.local)
    });
    let mut fates = vec![Fate::Dropped { by: 0 }; candidates.len()];
    let mut placed = Placed::default();
    for (position, index) in order.iter().enumerate() {
        let candidate = &candidates[*index];
        let fate = placed.fate(candidate);
        let rivals = order[position + 1..].iter().take_while(|i| rank(i) == rank(index));
        let mut behind = rivals.filter(|i| candidates[**i].start_unix_s > candidate.start_unix_s);
        let fate = cut_at_rival(fate, behind.next().map(|i| (*i, &candidates[*i])));
        if let Fate::Airs { start_unix_s, end_unix_s, .. } = fate {
            placed.0.insert(start_unix_s, (end_unix_s, *index));
        }
        fates[*index] = fate;
    }
    for (index, candidate) in candidates.iter().enumerate().filter(|(_, c)| c.open_end) {
        if let Fate::Airs { start_unix_s, end_unix_s, by: None } = &mut fates[index] {
            let next = placed.next_start(*start_unix_s).map_or(i64::MAX, |n| n.0);
            *end_unix_s = next.min(candidate.start_unix_s + OPEN_END_S);
        }
    }
    fates
}

/// The next airing of the same rank ends this one.
fn cut_at_rival(fate: Fate, rival: Option<(usize, &Candidate<'_>)>) -> Fate {
    let Some((by, rival)) = rival else {
        return fate;
    };
    match fate {
        Fate::Airs { start_unix_s, end_unix_s, .. } if rival.start_unix_s < end_unix_s => {
            cut(start_unix_s, rival.start_unix_s, by)
        }
        fate => fate,
    }
}

fn cut(start_unix_s: i64, end_unix_s: i64, by: usize) -> Fate {
    if end_unix_s - start_unix_s < i64::from(MIN_AIRING_S) {
        Fate::Dropped { by }
    } else {
        Fate::Airs { start_unix_s, end_unix_s, by: Some(by) }
    }
}

/// The airings that have their place: start to end and index. They never overlap.
#[derive(Default)]
struct Placed(BTreeMap<i64, (i64, usize)>);

impl Placed {
    fn fate(&self, candidate: &Candidate<'_>) -> Fate {
        let mut start = candidate.start_unix_s;
        let mut late_by = None;
        if let Some((end, by)) = self.over(start) {
            if end - start > candidate.may_start_late_s {
                return Fate::Dropped { by };
            }
            start = end;
            late_by = Some(by);
            // What comes right behind takes the start again.
            if let Some((_, by)) = self.over(start) {
                return Fate::Dropped { by };
            }
        }
        match (self.next_start(start), late_by) {
            (Some((next, by)), _) if next < candidate.end_unix_s => cut(start, next, by),
            (_, Some(by)) => cut(start, candidate.end_unix_s, by),
            (_, None) => {
                let (start_unix_s, end_unix_s) = (start, candidate.end_unix_s);
                Fate::Airs { start_unix_s, end_unix_s, by: None }
            }
        }
    }

    /// The end of the airing that runs at an instant, and its index.
    fn over(&self, at: i64) -> Option<(i64, usize)> {
        let (_, (end, by)) = self.0.range(..=at).next_back()?;
        (*end > at).then_some((*end, *by))
    }

    fn next_start(&self, behind: i64) -> Option<(i64, usize)> {
        self.0.range(behind + 1..).next().map(|(start, (_, by))| (*start, *by))
    }
}
