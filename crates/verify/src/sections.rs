//! Sections of PSI and SI: TR 101 290 row 2.2, and on to what each table means.

use crate::check::Check;
use crate::dvb::{self, SdtService};
use crate::findings::{Findings, Measure, Place};
use crate::gather::Extent;
use crate::guide::Guide;
use crate::programs::Programs;
use crate::tables::{ScheduleEnds, SectionFacts, SubTable, Tables, misplaced};
use crate::timeline::Timeline;
use std::collections::BTreeMap;
use ts::crc32::crc32;
use ts::section::{SectionError, SectionView, section_limit};

/// The tables of the stream and what they say about services and events.
#[derive(Clone, Debug)]
pub(crate) struct Si {
    pub(crate) tables: Tables,
    pub(crate) guide: Guide,
    /// Services of the SDT of this stream.
    pub(crate) services: BTreeMap<u16, SdtService>,
    /// Where sections ended last, by PID, table_id and extension, and by the first two.
    ends: BTreeMap<(u16, u8, Option<u16>), u64>,
}

impl Si {
    /// Nothing has come yet.
    pub(crate) fn new(tables: Tables, guide: Guide) -> Si {
        Si { tables, guide, services: BTreeMap::new(), ends: BTreeMap::new() }
    }

    /// Tells what has stayed away for too long.
    pub(crate) fn sweep(&mut self, place: Place, findings: &mut Findings) {
        self.tables.sweep(place, findings);
    }

    /// A whole section has come on a PID of tables; returns whether the PIDs of programmes must be
    /// named anew.
    pub(crate) fn take(
        &mut self,
        pid: u16,
        bytes: &[u8],
        extent: Extent,
        timeline: &Timeline,
        programs: &mut Programs,
        findings: &mut Findings,
    ) -> bool {
        let place = timeline.place();
        let table_id = bytes[0];
        if let Some(check) = misplaced(pid, table_id) {
            let measure = Measure::count(0, i64::from(table_id));
            findings.error(check, place, Some(pid), measure, || {
                format!("table {table_id:#04x} does not belong on this PID")
            });
            return false;
        }
        if bytes.len() > section_limit(table_id) {
            let measure = Measure::bytes(section_limit(table_id) as i64, bytes.len() as i64);
            findings.error(Check::PacketSyntax, place, Some(pid), measure, || {
                format!("section of table {table_id:#04x} is too long")
            });
        }
        if matches!(table_id, 0x70..=0x73) {
            self.take_short(pid, bytes, extent, timeline, findings);
            return false;
        }
        if pid > 0x14 && table_id != 0x02 {
            return false;
        }
        let section = match SectionView::parse(bytes) {
            Ok(section) => section,
            Err(error) => {
                let check = match error {
                    SectionError::Crc { .. } => Check::Crc,
                    _ => Check::PacketSyntax,
                };
                let measure = Measure::count(0, i64::from(table_id));
                findings.error(check, place, Some(pid), measure, || error.to_string());
                return false;
            }
        };
        if !section.current() {
            return false;
        }
        match table_id {
            0x00 => programs.take_pat(&section, place, findings),
            0x01 => programs.take_cat(&section),
            0x02 => programs.take_pmt(pid, &section, place, findings),
            _ => {
                self.take_long(pid, &section, extent, timeline, findings);
                false
            }
        }
    }

    /// TDT, RST, ST and TOT, of which only the last has a CRC.
    fn take_short(
        &mut self,
        pid: u16,
        bytes: &[u8],
        extent: Extent,
        timeline: &Timeline,
        findings: &mut Findings,
    ) {
        let place = timeline.place();
        let table_id = bytes[0];
        if table_id == 0x73 && crc32(bytes) != 0 {
            findings.error(Check::Crc, place, Some(pid), Measure::count(0, 0x73), || {
                "TOT fails its CRC".into()
            });
            return;
        }
        if table_id == 0x72 {
            return;
        }
        let table = SubTable { pid, table_id, extension: 0, stream: 0 };
        let facts = self.facts(table, (0, 0, 0), None, extent, timeline);
        self.tables.take(&facts, place, findings);
        let time = bytes.get(3..8).and_then(|b| b.try_into().ok()).and_then(dvb::utc);
        if let (0x70 | 0x73, Some(utc_s)) = (table_id, time) {
            self.guide.take_time(utc_s, place, findings);
        }
    }

    fn take_long(
        &mut self,
        pid: u16,
        section: &SectionView<'_>,
        extent: Extent,
        timeline: &Timeline,
        findings: &mut Findings,
    ) {
        let place = timeline.place();
        let table_id = section.table_id();
        let extension = section.extension();
        let numbers = (section.version(), section.number(), section.last_number());
        let mut stream = 0;
        let mut schedule = None;
        let mut eit = None;
        match table_id {
            0x42 | 0x46 => stream = self.take_sdt(table_id, section, place),
            0x4e..=0x6f => {
                eit = dvb::eit(section.body());
                if let Some(eit) = &eit {
                    let [a, b] = eit.transport_stream_id.to_be_bytes();
                    let [c, d] = eit.original_network_id.to_be_bytes();
                    stream = u32::from_be_bytes([a, b, c, d]);
                    schedule = (table_id >= 0x50).then_some(ScheduleEnds {
                        segment_last_number: eit.segment_last_number,
                        last_table_id: eit.last_table_id,
                    });
                }
            }
            _ => {}
        }
        let table = SubTable { pid, table_id, extension, stream };
        let facts = self.facts(table, numbers, schedule, extent, timeline);
        self.tables.take(&facts, place, findings);
        if let Some(eit) = eit {
            let key = (eit.original_network_id, eit.transport_stream_id, extension);
            let which = (table_id, section.version(), section.number());
            self.guide.take_eit(key, which, eit, place, findings);
        }
    }

    /// Reads a service table; returns what tells its stream from others beside the extension.
    fn take_sdt(&mut self, table_id: u8, section: &SectionView<'_>, place: Place) -> u32 {
        let Some((network, services)) = dvb::sdt(section.body()) else {
            return 0;
        };
        if table_id != 0x42 {
            return u32::from(network);
        }
        let [a, b] = section.extension().to_be_bytes();
        let [c, d] = network.to_be_bytes();
        let stream = u32::from_be_bytes([a, b, c, d]);
        for service in services {
            if service.has_present_following {
                let table =
                    SubTable { pid: 0x12, table_id: 0x4e, extension: service.service_id, stream };
                self.tables.expect_present_following(table, place.time_ticks);
            }
            self.services.insert(service.service_id, service);
        }
        u32::from(network)
    }

    fn facts(
        &mut self,
        table: SubTable,
        (version, number, last_number): (u8, u8, u8),
        schedule: Option<ScheduleEnds>,
        extent: Extent,
        timeline: &Timeline,
    ) -> SectionFacts {
        let mut gap_from = |key| {
            let end = self.ends.insert(key, extent.end);
            end.map(|end| timeline.ticks_of_bytes(extent.first.saturating_sub(end)))
        };
        let (pid, table_id) = (table.pid, table.table_id);
        SectionFacts {
            gap: gap_from((pid, table_id, Some(table.extension))),
            table_gap: gap_from((pid, table_id, None)),
            table,
            version,
            number,
            last_number,
            schedule,
        }
    }
}
