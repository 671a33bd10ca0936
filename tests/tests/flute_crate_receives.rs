//! The receiver of the `flute` crate gives back the files of our FLUTE sessions, over UDP and over
//! MPE with MPE-FEC, whichever symbols are lost.

use datacast::flute::{
    FdtFile, FdtInstance, Object, Oti, Received, Session, SessionLimits, Transfer,
};
use datacast::mpe_fec::{Deframer, FrameOptions, Framer};
use datacast::schedule::Share;
use datacast::udp::Udp;
use datacast::{RelativePath, Sending, Symbol, symbols};
use fec::Rows;
use fec::raptorq::{encode, prepare};
use flute::core::UDPEndpoint;
use flute::receiver::MultiReceiver;
use flute::receiver::writer::ObjectWriterBufferBuilder;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::SystemTime;
use tests::chance::Chance;
use ts::section::{SectionAssembler, SectionView, packetise};
use ts::{PacketView, Pid};

const TSI: u32 = 42;
const SYMBOL_SIZE: u16 = 1400;
const PERIOD: u64 = 1_192_000_000;

/// A file, and the intermediate symbols of each of its source blocks.
struct File {
    toi: u32,
    transfer: Transfer,
    path: RelativePath,
    bytes: Vec<u8>,
    prepared: Vec<Vec<u8>>,
}

