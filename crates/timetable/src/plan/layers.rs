//! Airings settled against each other: who gives way where two share time.
//!
//! The airing of higher priority stays whole. One of lower priority keeps what is left in one
//! piece at its start, and is dropped when its start is taken or less than
//! [`MIN_AIRING_S`] is left. Among equals, one that a clock change moved gives way to one that
//! stands where it was written; else the later one cuts the earlier one short. Airings that are
//! dropped take no time from others.

use super::MIN_AIRING_S;
use super::candidate::Candidate;
use super::lane::OPEN_END_S;
use std::collections::BTreeMap;

/// What became of an airing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    /// It airs until the given end.
    Airs { end_unix_s: i64 },
    /// It airs, but another airing, given by its index, takes the rest of its time.
    Cut { end_unix_s: i64, by: usize },
    /// Another airing, given by its index, takes its time.
    Dropped { by: usize },
}

/// Settles the airings of one service; the fates are in the order of the candidates.
pub(crate) fn settle(candidates: &[Candidate<'_>]) -> Vec<Fate> {
    let rank = |i: &usize| {
        let c = &candidates[*i];
        (core::cmp::Reverse(c.priority), c.moved)
    };
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_cached_key(|i| {
        let c = &candidates[*i];
        (rank(i), c.start_unix_s, c.origin.id(), c.local)
    });
    let mut fates = vec![Fate::Airs { end_unix_s: 0 }; candidates.len()];
    let mut placed = Placed::default();
    for (position, index) in order.iter().enumerate() {
        let candidate = &candidates[*index];
        let fate = placed.fate(candidate);
        let rivals = order[position + 1..].iter().take_while(|i| rank(i) == rank(index));
        let mut behind = rivals.filter(|i| candidates[**i].start_unix_s > candidate.start_unix_s);
        let fate = cut_at_rival(candidate, fate, behind.next().map(|i| (*i, &candidates[*i])));
        if let Fate::Airs { end_unix_s } | Fate::Cut { end_unix_s, .. } = fate {
            placed.0.insert(candidate.start_unix_s, (end_unix_s, *index));
        }
        fates[*index] = fate;
    }
    for (index, candidate) in candidates.iter().enumerate().filter(|(_, c)| c.open_end) {
        if let Fate::Airs { end_unix_s } = &mut fates[index] {
            let next = placed.next_start(candidate.start_unix_s).map_or(i64::MAX, |n| n.0);
            *end_unix_s = next.min(candidate.start_unix_s + OPEN_END_S);
        }
    }
    fates
}

/// The next airing of the same rank ends this one.
fn cut_at_rival(
    candidate: &Candidate<'_>,
    fate: Fate,
    rival: Option<(usize, &Candidate<'_>)>,
) -> Fate {
    let Some((by, rival)) = rival else {
        return fate;
    };
    match fate {
        Fate::Airs { end_unix_s } | Fate::Cut { end_unix_s, .. }
            if rival.start_unix_s < end_unix_s =>
        {
            cut(candidate, rival.start_unix_s, by)
        }
        fate => fate,
    }
}

fn cut(candidate: &Candidate<'_>, end_unix_s: i64, by: usize) -> Fate {
    if end_unix_s - candidate.start_unix_s < i64::from(MIN_AIRING_S) {
        Fate::Dropped { by }
    } else {
        Fate::Cut { end_unix_s, by }
    }
}

/// The airings that have their place: start to end and index. They never overlap.
#[derive(Default)]
struct Placed(BTreeMap<i64, (i64, usize)>);

impl Placed {
    fn fate(&self, candidate: &Candidate<'_>) -> Fate {
        let start = candidate.start_unix_s;
        if let Some((_, (end, by))) = self.0.range(..=start).next_back()
            && *end > start
        {
            return Fate::Dropped { by: *by };
        }
        match self.next_start(start) {
            Some((next, by)) if next < candidate.end_unix_s => cut(candidate, next, by),
            _ => Fate::Airs { end_unix_s: candidate.end_unix_s },
        }
    }

    fn next_start(&self, behind: i64) -> Option<(i64, usize)> {
        self.0.range(behind + 1..).next().map(|(start, (_, by))| (*start, *by))
    }
}
