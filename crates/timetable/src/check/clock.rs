//! Civil times that a clock change skips or repeats.

use super::CheckedDays;
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Location;
use crate::times::DayTimes;
use crate::zone::{ClockChange, FoldPolicy, GapPolicy, LocalTime, Zone};
use std::collections::BTreeSet;

/// A civil time of the timetable that a clock change skips or repeats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockFinding {
    pub local: LocalTime,
    pub change: ClockChange,
}

/// What clock changes do to times of day, on days that `airs` accepts.
pub(crate) fn clock_findings(
    zone: &Zone,
    times: &DayTimes,
    airs: impl Fn(Day) -> bool,
) -> Vec<ClockFinding> {
    let mut found = Vec::new();
    for change in zone.changes() {
        let first = LocalTime(change.local_start()).day();
        let last = LocalTime(change.local_end() - 1).day();
        for day in (first.0..=last.0).map(Day).filter(|day| airs(*day)) {
            let midnight = LocalTime::new(day, 0).0;
            let hit = change.local_start() - midnight..change.local_end() - midnight;
            found.extend(times.within(hit).iter().map(|second| {
                let local = LocalTime::new(day, *second);
                ClockFinding { local, change: *change }
            }));
        }
    }
    found
}

/// The clock change that hits one civil time.
pub(crate) fn clock_finding(zone: &Zone, local: LocalTime) -> Option<ClockFinding> {
    zone.change_at(local).map(|change| ClockFinding { local, change: *change })
}

impl ClockFinding {
    /// The policy lets what was planned for this time fall out.
    pub fn falls_out(&self, gap: GapPolicy, fold: FoldPolicy) -> bool {
        if self.change.is_gap() {
            matches!(gap, GapPolicy::Skip | GapPolicy::Reject)
        } else {
            fold == FoldPolicy::Reject
        }
    }

    fn rejected(&self, gap: GapPolicy, fold: FoldPolicy) -> bool {
        if self.change.is_gap() { gap == GapPolicy::Reject } else { fold == FoldPolicy::Reject }
    }

    fn tell(&self, zone: &Zone, gap: GapPolicy, fold: FoldPolicy) -> String {
        let second = self.local.second_of_day();
        let time = format!("{:02}:{:02}", second / 3600, second / 60 % 60);
        let (day, name) = (self.local.day(), zone.name());
        let shift = i64::from(self.change.after_s - self.change.before_s);
        if !self.change.is_gap() {
            let which = match fold {
                FoldPolicy::First => "; the first is meant",
                FoldPolicy::Second => "; the second is meant",
                FoldPolicy::Reject => "",
            };
            return format!("{time} happens twice on {day} in {name}{which}");
        }
        let becomes = match gap {
            GapPolicy::Later => format!("; it becomes {}", LocalTime(self.local.0 + shift)),
            GapPolicy::Earlier => format!("; it becomes {}", LocalTime(self.local.0 - shift)),
            GapPolicy::Skip => "; the airing falls out".to_owned(),
            GapPolicy::Reject => String::new(),
        };
        format!("{time} does not exist on {day} in {name}{becomes}")
    }
}

/// The finding for all clock changes that hit one slot or item on the checked days.
pub(crate) fn clock_diagnostic(
    findings: &[ClockFinding],
    zone: &Zone,
    (gap, fold): (GapPolicy, FoldPolicy),
    at: Location,
    days: CheckedDays,
) -> Option<Diagnostic> {
    let mut checked: Vec<&ClockFinding> =
        findings.iter().filter(|f| days.contains(f.local.day())).collect();
    // What is rejected comes first, since it makes the finding an error.
    checked.sort_by_key(|f| (!f.rejected(gap, fold), f.local));
    let first = checked.first()?;
    let (code, help) = if first.rejected(gap, fold) {
        let words = if first.change.is_gap() {
            "`on_gap` to later, earlier or skip"
        } else {
            "`on_fold` to first or second"
        };
        (Code::ClockChangeRejected, format!("set {words}, or choose another time"))
    } else {
        let key = if first.change.is_gap() { "on_gap" } else { "on_fold" };
        (Code::ClockChange, format!("`{key}` says what is meant"))
    };
    let label = others(first, &checked);
    let message = first.tell(zone, gap, fold);
    Some(Diagnostic::new(code, message).primary(at, label).help(help))
}

/// What else clock changes hit: airings of the same night, and other nights.
fn others(first: &ClockFinding, all: &[&ClockFinding]) -> String {
    let airings = all.iter().filter(|f| f.change == first.change).count() - 1;
    let changes: BTreeSet<i64> = all.iter().map(|f| f.change.unix_s).collect();
    let airings = match airings {
        0 => None,
        1 => Some("one more airing".to_owned()),
        more => Some(format!("{more} more airings")),
    };
    let changes = match changes.len() - 1 {
        0 => None,
        1 => Some("one more clock change".to_owned()),
        more => Some(format!("{more} more clock changes")),
    };
    let parts: Vec<String> = airings.into_iter().chain(changes).collect();
    if parts.is_empty() { String::new() } else { format!("and {}", parts.join(", and ")) }
}
