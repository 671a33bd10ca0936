//! iCalendar (RFC 5545): events, and the recurrences that a weekly slot can say.

mod event;
mod line;
mod rule;

use super::entry::Entry;
use super::{Fault, MAX_ENTRIES, MAX_FAULTS};
use event::{Event, Zones};
use std::collections::BTreeMap;
use timetable::Zone;

/// Reads all events.
pub(super) fn read(text: &str, zone: &Zone, faults: &mut Vec<Fault>) -> Vec<Entry> {
    let mut zones = Zones::new(zone);
    let mut masters: BTreeMap<String, usize> = BTreeMap::new();
    let mut replaced = Vec::new();
    let mut entries = Vec::new();
    for event in events(text, faults) {
        if faults.len() > MAX_FAULTS || entries.len() > MAX_ENTRIES {
            break;
        }
        let line = event.line;
        match event.read(&mut zones) {
            Ok(None) => {}
            Ok(Some(read)) => {
                match (read.uid, read.replaces) {
                    (Some(uid), Some(day)) => replaced.push((line, uid, day)),
                    (Some(uid), None) => {
                        masters.insert(uid, entries.len());
                    }
                    (None, _) => {}
                }
                entries.push(read.entry);
            }
            Err(fault) => faults.push(fault),
        }
    }
    for (line, uid, day) in replaced {
        let master = masters.get(&uid).and_then(|place| entries.get_mut(*place));
        match master.and_then(|entry: &mut Entry| entry.weekly.as_mut()) {
            Some(weekly) => weekly.except.push(day),
            None => {
                let message = "RECURRENCE-ID names an event that is not in the file or does not \
                               come back";
                faults.push(Fault::new(line, message));
            }
        }
    }
    for weekly in entries.iter_mut().filter_map(|entry| entry.weekly.as_mut()) {
        weekly.except.sort();
        weekly.except.dedup();
    }
    entries
}

/// The events of a file with their lines, parts inside them (alarms) left out.
fn events(text: &str, faults: &mut Vec<Fault>) -> Vec<Event> {
    let mut events = Vec::new();
    let mut open: Option<Event> = None;
    let mut depth = 0usize;
    let mut is_calendar = false;
    for read in line::lines(text) {
        let line = match read {
            Ok(line) => line,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        match (line.name.as_str(), line.value.to_ascii_uppercase().as_str()) {
            ("BEGIN", "VCALENDAR") => is_calendar = true,
            ("BEGIN", "VEVENT") if open.is_none() => open = Some(Event::new(line.number)),
            ("BEGIN", _) if open.is_some() => depth += 1,
            ("END", "VEVENT") if depth == 0 => events.extend(open.take()),
            ("END", _) => depth = depth.saturating_sub(1),
            _ => {
                if let Some(event) = open.as_mut().filter(|_| depth == 0) {
                    event.lines.push(line);
                }
            }
        }
    }
    if !is_calendar {
        faults.push(Fault::new(1, "this is no calendar: BEGIN:VCALENDAR is missing"));
    } else if let Some(event) = open {
        faults.push(Fault::new(event.line, "this event has no END:VEVENT"));
    }
    events
}
