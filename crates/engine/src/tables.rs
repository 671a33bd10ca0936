//! The tables of a multiplex: what each superframe says of services, network, events and time.

use crate::components::{DATA_CAROUSEL, carousel_selector, component_tag};
use crate::config::{Multiplex, native};
use crate::engine::Engine;
use crate::error::TableFault;
use crate::guide::DAY_S;
use crate::guide_day::{GuideDay, context};
use crate::maps::ServiceMaps;
use crate::superframe::CYCLE;
use crate::wheel::{PidRun, Sending, evenly, packets_of};
use rundown::{Rundown, Title};
use si::descriptor::{
    BouquetName, DataBroadcast, LocalTimeOffset, NetworkName, Service as ServiceDescriptor,
    ServiceList, TimeOffset,
};
use si::table::{Bat, Nit, Scope, Sdt, SdtService, Tdt, Tot, TransportEntry};
use si::{DescriptorError, DescriptorLoop, LanguageCode, RunningStatus, Section, Text, UtcSeconds};
use std::collections::BTreeMap;
use ts::psi::Pat;
use ts::{Packet, Pid, Ticks};

/// PAT and PMT in each superframe: a multiple of the counter's period, at most 100 ms apart.
const MAPS_PER_SUPERFRAME: u32 = 16;
/// Longest name of a service, a provider, a network: what its descriptor holds beside the other.
const NAME_BYTES_MAX: usize = 120;

/// The tables of one revision of a rundown.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    pat: Vec<u8>,
    maps: Vec<ServiceMaps>,
    nit: Vec<Section>,
    sdt_and_bat: Vec<Section>,
    guided: Vec<usize>,
    days: BTreeMap<u64, GuideDay>,
}

impl Tables {
    pub(crate) fn new(multiplex: &Multiplex, rundown: &Rundown) -> Result<Tables, TableFault> {
        let maps: Result<Vec<_>, _> = (0..multiplex.services.len())
            .map(|i| ServiceMaps::new(multiplex, rundown, i))
            .collect();
        let guided = rundown.services.iter().enumerate();
        let guided = guided.filter(|(_, s)| !s.airings.is_empty()).map(|(i, _)| i).collect();
        Ok(Tables {
            pat: association_section(multiplex, rundown)?,
            maps: maps?,
            nit: network_sections(multiplex, rundown)?,
            sdt_and_bat: description_sections(multiplex, rundown)?,
            guided,
            days: BTreeMap::new(),
        })
    }

    /// All table packets of a superframe with the slots from which on they are to be sent, in
    /// order of slot.
    pub(crate) fn packets(
        &mut self,
        engine: &Engine,
        superframe: u64,
    ) -> Result<Vec<(u32, Packet)>, TableFault> {
        let (multiplex, rundown) = (&engine.multiplex, &engine.rundown);
        let (slots, rate) = (multiplex.grid.packets(), multiplex.grid.slots().rate());
        let mut runs = vec![
            repeated(Pid::PAT, &self.pat, packets_of(&self.pat), slots, 0),
            once_each(Pid::NIT, &self.nit, slots, 150),
            once_each(Pid::SDT, &self.sdt_and_bat, slots, 350),
            self.time_run(multiplex, rundown, superframe)?,
        ];
        for (i, maps) in self.maps.iter().enumerate() {
            let phase = (i as u32 + 1) * 1000 / (self.maps.len() as u32 + 2);
            // Half a period on, so that a map of many packets has room before the next one.
            let places = || evenly(MAPS_PER_SUPERFRAME, slots, phase);
            let times = places().map(|slot| slot_time(multiplex, superframe, slot));
            let sections = maps.sections(engine, i, times)?;
            let sendings = places().zip(sections);
            let sendings = sendings.map(|(slot, section)| Sending { slot, section }).collect();
            let packets = maps.packets * MAPS_PER_SUPERFRAME;
            runs.push(PidRun { pid: maps.pid, packets, sendings });
        }
        if !self.guided.is_empty() {
            runs.push(self.guide_run(multiplex, rundown, superframe)?);
        }
        let mut out = Vec::new();
        for run in runs {
            run.place(superframe, slots, rate, &mut out);
        }
        out.sort_by_key(|(slot, _)| *slot);
        Ok(out)
    }

