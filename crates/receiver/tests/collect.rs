//! Whatever the order and the losses, files arrive bit for bit.

mod harness;

use fec::Matrix;
use harness::{Mux, Sent, Shell, assert_same, bytes_of, noise};
use proptest::prelude::*;
use receiver::{Event, Limits};
use rtp::{DATAGRAM_SIZE, MediaStream, Protector};
use ts::{NULL_PACKET, PACKET_SIZE, Packet, Rate, SlotGrid};

const AT: u16 = 0x300;

fn small_files(sizes: &[usize], seed: u64) -> Vec<(String, Vec<u8>)> {
    let file = |(n, size): (usize, &usize)| (format!("d/{n:02}"), noise(*size, seed + n as u64));
    sizes.iter().enumerate().map(file).collect()
}

fn sent(id: &str, files: &[(String, Vec<u8>)], module: u32, block: u16) -> Sent {
    let files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    Sent::new(id, &files, module, block)
}

/// An order that follows from a seed.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed | 1;
    for at in (1..items.len()).rev() {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        items.swap(at, (state >> 33) as usize % (at + 1));
    }
}

#[test]
fn one_cycle_from_its_beginning_is_enough() {
    let bundle = sent("week-1", &small_files(&[10_000, 0, 5, 30_000], 1), 9000, 1000);
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT]));
    shell.push(&mux.sdt("Lessons"));
    shell.push(&mux.packets(AT, &bundle.cycle()));
    assert!(shell.is_complete("week-1"));
    assert_same(&shell.files, &bundle.expected());
    assert!(shell.spools.is_empty());
    let report = shell.site.report();
    assert_eq!(report.counters.files_complete, 4);
    assert_eq!((report.counters.continuity_errors, report.counters.sections_bad), (0, 0));
    let progress = &report.bundles[0];
    assert_eq!((progress.service, progress.service_name.as_str()), (1, "Lessons"));
    assert_eq!((progress.blocks_done, progress.files_done), (progress.blocks, 4));
}

#[test]
fn blocks_before_their_control_messages_are_not_lost() {
    let bundle = sent("week-1", &small_files(&[3000, 200], 1), 9000, 1000);
    let mut sections = bundle.cycle();
    sections.reverse();
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT]));
    shell.push(&mux.packets(AT, &sections));
    assert_same(&shell.files, &bundle.expected());
}

#[test]
fn a_recording_cut_anywhere_gives_the_same_files() {
    let bundle = sent("week-1", &small_files(&[8000, 3000], 1), 9000, 4017);
    let mut mux = Mux::default();
    let mut packets = mux.tables(&[AT]);
    packets.extend(mux.packets(AT, &bundle.cycle()));
    let mut shell = Shell::new(Limits::default());
    for piece in bytes_of(&packets).chunks(1001) {
        shell.site.push_stream(piece);
        shell.drain();
    }
    assert_same(&shell.files, &bundle.expected());
}

/// The datagrams of a multiplex that begins with these packets and lasts `count` datagrams.
fn datagrams(packets: &[Packet], count: u64) -> (MediaStream, Vec<[u8; DATAGRAM_SIZE]>) {
    let rate = Rate::new(8_446_000, 1).unwrap();
    let stream = MediaStream { grid: SlotGrid::new(rate), ssrc: 0 };
    let slot = |at: u64| packets.get(at as usize).unwrap_or(&NULL_PACKET);
    let datagram = |index| {
        let mut out = [0; DATAGRAM_SIZE];
        let (header, payload) = out.split_first_chunk_mut().unwrap();
        stream.write_header(index, header);
        for (n, place) in payload.chunks_mut(PACKET_SIZE).enumerate() {
            place.copy_from_slice(slot(index * 7 + n as u64));
        }
        out
    };
    (stream, (0..count).map(datagram).collect())
}

#[test]
fn a_burst_of_lost_datagrams_is_repaired_by_the_fec_flows() {
    let bundle = sent("week-1", &small_files(&[180_000], 1), 9000, 1000);
    let mut mux = Mux::default();
    let mut packets = mux.tables(&[AT]);
    packets.extend(mux.packets(AT, &bundle.cycle()));
    let (stream, datagrams) = datagrams(&packets, 200);
    let matrix = Matrix::new(10, 10, false).unwrap();
    let protector = Protector { stream, matrix };
    let mut shell = Shell::new(Limits::default());
    for (first, datagrams) in [(0, &datagrams[..100]), (100, &datagrams[100..])] {
        for (index, datagram) in (first..).zip(datagrams) {
            if !(131..140).contains(&index) {
                shell.site.push_media(datagram);
            }
        }
        let repairs = protector.protect(first, &datagrams.concat()).unwrap();
        for repair in repairs.iter() {
            shell.site.push_fec(repair.bytes);
        }
    }
    shell.site.flush();
    shell.drain();
    assert_same(&shell.files, &bundle.expected());
    let report = shell.site.report();
    assert_eq!((report.rtp.repaired, report.rtp.lost), (9, 0));
    assert_eq!(report.counters.continuity_errors, 0);
}

