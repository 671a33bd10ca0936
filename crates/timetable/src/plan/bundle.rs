//! When bundles are sent.

use crate::civil::{Day, SECONDS_PER_DAY, ticks_from_unix, utc_from_ticks};
use crate::model::{Bundle, Timetable, Window, WindowTimes};
use crate::text::Id;
use crate::zone::{LocalInstants, LocalTime, Zone};
use ts::Ticks;

/// A time during which a bundle is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleInterval {
    /// The bundle.
    pub bundle: Id,
    /// When it starts.
    pub from: Ticks,
    /// When it ends, exclusive.
    pub until: Ticks,
}

impl Timetable {
    /// When bundles are sent during `[from, until)`, ordered by start and bundle.
    ///
    /// The intervals of one bundle do not touch each other. They are cut at the edges of the
    /// window, so that windows side by side give what one window gives, cut in two.
    pub fn bundles_active(&self, from: Ticks, until: Ticks) -> Vec<BundleInterval> {
        let mut found = Vec::new();
        if until <= from {
            return found;
        }
        for bundle in &self.bundles {
            for (start, end) in open_times(&self.zone, bundle, from, until) {
                let (start, end) = (start.max(from), end.min(until));
                if start < end {
                    let bundle = bundle.id.clone();
                    found.push(BundleInterval { bundle, from: start, until: end });
                }
            }
        }
        found.sort_by(|a, b| (a.from, &a.bundle).cmp(&(b.from, &b.bundle)));
        found
    }
}

/// For how many ticks a bundle is sent before an instant.
pub(crate) fn open_ticks(zone: &Zone, bundle: &Bundle, until: Ticks) -> u64 {
    let first = opening(zone, LocalTime::new(bundle.first, 0));
    let open = open_times(zone, bundle, first, until.max(first));
    let inside =
        |(from, to): &(Ticks, Ticks)| to.0.min(until.0).saturating_sub(from.0.max(first.0));
    open.iter().map(inside).sum()
}

/// The times around a window during which the bundle is sent; in order, none touches another.
fn open_times(zone: &Zone, bundle: &Bundle, from: Ticks, until: Ticks) -> Vec<(Ticks, Ticks)> {
    let mut open = Vec::new();
    match &bundle.window {
        Window::Always => {
            let start = opening(zone, LocalTime::new(bundle.first, 0));
            // A bundle without a last day is sent for ever, behind the dates of timetables too.
            let end = match bundle.last {
                Day::LAST => Ticks(u64::MAX),
                last => closing(zone, LocalTime::new(Day(last.0 + 1), 0)),
            };
            open.push((if bundle.first == Day::FIRST { Ticks(0) } else { start }, end));
        }
        Window::Times(windows) => {
            let day = |at: Ticks| utc_from_ticks(at).unix_s.div_euclid(SECONDS_PER_DAY);
            let low = i64::from(bundle.first.0);
            let high = i64::from(bundle.last.0);
            let first = (day(from) - 3).clamp(low, high + 1);
            let last = (day(until) + 3).clamp(low - 1, high);
            for number in first..=last {
                let day = Day(number as i32);
                open.extend(windows.iter().filter_map(|w| window_on(zone, w, day)));
            }
        }
    }
    merged(open)
}

fn window_on(zone: &Zone, window: &WindowTimes, day: Day) -> Option<(Ticks, Ticks)> {
    if !window.days.names(day, day) {
        return None;
    }
    let last = if window.to_s <= window.from_s { Day(day.0 + 1) } else { day };
    let start = opening(zone, LocalTime::new(day, window.from_s));
    let end = closing(zone, LocalTime::new(last, window.to_s));
    (start < end).then_some((start, end))
}

fn merged(mut open: Vec<(Ticks, Ticks)>) -> Vec<(Ticks, Ticks)> {
    open.sort_unstable();
    let mut merged: Vec<(Ticks, Ticks)> = Vec::with_capacity(open.len());
    for (start, end) in open {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// The instant a window opens: the first of two, or the end of a gap.
fn opening(zone: &Zone, local: LocalTime) -> Ticks {
    match zone.instants(local) {
        LocalInstants::One(unix_s) => on_axis(unix_s),
        LocalInstants::Fold { first, .. } => on_axis(first),
        LocalInstants::Gap { .. } => end_of_gap(zone, local),
    }
}

/// The instant a window closes: the second of two, or the end of a gap.
fn closing(zone: &Zone, local: LocalTime) -> Ticks {
    match zone.instants(local) {
        LocalInstants::One(unix_s) => on_axis(unix_s),
        LocalInstants::Fold { second, .. } => on_axis(second),
        LocalInstants::Gap { .. } => end_of_gap(zone, local),
    }
}

fn end_of_gap(zone: &Zone, local: LocalTime) -> Ticks {
    zone.change_at(local).map_or(Ticks(0), |change| on_axis(change.unix_s))
}

fn on_axis(unix_s: i64) -> Ticks {
    ticks_from_unix(unix_s).unwrap_or(Ticks(0))
}