    /// How many packets [`Tables::packets`] gives.
    pub(crate) fn count(
        &mut self,
        multiplex: &Multiplex,
        rundown: &Rundown,
        superframe: u64,
    ) -> Result<u32, TableFault> {
        let sections = |of: &[Section]| of.iter().map(|s| packets_of(s.bytes())).sum::<u32>();
        let maps: u32 = self.maps.iter().map(|m| m.packets).sum();
        let fixed = (packets_of(&self.pat) + maps) * MAPS_PER_SUPERFRAME;
        let once = sections(&self.nit) + sections(&self.sdt_and_bat) + 1;
        let guide = self.guide_packets(multiplex, rundown, superframe)?;
        Ok(fixed + once + guide)
    }

    /// How many days the guide tells on the day of a superframe, this one included; `None` where no
    /// service has events.
    pub(crate) fn guide_days(
        &mut self,
        multiplex: &Multiplex,
        rundown: &Rundown,
        superframe: u64,
    ) -> Result<Option<u32>, TableFault> {
        self.guide_packets(multiplex, rundown, superframe)?;
        Ok(self.days.get(&day_at(multiplex, rundown, superframe)).map(|day| day.days))
    }

    /// TDT in even superframes, TOT in odd ones.
    fn time_run(
        &self,
        multiplex: &Multiplex,
        rundown: &Rundown,
        superframe: u64,
    ) -> Result<PidRun, TableFault> {
        let slots = multiplex.grid.packets();
        let slot = slots / 2;
        let at = slot_time(multiplex, superframe, slot);
        let utc = UtcSeconds(rundown.clock.utc_seconds(at));
        let section = if superframe.is_multiple_of(2) {
            Tdt { utc }.to_section()?
        } else {
            let mut descriptors = DescriptorLoop::new();
            descriptors.push(&time_offset(multiplex, rundown, at))?;
            Tot { utc, descriptors }.to_section()?
        };
        let sendings = vec![Sending { slot, section: section.into_bytes() }];
        Ok(PidRun { pid: Pid::TDT, packets: 1, sendings })
    }

    fn guide_run(
        &mut self,
        multiplex: &Multiplex,
        rundown: &Rundown,
        superframe: u64,
    ) -> Result<PidRun, TableFault> {
        let slots = multiplex.grid.packets();
        let packets = self.guide_packets(multiplex, rundown, superframe)?;
        let today = day_at(multiplex, rundown, superframe);
        let anew = is_told_anew(multiplex, rundown, superframe);
        let mut sendings = Vec::new();
        let count = self.guided.len() as u32;
        let halves = evenly(2 * count, slots, 0);
        for (i, slot) in halves.enumerate() {
            // The first half of the superframe tells what is on, the second what follows.
            let service = self.guided[i % self.guided.len()];
            let context = context(multiplex, rundown, service);
            let at = slot_time(multiplex, superframe, slot);
            let [present, following] = context.present_following(&rundown.services[service], at)?;
            let section = if i < self.guided.len() { present } else { following };
            sendings.push(Sending { slot, section: section.into_bytes() });
        }
        for (i, schedule) in self.days[&today].schedules.iter().enumerate() {
            let due: Vec<&Section> = GuideDay::due(schedule, superframe, anew).collect();
            let phase = (i as u32 * 2 + 1) * 1000 / (2 * count + 1);
            let slots = evenly(due.len() as u32, slots, phase);
            sendings.extend(
                slots.zip(due).map(|(slot, s)| Sending { slot, section: s.bytes().to_vec() }),
            );
        }
        Ok(PidRun { pid: Pid::EIT, packets, sendings })
    }

