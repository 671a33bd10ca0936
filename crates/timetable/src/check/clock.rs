//! Civil times that a clock change skips or repeats.

use super::CheckedDays;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Location;
use crate::zone::{ClockChange, FoldPolicy, GapPolicy, LocalTime, Zone};

/// A civil time of the timetable that a clock change skips or repeats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockFinding {
    pub local: LocalTime,
    pub change: ClockChange,
}

/// The clock changes that hit a time of day, on days that `airs` accepts.
pub(crate) fn clock_findings(
    zone: &Zone,
    second_of_day: u32,
    airs: impl Fn(crate::civil::Day) -> bool,
) -> Vec<ClockFinding> {
    let mut found = Vec::new();
    for change in zone.changes() {
        let first = LocalTime(change.local_start()).day();
        let last = LocalTime(change.local_end() - 1).day();
        for day in first.0..=last.0 {
            let local = LocalTime::new(crate::civil::Day(day), second_of_day);
            if hits(change, local) && airs(local.day()) {
                found.push(ClockFinding { local, change: *change });
            }
        }
    }
    found
}

/// The clock change that hits one civil time.
pub(crate) fn clock_finding(zone: &Zone, local: LocalTime) -> Option<ClockFinding> {
    zone.change_at(local).map(|change| ClockFinding { local, change: *change })
}

fn hits(change: &ClockChange, local: LocalTime) -> bool {
    (change.local_start()..change.local_end()).contains(&local.0)
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
    let label = match checked.len() - 1 {
        0 => String::new(),
        1 => "and one more clock change".to_owned(),
        more => format!("and {more} more clock changes"),
    };
    let message = first.tell(zone, gap, fold);
    Some(Diagnostic::new(code, message).primary(at, label).help(help))
}
