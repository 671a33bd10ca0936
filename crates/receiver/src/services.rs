//! Where the carousels are, by PAT and PMT, and what services are called, by SDT.

use si::descriptor::{DataBroadcastId, Descriptor, Service};
use si::table::Sdt;
use std::collections::{BTreeMap, BTreeSet};
use ts::Pid;
use ts::psi::{PAT_TABLE_ID, PMT_TABLE_ID, Pat, Pmt, PmtStream, StreamType, descriptors};
use ts::section::SectionView;

/// The services of the transport stream and their carousels.
#[derive(Debug, Default)]
pub(crate) struct Services {
    pat: PatSections,
    /// The carousels of each service.
    carousels: BTreeMap<u16, Vec<Pid>>,
    /// Names of services of this transport stream, also of those without carousels.
    names: BTreeMap<u16, String>,
}

/// The sections of one version of the PAT, by their numbers.
#[derive(Debug, Default)]
struct PatSections {
    version: u8,
    sections: BTreeMap<u8, Vec<(u16, Pid)>>,
}

impl Services {
    /// Takes a section from the PID of the PAT, the SDT or a PMT. Returns whether it could be read.
    pub(crate) fn take(&mut self, pid: Pid, section: SectionView<'_>) -> bool {
        match section.table_id() {
            PAT_TABLE_ID if pid == Pid::PAT => self.take_pat(section),
            PMT_TABLE_ID => self.take_pmt(pid, section),
            Sdt::ACTUAL if pid == Pid::SDT => self.take_sdt(section),
            _ => true,
        }
    }

    /// The PIDs of all PMTs.
    pub(crate) fn pmt_pids(&self) -> BTreeSet<Pid> {
        self.programs().map(|(_, pid)| pid).collect()
    }

    /// Each carousel with a service that has it.
    pub(crate) fn carousels(&self) -> BTreeMap<Pid, u16> {
        let pairs = self.carousels.iter();
        pairs.flat_map(|(service, pids)| pids.iter().map(|pid| (*pid, *service))).collect()
    }

    /// What a service is called; empty while its SDT has not come.
    pub(crate) fn name(&self, service: u16) -> &str {
        self.names.get(&service).map_or("", String::as_str)
    }

    fn programs(&self) -> impl Iterator<Item = (u16, Pid)> + '_ {
        let programs = self.pat.sections.values().flatten().copied();
        programs.filter(|(number, _)| *number != 0)
    }

    fn take_pat(&mut self, section: SectionView<'_>) -> bool {
        let Ok(pat) = Pat::parse(&section) else {
            return false;
        };
        if !section.current() {
            return true;
        }
        if self.pat.version != pat.version {
            self.pat = PatSections { version: pat.version, ..PatSections::default() };
        }
        self.pat.sections.insert(section.number(), pat.programs);
        if self.pat.sections.len() > usize::from(section.last_number()) {
            let known: BTreeSet<u16> = self.programs().map(|(number, _)| number).collect();
            self.carousels.retain(|service, _| known.contains(service));
        }
        true
    }

    fn take_pmt(&mut self, pid: Pid, section: SectionView<'_>) -> bool {
        let Ok(pmt) = Pmt::parse(&section) else {
            return false;
        };
        let service = pmt.program_number;
        if section.current() && self.programs().any(|program| program == (service, pid)) {
            let streams = pmt.streams.iter().filter(|stream| is_carousel(stream));
            self.carousels.insert(service, streams.map(|stream| stream.pid).collect());
        }
        true
    }

    fn take_sdt(&mut self, section: SectionView<'_>) -> bool {
        let Ok(sdt) = Sdt::parse(&section) else {
            return false;
        };
        for service in sdt.services {
            if let Some(Ok(named)) = service.descriptors.first::<Service>() {
                self.names.insert(service.service_id, named.name.decode());
            }
        }
        true
    }
}

/// A data carousel says what it is by its data_broadcast_id_descriptor; the stream type is also
/// that of object carousels.
fn is_carousel(stream: &PmtStream) -> bool {
    let mut kinds = descriptors(&stream.descriptors)
        .filter(|(tag, _)| *tag == DataBroadcastId::TAG)
        .filter_map(|(_, body)| DataBroadcastId::read_body(body).ok());
    stream.stream_type == StreamType::DSMCC_UN
        && kinds.any(|kind| kind.data_broadcast_id == DataBroadcastId::DATA_CAROUSEL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pid(value: u16) -> Pid {
        Pid::new(value).unwrap()
    }

    fn pmt(stream_type: StreamType, descriptors: &[u8]) -> Vec<u8> {
        let stream = PmtStream { stream_type, pid: pid(0x300), descriptors: descriptors.to_vec() };
        let pmt = Pmt {
            program_number: 7,
            version: 1,
            pcr_pid: Pid::NULL,
            descriptors: vec![],
            streams: vec![stream],
        };
        pmt.to_section().unwrap()
    }

    fn take(services: &mut Services, at: u16, section: &[u8]) {
        assert!(services.take(pid(at), SectionView::parse(section).unwrap()));
    }

    #[test]
    fn only_announced_data_carousels_of_listed_services_are_found() {
        let mut services = Services::default();
        let carousel = pmt(StreamType::DSMCC_UN, &[0x52, 1, 9, 0x66, 2, 0, 6]);
        take(&mut services, 0x20, &carousel);
        assert!(services.carousels().is_empty());
        let pat = |version, programs| Pat { transport_stream_id: 1, version, programs };
        let listed = pat(0, vec![(0, Pid::NIT), (7, pid(0x20))]).to_section().unwrap();
        take(&mut services, 0, &listed);
        assert_eq!(services.pmt_pids(), BTreeSet::from([pid(0x20)]));
        take(&mut services, 0x21, &carousel);
        assert!(services.carousels().is_empty());
        take(&mut services, 0x20, &carousel);
        assert_eq!(services.carousels(), BTreeMap::from([(pid(0x300), 7)]));
        take(&mut services, 0x20, &pmt(StreamType::DSMCC_UN, &[0x66, 2, 0, 7]));
        assert!(services.carousels().is_empty());
        take(&mut services, 0x20, &carousel);
        take(&mut services, 0, &pat(1, vec![(8, pid(0x20))]).to_section().unwrap());
        assert!(services.carousels().is_empty());
    }
}
