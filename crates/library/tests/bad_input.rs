//! Each kind of bad source and its answer: what is wrong, where, and nothing in the library.

mod support;

use library::ingest::{ConvertFault, Note, SourceFault};
use library::{IngestError, Library};
use proptest::prelude::*;
use support::{AUDIO, Bench, MAP, VIDEO, clip, pes_packets, start_of, view, with_pes};
use ts::psi::{Pat, Pmt, StreamType};
use ts::section::{SectionView, packetise};
use ts::{Packet, Pid};

/// The fault that a source is answered with, after which the library must be empty.
fn fault(packets: &[Packet]) -> SourceFault {
    let bench = Bench::new();
    let error = bench.ingest(packets.as_flattened()).unwrap_err();
    assert_eq!(bench.files(), [""; 0], "{error}");
    match error {
        IngestError::Source { fault, .. } => fault,
        other => panic!("not a fault of the source: {other}"),
    }
}

fn changed(packets: &[Packet], at: usize, change: impl FnOnce(&mut Packet)) -> Vec<Packet> {
    let mut packets = packets.to_vec();
    change(&mut packets[at]);
    packets
}

/// The clip with its table of one PID written anew.
fn with_table(packets: &[Packet], pid: Pid, section: &[u8]) -> Vec<Packet> {
    let mut continuity = 0;
    let mut out = Vec::new();
    for packet in packets {
        if view(packet).pid() == pid {
            packetise(pid, continuity, &[section], &mut out);
            continuity += 1;
        } else {
            out.push(*packet);
        }
    }
    out
}

fn map_of(packets: &[Packet]) -> Pmt {
    let packet = packets.iter().map(view).find(|p| p.pid() == MAP).unwrap();
    let section = &packet.payload()[1..];
    let length = 3 + usize::from(u16::from_be_bytes([section[1] & 15, section[2]]));
    Pmt::parse(&SectionView::parse(&section[..length]).unwrap()).unwrap()
}

#[test]
fn an_empty_file_is_named_so() {
    assert_eq!(fault(&[]), SourceFault::Empty);
}

