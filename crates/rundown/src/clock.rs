//! Civil time over a window as a table.

use crate::model::CivilClock;
use timetable::{Zone, civil};
use ts::{Span, TICKS_PER_SECOND, Ticks};

/// Leap seconds and changes of local time in a zone over a window.
pub(crate) fn civil_clock(zone: &Zone, from: Ticks, until: Ticks) -> CivilClock {
    let mut local_minus_utc_s = vec![(from, zone.utc_offset_s(from))];
    let mut at = from;
    while let Some((change, _)) = zone.next_change(at) {
        local_minus_utc_s.push((change, zone.utc_offset_s(change)));
        if change > until {
            break;
        }
        at = change;
    }
    CivilClock { tai_minus_utc_s: leap_seconds(from, until), local_minus_utc_s }
}

/// The steps of TAI minus UTC over a window.
fn leap_seconds(from: Ticks, until: Ticks) -> Vec<(Ticks, u32)> {
    let ahead = |at: Ticks| {
        let unix_s = civil::utc_from_ticks(at).unix_s;
        (at.0 / TICKS_PER_SECOND) as i64 - unix_s
    };
    let mut steps = vec![(from, ahead(from) as u32)];
    let mut at = from;
    // Steps lie at least half a year apart, so that none hides between two days.
    let day = Span::from_seconds(86_400);
    while at < until {
        let next = at + day;
        if ahead(next) != ahead(at) {
            let (mut low, mut high) = (at.0 / TICKS_PER_SECOND, next.0 / TICKS_PER_SECOND);
            while high - low > 1 {
                let middle = u64::midpoint(low, high);
                if ahead(Ticks::from_seconds(middle)) == ahead(at) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            steps.push((Ticks::from_seconds(high), ahead(next) as u32));
        }
        at = next;
    }
    steps
}
