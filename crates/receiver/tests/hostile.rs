//! Streams that are damaged, forged or endless.

mod harness;

use datacast::{Dii, Dsi, Group, MANIFEST_TYPE, Module};
use harness::{Mux, Sent, Shell, assert_same, noise, pid};
use proptest::prelude::*;
use receiver::{Event, Limits, Refusal};
use ts::crc32::crc32;

const AT: u16 = 0x300;

fn start(limits: Limits) -> (Mux, Shell) {
    let mut mux = Mux::default();
    let mut shell = Shell::new(limits);
    shell.push(&mux.tables(&[AT]));
    (mux, shell)
}

fn refusals(shell: &Shell) -> Vec<Refusal> {
    let reason = |event: &Event| match event {
        Event::Refused { reason, .. } => Some(*reason),
        _ => None,
    };
    shell.log.iter().filter_map(reason).collect()
}

/// The control messages of one group with these modules.
fn control(version: u32, block_size: u16, modules: &[Module<'_>]) -> Vec<Vec<u8>> {
    let id = 0x8000_0002 | version << 16;
    let size = modules.iter().fold(0u32, |sum, module| sum.wrapping_add(module.size));
    let dsi = Dsi {
        transaction_id: 0x8000_0000 | version << 16,
        groups: vec![Group { id, size, descriptors: &[] }],
    };
    let dii =
        Dii { transaction_id: id, download_id: version, block_size, modules: modules.to_vec() };
    vec![dsi.to_section().unwrap(), dii.to_section().unwrap()]
}

fn manifest_descriptors(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![1, MANIFEST_TYPE.len() as u8];
    out.extend_from_slice(MANIFEST_TYPE.as_bytes());
    out.extend_from_slice(&[5, 4]);
    out.extend_from_slice(&crc32(bytes).to_be_bytes());
    out
}

#[test]
fn forged_sizes_are_refused_without_memory_for_them() {
    let module = |size| Module { id: 2, size, version: 0, descriptors: &[] };
    for (block_size, size, reason) in [
        (1, u32::MAX, Refusal::Contradiction),
        (0, 10, Refusal::Contradiction),
        (4067, 10, Refusal::Contradiction),
        (4066, 0, Refusal::Contradiction),
        (4066, 65_536 * 4066 + 1, Refusal::Contradiction),
        (4066, 10, Refusal::Foreign),
    ] {
        let (mut mux, mut shell) = start(Limits::default());
        for _ in 0..3 {
            shell.push(&mux.packets(AT, &control(1, block_size, &[module(size)])));
        }
        assert_eq!(refusals(&shell), [reason], "{block_size} {size}");
    }
}

#[test]
fn a_bundle_too_large_is_refused_and_one_without_room_waits_for_it() {
    let small = Limits { bundle_bytes_max: 5000, ..Limits::default() };
    let bundle = Sent::new("big", &[("a", noise(6000, 1))], 9000, 1000);
    let (mut mux, mut shell) = start(small);
    shell.push(&mux.packets(AT, &bundle.cycle()));
    assert_eq!(refusals(&shell), [Refusal::TooLarge]);

    let limits = Limits { spool_bytes_max: 10_000, ..Limits::default() };
    let (mut mux, mut shell) = start(limits);
    let other = Sent::new("other", &[("a", noise(6000, 2))], 9000, 1000);
    shell.push(&mux.tables(&[AT, AT + 1]));
    shell.push(&mux.packets(AT, &bundle.control()));
    for _ in 0..3 {
        shell.push(&mux.packets(AT + 1, &other.cycle()));
    }
    assert_eq!(refusals(&shell), [Refusal::NoRoom]);
    shell.push(&mux.tables(&[AT + 1]));
    shell.push(&mux.packets(AT + 1, &other.cycle()));
    assert_same(&shell.files, &other.expected());
}

#[test]
fn a_manifest_that_leads_out_of_its_folder_is_refused() {
    let digest = "ab".repeat(32);
    for bad in ["../etc/cron.d/x", "/etc/passwd", "a\\b", "a/../../b"] {
        let text =
            format!("headend-bundle 1\nid x\ntitle \nmodule 5 00000000\nfile {digest} 5 {bad}\n");
        let about = manifest_descriptors(text.as_bytes());
        let size = text.len() as u32;
        let modules = [
            Module { id: 1, size, version: 0, descriptors: &about },
            Module { id: 2, size: 5, version: 0, descriptors: &[5, 4, 0, 0, 0, 0] },
        ];
        let (mut mux, mut shell) = start(Limits::default());
        let mut sections = control(1, 4066, &modules);
        sections.push(ddb(1, 1, text.as_bytes()));
        shell.push(&mux.packets(AT, &sections));
        assert_eq!(refusals(&shell), [Refusal::Contradiction], "{bad}");
    }
}

/// A block 0 in a section of its own.
fn ddb(download_id: u32, module_id: u16, data: &[u8]) -> Vec<u8> {
    let mut body = vec![0x11, 3, 0x10, 3];
    body.extend_from_slice(&download_id.to_be_bytes());
    body.extend_from_slice(&[0xff, 0]);
    body.extend_from_slice(&(6 + data.len() as u16).to_be_bytes());
    body.extend_from_slice(&module_id.to_be_bytes());
    body.extend_from_slice(&[0, 0xff, 0, 0]);
    body.extend_from_slice(data);
    let header = ts::section::LongHeader {
        table_id: 0x3c,
        private: false,
        extension: module_id,
        version: 0,
        current: true,
        number: 0,
        last_number: 0,
    };
    ts::section::write_section(&header, &body).unwrap()
}

#[test]
fn a_manifest_that_contradicts_its_carousel_is_refused() {
    let text = format!(
        "headend-bundle 1\nid x\ntitle \nmodule 6 00000000\nfile {} 6 a\n",
        "ab".repeat(32)
    );
    let about = manifest_descriptors(text.as_bytes());
    let modules = [
        Module { id: 1, size: text.len() as u32, version: 0, descriptors: &about },
        Module { id: 2, size: 5, version: 0, descriptors: &[5, 4, 0, 0, 0, 0] },
    ];
    let (mut mux, mut shell) = start(Limits::default());
    let mut sections = control(1, 4066, &modules);
    sections.push(ddb(1, 2, b"hel"));
    sections.push(ddb(1, 1, text.as_bytes()));
    shell.push(&mux.packets(AT, &sections));
    assert_eq!(refusals(&shell), [Refusal::Contradiction]);
    assert!(shell.spools.is_empty());
}

#[test]
fn endless_new_versions_keep_spools_and_usage_bounded() {
    let (mut mux, mut shell) = start(Limits { blocks_max: 100, ..Limits::default() });
    for version in 1..300 {
        let bundle = Sent::new("x", &[("a", noise(9000, version))], 4000, 1000);
        let cycle = bundle.cycle();
        shell.push(&mux.packets(AT, &cycle[..cycle.len() - 1]));
        assert!(shell.spools.len() <= 3);
    }
    assert_eq!(shell.site.report().counters.bundles_interrupted, 298);
    assert!(refusals(&shell).is_empty());
}

#[test]
fn more_carousels_than_allowed_are_refused_once() {
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits { carousels_max: 3, ..Limits::default() });
    for _ in 0..5 {
        shell.push(&mux.tables(&[0x300, 0x301, 0x302, 0x303]));
    }
    assert_eq!(refusals(&shell), [Refusal::TooManyCarousels]);
    assert!(shell.log.contains(&Event::CarouselFound { pid: pid(0x302), service: 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_datagrams_are_taken_without_panic(
        datagrams in proptest::collection::vec(
            proptest::collection::vec(any::<u8>(), 0..1400), 0..20),
    ) {
        let mut shell = Shell::new(Limits::default());
        for datagram in &datagrams {
            shell.site.push_media(datagram);
            shell.site.push_fec(datagram);
            shell.site.push_stream(datagram);
            shell.drain();
        }
        shell.site.flush();
    }

    #[test]
    fn any_damage_to_packets_gives_sound_files_or_none(
        hits in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..200), seed: u64,
    ) {
        let bundle = Sent::new("x", &[("a", noise(9000, seed)), ("b", noise(500, 1))], 4000, 1000);
        let (mut mux, mut shell) = start(Limits::default());
        let mut packets = mux.tables(&[AT]);
        packets.extend(mux.packets(AT, &bundle.cycle()));
        let total = packets.len() * 188;
        for (at, byte) in hits {
            let at = at % total;
            packets[at / 188][at % 188] = byte;
        }
        shell.push(&packets);
        let expected = bundle.expected();
        for (name, bytes) in &shell.files {
            prop_assert_eq!(Some(bytes), expected.get(name));
        }
        for _ in 0..2 {
            let mut clean = mux.tables(&[AT]);
            clean.extend(mux.packets(AT, &bundle.cycle()));
            shell.push(&clean);
        }
        assert_same(&shell.files, &expected);
    }

    #[test]
    fn any_bytes_in_sound_sections_are_taken_without_panic(
        bodies in proptest::collection::vec(
            (0x3b..0x3eu8, prop::sample::select(vec![0x1002u16, 0x1003, 0x1006]), any::<u32>(),
             proptest::collection::vec(prop_oneof![Just(0u8), Just(1u8), any::<u8>()], 0..120)),
            1..30),
    ) {
        let (mut mux, mut shell) = start(Limits::default());
        for (table_id, message, id, tail) in bodies {
            let mut body = vec![0x11, 3];
            body.extend_from_slice(&message.to_be_bytes());
            body.extend_from_slice(&(id & 0x8000_0003).to_be_bytes());
            body.extend_from_slice(&[0xff, 0]);
            body.extend_from_slice(&(tail.len() as u16).to_be_bytes());
            body.extend_from_slice(&tail);
            let header = ts::section::LongHeader {
                table_id, private: false, extension: 0, version: 0, current: true, number: 0,
                last_number: 0,
            };
            let section = ts::section::write_section(&header, &body).unwrap();
            shell.push(&mux.packets(AT, &[section]));
        }
    }
}