#[test]
fn what_is_no_transport_stream_asks_for_ffmpeg_when_it_is_not_there() {
    let bench = Bench::new();
    let noise: Vec<u8> =
        (0..100_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let error = bench.ingest(&noise).unwrap_err();
    let why = Box::new(SourceFault::NotTransportStream);
    let IngestError::Convert { fault, .. } = &error else { panic!("{error}") };
    assert_eq!(fault, &ConvertFault::NotInstalled { why });
    assert!(error.to_string().contains("apt-get install ffmpeg"), "{error}");
    assert_eq!(bench.files(), [""; 0]);
}

#[test]
fn missing_tables_and_programmes_are_told_apart() {
    let clip = clip("slate-h264");
    let without = |pid: Pid| -> Vec<Packet> {
        clip.iter().filter(|p| view(p).pid() != pid).copied().collect()
    };
    let packets = without(Pid::PAT).len() as u64;
    assert_eq!(fault(&without(Pid::PAT)), SourceFault::NoPat { packets });
    assert_eq!(fault(&without(MAP)), SourceFault::NoPmt { program: 1, pid: MAP });
    let pat = Pat { transport_stream_id: 1, version: 0, programs: vec![(0, Pid::NIT)] };
    let empty = with_table(&clip, Pid::PAT, &pat.to_section().unwrap());
    assert_eq!(fault(&empty), SourceFault::NoPrograms);

    let bench = Bench::new();
    let path = bench.source("source", clip.as_flattened());
    let options = library::IngestOptions { program: Some(7), ..support::without_ffmpeg() };
    let result = library::ingest(&[path], &support::id("a"), &bench.library, &options, &mut |_| {});
    let Err(IngestError::Source { fault, .. }) = result else { panic!("{result:?}") };
    assert_eq!(fault, SourceFault::NoProgram { wanted: 7, present: vec![1] });
}

#[test]
fn a_programme_without_sound_and_pictures_says_what_it_has() {
    let clip = clip("slate-h264");
    let mut map = map_of(&clip);
    map.streams.iter_mut().for_each(|s| s.stream_type = StreamType::PRIVATE_SECTIONS);
    let data = with_table(&clip, MAP, &map.to_section().unwrap());
    assert_eq!(fault(&data), SourceFault::NoStreams { program: 1, found: vec![5, 5] });
}

#[test]
fn a_programme_map_that_changes_is_refused_where_it_does() {
    let clip = clip("slate-h264");
    let mut map = map_of(&clip);
    map.streams.pop();
    map.version = 1;
    let last_map = clip.iter().rposition(|p| view(p).pid() == MAP).unwrap();
    let mut packet = Vec::new();
    let continuity = view(&clip[last_map]).continuity();
    packetise(MAP, continuity, &[&map.to_section().unwrap()], &mut packet);
    let changed = changed(&clip, last_map, |p| *p = packet[0]);
    let SourceFault::ProgrammeChanged { place } = fault(&changed) else { panic!() };
    assert_eq!(place.packet, last_map as u64);
}

#[test]
fn damage_is_refused_with_its_packet_and_time() {
    let clip = clip("slate-h264");
    let at = start_of(&clip, VIDEO, 30);
    let place = |fault: SourceFault| match fault {
        SourceFault::Scrambled { pid, place }
        | SourceFault::TransportError { pid, place }
        | SourceFault::Gap { pid, place, .. } => (pid, place.packet),
        SourceFault::SyncLost { place } => (VIDEO, place.packet),
        other => panic!("{other}"),
    };
    let scrambled = fault(&changed(&clip, at, |p| p[3] |= 0x80));
    assert!(matches!(scrambled, SourceFault::Scrambled { .. }));
    assert_eq!(place(scrambled.clone()), (VIDEO, at as u64));
    assert!(scrambled.to_string().contains("(0:01."), "{scrambled}");
    let marked = fault(&changed(&clip, at, |p| p[1] |= 0x80));
    assert!(matches!(marked, SourceFault::TransportError { .. }));
    assert_eq!(place(marked), (VIDEO, at as u64));
    let unsynced = fault(&changed(&clip, at, |p| p[0] = 0));
    assert!(matches!(unsynced, SourceFault::SyncLost { .. }));
    assert_eq!(place(unsynced), (VIDEO, at as u64));
}

#[test]
fn a_lost_packet_is_refused_where_it_is_missed() {
    let mut clip = clip("slate-h264");
    let at = start_of(&clip, VIDEO, 0) + 1;
    assert_eq!(view(&clip[at]).pid(), VIDEO, "the first picture has several packets");
    clip.remove(at);
    let SourceFault::Gap { pid, place, wanted, found } = fault(&clip) else { panic!() };
    assert_eq!((pid, place.packet), (VIDEO, at as u64));
    assert_eq!(found, (wanted + 1) & 15);
}

#[test]
fn a_repeated_packet_is_taken_once() {
    let mut packets = clip("slate-h264");
    let bench = Bench::new();
    let once = bench.ingest(packets.as_flattened()).unwrap();
    let at = start_of(&packets, VIDEO, 30) + 1;
    packets.insert(at, packets[at]);
    let twice = bench.ingest(packets.as_flattened()).unwrap();
    assert_eq!(once.summary, twice.summary);
}

#[test]
fn pictures_before_the_first_key_frame_are_left_out_and_counted() {
    let clip = clip("slate-h264");
    let tables: Vec<Packet> = clip[..3].to_vec();
    let from = start_of(&clip, VIDEO, 7);
    let rest = with_pes(&[&tables[..], &clip[from..]].concat(), VIDEO, |_, h, p| Some((h, p)));
    let bench = Bench::new();
    let report = bench.ingest(rest.as_flattened()).unwrap();
    let dropped = report.notes.iter().find_map(|note| match note {
        Note::LeadingDropped { units, span } => Some((*units, span.as_ms())),
        _ => None,
    });
    let (units, ms) = dropped.expect("the pictures are counted");
    assert!((1..60).contains(&units) && (1..=2000).contains(&ms), "{units} {ms}");
    assert_eq!(report.summary.streams[0].units, 60 - 7 - units as u32);
    let asset = bench.library.index(&support::id("lesson")).unwrap();
    assert!(asset.streams[0].units[0].random_access);
    assert_eq!(asset.streams[0].units[0].pts.0, 0);
}

#[test]
fn a_source_without_key_frame_says_how_many_pictures_it_has() {
    let clip = clip("slate-h264");
    let headless = with_pes(&clip, VIDEO, |number, header, payload| {
        (1..20).contains(&number).then_some((header, payload))
    });
    assert_eq!(fault(&headless), SourceFault::NoKeyFrame { pid: VIDEO, units: 19 });
}

#[test]
fn a_file_cut_anywhere_gives_what_is_whole_or_says_why_not() {
    let clip = clip("maths-4-1");
    let bytes = clip.as_flattened();
    let whole_units = pes_packets(&clip, VIDEO).len() as u32;
    for packets in (1000..clip.len()).step_by(1000) {
        let bench = Bench::new();
        let report = bench.ingest(&bytes[..packets * 188 + packets % 188]).unwrap();
        let units = report.summary.streams[0].units;
        assert!(units > 0 && units < whole_units);
        let index = bench.library.check(&support::id("lesson")).unwrap();
        assert_eq!(index, report.summary);
    }
    for bytes in [&bytes[..100], &bytes[..188 * 3]] {
        let bench = Bench::new();
        assert!(bench.ingest(bytes).is_err());
        assert_eq!(bench.files(), [""; 0]);
    }
}

#[test]
fn the_last_picture_of_a_cut_file_is_left_out() {
    let clip = clip("slate-h264");
    // The last picture that does not fit into one packet, cut behind its first.
    let goes_on = clip.iter().rposition(|p| view(p).pid() == VIDEO && !view(p).unit_start());
    let begins = |p: &Packet| view(p).pid() == VIDEO && view(p).unit_start();
    let cut = clip[..goes_on.unwrap()].iter().rposition(begins).unwrap();
    let whole = pes_packets(&clip[..cut], VIDEO).len() as u32;
    let bench = Bench::new();
    let report = bench.ingest(clip[..=cut].as_flattened()).unwrap();
    assert_eq!(report.summary.streams[0].units, whole);
    assert!(report.notes.contains(&Note::TailDropped { pid: VIDEO }), "{:?}", report.notes);
}

#[test]
fn time_stamps_that_jump_or_fall_back_are_refused() {
    let clip = clip("slate-h264");
    let shifted = |by: u64| {
        with_pes(&clip, AUDIO, |number, mut header, payload| {
            let shift = if number >= 3 { by } else { 0 };
            header.pts = header.pts.map(|t| ts::Timestamp::new(t.value() + shift));
            Some((header, payload))
        })
    };
    let jump = |by| match fault(&shifted(by)) {
        SourceFault::TimeJump { pid: AUDIO, jump_ms, .. } => jump_ms,
        other => panic!("{other}"),
    };
    assert_eq!(jump(90_000), 1000);
    assert_eq!(jump((1 << 33) - 90_000), -1000);
    let back = with_pes(&clip, VIDEO, |number, mut header, payload| {
        if number == 30 {
            header.dts = header.dts.map(|t| ts::Timestamp::new(t.value() - 7200));
        }
        Some((header, payload))
    });
    assert!(matches!(fault(&back), SourceFault::DecodingOrder { pid: VIDEO, .. }));
}

#[test]
fn a_source_that_is_not_there_is_named() {
    let bench = Bench::new();
    let path = bench.folder.path().join("nothing.ts");
    let options = support::without_ffmpeg();
    let result = library::ingest(
        std::slice::from_ref(&path),
        &support::id("a"),
        &bench.library,
        &options,
        &mut |_| {},
    );
    let Err(IngestError::File(error)) = result else { panic!("{result:?}") };
    assert_eq!((error.path, error.kind), (path, std::io::ErrorKind::NotFound));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A clip with a few bytes changed anywhere is taken or refused, and an asset that is made of
    /// it is sound.
    #[test]
    fn any_damage_is_survived(
        places in proptest::collection::vec((0usize..55_000, any::<u8>()), 1..12),
    ) {
        let mut bytes = clip("slate-h264").as_flattened().to_vec();
        for (at, value) in places {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        let bench = Bench::new();
        match bench.ingest(&bytes) {
            Ok(report) => {
                let reopened = Library::open(bench.library.folder()).unwrap();
                prop_assert_eq!(reopened.check(&report.id).unwrap(), report.summary);
            }
            Err(_) => prop_assert_eq!(bench.files(), [""; 0]),
        }
    }
}
