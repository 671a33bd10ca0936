//! The schedule of the EIT: which event stands in which section (TS 101 211 clause 4.1.4.2).
//!
//! A day has eight segments of three hours, counted from 00:00 UTC of the current day. A table_id
//! holds 32 of them, eight sections each:
//!
//! ```text
//! segment  = (start - midnight) / 3 h
//! table_id = 0x50 + segment / 32        0x60 for other transport streams
//! section  = segment % 32 * 8           and up to seven more
//! ```
//!
//! Nothing here looks at the hour: events of the day that are over stay until the day is, so the
//! sections are a function of the day and the events, and change at 00:00 UTC.

use super::divide::divide;
use super::eit::{EVENTS_MAX, EitSection, EitService, Event, SCHEDULE_ACTUAL, SCHEDULE_OTHER};
use super::{Scope, TableError};
use crate::section::Section;
use crate::time::{SECONDS_PER_DAY, UtcSeconds};

/// Days that the table ids reach.
pub const HORIZON_DAYS_MAX: u32 = 64;

const SEGMENT_S: u64 = 3 * 3600;
const SEGMENTS_PER_TABLE: usize = 32;
const SECTIONS_PER_SEGMENT: usize = 8;

/// Where an event that starts at `start` has its home: table_id and first section of the segment.
/// `None` before 00:00 UTC of the day of `today`, and from 64 days after it.
pub fn schedule_home(scope: Scope, today: UtcSeconds, start: UtcSeconds) -> Option<(u8, u8)> {
    let segment = segment_of(today, start)?;
    let table = first_table_id(scope) + (segment / SEGMENTS_PER_TABLE) as u8;
    Some((table, first_section(segment)))
}

/// The sections of a service's schedule, from 00:00 UTC of the day of `today` for `horizon_days`
/// days. Events that start outside of that are left out.
///
/// In each table all segments up to the last with an event are there; one without events is a
/// single section without any. A service without events has one such section.
///
/// # Errors
/// [`TableError::Horizon`] above [`HORIZON_DAYS_MAX`] days, [`TableError::SegmentFull`] when the
/// events of three hours need more than eight sections, and what a single event can be refused for.
pub fn schedule_sections(
    service: &EitService,
    today: UtcSeconds,
    events: &[Event],
    horizon_days: u32,
    version: u8,
) -> Result<Vec<Section>, TableError> {
    if horizon_days > HORIZON_DAYS_MAX {
        return Err(TableError::Horizon { days: horizon_days });
    }
    let segments = segments(today, events, horizon_days);
    let first_table = first_table_id(service.scope);
    let last_table_id = first_table + (segments.len().saturating_sub(1) / SEGMENTS_PER_TABLE) as u8;
    let mut sections = Vec::new();
    for (table_id, segments) in (first_table..).zip(segments.chunks(SEGMENTS_PER_TABLE)) {
        let frame = EitSection {
            table_id,
            service: *service,
            version,
            number: 0,
            last_number: 0,
            segment_last_number: 0,
            last_table_id,
            events: Vec::new(),
        };
        table_sections(frame, segments, &mut sections)?;
    }
    Ok(sections)
}

/// The events of each segment by start, up to the last segment that has any; at least one segment.
fn segments(today: UtcSeconds, events: &[Event], horizon_days: u32) -> Vec<Vec<&Event>> {
    let mut in_order: Vec<&Event> = events.iter().collect();
    in_order.sort_by_key(|event| (event.start, event.event_id));
    let end = today.midnight().0.saturating_add(u64::from(horizon_days) * SECONDS_PER_DAY);
    let mut segments = vec![Vec::new()];
    for event in in_order {
        let Some(segment) = segment_of(today, event.start).filter(|_| event.start.0 < end) else {
            continue;
        };
        if segments.len() <= segment {
            segments.resize(segment + 1, Vec::new());
        }
        segments[segment].push(event);
    }
    segments
}

/// Appends the sections of one table_id.
fn table_sections(
    frame: EitSection,
    segments: &[Vec<&Event>],
    sections: &mut Vec<Section>,
) -> Result<(), TableError> {
    let used = segments.iter().rposition(|events| !events.is_empty()).unwrap_or(0);
    let mut divided = Vec::new();
    for (segment, events) in segments[..=used].iter().enumerate() {
        divided.push(segment_bodies(&frame, segment, events)?);
    }
    let last_section = |segment: usize| first_section(segment) + (divided[segment].len() - 1) as u8;
    let last_number = last_section(used);
    for (segment, bodies) in divided.iter().enumerate() {
        let segment_last_number = last_section(segment);
        for (number, body) in (first_section(segment)..).zip(bodies) {
            let section = EitSection { number, last_number, segment_last_number, ..frame.clone() };
            sections.push(section.frame(body)?);
        }
    }
    Ok(())
}

/// The events of one segment, divided over at most eight bodies.
fn segment_bodies(
    frame: &EitSection,
    segment: usize,
    events: &[&Event],
) -> Result<Vec<Vec<u8>>, TableError> {
    let table_id = frame.table_id;
    let entries: Result<Vec<_>, TableError> =
        events.iter().map(|event| Ok((event.event_id, event.entry(table_id)?))).collect();
    let bodies = divide(table_id, entries?, EVENTS_MAX)?;
    if bodies.len() > SECTIONS_PER_SEGMENT {
        let table = usize::from(table_id - first_table_id(frame.service.scope));
        return Err(TableError::SegmentFull {
            service_id: frame.service.service_id,
            segment: (table * SEGMENTS_PER_TABLE + segment) as u16,
            sections: bodies.len(),
        });
    }
    Ok(bodies)
}

fn segment_of(today: UtcSeconds, start: UtcSeconds) -> Option<usize> {
    let segment = start.0.checked_sub(today.midnight().0)? / SEGMENT_S;
    let segments = u64::from(HORIZON_DAYS_MAX) * SECONDS_PER_DAY / SEGMENT_S;
    (segment < segments).then_some(segment as usize)
}

fn first_section(segment: usize) -> u8 {
    (segment % SEGMENTS_PER_TABLE * SECTIONS_PER_SEGMENT) as u8
}

fn first_table_id(scope: Scope) -> u8 {
    match scope {
        Scope::Actual => SCHEDULE_ACTUAL,
        Scope::Other => SCHEDULE_OTHER,
    }
}
