//! RRULE (RFC 5545 section 3.3.10): the rules that a weekly slot can say.

use crate::import::times::compact;
use timetable::civil::Day;
use timetable::{LocalTime, Weekdays};

/// A rule that comes back by the day or the week.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    pub days: Weekdays,
    pub end: End,
}

/// When a rule ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    Never,
    /// The last instant is on or before this time, which is UTC where `is_utc`.
    Until {
        at: LocalTime,
        is_utc: bool,
        is_date: bool,
    },
    /// So many times in all.
    Count(u32),
}

/// More weeks than any timetable has.
const COUNT_MOST: u32 = 80_000;

/// Reads a rule. `first` is the day of the first airing.
pub(super) fn parse(text: &str, first: Day) -> Result<Rule, String> {
    let (mut frequency, mut by_day, mut end) = (None, None, End::Never);
    for part in text.trim().split(';').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').ok_or("RRULE has a part without `=`")?;
        match key.to_ascii_uppercase().as_str() {
            "FREQ" => frequency = Some(value.to_ascii_uppercase()),
            "INTERVAL" if value == "1" => {}
            "BYDAY" => by_day = Some(weekdays(value)?),
            "UNTIL" => {
                let stripped = value.strip_suffix('Z');
                let at = compact(stripped.unwrap_or(value)).ok_or("UNTIL is no date")?;
                let is_date = !value.contains('T');
                end = End::Until { at, is_utc: stripped.is_some(), is_date };
            }
            "COUNT" => {
                let count = value.parse().ok().filter(|n| (1..=COUNT_MOST).contains(n));
                end = End::Count(count.ok_or("COUNT is no number of airings")?);
            }
            "WKST" => {}
            other => {
                return Err(format!(
                    "{} in RRULE cannot be said as a weekly slot",
                    other.escape_debug()
                ));
            }
        }
    }
    let days = match (frequency.as_deref(), by_day) {
        (Some("DAILY"), None) => Weekdays::ALL,
        (Some("WEEKLY" | "DAILY"), Some(days)) => days,
        (Some("WEEKLY"), None) => Weekdays::of([first.weekday()]),
        (Some(other), _) => {
            let other = other.escape_debug();
            return Err(format!("FREQ={other} cannot be said as a weekly slot; list its events"));
        }
        (None, _) => return Err("RRULE has no FREQ".to_owned()),
    };
    Ok(Rule { days, end })
}

impl Rule {
    /// The last day on which something airs that first airs at `first`, if the rule ends;
    /// `to_local` takes UTC to the local clock.
    pub fn last(&self, first: LocalTime, to_local: impl Fn(LocalTime) -> LocalTime) -> Option<Day> {
        match self.end {
            End::Never => None,
            End::Until { at, is_date: true, .. } => Some(at.day()),
            End::Until { at, is_utc, .. } => {
                let at = if is_utc { to_local(at) } else { at };
                let whole = at.second_of_day() >= first.second_of_day();
                Some(if whole { at.day() } else { Day(at.day().0 - 1) })
            }
            End::Count(count) => {
                let days = (first.day().0..=Day::LAST.0).map(Day);
                let mut airs = days.filter(|day| self.days.contains(day.weekday()));
                airs.nth(count as usize - 1)
            }
        }
    }
}

fn weekdays(text: &str) -> Result<Weekdays, String> {
    const CODES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let number = |code: &str| CODES.iter().position(|c| *c == code).map(|i| i as u8);
    let days: Option<Vec<u8>> =
        text.to_ascii_uppercase().split(',').map(|code| number(code.trim())).collect();
    match days {
        Some(days) if !days.is_empty() => Ok(Weekdays::of(days)),
        _ => Err(format!("BYDAY={} cannot be said as a weekly slot", text.escape_debug())),
    }
}
