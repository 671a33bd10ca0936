//! The ST 2022-1 decoder of GStreamer restores what is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tests::chance::Chance;
use tests::datagrams::{Name, name, of_capture};
use tests::judge::{ask, judge};
use tests::station::Station;
use tests::timetables::{Minute, lessons};

/// Bytes of a media datagram: RTP header and seven packets.
const DATAGRAM: usize = 12 + 7 * 188;
/// Packets of a row of the matrix, and packets of the whole.
const COLUMNS: u16 = 10;
const MATRIX: usize = 100;
/// Where the SSRC stands. ST 2022-1 clause 8 has no recovery field for it: a receiver takes that
/// of the stream, and this decoder leaves it zero.
const SSRC: std::ops::Range<usize> = 8..12;

/// A capture without some of its media datagrams, and all of those.
struct Lossy {
    capture: Vec<u8>,
    sent: BTreeMap<Name, Vec<u8>>,
    lost: usize,
}

/// Drops the media datagrams whose sequence numbers `is_lost` names, but for those near the ends
/// of the capture, whose matrices are not whole in it.
fn lossy(capture: &[u8], media_port: u16, mut is_lost: impl FnMut(u16) -> bool) -> Lossy {
    let datagrams = of_capture(capture);
    let media: Vec<Name> = datagrams
        .iter()
        .filter(|datagram| datagram.port == media_port)
        .map(|datagram| name(&datagram.payload))
        .collect();
    let safe: BTreeSet<Name> =
        media[2 * MATRIX..media.len() - 3 * MATRIX].iter().copied().collect();
    let mut lossy = Lossy { capture: capture[..24].to_vec(), sent: BTreeMap::new(), lost: 0 };
    let mut rest = &capture[24..];
    for datagram in datagrams {
        let captured = u32::from_le_bytes([rest[8], rest[9], rest[10], rest[11]]) as usize;
        let (record, tail) = rest.split_at(16 + captured);
        rest = tail;
        let mut keep = true;
        if datagram.port == media_port {
            let name = name(&datagram.payload);
            keep = !(safe.contains(&name) && is_lost(name.0));
            lossy.lost += usize::from(!keep);
            lossy.sent.insert(name, datagram.payload);
        }
        if keep {
            lossy.capture.extend_from_slice(record);
        }
    }
    lossy
}

/// What the decoder gives for a capture, by name.
fn restored(folder: &Path, capture: &[u8], media_port: u16) -> BTreeMap<Name, Vec<u8>> {
    let (input, output) = (folder.join("lossy.pcap"), folder.join("restored.rtp"));
    std::fs::write(&input, capture).expect("a file");
    let source = |offset: u16, caps: &str| {
        let port = media_port + offset;
        let input = input.display();
        format!("filesrc location={input} ! pcapparse dst-port={port} caps=\"{caps}\"")
    };
    let media = source(0, "application/x-rtp,clock-rate=90000,encoding-name=MP2T,payload=33");
    let columns = source(2, "application/x-rtp,clock-rate=90000,payload=96");
    let rows = source(4, "application/x-rtp,clock-rate=90000,payload=96");
    // The three flows are read as fast as they come, each by its own thread. So the decoder keeps
    // all that it saw, for an hour of stream time, and their order does not matter.
    let queue = "queue max-size-buffers=0 max-size-bytes=0 max-size-time=0";
    let pipeline = format!(
        "{media} ! {queue} ! d.sink rtpst2022-1-fecdec name=d size-time=3600000000000 \
         ! filesink location={} {columns} ! {queue} ! d.fec_0 {rows} ! {queue} ! d.fec_1",
        output.display()
    );
    let mut command = judge("gst-launch-1.0");
    let words = pipeline.split_whitespace().map(|word| word.replace('"', ""));
    let verdict = ask(command.arg("--quiet").args(words));
    assert!(verdict.success, "{}{}", verdict.stdout, verdict.stderr);
    let bytes = std::fs::read(output).expect("the decoder wrote a file");
    assert_eq!(bytes.len() % DATAGRAM, 0);
    bytes.chunks_exact(DATAGRAM).map(|packet| (name(packet), packet.to_vec())).collect()
}

fn assert_restores(duration: &str, is_lost: impl FnMut(u16) -> bool) {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    let capture = station.capture("2026-09-01T00:10:00Z", duration);
    let port = station.group.port();
    let lossy = lossy(&capture, port, is_lost);
    assert!(lossy.lost > 100, "{} datagrams were lost", lossy.lost);
    let folder = station.path("");
    let restored = restored(&folder, &lossy.capture, port);
    for (name, sent) in &lossy.sent {
        let Some(got) = restored.get(name) else { panic!("packet {name:?} is not restored") };
        assert!(got[..SSRC.start] == sent[..SSRC.start], "packet {name:?} has another header");
        assert!(got[SSRC.end..] == sent[SSRC.end..], "packet {name:?} has another payload");
    }
    assert_eq!(restored.len(), lossy.sent.len());
}

/// A place in each 200 packets by chance, so that no two are in one matrix of 100: what is lost
/// there is lost with `shape`, counted from the place.
fn once_in_200(seed: u64, shape: impl Fn(u16) -> bool) -> impl FnMut(u16) -> bool {
    let mut chance = Chance::from_seed(seed);
    let (mut block, mut start) = (u16::MAX, 0);
    move |sequence| {
        if sequence / 200 != block {
            block = sequence / 200;
            start = chance.below(80) as u16;
        }
        (sequence % 200).checked_sub(start).is_some_and(&shape)
    }
}

#[test]
fn bursts_as_long_as_a_row_are_restored() {
    assert_restores("20s", once_in_200(1, |place| place < COLUMNS));
}

#[test]
fn losses_that_need_rows_and_columns_in_turn_are_restored() {
    // Three corners of a rectangle: each is alone either in its row or in its column only once
    // another one is back.
    assert_restores("20s", once_in_200(2, |place| [0, 1, COLUMNS].contains(&place)));
}

#[test]
fn single_losses_are_restored() {
    let mut chance = Chance::from_seed(3);
    let mut since = 0;
    // Never two within a row.
    assert_restores("20s", |_| {
        since += 1;
        let is_lost = since > COLUMNS && chance.below(10) == 0;
        since = if is_lost { 0 } else { since };
        is_lost
    });
}

#[test]
fn losses_on_both_sides_of_the_wrap_of_sequence_numbers_are_restored() {
    let mut seen = Vec::new();
    // 65,536 datagrams take 81.7 s, so any 82 s hold a wrap; the decoder compares numbers within
    // half their range, and is given the seconds around the wrap alone.
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    let capture = station.capture("2026-09-01T00:10:00Z", "82s");
    let port = station.group.port();
    let media = of_capture(&capture);
    let wrap = media.iter().find(|d| d.port == port && name(&d.payload).0 == 0);
    let wrap_s = wrap.expect("the numbers wrap").unix_ns / 1_000_000_000;
    let from = tests::clock::rfc3339(wrap_s - 8);
    let capture = station.capture(&from, "16s");
    let lossy = lossy(&capture, port, |sequence| {
        let lost = !(5..65_531).contains(&sequence);
        seen.extend(lost.then_some(sequence));
        lost
    });
    assert_eq!((lossy.lost, seen.len()), (10, 10));
    let restored = restored(&station.path(""), &lossy.capture, port);
    for (name, sent) in &lossy.sent {
        let got = restored.get(name).unwrap_or_else(|| panic!("packet {name:?} is not restored"));
        assert!(got[SSRC.end..] == sent[SSRC.end..], "packet {name:?} has another payload");
    }
}