#[test]
fn lost_datagrams_are_made_up_for_by_the_next_cycle() {
    let bundle = sent("week-1", &small_files(&[20_000], 1), 9000, 1000);
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    let mut sequence = 0u16;
    for cycle in 0..3 {
        let mut packets = mux.tables(&[AT]);
        packets.extend(mux.packets(AT, &bundle.cycle()));
        for group in packets.chunks(7) {
            let header = rtp::header::RtpHeader {
                marker: false,
                payload_type: 33,
                sequence,
                timestamp: u32::from(sequence) * 900,
                ssrc: 5,
            };
            let datagram = [&header.to_bytes()[..], &group.concat()].concat();
            if cycle > 0 || sequence % 5 != 3 {
                shell.site.push_media(&datagram);
                shell.drain();
            }
            sequence = sequence.wrapping_add(1);
        }
    }
    shell.site.flush();
    shell.drain();
    assert_same(&shell.files, &bundle.expected());
    let report = shell.site.report();
    assert!(report.rtp.lost > 0 && report.counters.continuity_errors > 0);
}

#[test]
fn modules_of_more_than_65535_blocks_worth_of_numbers_arrive() {
    let bundle = sent("big", &[("f".to_owned(), noise(65_536 * 16, 3))], 65_536 * 16, 16);
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT]));
    let mut sections = bundle.cycle();
    sections[2..].reverse();
    shell.push(&mux.packets(AT, &sections));
    assert_same(&shell.files, &bundle.expected());
}

#[test]
fn a_module_with_false_bytes_is_collected_once_more() {
    let bundle = sent("week-1", &small_files(&[5000], 1), 9000, 1000);
    let other = sent("week-1", &small_files(&[5000], 2), 9000, 1000);
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT]));
    let mut sections = bundle.cycle();
    let last = bundle.carousel.blocks() - 1;
    let range = bundle.carousel.block_range(last).unwrap();
    let wrong = &other.blob[range.start as usize..range.end as usize];
    let at = sections.len() - 1;
    sections[at].clear();
    bundle.carousel.write_ddb(last, wrong, &mut sections[at]).unwrap();
    shell.push(&mux.packets(AT, &sections));
    assert_eq!(shell.site.report().counters.modules_broken, 1);
    assert!(shell.files.is_empty());
    shell.push(&mux.packets(AT, &bundle.cycle()));
    assert_same(&shell.files, &bundle.expected());
}

#[test]
fn a_file_that_the_shell_could_not_make_is_collected_once_more() {
    let bundle = sent("week-1", &small_files(&[5000, 20], 1), 9000, 1000);
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.fail_once = vec!["week-1/d/00".to_owned()];
    shell.push(&mux.tables(&[AT]));
    shell.push(&mux.packets(AT, &bundle.cycle()));
    assert_eq!(shell.site.report().counters.files_damaged, 1);
    assert!(!shell.is_complete("week-1"));
    shell.push(&mux.packets(AT, &bundle.cycle()));
    assert_same(&shell.files, &bundle.expected());
    assert!(shell.is_complete("week-1") && shell.spools.is_empty());
}

#[test]
fn files_that_the_shell_has_already_are_not_collected() {
    let bundle = sent("week-1", &small_files(&[50_000, 4000], 1), 9000, 1000);
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT]));
    let cycle = bundle.cycle();
    let manifest_blocks = bundle.manifest.bytes().len().div_ceil(1000);
    let (first, rest) = cycle.split_at(bundle.control().len() + manifest_blocks);
    shell.push(&mux.packets(AT, first));
    let announced = shell.log.iter().find_map(|event| match event {
        Event::BundleAnnounced { version, .. } => Some(*version),
        _ => None,
    });
    shell.site.file_result(announced.unwrap(), 0, true);
    shell.drain();
    shell.push(&mux.packets(AT, rest));
    assert!(shell.is_complete("week-1"));
    assert_eq!(shell.stored_bytes, 4000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_order_with_losses_and_late_joins_gives_bit_exact_files(
        sizes in proptest::collection::vec(0usize..6000, 1..8),
        others in proptest::collection::vec(0usize..3000, 1..4),
        module in 500u32..6000, block in 50u16..4067, seed: u64,
        loss in 0u64..40, late in 0usize..200,
    ) {
        let bundles = [
            (AT, sent("one", &small_files(&sizes, seed % 1000), module, block)),
            (AT + 1, sent("two", &small_files(&others, 5), module, block)),
        ];
        let mut mux = Mux::default();
        let mut shell = Shell::new(Limits::default());
        let mut skip = late;
        let mut state = seed;
        for round in 0..60u64 {
            let mut sections: Vec<(u16, Vec<u8>)> = bundles.iter()
                .flat_map(|(at, sent)| sent.cycle().into_iter().map(|section| (*at, section)))
                .collect();
            shuffle(&mut sections, seed ^ round);
            let mut packets = mux.tables(&[AT, AT + 1]);
            for (at, section) in sections {
                packets.extend(mux.packets(at, &[section]));
            }
            packets.drain(..skip.min(packets.len()));
            skip = 0;
            packets.retain(|_| {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                (state >> 33) % 1000 >= loss
            });
            shell.push(&packets);
            if shell.is_complete("one") && shell.is_complete("two") { break; }
        }
        let mut expected = bundles[0].1.expected();
        expected.extend(bundles[1].1.expected());
        assert_same(&shell.files, &expected);
        prop_assert!(shell.spools.is_empty());
    }
}
