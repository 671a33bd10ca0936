//! The programme guide against the stream: what EIT present says is on must be on by the time of
//! the TDT, and must be what EIT schedule says.

use crate::check::Check;
use crate::dvb::{EitBody, Event};
use crate::findings::{Findings, Measure, Place, ticks_to_ns};
use crate::report::GuideFigures;
use std::collections::BTreeMap;
use ts::TICKS_PER_SECOND;

const SECOND: i64 = TICKS_PER_SECOND as i64;
/// A TDT comes within this many seconds (TR 101 290 row 3.8).
const LEAP_UNKNOWN_S: i64 = 30;
/// A schedule section may come 10 s behind the change of present and following that it explains.
const SETTLE: u64 = 12 * TICKS_PER_SECOND;
/// Events kept over all services: eight days of five-minute items for a few hundred services.
const EVENTS_MAX: usize = 1 << 20;

/// A service by its network, stream and number.
pub(crate) type ServiceKey = (u16, u16, u16);

/// The guide of one service.
#[derive(Clone, Debug, Default)]
struct Service {
    schedule: BTreeMap<(u8, u8), Vec<Event>>,
    versions: BTreeMap<u8, u8>,
    /// Present and following; the inner one is `None` when the section is empty.
    now_next: [Option<Option<Event>>; 2],
    differs_since: Option<u64>,
    told: bool,
}

/// The guide of the stream, and its time.
#[derive(Clone, Debug)]
pub(crate) struct Guide {
    tolerance: i64,
    /// UTC of the first packet lies between the two, in ticks since 1970.
    start_utc: Option<(i64, i64)>,
    /// The start was told and is not to be learnt from the stream.
    told: bool,
    services: BTreeMap<ServiceKey, Service>,
    events: usize,
    figures: GuideFigures,
}

impl Guide {
    /// An empty guide.
    pub(crate) fn new(tolerance_ticks: u64, start_utc_ticks: Option<i64>) -> Guide {
        Guide {
            tolerance: tolerance_ticks as i64,
            start_utc: start_utc_ticks.map(|start| (start, start)),
            told: start_utc_ticks.is_some(),
            services: BTreeMap::new(),
            events: 0,
            figures: GuideFigures::default(),
        }
    }

    /// A TDT or TOT says that it is this second.
    pub(crate) fn take_time(&mut self, utc_s: i64, place: Place, findings: &mut Findings) {
        let low = utc_s.saturating_mul(SECOND).saturating_sub(place.time_ticks as i64);
        let high = low.saturating_add(SECOND);
        let Some((known_low, known_high)) = self.start_utc else {
            self.start_utc = Some((low, high));
            return;
        };
        let (both_low, both_high) = (low.max(known_low), high.min(known_high));
        if !self.told {
            // Each time narrows the bounds; one outside them is a new start.
            let both = (both_low, both_high);
            self.start_utc = Some(if both_low <= both_high { both } else { (low, high) });
        }
        // A leap second, and the drift of a clock within its limits, stay below two seconds.
        let limit = if self.told { self.tolerance } else { SECOND };
        let apart = both_low.saturating_sub(both_high);
        if apart > limit {
            let measure = Measure::ticks(limit as u64, apart);
            findings.error(Check::Tdt, place, Some(0x14), measure, || {
                "time is not that of the stream".into()
            });
        }
    }

    /// An EIT section of this stream: present, following or schedule.
    pub(crate) fn take_eit(
        &mut self,
        key: ServiceKey,
        (table_id, version, number): (u8, u8, u8),
        body: EitBody,
        place: Place,
        findings: &mut Findings,
    ) {
        match (table_id, number) {
            (0x4e, 0 | 1) => {
                let event = body.events.first().copied();
                self.take_now_next(key, usize::from(number), event, place, findings);
            }
            (0x50..=0x5f, _) => self.take_schedule(key, (table_id, version, number), body),
            _ => {}
        }
    }

    /// What was measured.
    pub(crate) fn figures(&self) -> GuideFigures {
        let start = self.start_utc.map(|(low, high)| low + (high - low) / 2);
        GuideFigures { start_utc_s: start.map(|ticks| ticks.div_euclid(SECOND)), ..self.figures }
    }

    fn take_schedule(
        &mut self,
        key: ServiceKey,
        (table_id, version, number): (u8, u8, u8),
        body: EitBody,
    ) {
        let service = self.services.entry(key).or_default();
        let mut dropped = 0;
        let is_new = service.versions.insert(table_id, version) != Some(version);
        service.schedule.retain(|(other, _), events| {
            let stays = *other <= body.last_table_id && !(is_new && *other == table_id);
            dropped += if stays { 0 } else { events.len() };
            stays
        });
        self.events -= dropped;
        if self.events + body.events.len() > EVENTS_MAX {
            return;
        }
        self.events += body.events.len();
        let before = service.schedule.insert((table_id, number), body.events);
        self.events -= before.map_or(0, |events| events.len());
    }

