//! Repetition of the tables of DVB SI: TR 101 290 rows 3.1 to 3.8, EN 300 468 clause 5.1.4,
//! TR 101 211 clause 4.4.

use crate::check::Check;
use crate::findings::{Findings, Measure, Place, ticks_to_ns};
use crate::presence::Presence;
use crate::report::TableFigures;
use std::collections::BTreeMap;
use ts::TICKS_PER_SECOND;

/// The least time from the end of a section to the start of the next of its sub_table.
const GAP_MIN: u64 = TICKS_PER_SECOND / 40;
/// A NIT, an SDT and a TDT must be in every stream.
const AWAITED: [(u8, u16); 3] = [(0x40, 0x10), (0x42, 0x11), (0x70, 0x14)];

/// A sub_table: PID, table_id, extension and, where the table has them, the identifiers that tell
/// one transport stream from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SubTable {
    pub(crate) pid: u16,
    pub(crate) table_id: u8,
    pub(crate) extension: u16,
    pub(crate) stream: u32,
}

/// Where a schedule ends, as one of its sections says (EN 300 468 clause 5.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScheduleEnds {
    /// The last section of the segment of eight that this one is in.
    pub(crate) segment_last_number: u8,
    /// The last table_id of the schedule.
    pub(crate) last_table_id: u8,
}

/// What a section says about itself. Short sections have zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SectionFacts {
    pub(crate) table: SubTable,
    pub(crate) version: u8,
    pub(crate) number: u8,
    pub(crate) last_number: u8,
    /// What an EIT schedule section says of others.
    pub(crate) schedule: Option<ScheduleEnds>,
    /// From the end of the last section of the same sub_table, and of the same table_id on the
    /// PID, to the start of this one, in ticks.
    pub(crate) gap: Option<u64>,
    pub(crate) table_gap: Option<u64>,
}

/// Present and following of one service.
#[derive(Clone, Copy, Debug)]
struct Pair {
    seen_at: [u64; 2],
    told: bool,
}

/// What is remembered of the tables.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    sections: BTreeMap<(SubTable, u8), Presence>,
    versions: BTreeMap<SubTable, u8>,
    pairs: BTreeMap<SubTable, Pair>,
    awaited: BTreeMap<(u8, u16), Presence>,
    figures: BTreeMap<(u16, u8), TableFigures>,
}

impl Tables {
    /// None were seen at the start of the stream.
    pub(crate) fn new() -> Tables {
        Tables {
            sections: BTreeMap::new(),
            versions: BTreeMap::new(),
            pairs: BTreeMap::new(),
            awaited: AWAITED.iter().map(|key| (*key, Presence::new(0))).collect(),
            figures: BTreeMap::new(),
        }
    }

    /// A service has said that its present and following events are announced.
    pub(crate) fn expect_present_following(&mut self, table: SubTable, now: u64) {
        for number in 0..2 {
            self.sections.entry((table, number)).or_insert(Presence::new(now));
        }
    }

    /// A sound section has come.
    pub(crate) fn take(&mut self, facts: &SectionFacts, place: Place, findings: &mut Findings) {
        let now = place.time_ticks;
        let table = facts.table;
        self.awaited.remove(&(table.table_id, table.pid));
        self.count_gap(facts);
        judge_gap(facts, place, findings);
        let limit = interval_limit(table.table_id);
        if let Some(ends) = facts.schedule {
            self.forget_beyond(table, ends.last_table_id);
        }
        if self.versions.insert(table, facts.version) != Some(facts.version) {
            let stale: Vec<_> =
                self.keys_of(table).filter(|(_, n)| *n > facts.last_number).collect();
            for key in stale {
                self.sections.remove(&key);
            }
            // The sections of a new version are new ones; each is awaited from now on.
            for (_, presence) in self.sections.range_mut((table, 0)..=(table, u8::MAX)) {
                *presence = Presence::new(now);
            }
        }
        if let Some(ends) = facts.schedule {
            self.forget_in_segment(table, facts.number, ends.segment_last_number);
        }
        let presence = self.sections.entry((table, facts.number)).or_insert(Presence::new(now));
        if let Some((check, limit)) = limit {
            judge_interval((table, facts.number), presence, check, limit, place, findings);
        }
        let away = presence.seen(now);
        self.count_interval(table, away);
        if matches!(table.table_id, 0x4e | 0x4f) && facts.number < 2 {
            self.judge_pair(facts, place, findings);
        }
    }

