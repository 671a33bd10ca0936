//! tshark takes fountains, object carousels, datagrams in MPE with MPE-FEC, INT and FLUTE apart
//! without a complaint.

use datacast::biop::ObjectCarouselOptions;
use datacast::flute::{FdtFile, FdtInstance, Oti, Transfer};
use datacast::mpe::{Addressing, MacAddress, datagram_section};
use datacast::mpe_fec::{FrameOptions, Framer};
use datacast::udp::Udp;
use datacast::{
    BundleFile, BundleName, Carousel, CarouselOptions, RelativePath, RepairId, Symbol, pack,
};
use fec::Rows;
use fec::raptorq::{encode, prepare};
use si::descriptor::{
    AssociationTag, CarouselIdentifier, DataBroadcastId, IpPlatformName, IpStreamLocation,
    MultiprotocolInfo, StreamIdentifier, TargetIpSlash, TimeSliceFecIdentifier,
};
use si::table::{Int, IntEntry};
use si::{CharacterSet, Descriptor, DescriptorLoop, LanguageCode, Text};
use tests::dissect::Dissection;
use ts::psi::{Pat, Pmt, PmtStream, StreamType};
use ts::section::packetise;
use ts::{Packet, Pid};

const FOUNTAIN: u16 = 0x200;
const OBJECTS: u16 = 0x201;
const MPE: u16 = 0x202;
const MPE_FEC: u16 = 0x203;
const INT: u16 = 0x204;

fn pid(value: u16) -> Pid {
    Pid::new(value).expect("a PID")
}

fn descriptors(push: impl FnOnce(&mut DescriptorLoop)) -> DescriptorLoop {
    let mut descriptors = DescriptorLoop::new();
    push(&mut descriptors);
    descriptors
}

fn push(descriptors: &mut DescriptorLoop, descriptor: &impl Descriptor) {
    descriptors.push(descriptor).expect("a descriptor");
}

