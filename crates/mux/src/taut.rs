//! The taut string: the shortest path between two points below ceilings and above floors.
//!
//! It is the path with the least peak rate and the least variance of rate (J. D. Salehi,
//! Z.-L. Zhang, J. Kurose, D. Towsley, "Supporting stored video: reducing rate variability and
//! end-to-end resource requirements through optimal smoothing", 1998). Constraints are points in
//! time; between two of them the path is straight, so it need only be right at the points.

use std::collections::VecDeque;

/// A point: (ticks, packets).
pub(crate) type Point = (i64, i64);

/// The walk along the corridor. `ceilings` is the convex chain of ceilings seen from the apex,
/// `floors` the concave chain of floors; the string lies between the two.
pub(crate) struct TautString {
    knots: Vec<Point>,
    ceilings: VecDeque<Point>,
    floors: VecDeque<Point>,
}

impl TautString {
    /// A string fastened at `start`.
    pub(crate) fn new(start: Point) -> TautString {
        let (ceilings, floors) = (VecDeque::new(), VecDeque::new());
        TautString { knots: vec![start], ceilings, floors }
    }

    /// The string must pass at or below `point`. Points come in order of time.
    pub(crate) fn ceiling(&mut self, point: Point) {
        let TautString { knots, ceilings, floors } = self;
        drop_hidden(knots, ceilings, point, |new, old| new <= old);
        if ceilings.is_empty() {
            advance(knots, floors, point, |to_point, to_floor| to_point <= to_floor);
        }
        ceilings.push_back(point);
    }

    /// The string must pass at or above `point`.
    pub(crate) fn floor(&mut self, point: Point) {
        let TautString { knots, ceilings, floors } = self;
        drop_hidden(knots, floors, point, |new, old| new >= old);
        if floors.is_empty() {
            advance(knots, ceilings, point, |to_point, to_ceiling| to_point >= to_ceiling);
        }
        floors.push_back(point);
    }

    /// Fastens the string at `end` and returns its knots.
    pub(crate) fn finish(mut self, end: Point) -> Vec<Point> {
        self.ceiling(end);
        self.knots.extend(self.ceilings);
        self.knots
    }
}

/// Takes points off the back of a chain that a new point makes slack.
fn drop_hidden(
    knots: &[Point],
    chain: &mut VecDeque<Point>,
    point: Point,
    hides: impl Fn(i128, i128) -> bool,
) {
    while let Some(&last) = chain.back() {
        let base = if chain.len() > 1 { chain[chain.len() - 2] } else { knots[knots.len() - 1] };
        let (new, old) = slopes(base, point, last);
        if !hides(new, old) {
            break;
        }
        chain.pop_back();
    }
}

/// Moves the apex along the opposite chain as far as the new point bends the string round it.
fn advance(
    knots: &mut Vec<Point>,
    chain: &mut VecDeque<Point>,
    point: Point,
    bends: impl Fn(i128, i128) -> bool,
) {
    while let Some(&first) = chain.front() {
        let (to_point, to_first) = slopes(knots[knots.len() - 1], point, first);
        if !bends(to_point, to_first) {
            break;
        }
        knots.push(first);
        chain.pop_front();
    }
}

/// The slopes from `base` to `a` and to `b`, over a common denominator.
fn slopes(base: Point, a: Point, b: Point) -> (i128, i128) {
    let a_rise = i128::from(a.1 - base.1) * i128::from(b.0 - base.0);
    let b_rise = i128::from(b.1 - base.1) * i128::from(a.0 - base.0);
    (a_rise, b_rise)
}