    fn take_now_next(
        &mut self,
        key: ServiceKey,
        number: usize,
        event: Option<Event>,
        place: Place,
        findings: &mut Findings,
    ) {
        let service = self.services.entry(key).or_default();
        let before = service.now_next[number].replace(event);
        if number == 0 {
            let changed = before.is_some_and(|before| before != event);
            self.figures.event_changes += u64::from(changed);
            self.judge_present(key, event, place, findings);
        }
        self.judge_schedule(key, place, findings);
    }

    fn judge_present(
        &mut self,
        (_, _, service_id): ServiceKey,
        event: Option<Event>,
        place: Place,
        findings: &mut Findings,
    ) {
        let (Some(event), Some((low, high))) = (event, self.start_utc) else {
            return;
        };
        self.figures.present_checked += 1;
        let now = place.time_ticks as i64;
        let early = event.start_s * SECOND - (high + now);
        let late = (low + now) - event.end_s() * SECOND;
        let error = early.max(late).max(0);
        let error_ns = ticks_to_ns(error) as u64;
        self.figures.present_error_max_ns = self.figures.present_error_max_ns.max(error_ns);
        let tolerance = self.tolerance + leap_allowance(low + now);
        if error > tolerance {
            let measure = Measure::ticks(tolerance as u64, error);
            let when = if early > late { "has not begun" } else { "is over" };
            findings.error(Check::EpgPresent, place, Some(0x12), measure, || {
                format!("service {service_id}: present event {} {when}", event.event_id)
            });
        }
    }

    fn judge_schedule(&mut self, key: ServiceKey, place: Place, findings: &mut Findings) {
        let now = place.time_ticks as i64;
        let utc = self.start_utc.map(|(low, high)| (low + now, high + now));
        let tolerance = self.tolerance;
        let Some(service) = self.services.get_mut(&key).filter(|s| !s.schedule.is_empty()) else {
            return;
        };
        self.figures.schedule_checked += 1;
        let Some(what) = service.contradiction(utc, tolerance) else {
            service.differs_since = None;
            service.told = false;
            return;
        };
        let since = *service.differs_since.get_or_insert(place.time_ticks);
        let lasts = place.time_ticks - since;
        if lasts > SETTLE && !core::mem::replace(&mut service.told, true) {
            let measure = Measure::ticks(SETTLE, lasts as i64);
            findings.error(Check::EpgSchedule, place, Some(0x12), measure, || {
                format!("service {}: {what}", key.2)
            });
        }
    }
}

impl Service {
    /// In what present and following differ from the schedule.
    fn contradiction(&self, utc: Option<(i64, i64)>, tolerance: i64) -> Option<&'static str> {
        for (event, what) in [
            (self.now_next[0], "present event is not the one of the schedule"),
            (self.now_next[1], "following event is not the one of the schedule"),
        ] {
            if event
                .flatten()
                .is_some_and(|event| self.scheduled().any(|other| differs(event, *other)))
            {
                return Some(what);
            }
        }
        let (low, high) = utc?;
        let is_on = |event: &Event| {
            event.start_s * SECOND + tolerance < low && high < event.end_s() * SECOND - tolerance
        };
        let silent = self.now_next[0] == Some(None);
        (silent && self.scheduled().any(is_on))
            .then_some("no present event, but the schedule has one")
    }

    fn scheduled(&self) -> impl Iterator<Item = &Event> {
        self.schedule.values().flatten()
    }
}

/// Whether two entries cannot both be true.
fn differs(event: Event, other: Event) -> bool {
    if event.event_id == other.event_id {
        return event != other;
    }
    event.start_s < other.end_s() && other.start_s < event.end_s()
}
/// A second right behind the end of a month of UTC, where it may have been a leap second: only the
/// next TDT tells.
fn leap_allowance(utc_ticks: i64) -> i64 {
    let seconds = utc_ticks.div_euclid(SECOND);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    if day_of_month(day) == 1 && second < LEAP_UNKNOWN_S { SECOND } else { 0 }
}

/// The day of the month of a day since 1970, by the Gregorian calendar counted from 1 March.
fn day_of_month(day: i64) -> i64 {
    let of_era = (day + 719_468).rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    of_year - (153 * month + 2) / 5 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_seconds_behind_the_end_of_a_month_may_be_one_off() {
        // 2017-01-01 and 2024-03-01, with the days before them.
        for first in [1_483_228_800i64, 1_709_251_200] {
            assert_eq!(leap_allowance(first * SECOND), SECOND);
            assert_eq!(leap_allowance((first - 1) * SECOND), 0);
            assert_eq!(leap_allowance((first + LEAP_UNKNOWN_S) * SECOND), 0);
            assert_eq!(leap_allowance((first + 86_400) * SECOND), 0);
            assert_ne!(day_of_month(first / 86_400 - 1), 1);
        }
    }
}