    /// Packets of the guide in each superframe of a superframe's cycle.
    fn guide_packets(
        &mut self,
        multiplex: &Multiplex,
        rundown: &Rundown,
        superframe: u64,
    ) -> Result<u32, TableFault> {
        if self.guided.is_empty() {
            return Ok(0);
        }
        let cycle = superframe / CYCLE * CYCLE;
        let [first, last] = [cycle, cycle + CYCLE].map(|k| day_at(multiplex, rundown, k));
        let anew = (cycle..cycle + CYCLE).any(|k| is_told_anew(multiplex, rundown, k));
        let mut packets = 0;
        for day in first..=last {
            self.prepare_day(multiplex, rundown, day)?;
            let day = &self.days[&day];
            packets = packets.max(if anew { day.packets_anew } else { day.packets });
        }
        self.days.retain(|day, _| (first..=last).contains(day));
        Ok(packets)
    }

    fn prepare_day(
        &mut self,
        multiplex: &Multiplex,
        rundown: &Rundown,
        day: u64,
    ) -> Result<(), TableFault> {
        if !self.days.contains_key(&day) {
            let prepared = GuideDay::new(multiplex, rundown, &self.guided, day)?;
            self.days.insert(day, prepared);
        }
        Ok(())
    }
}

/// The day of UTC in which a superframe begins.
fn day_at(multiplex: &Multiplex, rundown: &Rundown, superframe: u64) -> u64 {
    rundown.clock.utc_seconds(multiplex.grid.start(superframe)) / DAY_S
}

/// Whether the schedule is another one than in the superframe before: a day or a revision begins.
fn is_told_anew(multiplex: &Multiplex, rundown: &Rundown, superframe: u64) -> bool {
    let before = day_at(multiplex, rundown, superframe.saturating_sub(1));
    before != day_at(multiplex, rundown, superframe)
        || multiplex.grid.start(superframe) == rundown.from
}

fn slot_time(multiplex: &Multiplex, superframe: u64, slot: u32) -> Ticks {
    let first = multiplex.grid.slots_of(superframe).start;
    multiplex.grid.slots().time_of(first + u64::from(slot))
}

fn repeated(pid: Pid, section: &[u8], packets: u32, slots: u32, phase: u32) -> PidRun {
    let sendings = evenly(MAPS_PER_SUPERFRAME, slots, phase)
        .map(|slot| Sending { slot, section: section.to_vec() })
        .collect();
    PidRun { pid, packets: packets * MAPS_PER_SUPERFRAME, sendings }
}

fn once_each(pid: Pid, sections: &[Section], slots: u32, phase: u32) -> PidRun {
    let bytes = |s: &Section| s.bytes().to_vec();
    let slots = evenly(sections.len() as u32, slots, phase);
    let sendings: Vec<Sending> =
        slots.zip(sections).map(|(slot, s)| Sending { slot, section: bytes(s) }).collect();
    let packets = sections.iter().map(|s| packets_of(s.bytes())).sum();
    PidRun { pid, packets, sendings }
}

fn version(rundown: &Rundown) -> u8 {
    rundown.revision as u8 & 0x1f
}

fn association_section(multiplex: &Multiplex, rundown: &Rundown) -> Result<Vec<u8>, TableFault> {
    let services = multiplex.services.iter().enumerate();
    let mut programs = vec![(0, Pid::NIT)];
    programs.extend(services.map(|(i, s)| (s.service_id, multiplex.pmt_pid(i))));
    let pat = Pat {
        transport_stream_id: multiplex.transport_stream_id,
        version: version(rundown),
        programs,
    };
    Ok(pat.to_section()?)
}

fn network_sections(multiplex: &Multiplex, rundown: &Rundown) -> Result<Vec<Section>, TableFault> {
    let network = &multiplex.network;
    let mut descriptors = DescriptorLoop::new();
    descriptors.push(&NetworkName { name: name(multiplex, &network.name) })?;
    let mut entry = service_list(multiplex)?;
    for (tag, body) in network.delivery.iter() {
        entry.push_raw(tag, body)?;
    }
    let nit = Nit {
        scope: Scope::Actual,
        network_id: network.network_id,
        version: version(rundown),
        descriptors,
        transports: vec![transport(multiplex, entry)],
    };
    Ok(nit.sections()?)
}