fn files() -> Vec<BundleFile> {
    let file = |path: &str, size: usize| BundleFile {
        path: RelativePath::new(path).expect("a path"),
        bytes: (0..size as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect(),
    };
    vec![file("index.html", 700), file("lesson/1.pdf", 90_000), file("lesson/2/notes.txt", 5000)]
}

/// Control messages, all blocks, and repair symbols of a bundle.
fn fountain() -> Vec<Vec<u8>> {
    let name = BundleName::new("maths-7", "Fractions").expect("a name");
    let (manifest, blob) = pack(name, files(), 1 << 20).expect("a bundle");
    let options = CarouselOptions::default();
    let carousel = Carousel::with_fountain(&manifest, options, 1 << 20).expect("a carousel");
    let fountain = carousel.fountain().expect("a fountain");
    let mut sections = blocks(&carousel, &blob);
    let block = fountain.source_block(0).expect("a source block");
    let mut source = Vec::new();
    for number in 0..carousel.blocks() {
        let range = carousel.block_range(number).expect("a range");
        let mut symbol = blob[range.start as usize..range.end as usize].to_vec();
        symbol.resize(usize::from(options.block_size), 0);
        source.extend(symbol);
    }
    let intermediate = prepare(block.shape, &source);
    for id in [block.shape.symbols(), 70_000, (1 << 24) - 1] {
        let mut symbol = vec![0; usize::from(options.block_size)];
        encode(block.shape, &intermediate, id, &mut symbol);
        let mut section = Vec::new();
        fountain.write_repair(RepairId { source_block: 0, id }, &symbol, &mut section);
        sections.push(section);
    }
    sections
}

fn blocks(carousel: &Carousel, blob: &[u8]) -> Vec<Vec<u8>> {
    let mut sections = carousel.control_sections().to_vec();
    for number in 0..carousel.blocks() {
        let range = carousel.block_range(number).expect("a range");
        let payload = &blob[range.start as usize..range.end as usize];
        let mut section = Vec::new();
        carousel.write_ddb(number, payload, &mut section).expect("a block");
        sections.push(section);
    }
    sections
}

fn objects() -> Vec<Vec<u8>> {
    let options = ObjectCarouselOptions::new(0x77, 0x11);
    let (carousel, blob) = datacast::biop::pack(files(), options).expect("an object carousel");
    blocks(&carousel, &blob)
}

/// IP datagrams of a FLUTE session with one file.
fn datagrams() -> Vec<Vec<u8>> {
    let bytes = &files()[1].bytes;
    let oti = Oti::raptorq(bytes.len() as u64, 1400, 1 << 20).expect("a way of cutting");
    let transfer = Transfer::file(9, 1, oti);
    let file = FdtFile {
        toi: 1,
        path: files()[1].path.clone(),
        content_length: Some(bytes.len() as u64),
        content_type: Some("application/pdf".to_owned()),
        content_encoding: None,
        oti: Some(oti),
    };
    let instance =
        FdtInstance { expires_unix_s: 2_000_000_000, is_complete: true, files: vec![file] };
    let xml = instance.to_xml();
    let fdt = Transfer::fdt(9, FdtInstance::id_of(&xml), xml.len() as u64, 1400).expect("an FDT");
    let mut packets = Vec::new();
    let mut packet = |transfer: &Transfer, number: u64, object: &[u8]| {
        let payload = transfer.payload_id(Symbol::Source { block: number }).expect("a symbol");
        let range = transfer.oti().range(payload).expect("a symbol");
        let mut symbol = object[range.start as usize..range.end as usize].to_vec();
        if transfer.oti().encoding_id() == 6 {
            symbol.resize(1400, 0);
        }
        let mut out = Vec::new();
        transfer.append(payload, &symbol, &mut out);
        packets.push(out);
    };
    packet(&fdt, 0, xml.as_bytes());
    (0..oti.symbols()).for_each(|number| packet(&transfer, number, bytes));
    let datagram = |payload: &Vec<u8>| {
        let udp = Udp {
            source: "10.0.0.1:4321".parse().expect("an address"),
            destination: "239.255.42.7:4321".parse().expect("an address"),
            payload,
        };
        let mut out = Vec::new();
        udp.append(16, &mut out).expect("a datagram");
        out
    };
    packets.iter().map(datagram).collect()
}

fn mpe() -> Vec<Vec<u8>> {
    let mac = MacAddress::of_group_v4("239.255.42.7".parse().expect("an address"));
    let section =
        |datagram: &Vec<u8>| datagram_section(Addressing::Mac(mac), datagram).expect("a section");
    datagrams().iter().map(section).collect()
}

fn mpe_fec() -> Vec<Vec<u8>> {
    let mut framer = Framer::new(Rows::R512);
    assert!(datagrams().iter().all(|datagram| framer.push(datagram)));
    let options = FrameOptions { mac_low: [42, 7], delta_t: 5, parity_columns: 64 };
    framer.sections(options).expect("sections")
}

fn int() -> Vec<Vec<u8>> {
    let name = Text::encode("Village network", CharacterSet::Utf8, 60).text;
    let language = LanguageCode::new("eng").expect("a language");
    let location = IpStreamLocation {
        network_id: 1,
        original_network_id: 1,
        transport_stream_id: 1,
        service_id: 1,
        component_tag: 0x12,
    };
    let protection = TimeSliceFecIdentifier {
        time_slicing: false,
        mpe_fec: true,
        frame_size: 1,
        max_burst_duration: 0xff,
        max_average_rate: 7,
        selector: Vec::new(),
    };
    let networks = vec![("239.255.42.0".parse().expect("an address"), 24)];
    let entry = IntEntry {
        targets: descriptors(|loop_| push(loop_, &TargetIpSlash { networks })),
        operations: descriptors(|loop_| {
            push(loop_, &protection);
            push(loop_, &location);
        }),
    };
    let int = Int {
        action_type: Int::LOCATION,
        platform_id: 0x00_0a0b,
        processing_order: 0,
        version: 3,
        descriptors: descriptors(|loop_| push(loop_, &IpPlatformName { language, name })),
        entries: vec![entry],
    };
    let sections = int.sections().expect("a table");
    sections.into_iter().map(si::Section::into_bytes).collect()
}

/// PAT, PMT and all five streams.
fn stream() -> Vec<Packet> {
    let broadcast = |id, selector: Vec<u8>, tag| {
        descriptors(|loop_| {
            push(loop_, &StreamIdentifier { component_tag: tag });
            push(loop_, &DataBroadcastId { data_broadcast_id: id, selector });
        })
    };
    let info = MultiprotocolInfo {
        mac_address_range: 6,
        maps_groups: true,
        is_aligned: false,
        max_sections_per_datagram: 1,
    };
    let info = info.to_selector().expect("a selector");
    let mut object_carousel = broadcast(DataBroadcastId::OBJECT_CAROUSEL, Vec::new(), 0x11);
    let identifier = CarouselIdentifier { carousel_id: 0x77, format_id: 0, private: Vec::new() };
    push(&mut object_carousel, &identifier);
    let selector = vec![0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff];
    let tag = AssociationTag { association_tag: 0x11, usage: 0, selector, private: Vec::new() };
    push(&mut object_carousel, &tag);
    let carousel = StreamType::DSMCC_UN;
    let streams = [
        (FOUNTAIN, carousel, broadcast(DataBroadcastId::DATA_CAROUSEL, Vec::new(), 0x10)),
        (OBJECTS, carousel, object_carousel),
        (MPE, StreamType(0x0d), broadcast(DataBroadcastId::MULTIPROTOCOL, info.clone(), 0x12)),
        (MPE_FEC, StreamType(0x0d), broadcast(DataBroadcastId::MULTIPROTOCOL, info, 0x13)),
        (INT, StreamType(5), broadcast(DataBroadcastId::IP_MAC_NOTIFICATION, vec![0], 0x14)),
    ];
    let pmt_stream = |(number, stream_type, descriptors): (u16, _, DescriptorLoop)| PmtStream {
        stream_type,
        pid: pid(number),
        descriptors: descriptors.into_bytes(),
    };
    let pmt = Pmt {
        program_number: 1,
        version: 0,
        pcr_pid: pid(0x1fff),
        descriptors: Vec::new(),
        streams: streams.into_iter().map(pmt_stream).collect(),
    };
    let pat = Pat { transport_stream_id: 1, version: 0, programs: vec![(1, pid(0x100))] };
    let mut packets = Vec::new();
    for (number, sections) in [
        (0, vec![pat.to_section().expect("a PAT")]),
        (0x100, vec![pmt.to_section().expect("a PMT")]),
        (FOUNTAIN, fountain()),
        (OBJECTS, objects()),
        (MPE, mpe()),
        (MPE_FEC, mpe_fec()),
        (INT, int()),
    ] {
        let sections: Vec<&[u8]> = sections.iter().map(Vec::as_slice).collect();
        packetise(pid(number), 0, &sections, &mut packets);
    }
    packets
}

#[test]
fn every_way_of_datacasting_dissects_without_a_note() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("datacasts.ts");
    std::fs::write(&file, stream().as_flattened()).expect("a file");
    let dissection = Dissection::of(&file).with("udp.port==4321,alc");
    assert_eq!(dissection.complaints(), "");
    let found = dissection.protocols();
    for protocol in ["mpeg_dsmcc", "dvb_data_mpe", "ip", "udp", "alc"] {
        assert!(found.get(protocol).is_some_and(|count| *count > 0), "no {protocol}: {found:?}");
    }
    // The packets of both streams of datagrams, each with an FDT instance and 65 symbols.
    let packets = dissection.fields("alc", &["frame.number"]).lines().count();
    assert!(packets > 60, "{packets} frames with ALC");
}

#[test]
fn a_damaged_datagram_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("damaged.ts");
    let mut packets = stream();
    let is_mpe = |packet: &&mut Packet| packet[1] & 0x1f == 2 && packet[2] == 2;
    packets.iter_mut().find(is_mpe).expect("a datagram")[60] ^= 1;
    std::fs::write(&file, packets.as_flattened()).expect("a file");
    let dissection = Dissection::of(&file).with("udp.port==4321,alc");
    assert!(!dissection.complaints().is_empty());
}
