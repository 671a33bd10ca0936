//! The guide of one day: which sections its schedule has, when each is due, and how many of the
//! following days it can tell.
//!
//! All schedules of a multiplex share one PID, and each section must come back within 10 s. A guide
//! that would take too many packets for that tells fewer days: what is near is worth more to a
//! viewer than a table that receivers cannot keep up with, and PAT and PMT keep their places.

use crate::config::Multiplex;
use crate::error::TableFault;
use crate::guide::{GuideContext, HORIZON_DAYS};
use crate::wheel::{packets_max, packets_of, sections_apart};
use rundown::Rundown;
use si::Section;
use si::table::{EitService, Scope};
use std::collections::BTreeMap;

/// A schedule section is sent once in this many superframes, within the 10 s of TR 101 211.
const SCHEDULE_SUPERFRAMES: u64 = 5;

/// The guide of one day of UTC.
#[derive(Clone, Debug)]
pub(crate) struct GuideDay {
    /// The sections of each service's schedule.
    pub schedules: Vec<Vec<Section>>,
    /// Days that the schedules tell, this one included.
    pub days: u32,
    /// Packets that the guide needs in a superframe of this day.
    pub packets: u32,
    /// Packets that it needs in a superframe in which it is told anew.
    pub packets_anew: u32,
}

impl GuideDay {
    /// The guide of a day for the services that have one, with as many days as can be told.
    ///
    /// # Errors
    /// The guide of this day alone is too large, or a table cannot be written.
    pub(crate) fn new(
        multiplex: &Multiplex,
        rundown: &Rundown,
        guided: &[usize],
        day: u64,
    ) -> Result<GuideDay, TableFault> {
        let mut days = HORIZON_DAYS;
        loop {
            match GuideDay::telling(multiplex, rundown, guided, day, days) {
                Err(fault) if fault.is_of_size() && days > 1 => days -= 1,
                told => return told,
            }
        }
    }

    fn telling(
        multiplex: &Multiplex,
        rundown: &Rundown,
        guided: &[usize],
        day: u64,
        days: u32,
    ) -> Result<GuideDay, TableFault> {
        let mut schedules = Vec::new();
        let mut longest = 0;
        for &service in guided {
            let context = context(multiplex, rundown, service);
            let schedule = context.schedule(&rundown.services[service], day, days)?;
            check_density(multiplex, service, &schedule)?;
            longest += context.present_packets_max(&rundown.services[service], day)? * 2;
            schedules.push(schedule);
        }
        let fullest = |anew| {
            (0..SCHEDULE_SUPERFRAMES).map(|r| packets_due(&schedules, r, anew)).max().unwrap_or(0)
        };
        let (packets, packets_anew) = (longest + fullest(false), longest + fullest(true));
        let max = packets_max(multiplex.grid.packets());
        if packets_anew > max {
            return Err(TableFault::GuideTooLong { packets: packets_anew, max });
        }
        Ok(GuideDay { schedules, days, packets, packets_anew })
    }

    /// The sections of a schedule whose turn has come in a superframe.
    pub(crate) fn due(
        schedule: &[Section],
        superframe: u64,
        anew: bool,
    ) -> impl Iterator<Item = &Section> {
        let residue = superframe % SCHEDULE_SUPERFRAMES;
        schedule.iter().filter(move |section| is_due(section, residue, anew))
    }
}

fn packets_due(schedules: &[Vec<Section>], residue: u64, anew: bool) -> u32 {
    let due = schedules.iter().flatten().filter(|section| is_due(section, residue, anew));
    due.map(|section| packets_of(section.bytes())).sum()
}

/// The sections of one sub-table that are due together must fit a superframe 25 ms apart.
fn check_density(
    multiplex: &Multiplex,
    service: usize,
    schedule: &[Section],
) -> Result<(), TableFault> {
    let (slots, rate) = (multiplex.grid.packets(), multiplex.grid.slots().rate());
    let max = slots * 9 / 10 / sections_apart(rate);
    for residue in 0..SCHEDULE_SUPERFRAMES {
        let mut by_table: BTreeMap<u8, u32> = BTreeMap::new();
        for section in GuideDay::due(schedule, residue, true) {
            // A packet in each slot is the fastest that a section can be sent.
            let packets = packets_of(section.bytes());
            *by_table.entry(section.table_id()).or_default() += 1 + packets / sections_apart(rate);
        }
        let sections = by_table.into_values().max().unwrap_or(0);
        if sections > max {
            let service_id = multiplex.services[service].service_id;
            return Err(TableFault::GuideTooDense { service_id, sections, max });
        }
    }
    Ok(())
}

/// Whether a schedule section's turn has come: sections keep their turn whatever else changes.
/// When the schedule is told anew, the first section of each sub-table is sent at once, so that
/// nobody waits for sections that are no more.
fn is_due(section: &Section, residue: u64, anew: bool) -> bool {
    if anew && section.number() == 0 {
        return true;
    }
    let segment = u64::from(section.table_id() & 0x0f) * 32 + u64::from(section.number() / 8);
    let extension = u64::from(section.sub_table().extension);
    (segment + u64::from(section.number() % 8) + extension) % SCHEDULE_SUPERFRAMES == residue
}

/// What the guide of a service needs beside its events.
pub(crate) fn context<'a>(
    multiplex: &'a Multiplex,
    rundown: &'a Rundown,
    service: usize,
) -> GuideContext<'a> {
    GuideContext {
        network: &multiplex.network,
        clock: &rundown.clock,
        service: EitService {
            scope: Scope::Actual,
            service_id: multiplex.services[service].service_id,
            transport_stream_id: multiplex.transport_stream_id,
            original_network_id: multiplex.original_network_id,
        },
        revision: rundown.revision,
    }
}