fn description_sections(
    multiplex: &Multiplex,
    rundown: &Rundown,
) -> Result<Vec<Section>, TableFault> {
    let mut services = Vec::new();
    for (i, service) in multiplex.services.iter().enumerate() {
        let guided = !rundown.services[i].airings.is_empty();
        let mut descriptors = DescriptorLoop::new();
        descriptors.push(&ServiceDescriptor {
            service_type: service.service_type,
            provider: name(multiplex, &service.provider),
            name: name(multiplex, &service.name),
        })?;
        let bundles = rundown.bundles.iter().filter(|b| b.service == service.id);
        for (component, bundle) in bundles.enumerate() {
            let (language, title) = native_language(&bundle.title);
            descriptors.push(&DataBroadcast {
                data_broadcast_id: DATA_CAROUSEL,
                component_tag: component_tag(component),
                selector: carousel_selector()?,
                language,
                text: text(multiplex, title),
            })?;
        }
        services.push(SdtService {
            service_id: service.service_id,
            eit_schedule: guided,
            eit_present_following: guided,
            running_status: RunningStatus::RUNNING,
            scrambled: false,
            descriptors,
        });
    }
    let sdt = Sdt {
        scope: Scope::Actual,
        transport_stream_id: multiplex.transport_stream_id,
        original_network_id: multiplex.original_network_id,
        version: version(rundown),
        services,
    };
    let mut sections = sdt.sections()?;
    if let Some((bouquet_id, title)) = &multiplex.network.bouquet {
        let mut descriptors = DescriptorLoop::new();
        descriptors.push(&BouquetName { name: name(multiplex, title) })?;
        let transports = vec![transport(multiplex, service_list(multiplex)?)];
        let (bouquet_id, version) = (*bouquet_id, version(rundown));
        sections.extend(Bat { bouquet_id, version, descriptors, transports }.sections()?);
    }
    Ok(sections)
}

fn service_list(multiplex: &Multiplex) -> Result<DescriptorLoop, DescriptorError> {
    let services = multiplex.services.iter().map(|s| (s.service_id, s.service_type)).collect();
    let mut descriptors = DescriptorLoop::new();
    descriptors.push(&ServiceList { services })?;
    Ok(descriptors)
}

fn transport(multiplex: &Multiplex, descriptors: DescriptorLoop) -> TransportEntry {
    TransportEntry {
        transport_stream_id: multiplex.transport_stream_id,
        original_network_id: multiplex.original_network_id,
        descriptors,
    }
}

fn time_offset(multiplex: &Multiplex, rundown: &Rundown, at: Ticks) -> LocalTimeOffset {
    let clock = &rundown.clock;
    let minutes = |offset_s: i32| (offset_s / 60) as i16;
    let offset_minutes = minutes(clock.local_offset_s(at));
    // Where no change is in sight the next one is told as the current offset, from now on.
    let (change, next) = clock.next_offset(at).unwrap_or((at, clock.local_offset_s(at)));
    LocalTimeOffset {
        offsets: vec![TimeOffset {
            country: multiplex.network.country,
            region_id: 0,
            offset_minutes,
            time_of_change: UtcSeconds(clock.utc_seconds(change)),
            next_offset_minutes: minutes(next),
        }],
    }
}

fn name(multiplex: &Multiplex, title: &Title) -> Text {
    text(multiplex, native(title))
}

fn text(multiplex: &Multiplex, text: &str) -> Text {
    Text::encode(text, multiplex.network.characters, NAME_BYTES_MAX).text
}

fn native_language(title: &Title) -> (LanguageCode, &str) {
    if title.zh.is_empty() {
        (LanguageCode::ENGLISH, &title.en)
    } else {
        (LanguageCode::CHINESE, &title.zh)
    }
}
