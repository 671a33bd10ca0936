//! The time axis of a source: 33-bit stamps made into times that never wrap.

use ts::{Span, Timestamp};

/// Unwraps the time stamps of one source. Each stamp is taken to be within half the period (13
/// hours) of the one before it, whichever stream that was of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SourceClock {
    last: Option<(Timestamp, Span)>,
    first: Option<Span>,
}

impl SourceClock {
    /// The time of a stamp.
    pub(super) fn time_of(&mut self, stamp: Timestamp) -> Span {
        let time = match self.last {
            Some((last, time)) => time + Span::from_90k(stamp.distance_from(last)),
            None => Span::from_90k(stamp.value() as i64),
        };
        self.last = Some((stamp, time));
        self.first.get_or_insert(time);
        time
    }

    /// The time behind the first stamp of the source that the latest stamp shows.
    pub(super) fn elapsed(&self) -> Option<Span> {
        Some(self.last?.1 - self.first?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_on_across_the_wrap_and_back() {
        let mut clock = SourceClock::default();
        let near_end = (1u64 << 33) - 900;
        let first = clock.time_of(Timestamp::new(near_end));
        assert_eq!(clock.time_of(Timestamp::new(900)) - first, Span::from_90k(1800));
        assert_eq!(clock.time_of(Timestamp::new(near_end)) - first, Span(0));
        assert_eq!(clock.time_of(Timestamp::new(3600)) - first, Span::from_90k(4500));
        assert_eq!(clock.elapsed(), Some(Span::from_90k(4500)));
    }
}
