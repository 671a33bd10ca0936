//! The schedule of a service: homes, numbers, and independence of the hour.

use proptest::collection::vec;
use proptest::prelude::*;
use si::table::{EitSection, EitService, Event, Scope, schedule_home, schedule_sections};
use si::{DescriptorLoop, RunningStatus, Section, TableError, UtcSeconds};

/// 2026-09-01T00:00:00Z.
const DAY: u64 = 1_788_220_800;
const DAY_S: u64 = 86_400;
const HOUR_S: u64 = 3600;

const SERVICE: EitService = EitService {
    scope: Scope::Actual,
    service_id: 5,
    transport_stream_id: 1,
    original_network_id: 0xff01,
};

/// A lesson of 45 minutes with this many bytes of descriptors.
fn lesson(event_id: u16, start: u64, bytes: usize) -> Event {
    let mut descriptors = DescriptorLoop::new();
    for _ in 0..bytes / 250 {
        descriptors.push_raw(0x4e, &[0x20; 248]).unwrap();
    }
    Event {
        event_id,
        start: UtcSeconds(start),
        duration_s: 45 * 60,
        running_status: RunningStatus::UNDEFINED,
        scrambled: false,
        descriptors,
    }
}

fn schedule(now: u64, events: &[Event], days: u32) -> Vec<EitSection> {
    let sections = schedule_sections(&SERVICE, UtcSeconds(now), events, days, 3).unwrap();
    sections.iter().map(read).collect()
}

fn read(section: &Section) -> EitSection {
    EitSection::parse(&section.view().unwrap()).unwrap()
}

#[test]
fn lessons_of_two_days_stand_in_their_segments_and_gaps_are_empty_sections() {
    let events = [lesson(1, DAY + HOUR_S, 0), lesson(2, DAY + DAY_S + 7 * HOUR_S, 0)];
    let sections = schedule(DAY, &events, 8);
    let homes: Vec<(u8, usize)> = sections.iter().map(|s| (s.number, s.events.len())).collect();
    let expected: Vec<(u8, usize)> =
        (0..=10).map(|s| (s * 8, usize::from(s == 0 || s == 10))).collect();
    assert_eq!(homes, expected);
    for section in &sections {
        assert_eq!((section.table_id, section.last_table_id), (0x50, 0x50));
        assert_eq!((section.last_number, section.version), (80, 3));
        assert_eq!(section.segment_last_number, section.number);
    }
}

#[test]
fn a_service_without_events_has_one_empty_section() {
    let sections = schedule(DAY, &[], 8);
    assert_eq!(sections.len(), 1);
    assert_eq!((sections[0].table_id, sections[0].number, sections[0].last_number), (0x50, 0, 0));
    assert!(sections[0].events.is_empty());
}

#[test]
fn a_table_without_events_between_two_with_them_has_one_empty_section() {
    let events = [lesson(1, DAY, 0), lesson(2, DAY + 8 * DAY_S, 0)];
    let sections = schedule(DAY, &events, 16);
    let homes: Vec<(u8, u8, u8)> =
        sections.iter().map(|s| (s.table_id, s.number, s.last_table_id)).collect();
    assert_eq!(homes, [(0x50, 0, 0x52), (0x51, 0, 0x52), (0x52, 0, 0x52)]);
}

#[test]
fn lessons_that_are_over_stay_until_the_day_is() {
    let events = [lesson(1, DAY, 0), lesson(2, DAY + 20 * HOUR_S, 0)];
    let at_midnight = schedule(DAY, &events, 8);
    assert_eq!(schedule(DAY + DAY_S - 1, &events, 8), at_midnight);
    let next_day = schedule(DAY + DAY_S, &events, 8);
    assert!(next_day.iter().all(|section| section.events.is_empty()));
}

#[test]
fn events_outside_of_the_horizon_are_left_out() {
    let events =
        [lesson(1, DAY - 1, 0), lesson(2, DAY + 8 * DAY_S - 1, 0), lesson(3, DAY + 8 * DAY_S, 0)];
    let sections = schedule(DAY, &events, 8);
    let ids: Vec<u16> = sections.iter().flat_map(|s| &s.events).map(|e| e.event_id).collect();
    assert_eq!(ids, [2]);
    let refused = schedule_sections(&SERVICE, UtcSeconds(DAY), &events, 65, 0);
    assert_eq!(refused, Err(TableError::Horizon { days: 65 }));
}

#[test]
fn a_full_segment_takes_eight_sections_and_is_refused_beyond() {
    // One event of 2012 bytes; two of them fill a section of 4078 bytes of events.
    let events = |count: u16| -> Vec<Event> {
        (0..count).map(|n| lesson(n, DAY + 33 * DAY_S + u64::from(n) * 60, 2000)).collect()
    };
    let sections = schedule(DAY, &events(16), 40);
    let full: Vec<&EitSection> = sections.iter().filter(|s| !s.events.is_empty()).collect();
    assert_eq!(full.len(), 8);
    for (number, section) in full.iter().enumerate() {
        assert_eq!(usize::from(section.number), 64 + number);
        assert_eq!((section.table_id, section.segment_last_number), (0x58, 71));
        assert_eq!(section.last_number, 71);
    }
    assert_eq!(
        schedule_sections(&SERVICE, UtcSeconds(DAY), &events(17), 40, 0),
        Err(TableError::SegmentFull { service_id: 5, segment: 264, sections: 9 })
    );
}

proptest! {
    #[test]
    fn any_schedule_can_be_found_by_its_homes_and_does_not_depend_on_the_hour(
        starts in vec((0u64..64 * DAY_S, 0usize..1000), 0..60),
        second_of_day in 0u64..DAY_S,
        days in 0u32..=64,
    ) {
        let events: Vec<Event> = (0..)
            .zip(&starts)
            .map(|(id, (start, bytes))| lesson(id, DAY + start, *bytes))
            .collect();
        let sections = schedule(DAY, &events, days);
        prop_assert_eq!(&schedule(DAY + second_of_day, &events, days), &sections);
        let mut reversed = events.clone();
        reversed.reverse();
        prop_assert_eq!(&schedule(DAY, &reversed, days), &sections);

        let mut expected: Vec<Event> = events
            .into_iter()
            .filter(|e| e.start.0 < DAY + u64::from(days) * DAY_S)
            .collect();
        expected.sort_by_key(|e| (e.start, e.event_id));
        let found: Vec<Event> = sections.iter().flat_map(|s| s.events.clone()).collect();
        prop_assert_eq!(found, expected);

        let last_table = sections.last().unwrap().table_id;
        for section in &sections {
            prop_assert_eq!(section.last_table_id, last_table);
            for event in &section.events {
                let (table_id, first) =
                    schedule_home(Scope::Actual, UtcSeconds(DAY), event.start).unwrap();
                prop_assert_eq!(table_id, section.table_id);
                prop_assert_eq!(first, section.number & !7);
            }
        }
        for pair in sections.windows(2) {
            let (this, next) = (&pair[0], &pair[1]);
            if this.table_id == next.table_id {
                // Within a segment numbers follow each other; the next segment begins at its home.
                let within =
                    next.number == this.number + 1 && this.number < this.segment_last_number;
                let across = this.number == this.segment_last_number
                    && next.number == (this.number & !7) + 8;
                prop_assert!(within || across);
                prop_assert_eq!(this.last_number, next.last_number);
            } else {
                prop_assert_eq!(next.table_id, this.table_id + 1);
                prop_assert_eq!((this.number, next.number), (this.last_number, 0));
            }
        }
    }
}