    /// Tells what has stayed away for too long, and forgets it.
    pub(crate) fn sweep(&mut self, place: Place, findings: &mut Findings) {
        for ((table_id, pid), presence) in &mut self.awaited {
            let Some((check, limit)) = interval_limit(*table_id) else {
                continue;
            };
            if let Some(away) = presence.overdue(place.time_ticks, limit) {
                let measure = Measure::ticks(limit, away as i64);
                findings.error(check, place, Some(*pid), measure, || {
                    format!("no section of table {table_id:#04x}")
                });
            }
        }
        self.sections.retain(|(table, number), presence| {
            let Some((check, limit)) = interval_limit(table.table_id) else {
                return true;
            };
            !judge_interval((*table, *number), presence, check, limit, place, findings)
        });
    }

    /// What was measured, by PID and table_id.
    pub(crate) fn figures(&self) -> Vec<TableFigures> {
        self.figures.values().copied().collect()
    }

    fn keys_of(&self, table: SubTable) -> impl Iterator<Item = (SubTable, u8)> + '_ {
        self.sections.range((table, 0)..=(table, u8::MAX)).map(|(key, _)| *key)
    }

    /// The schedule of a service ends with this table_id: later ones are gone.
    fn forget_beyond(&mut self, table: SubTable, last_table_id: u8) {
        let same_service = |other: &SubTable| {
            other.table_id & 0xf0 == table.table_id & 0xf0
                && (other.pid, other.extension, other.stream)
                    == (table.pid, table.extension, table.stream)
        };
        let gone: Vec<SubTable> = self
            .versions
            .keys()
            .filter(|other| other.table_id > last_table_id && same_service(other))
            .copied()
            .collect();
        for other in gone {
            self.versions.remove(&other);
            let stale: Vec<_> = self.keys_of(other).collect();
            for key in stale {
                self.sections.remove(&key);
            }
        }
    }

    /// The segment of a schedule section ends with this number: later ones in it are gone.
    fn forget_in_segment(&mut self, table: SubTable, number: u8, last: u8) {
        let end = number | 7;
        for gone in last.max(number)..end {
            self.sections.remove(&(table, gone + 1));
        }
    }

    fn judge_pair(&mut self, facts: &SectionFacts, place: Place, findings: &mut Findings) {
        let now = place.time_ticks;
        let Some((_, limit)) = interval_limit(facts.table.table_id) else {
            return;
        };
        let start = Pair { seen_at: [now; 2], told: false };
        let pair = self.pairs.entry(facts.table).or_insert(start);
        let mine = usize::from(facts.number & 1);
        if now - pair.seen_at[mine] > limit {
            // Both were away, so neither is missing beside the other.
            pair.seen_at = [now; 2];
        }
        pair.seen_at[mine] = now;
        let away = now - pair.seen_at[1 - mine];
        if away <= limit {
            pair.told = false;
        } else if !core::mem::replace(&mut pair.told, true) {
            let measure = Measure::ticks(limit, away as i64);
            let missing = 1 - mine;
            findings.error(Check::EitPf, place, Some(facts.table.pid), measure, || {
                format!("service {} has no section {missing}", facts.table.extension)
            });
        }
    }

    fn count_gap(&mut self, facts: &SectionFacts) {
        let figures = self.figures_of(facts.table);
        figures.sections += 1;
        if let Some(gap) = facts.gap {
            let gap_ns = ticks_to_ns(gap as i64) as u64;
            figures.gap_min_ns = Some(figures.gap_min_ns.map_or(gap_ns, |min| min.min(gap_ns)));
        }
    }

    fn count_interval(&mut self, table: SubTable, ticks: u64) {
        let figures = self.figures_of(table);
        figures.interval_max_ns = figures.interval_max_ns.max(ticks_to_ns(ticks as i64) as u64);
    }

    fn figures_of(&mut self, table: SubTable) -> &mut TableFigures {
        let start =
            TableFigures { pid: table.pid, table_id: table.table_id, ..TableFigures::default() };
        self.figures.entry((table.pid, table.table_id)).or_insert(start)
    }
}