fn file(toi: u32, path: &str, size: usize, coded: bool) -> File {
    let bytes: Vec<u8> =
        (0..size as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let oti = match coded {
        true => Oti::raptorq(size as u64, SYMBOL_SIZE, 100 * u32::from(SYMBOL_SIZE)),
        false => Oti::no_code(size as u64, SYMBOL_SIZE, 64),
    }
    .expect("a way of cutting");
    let mut prepared = Vec::new();
    if let Some(fountain) = oti.fountain() {
        for number in 0..fountain.source_blocks() {
            let block = fountain.source_block(number).expect("a source block");
            let begin = block.first_block as usize * usize::from(SYMBOL_SIZE);
            let mut source = bytes[begin..(begin + block.shape.size()).min(size)].to_vec();
            source.resize(block.shape.size(), 0);
            prepared.push(prepare(block.shape, &source));
        }
    }
    let path = RelativePath::new(path).expect("a path");
    File { toi, transfer: Transfer::file(TSI, toi, oti), path, bytes, prepared }
}

impl File {
    fn packet(&self, symbol: Symbol) -> Vec<u8> {
        let oti = self.transfer.oti();
        let payload = self.transfer.payload_id(symbol).expect("a symbol of the file");
        let bytes = match (symbol, oti.fountain()) {
            (Symbol::Repair(repair), Some(fountain)) => {
                let shape = fountain.source_block(repair.source_block).expect("a block").shape;
                let mut bytes = vec![0; usize::from(SYMBOL_SIZE)];
                encode(
                    shape,
                    &self.prepared[usize::from(repair.source_block)],
                    repair.id,
                    &mut bytes,
                );
                bytes
            }
            (_, fountain) => {
                let range = oti.range(payload).expect("a source symbol");
                let mut bytes = self.bytes[range.start as usize..range.end as usize].to_vec();
                if fountain.is_some() {
                    bytes.resize(usize::from(SYMBOL_SIZE), 0);
                }
                bytes
            }
        };
        let mut out = Vec::new();
        self.transfer.append(payload, &bytes, &mut out);
        out
    }

    /// What superframe `k` sends of the file.
    fn packets(&self, k: u64) -> Vec<Vec<u8>> {
        match self.transfer.oti().fountain() {
            Some(fountain) => {
                let sending = Sending { repairs_max: 40, sources_of_16: 8 };
                let share = Share { guaranteed: 20, extra: 10 };
                symbols(&fountain, sending, k, share).map(|symbol| self.packet(symbol)).collect()
            }
            None => {
                let all = self.transfer.oti().symbols();
                (0..all).map(|block| self.packet(Symbol::Source { block })).collect()
            }
        }
    }
}

/// The packets of the FDT instance of these files.
fn fdt(files: &[File]) -> Vec<Vec<u8>> {
    let describe = |file: &File| FdtFile {
        toi: u128::from(file.toi),
        path: file.path.clone(),
        content_length: Some(file.bytes.len() as u64),
        content_type: Some("application/octet-stream".to_owned()),
        content_encoding: None,
        oti: Some(*file.transfer.oti()),
    };
    let instance = FdtInstance {
        expires_unix_s: 2_000_000_000,
        is_complete: true,
        files: files.iter().map(describe).collect(),
    };
    let xml = instance.to_xml();
    let id = FdtInstance::id_of(&xml);
    let transfer = Transfer::fdt(TSI, id, xml.len() as u64, SYMBOL_SIZE).expect("an FDT");
    let packet = |number| {
        let payload = transfer.oti().payload_id(number).expect("a symbol");
        let range = transfer.oti().range(payload).expect("a symbol");
        let mut out = Vec::new();
        let bytes = &xml.as_bytes()[range.start as usize..range.end as usize];
        transfer.append(payload, bytes, &mut out);
        out
    };
    (0..transfer.oti().symbols()).map(packet).collect()
}

fn files() -> Vec<File> {
    vec![
        file(1, "plain.bin", 30_001, false),
        file(2, "lesson/slides.pdf", 345_678, true),
        file(3, "第三课/练习.txt", 999, true),
    ]
}

/// What the receiver of the crate has got of the packets.
fn received_by_the_crate(packets: impl IntoIterator<Item = Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let writer = Rc::new(ObjectWriterBufferBuilder::new(true));
    let mut receiver = MultiReceiver::new(writer.clone(), None, false);
    let endpoint = UDPEndpoint::new(None, "239.255.42.7".to_owned(), 4321);
    for packet in packets {
        receiver.push(&endpoint, &packet, SystemTime::now()).expect("a packet of FLUTE");
    }
    let objects = writer.objects.borrow();
    let whole = objects.iter().filter(|object| object.borrow().complete);
    whole
        .map(|object| {
            let object = object.borrow();
            (object.meta.content_location.to_string(), object.data.clone())
        })
        .collect()
}

fn assert_all(files: &[File], got: &BTreeMap<String, Vec<u8>>) {
    for (file, location) in files.iter().zip([
        "file:///plain.bin",
        "file:///lesson/slides.pdf",
        "file:///%E7%AC%AC%E4%B8%89%E8%AF%BE/%E7%BB%83%E4%B9%A0.txt",
    ]) {
        let bytes = got.get(location).unwrap_or_else(|| panic!("no {location}: {:?}", got.keys()));
        assert!(*bytes == file.bytes, "{location} is another file");
    }
    assert_eq!(got.len(), files.len());
}

#[test]
fn files_come_back_over_udp_though_a_fifth_of_their_symbols_is_lost() {
    let files = files();
    let mut chance = Chance::from_seed(7);
    let mut packets = Vec::new();
    for k in PERIOD..PERIOD + 30 {
        packets.extend(fdt(&files));
        for (number, file) in files.iter().enumerate() {
            let sent = file.packets(k);
            // Without code, a lost symbol comes back with the next pass only.
            packets.extend(sent.into_iter().filter(|_| number == 0 || chance.below(5) != 0));
        }
    }
    assert_all(&files, &received_by_the_crate(packets));
}

#[test]
fn files_come_back_over_mpe_though_packets_of_each_frame_are_lost() {
    let files = files();
    let pid = Pid::new(0x123).expect("a PID");
    let mut chance = Chance::from_seed(8);
    let mut assembler = SectionAssembler::default();
    let mut deframer = Deframer::new(Rows::R1024, false);
    let mut packets = Vec::new();
    for (frame, k) in (0u16..).zip(PERIOD..PERIOD + 12) {
        let mut framer = Framer::new(Rows::R1024);
        let sent = fdt(&files).into_iter().chain(files.iter().flat_map(|file| file.packets(k)));
        for payload in sent {
            let udp = Udp {
                source: "10.0.0.1:4321".parse().expect("an address"),
                destination: "239.255.42.7:4321".parse().expect("an address"),
                payload: &payload,
            };
            let mut datagram = Vec::new();
            udp.append(16, &mut datagram).expect("a datagram");
            assert!(framer.push(&datagram), "the frame is full");
        }
        let options = FrameOptions { mac_low: [42, 7], delta_t: frame, parity_columns: 64 };
        let sections = framer.sections(options).expect("sections");
        let sections: Vec<&[u8]> = sections.iter().map(Vec::as_slice).collect();
        let mut stream = Vec::new();
        packetise(pid, 0, &sections, &mut stream);
        // A burst of a twelfth of the frame, somewhere in it.
        let burst = stream.len() / 12;
        let begin = chance.below((stream.len() - burst) as u64) as usize;
        for (number, packet) in stream.iter().enumerate() {
            if (begin..begin + burst).contains(&number) {
                continue;
            }
            assembler.push(PacketView::new(packet), |section| {
                let Ok(section) = SectionView::parse(section) else { return };
                let datagram = |datagram: &[u8]| {
                    let udp = Udp::parse(datagram).expect("a whole datagram");
                    packets.push(udp.payload.to_vec());
                };
                deframer.push(section, datagram).expect("a section of MPE");
            });
        }
    }
    let counters = deframer.counters();
    assert!(counters.datagrams_restored > 50, "{counters:?}");
    assert_eq!(counters.rows_lost, 0);
    assert_all(&files, &received_by_the_crate(packets));
}

/// What our own reader makes of what the crate's sender sends.
#[test]
fn files_of_the_crate_come_back_from_our_reader() {
    use flute::core::Oti as TheirOti;
    use flute::sender::{Config, ObjectDesc, Sender, TransferConfig};
    let bytes: Vec<u8> = (0..50_000u32).map(|i| (i * 7 / 3) as u8).collect();
    for oti in [
        TheirOti::new_no_code(SYMBOL_SIZE, 64),
        TheirOti::new_raptorq(SYMBOL_SIZE, 30, 4, 1, 4).expect("RaptorQ"),
    ] {
        let endpoint = UDPEndpoint::new(None, "239.255.42.7".to_owned(), 4321);
        let mut sender = Sender::new(endpoint, 77, &oti, &Config::default());
        let location = "file:///a/b.bin".parse().expect("a URL");
        let config = TransferConfig::default();
        let object =
            ObjectDesc::create_from_buffer(bytes.clone(), "text/plain", &location, true, config);
        sender.add_object(0, object.expect("an object")).expect("an object is taken");
        sender.publish(SystemTime::now()).expect("an FDT");
        let mut session = Session::new(77, SessionLimits::default());
        let (mut described, mut object) = (None, None::<Object>);
        let mut got = None;
        while let Some(packet) = sender.read(SystemTime::now()) {
            match session.push(&packet) {
                Received::Fdt(_, instance) => described = Some(instance),
                Received::Symbol { oti, payload, symbol, .. } => {
                    let known = described.as_ref().and_then(|fdt| fdt.files[0].oti);
                    let oti = oti.or(known).expect("the way of cutting is told");
                    let object =
                        object.get_or_insert_with(|| Object::new(oti, 1 << 20).expect("an object"));
                    if object.push(payload, symbol) {
                        got = Some(());
                        break;
                    }
                }
                Received::Nothing | Received::Closed => {}
            }
        }
        assert!(got.is_some(), "{:?}", session.counters());
        assert_eq!(described.expect("an FDT").files[0].path.as_str(), "a/b.bin");
        assert!(object.expect("an object").into_bytes() == bytes);
    }
}
