//! One airing of a file, on the local clock.

use super::Fault;
use timetable::civil::{Day, utc_from_ticks};
use timetable::{AssetId, Language, LocalInstants, LocalTime, MIN_AIRING_S, Weekdays, Zone};
use ts::{Span, TICKS_PER_SECOND, Ticks};

/// An airing, or one that comes back every week.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// The line of the file.
    pub line: usize,
    /// The channel, where the file names one.
    pub channel: Option<String>,
    /// When it starts.
    pub at: LocalTime,
    /// The second of the two instants that its civil time has, where a clock change repeats it.
    pub is_second: bool,
    /// How long it may last; `None` until the next one.
    pub length_s: Option<u32>,
    /// What is played.
    pub asset: Option<AssetId>,
    /// How far into the asset it starts.
    pub start_at: Span,
    /// Its titles by language.
    pub titles: Vec<(Language, String)>,
    /// How it comes back.
    pub weekly: Option<Weekly>,
}

/// How an entry comes back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weekly {
    pub days: Weekdays,
    pub last: Option<Day>,
    pub except: Vec<Day>,
    pub extra: Vec<LocalTime>,
}

/// Where an airing stands on the local clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    pub at: LocalTime,
    pub is_second: bool,
    pub length_s: Option<u32>,
}

/// Places an airing on the local clock.
///
/// Its length is chosen so that the timetable, which ends an airing when its length or the local
/// clock says so, whichever is earlier, ends it at `end`.
pub(super) fn place(zone: &Zone, start: Ticks, end: Option<Ticks>) -> Result<Placed, String> {
    let whole = |at: Ticks| at.0.is_multiple_of(TICKS_PER_SECOND);
    if !whole(start) || end.is_some_and(|end| !whole(end)) {
        return Err("times must be whole seconds".to_owned());
    }
    let at = zone.local_time(start);
    let unix_s = utc_from_ticks(start).unix_s;
    let is_second =
        matches!(zone.instants(at), LocalInstants::Fold { second, .. } if second == unix_s);
    let Some(end) = end else { return Ok(Placed { at, is_second, length_s: None }) };
    let by_axis = utc_from_ticks(end).unix_s - unix_s;
    let by_clock = zone.local_time(end).0 - at.0;
    let length_s = length(by_axis)?.max(u32::try_from(by_clock).unwrap_or(0).min(DAY_S));
    Ok(Placed { at, is_second, length_s: Some(length_s) })
}

/// A length that a timetable takes.
pub(super) fn length(seconds: i64) -> Result<u32, String> {
    if seconds <= 0 {
        return Err("it ends before it begins".to_owned());
    }
    match u32::try_from(seconds).ok().filter(|s| (MIN_AIRING_S..=DAY_S).contains(s)) {
        Some(length_s) => Ok(length_s),
        None => Err(format!("an airing lasts from {MIN_AIRING_S} s to 24 h, not {seconds} s")),
    }
}

/// A civil date that a timetable takes.
pub(super) fn checked(at: LocalTime) -> Result<LocalTime, String> {
    if (Day::FIRST..=Day::LAST).contains(&at.day()) {
        Ok(at)
    } else {
        Err(format!("dates go from {} to {}", Day::FIRST, Day::LAST))
    }
}

/// Reports entries that share time, and counts them.
pub(super) fn check_entries(entries: &[Entry], zone: &Zone, faults: &mut Vec<Fault>) {
    if entries.len() > super::MAX_ENTRIES {
        let message = format!("more than {} airings; import it in parts", super::MAX_ENTRIES);
        return faults.push(Fault::new(0, message));
    }
    if entries.is_empty() && faults.is_empty() {
        faults.push(Fault::new(0, "the file has no airing"));
    }
    let start = |entry: &Entry| match zone.instants(entry.at) {
        LocalInstants::One(unix_s) | LocalInstants::Gap { later: unix_s, .. } => unix_s,
        LocalInstants::Fold { first, second } => {
            if entry.is_second {
                second
            } else {
                first
            }
        }
    };
    // What comes back is checked by the timetable itself.
    let mut once: Vec<(i64, &Entry)> =
        entries.iter().filter(|e| e.weekly.is_none()).map(|e| (start(e), e)).collect();
    once.sort_by_key(|(start, entry)| (*start, entry.line));
    for pair in once.windows(2) {
        let [(first_s, first), (second_s, second)] = pair else { continue };
        let until = zone.instants(LocalTime(first.at.0 + i64::from(first.length_s.unwrap_or(0))));
        let by_clock = match until {
            LocalInstants::One(unix_s) => unix_s,
            LocalInstants::Gap { later, .. } => later,
            LocalInstants::Fold { second, .. } => second,
        };
        let end_s = by_clock.min(first_s + i64::from(first.length_s.unwrap_or(MIN_AIRING_S)));
        if end_s.max(first_s + i64::from(MIN_AIRING_S)) > *second_s {
            let (shared_s, line) = (end_s - second_s, first.line);
            let message = match shared_s > 0 {
                true => format!("it shares {shared_s} s with the airing of line {line}"),
                false => {
                    format!("it starts less than {MIN_AIRING_S} s behind the airing of line {line}")
                }
            };
            faults.push(Fault::new(second.line, message));
        }
    }
}

const DAY_S: u32 = 86_400;