fn judge_interval(
    (table, number): (SubTable, u8),
    presence: &mut Presence,
    check: Check,
    limit: u64,
    place: Place,
    findings: &mut Findings,
) -> bool {
    let Some(away) = presence.overdue(place.time_ticks, limit) else {
        return false;
    };
    let measure = Measure::ticks(limit, away as i64);
    findings.error(check, place, Some(table.pid), measure, || {
        let SubTable { table_id, extension, .. } = table;
        format!("section {number} of table {table_id:#04x}, extension {extension}, stays away")
    });
    true
}

fn judge_gap(facts: &SectionFacts, place: Place, findings: &mut Findings) {
    let SubTable { pid, table_id, extension, .. } = facts.table;
    let Some(check) = gap_check(table_id) else {
        return;
    };
    let (gap, same) = match (facts.gap, facts.table_gap) {
        (Some(gap), _) if gap < GAP_MIN => (gap, true),
        (_, Some(gap)) if gap < GAP_MIN => (gap, false),
        _ => return,
    };
    let measure = Measure::ticks(GAP_MIN, gap as i64);
    if same {
        findings.error(check, place, Some(pid), measure, || {
            format!("sections of table {table_id:#04x}, extension {extension}, follow too closely")
        });
    } else {
        findings.note(check, place, Some(pid), measure, || {
            format!("sections of two sub_tables of table {table_id:#04x} follow closely")
        });
    }
}

/// The check that the 25 ms rule belongs to. It is one for SI only.
const fn gap_check(table_id: u8) -> Option<Check> {
    match table_id {
        0x40 => Some(Check::NitActual),
        0x42 => Some(Check::SdtActual),
        0x4e => Some(Check::EitActual),
        0x71 => Some(Check::Rst),
        0x70 => Some(Check::Tdt),
        0x41 | 0x46 | 0x4a | 0x4f..=0x6f | 0x73 => Some(Check::SiRepetition),
        _ => None,
    }
}

/// The longest interval between two of the same section, and the check that it belongs to. The
/// first eight days of a schedule are in its first two table_ids.
const fn interval_limit(table_id: u8) -> Option<(Check, u64)> {
    let (check, seconds) = match table_id {
        0x40 => (Check::NitActual, 10),
        0x41 => (Check::NitOther, 10),
        0x42 => (Check::SdtActual, 2),
        0x46 => (Check::SdtOther, 10),
        0x4a => (Check::SiRepetition, 10),
        0x4e => (Check::EitActual, 2),
        0x4f => (Check::EitOther, 10),
        0x50 | 0x51 | 0x60 | 0x61 => (Check::SiRepetition, 10),
        0x52..=0x5f | 0x62..=0x6f => (Check::SiRepetition, 30),
        0x70 => (Check::Tdt, 30),
        0x73 => (Check::SiRepetition, 30),
        _ => return None,
    };
    Some((check, seconds * TICKS_PER_SECOND))
}

/// The check that a table_id on a PID of SI breaks, when it does not belong there.
pub(crate) const fn misplaced(pid: u16, table_id: u8) -> Option<Check> {
    let (check, belongs) = match pid {
        0x00 => (Check::Pat, table_id == 0x00),
        0x01 => (Check::Cat, table_id == 0x01),
        0x10 => (Check::NitActual, matches!(table_id, 0x40 | 0x41 | 0x72)),
        0x11 => (Check::SdtActual, matches!(table_id, 0x42 | 0x46 | 0x4a | 0x72)),
        0x12 => (Check::EitActual, matches!(table_id, 0x4e..=0x6f | 0x72)),
        0x13 => (Check::Rst, matches!(table_id, 0x71 | 0x72)),
        0x14 => (Check::Tdt, matches!(table_id, 0x70 | 0x72 | 0x73)),
        _ => return None,
    };
    if belongs { None } else { Some(check) }
}
