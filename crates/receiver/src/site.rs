//! The machine that a site runs on.

use crate::carousel::Carousel;
use crate::continuity::Continuity;
use crate::event::{Event, Refusal, VersionId};
use crate::limits::Limits;
use crate::report::{BundleProgress, Report};
use crate::services::Services;
use crate::shared::Shared;
use crate::stream::PacketStream;
use crate::version::Version;
use rtp::{Delivery, Encapsulation};
use std::collections::BTreeMap;
use ts::section::{SectionAssembler, SectionView};
use ts::{PACKET_SIZE, Packet, PacketView, Pid};

/// Tables whose PIDs need no other table to be found.
const FIXED_TABLES: [Pid; 2] = [Pid::PAT, Pid::SDT];

/// A receiving site; see the top of the crate.
#[derive(Debug)]
pub struct Site {
    rtp: rtp::Receiver,
    stream: PacketStream,
    demux: Demux,
}

/// Everything behind the datagrams.
#[derive(Debug)]
struct Demux {
    continuity: Continuity,
    services: Services,
    /// The PAT, the SDT and all PMTs.
    tables: BTreeMap<Pid, SectionAssembler>,
    carousels: BTreeMap<Pid, (SectionAssembler, Carousel)>,
    /// Carousels of which sections were kept, until a PMT names them.
    resumed: BTreeMap<Pid, Carousel>,
    is_full: bool,
    shared: Shared,
}

impl Site {
    /// A site that has received nothing.
    pub fn new(limits: Limits) -> Site {
        let demux = Demux {
            continuity: Continuity::default(),
            services: Services::default(),
            tables: FIXED_TABLES.map(|pid| (pid, SectionAssembler::default())).into(),
            carousels: BTreeMap::new(),
            resumed: BTreeMap::new(),
            is_full: false,
            shared: Shared::new(limits),
        };
        Site { rtp: rtp::Receiver::default(), stream: PacketStream::default(), demux }
    }

    /// Takes a datagram from the media port: RTP, or transport packets straight in UDP. Datagrams
    /// of several paths may be pushed as they come.
    pub fn push_media(&mut self, datagram: &[u8]) {
        match rtp::classify(datagram) {
            Encapsulation::Udp(packets) => self.demux.take_packets(packets),
            Encapsulation::Rtp(_) => {
                self.rtp.push_media(datagram);
                self.deliver();
            }
            Encapsulation::Unknown => self.demux.shared.counters.datagrams_unknown += 1,
        }
    }

    /// Takes a datagram from one of the ports of the SMPTE ST 2022-1 FEC flows.
    pub fn push_fec(&mut self, datagram: &[u8]) {
        self.rtp.push_fec(datagram);
        self.deliver();
    }

    /// Takes a section that was kept of a carousel when the site ran before. All of them are to be
    /// given, in the order in which they were kept, before anything is received; what they ask for
    /// is to be done, but they are kept already.
    pub fn resume(&mut self, pid: Pid, section: &[u8]) {
        let Demux { resumed, shared, .. } = &mut self.demux;
        if resumed.len() < shared.limits.carousels_max || resumed.contains_key(&pid) {
            resumed.entry(pid).or_insert_with(|| Carousel::new(pid)).push(section, shared);
        }
    }

    /// Takes the next bytes of a recorded transport stream, cut anywhere.
    pub fn push_stream(&mut self, bytes: &[u8]) {
        self.stream.push(bytes, |packet| self.demux.take_packet(packet));
    }

    /// Gives up datagrams that are still waited for: the source has ended, or is silent.
    pub fn flush(&mut self) {
        self.rtp.flush();
        self.deliver();
    }

    /// The next event; to be called until there is none, after each push and each result.
    pub fn poll(&mut self) -> Option<Event> {
        self.demux.shared.events.pop_front()
    }

    /// Tells what became of a file: whether it is in its place and has the digest that its job
    /// named. A file that was in its place before may be told without a job. Results for versions
    /// that are not on air any more are ignored.
    pub fn file_result(&mut self, version: VersionId, file: usize, is_sound: bool) {
        let (carousels, shared) = self.demux.all_carousels();
        for carousel in carousels {
            if carousel.file_result(version, file, is_sound, shared) {
                return;
            }
        }
    }

    /// Takes a block of the carousel that was decoded, filled up with zeros. Blocks of versions
    /// that are not on air any more are ignored.
    pub fn decoded_block(&mut self, version: VersionId, block: u64, bytes: &[u8]) {
        let (carousels, shared) = self.demux.all_carousels();
        for carousel in carousels {
            if carousel.take_decoded(version, block, bytes, shared) {
                return;
            }
        }
    }

    /// Tells that all blocks of a source block were given, or that its symbols were not enough.
    pub fn decode_result(&mut self, version: VersionId, source_block: u8, is_enough: bool) {
        let (carousels, shared) = self.demux.all_carousels();
        for carousel in carousels {
            if let Some(version) = carousel.following(version) {
                version.decode_result(source_block, is_enough, shared);
                return;
            }
        }
    }

