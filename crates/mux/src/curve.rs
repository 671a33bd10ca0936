//! A delivery curve: cumulative packets over time, piecewise linear.

use ts::Span;

/// What is wrong with the knots of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CurveError {
    /// A curve needs a first and a last knot.
    #[error("a delivery curve needs two knots, there are {0}")]
    TooFew(usize),
    /// Time must rise and packets must not fall from knot to knot.
    #[error("knot {0} of the delivery curve is not behind the one before it")]
    NotRising(usize),
    /// The first knot must stand at packet zero.
    #[error("the delivery curve begins at packet {0}")]
    NotFromZero(u32),
}

/// Cumulative packets over time, relative to the programme's start. Packet `i` has its nominal
/// time where the curve passes `i`, so all nominal times lie in `[from, until)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    knots: Vec<(i64, u32)>,
}

/// A straight piece of a curve over the packets `[first, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Nominal time of packet `first`, in ticks relative to the programme's start.
    pub from: i64,
    /// Nominal time of packet `end`.
    pub until: i64,
    /// The first packet.
    pub first: u32,
    /// The packet behind the last.
    pub end: u32,
}

impl Segment {
    /// The nominal time of a packet of this segment, rounded up.
    pub const fn time_of(&self, packet: u32) -> i64 {
        let rise = (self.end - self.first) as i64;
        let run = self.until - self.from;
        // A segment is shorter than 2^43 ticks (four days) and 2^20 packets where products count;
        // i128 keeps every case exact.
        let product = (packet - self.first) as i128 * run as i128;
        self.from + ((product + rise as i128 - 1) / rise as i128) as i64
    }
}

impl Curve {
    /// The curve through these knots: (ticks relative to the programme's start, packets).
    pub fn from_knots(knots: Vec<(i64, u32)>) -> Result<Curve, CurveError> {
        if knots.len() < 2 {
            return Err(CurveError::TooFew(knots.len()));
        }
        if knots[0].1 != 0 {
            return Err(CurveError::NotFromZero(knots[0].1));
        }
        for (i, pair) in knots.windows(2).enumerate() {
            if pair[1].0 <= pair[0].0 || pair[1].1 < pair[0].1 {
                return Err(CurveError::NotRising(i + 1));
            }
        }
        Ok(Curve { knots })
    }

    /// The knots.
    pub fn knots(&self) -> &[(i64, u32)] {
        &self.knots
    }

    /// Packets in all.
    pub fn packets(&self) -> u32 {
        self.knots[self.knots.len() - 1].1
    }

    /// The window that the curve lies in.
    pub fn window(&self) -> (Span, Span) {
        (Span(self.knots[0].0), Span(self.knots[self.knots.len() - 1].0))
    }

    /// The first packet whose nominal time is at or after `time`; the packet count when none is.
    pub fn first_at_or_after(&self, time: Span) -> u32 {
        let after = self.knots.partition_point(|k| k.0 < time.0);
        if after == 0 {
            return 0;
        }
        let Some(&(until, end)) = self.knots.get(after) else {
            return self.packets();
        };
        let (from, first) = self.knots[after - 1];
        // ceil((i - first) * run / rise) >= t - from is the same as
        // (i - first) * run > (t - from - 1) * rise.
        let rise = i128::from(end - first);
        let run = i128::from(until - from);
        let wanted = i128::from(time.0 - from - 1) * rise;
        first + (wanted / run + 1).min(rise) as u32
    }

    /// The nominal time of a packet; for the packet count, the end of the window.
    pub fn time_of(&self, packet: u32) -> Span {
        let segment = self.segments(packet, packet.saturating_add(1)).next();
        segment.map_or(self.window().1, |segment| Span(segment.time_of(packet)))
    }

    /// The straight pieces that carry the packets `[first, end)`, in order, cut to that range of
    /// packets at neither end: a piece may begin before `first` or end behind `end`.
    pub fn segments(&self, first: u32, end: u32) -> impl Iterator<Item = Segment> + '_ {
        let start = self.knots.partition_point(|k| k.1 <= first).saturating_sub(1);
        self.knots[start..]
            .windows(2)
            .map(|k| Segment { from: k[0].0, until: k[1].0, first: k[0].1, end: k[1].1 })
            .take_while(move |s| s.first < end)
            .filter(|s| s.first < s.end)
    }

    /// The steepest piece, in packets per second, rounded up.
    pub fn peak_packets_per_second(&self) -> u64 {
        let pace = |k: &[(i64, u32)]| {
            let rise = u64::from(k[1].1 - k[0].1) * ts::TICKS_PER_SECOND;
            rise.div_ceil((k[1].0 - k[0].0) as u64)
        };
        self.knots.windows(2).map(pace).max().unwrap_or(0)
    }

    /// The most packets that any window of `length` holds.
    pub fn peak_in_window(&self, length: Span) -> u32 {
        // The count over a sliding window is piecewise linear, so its maximum lies where one of
        // the window's ends is on a knot.
        let count = |from: i64| {
            self.first_at_or_after(Span(from + length.0)) - self.first_at_or_after(Span(from))
        };
        let at_knots = self.knots.iter().map(|k| count(k.0).max(count(k.0 - length.0)));
        at_knots.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_curve() -> impl Strategy<Value = Curve> {
        proptest::collection::vec((1i64..5_000_000, 0u32..400), 1..20).prop_map(|steps| {
            let mut knots = vec![(-16_000_000i64, 0u32)];
            for (dt, dp) in steps {
                let last = knots[knots.len() - 1];
                knots.push((last.0 + dt, last.1 + dp));
            }
            Curve::from_knots(knots).unwrap()
        })
    }

    #[test]
    fn knots_that_do_not_rise_are_refused() {
        assert_eq!(Curve::from_knots(vec![(0, 0)]), Err(CurveError::TooFew(1)));
        assert_eq!(Curve::from_knots(vec![(0, 0), (0, 1)]), Err(CurveError::NotRising(1)));
        assert_eq!(Curve::from_knots(vec![(0, 2), (1, 3)]), Err(CurveError::NotFromZero(2)));
    }

    proptest! {
        #[test]
        fn first_at_or_after_agrees_with_every_packets_time(
            curve in any_curve(), offset in -1_000_000i64..100_000_000,
        ) {
            let time = curve.window().0 + Span(offset);
            let mut expected = curve.packets();
            'search: for segment in curve.segments(0, curve.packets()) {
                for packet in segment.first..segment.end {
                    if segment.time_of(packet) >= time.0 {
                        expected = packet;
                        break 'search;
                    }
                }
            }
            prop_assert_eq!(curve.first_at_or_after(time), expected);
        }

        #[test]
        fn segments_cover_exactly_the_asked_packets(
            curve in any_curve(), a in 0u32..1000, b in 0u32..1000,
        ) {
            let (a, b) = (a.min(curve.packets()), b.min(curve.packets()));
            let (a, b) = (a.min(b), a.max(b));
            let mut next = a;
            for segment in curve.segments(a, b) {
                prop_assert!(segment.first <= next && next < segment.end);
                next = segment.end.min(b);
            }
            prop_assert_eq!(next, b);
        }
    }
}
