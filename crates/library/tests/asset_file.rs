//! The stream file of an asset is what the index says, packet by packet.

mod support;

use asset::{AssetIndex, FILE_TIME_OFFSET, Facts, PAGE_PACKETS};
use es::{VideoSplitter, access_unit_delimiter};
use std::collections::BTreeMap;
use support::{Bench, VIDEO, clip, id, pes_packets, view, with_pes};
use ts::pes::PesHeader;
use ts::{Packet, Pid, Span, Ticks};

fn asset(name: &str) -> (AssetIndex, Vec<Packet>) {
    let bench = Bench::new();
    bench.ingest(clip(name).as_flattened()).unwrap();
    let asset = bench.library.open_asset(&id("lesson")).unwrap();
    let mut packets = Vec::new();
    for page in 0..asset.pages() {
        let bytes = asset.read_page(page).unwrap();
        let (page_packets, rest) = bytes.as_chunks::<188>();
        assert!(rest.is_empty() && page_packets.len() <= PAGE_PACKETS as usize);
        packets.extend_from_slice(page_packets);
    }
    (AssetIndex::clone(asset.index()), packets)
}

#[test]
fn each_unit_is_a_pes_packet_of_its_own_in_consecutive_packets() {
    for name in ["slate-h264", "maths-4-1", "story-1", "water-1"] {
        let (index, packets) = asset(name);
        assert_eq!(packets.len() as u32, index.packets);
        let stamp = |time: Span| Ticks(0).saturating_add(time + FILE_TIME_OFFSET).timestamp();
        for stream in &index.streams {
            for unit in &stream.units {
                let first = unit.first_packet as usize;
                let run = &packets[first..first + usize::from(unit.packets)];
                let starts: Vec<bool> = run.iter().map(|p| view(p).unit_start()).collect();
                assert!(starts[0] && !starts[1..].contains(&true));
                let (last, others) = run.split_last().unwrap();
                let stuffed = |p: &Packet| view(p).adaptation().len() > 1;
                assert!(!others.iter().any(stuffed) && view(last).pcr().is_none());
                let bytes = run.iter().flat_map(|p| view(p).payload()).copied().collect::<Vec<_>>();
                let (header, size) = PesHeader::parse(&bytes).unwrap();
                assert_eq!(bytes.len() - size, unit.bytes as usize);
                assert_eq!(header.pts, Some(stamp(unit.pts)));
                assert_eq!(header.dts.or(header.pts), Some(stamp(unit.dts)));
                let is_entry = unit.random_access && stream.format.facts.is_video();
                assert_eq!(view(&run[0]).random_access(), is_entry);
            }
        }
    }
}

#[test]
fn clock_and_tables_come_often_enough_and_before_each_entry_point() {
    let (index, packets) = asset("maths-4-1");
    let mut pcr: Vec<u64> = packets.iter().filter_map(|p| Some(view(p).pcr()?.value())).collect();
    pcr.dedup();
    assert!(pcr.windows(2).all(|w| w[1] - w[0] <= 27_000 * 40), "at most 40 ms");
    let on_pcr = packets.iter().filter(|p| view(p).pcr().is_some());
    assert!(on_pcr.map(|p| view(p).has_payload()).all(|payload| !payload));
    for unit in index.streams[0].units.iter().filter(|u| u.random_access) {
        let before = &packets[unit.first_packet as usize - 2..unit.first_packet as usize];
        let pids: Vec<u16> = before.iter().map(|p| view(p).pid().value()).collect();
        assert_eq!(pids, [0, 0x20], "PAT and PMT stand before the entry point");
    }
}

#[test]
fn counters_of_every_pid_count_without_a_jump() {
    let (_, packets) = asset("water-1");
    let mut last: BTreeMap<Pid, u8> = BTreeMap::new();
    for packet in packets.iter().map(view).filter(|p| p.has_payload()) {
        let found = packet.continuity();
        if let Some(before) = last.insert(packet.pid(), found) {
            assert_eq!(found, (before + 1) & 15, "{}", packet.pid());
        }
    }
}

#[test]
fn pictures_without_delimiter_get_one() {
    let clip = clip("slate-h264");
    let has_delimiter = |payload: &[u8]| payload.starts_with(&[0, 0, 0, 1, 9]);
    let bare = with_pes(&clip, VIDEO, |_, header, payload| {
        assert!(has_delimiter(&payload));
        Some((header, payload[6..].to_vec()))
    });
    assert!(!has_delimiter(&pes_packets(&bare, VIDEO)[0].1));
    let bench = Bench::new();
    bench.ingest(bare.as_flattened()).unwrap();
    let (index, stream) = (bench.library.index(&id("lesson")).unwrap(), bench.files());
    let file = stream.iter().find(|name| name.ends_with(".ts")).unwrap();
    let bytes = std::fs::read(bench.library.folder().join(file)).unwrap();
    let pes = pes_packets(bytes.as_chunks::<188>().0, support::pid(0x101));
    let Facts::Video(facts) = index.streams[0].format.facts else { panic!() };
    assert_eq!(pes.len(), 60);
    for (_, payload) in &pes {
        assert!(payload.starts_with(access_unit_delimiter(facts.codec())));
        let mut splitter = VideoSplitter::new(facts.codec()).unwrap();
        let mut units = Vec::new();
        splitter.push(payload, &mut units);
        splitter.finish(&mut units);
        assert_eq!(units.len(), 1, "one picture in each PES packet");
    }
}

#[test]
fn ingesting_an_asset_file_gives_the_same_file() {
    let (index, packets) = asset("water-1");
    let bench = Bench::new();
    bench.ingest(packets.as_flattened()).unwrap();
    assert_eq!(bench.library.index(&id("lesson")).unwrap(), index);
}