    /// What has been received so far.
    pub fn report(&self) -> Report {
        let mut counters = self.demux.shared.counters;
        counters.sync_losses = self.stream.losses();
        let services = self.demux.services.carousels();
        let bundles = self.demux.carousels.iter().filter_map(|(pid, (_, carousel))| {
            let service = services.get(pid).copied().unwrap_or_default();
            let name = self.demux.services.name(service);
            let version = carousel.version()?;
            Some(progress(*pid, (service, name), version))
        });
        Report { counters, rtp: self.rtp.statistics(), bundles: bundles.collect() }
    }

    fn deliver(&mut self) {
        while let Some(delivery) = self.rtp.pop() {
            if let Delivery::Payload { bytes, .. } = delivery {
                self.demux.take_packets(bytes);
            }
        }
    }
}

impl Demux {
    fn all_carousels(&mut self) -> (impl Iterator<Item = &mut Carousel>, &mut Shared) {
        let Demux { carousels, resumed, shared, .. } = self;
        let named = carousels.values_mut().map(|(_, carousel)| carousel);
        (named.chain(resumed.values_mut()), shared)
    }

    fn take_packets(&mut self, bytes: &[u8]) {
        for packet in bytes.chunks_exact(PACKET_SIZE) {
            if let Ok(packet) = packet.try_into() {
                self.take_packet(packet);
            }
        }
    }

    fn take_packet(&mut self, packet: &Packet) {
        let view = PacketView::new(packet);
        let counters = &mut self.shared.counters;
        counters.packets += 1;
        if view.transport_error() || !view.has_sync() {
            counters.transport_errors += 1;
            return;
        }
        if !self.continuity.follows(view) {
            counters.continuity_errors += 1;
        }
        let pid = view.pid();
        if view.scrambling() != 0 {
            return;
        }
        // Tables go first, so that no PMT can take the place of the PAT away from it.
        if self.tables.contains_key(&pid) {
            self.take_tables(pid, view);
        } else if let Some((assembler, carousel)) = self.carousels.get_mut(&pid) {
            let cut = assembler.discarded();
            assembler.push(view, |section| carousel.push(section, &mut self.shared));
            self.shared.counters.sections_cut += assembler.discarded() - cut;
        }
    }

    fn take_tables(&mut self, pid: Pid, packet: PacketView<'_>) {
        let Some(assembler) = self.tables.get_mut(&pid) else {
            return;
        };
        let counters = &mut self.shared.counters;
        let cut = assembler.discarded();
        let mut is_changed = false;
        assembler.push(packet, |bytes| {
            let section = SectionView::parse(bytes);
            if section.is_ok_and(|section| self.services.take(pid, section)) {
                counters.sections += 1;
                is_changed = true;
            } else {
                counters.sections_bad += 1;
            }
        });
        counters.sections_cut += assembler.discarded() - cut;
        if is_changed {
            self.follow_services();
        }
    }

    /// Follows what the tables name now, and nothing else.
    fn follow_services(&mut self) {
        let pmts = self.services.pmt_pids();
        self.tables.retain(|pid, _| FIXED_TABLES.contains(pid) || pmts.contains(pid));
        for pid in pmts {
            self.tables.entry(pid).or_default();
        }
        let named = self.services.carousels();
        let gone: Vec<Pid> =
            self.carousels.keys().copied().filter(|pid| !named.contains_key(pid)).collect();
        for pid in gone {
            if let Some((_, mut carousel)) = self.carousels.remove(&pid) {
                carousel.end(&mut self.shared);
            }
        }
        let had_room = !core::mem::take(&mut self.is_full);
        for (pid, service) in named {
            if self.carousels.contains_key(&pid) {
                continue;
            }
            if self.carousels.len() >= self.shared.limits.carousels_max {
                self.is_full = true;
                self.refuse_carousel(pid, had_room);
                continue;
            }
            let carousel = self.resumed.remove(&pid).unwrap_or_else(|| Carousel::new(pid));
            self.carousels.insert(pid, (SectionAssembler::default(), carousel));
            self.shared.events.push_back(Event::CarouselFound { pid, service });
        }
    }

    /// Says so once, and not with each PMT.
    fn refuse_carousel(&mut self, pid: Pid, is_news: bool) {
        if is_news {
            self.shared.counters.refused += 1;
            let reason = Refusal::TooManyCarousels;
            self.shared.events.push_back(Event::Refused { pid, reason });
        }
    }
}

fn progress(pid: Pid, (service, service_name): (u16, &str), version: &Version) -> BundleProgress {
    let bundle = version.bundle.as_ref();
    let name = bundle.map(|bundle| bundle.manifest.name());
    BundleProgress {
        version: version.id,
        pid,
        service,
        service_name: service_name.to_owned(),
        bundle: name.map_or_else(|| version.name.clone(), |name| name.id().to_owned()),
        title: name.map(|name| name.title().to_owned()).unwrap_or_default(),
        bytes: version.usage.spool_bytes,
        blocks: version.blocks(),
        blocks_done: version.blocks_done(),
        files: bundle.map_or(0, |bundle| bundle.files()),
        files_done: bundle.map_or(0, |bundle| bundle.files_done()),
    }
}
