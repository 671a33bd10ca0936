//! Whether each packet is named by the PMT in force when it comes, as what it is.

use std::collections::BTreeMap;
use ts::{PACKET_SIZE, PacketView};

/// A PMT in force: its version and the stream_type of each PID.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Map {
    version: u8,
    body: Vec<u8>,
    streams: BTreeMap<u16, u8>,
}

/// Asserts that no packet of a service comes that its PMT does not name at that time, that the
/// codec is the named one, and that the version changes exactly when the PMT does. Where the
/// timetable is revised, the version may change alone.
pub fn assert_named(bytes: &[u8], revised: bool) {
    let (packets, _) = bytes.as_chunks::<PACKET_SIZE>();
    let mut parts: BTreeMap<u16, Vec<u8>> = BTreeMap::new();
    let mut maps: BTreeMap<u16, Map> = BTreeMap::new();
    for (at, packet) in packets.iter().enumerate() {
        let view = PacketView::new(packet);
        let pid = view.pid().value();
        if !(0x100..0x1fff).contains(&pid) {
            continue;
        }
        let base = pid & !0x1f;
        if pid == base {
            let part = parts.entry(pid).or_default();
            let payload = view.payload();
            if view.unit_start() {
                assert_eq!(payload[0], 0, "one section to a packet");
                part.clear();
                part.extend_from_slice(&payload[1..]);
            } else {
                part.extend_from_slice(payload);
            }
            if let Some(map) = parse(part) {
                if let Some(before) = maps.get(&base) {
                    let same = (before.body == map.body, before.version == map.version);
                    assert!(
                        same.0 == same.1 || revised && same == (true, false),
                        "packet {at}: {before:?} is followed by {map:?}"
                    );
                }
                maps.insert(base, map);
                part.clear();
            }
            continue;
        }
        let Some(map) = maps.get(&base) else { continue };
        let stream_type = map.streams.get(&pid);
        let Some(stream_type) = stream_type else {
            panic!("packet {at} of PID {pid:#x} is not named by {map:?}");
        };
        if view.unit_start() && *stream_type != 0x0b {
            let unit = unit_of(view.payload());
            // Of a tiny access unit a packet may carry too little to tell.
            let found = if unit.len() < 5 { Some(*stream_type) } else { stream_type_of(unit) };
            assert_eq!(found, Some(*stream_type), "packet {at} of PID {pid:#x}");
        }
    }
}

/// The PMT once its section is whole.
fn parse(section: &[u8]) -> Option<Map> {
    let length = usize::from(u16::from_be_bytes([*section.get(1)?, *section.get(2)?]) & 0xfff);
    let section = section.get(..3 + length)?;
    assert_eq!(section[0], 2);
    let mut streams = BTreeMap::new();
    let u12 = |at: usize| usize::from(u16::from_be_bytes([section[at], section[at + 1]]) & 0xfff);
    let mut at = 12 + u12(10);
    while at + 4 < section.len() {
        let pid = u16::from_be_bytes([section[at + 1], section[at + 2]]) & 0x1fff;
        assert!(streams.insert(pid, section[at]).is_none(), "PID {pid:#x} is named once");
        at += 5 + u12(at + 3);
    }
    let mut body = section[..section.len() - 4].to_vec();
    body[5] = 0;
    Some(Map { version: section[5] >> 1 & 0x1f, body, streams })
}

/// The access unit behind a PES header, as far as the packet goes.
fn unit_of(pes: &[u8]) -> &[u8] {
    let header = 9 + pes.get(8).map_or(0, |length| usize::from(*length));
    pes.get(header..).unwrap_or(&[])
}

/// The stream_type that the first bytes of an access unit tell.
fn stream_type_of(unit: &[u8]) -> Option<u8> {
    match unit {
        [0, 0, 0, 1, 9, ..] => Some(0x1b),
        [0, 0, 1, 0xb3 | 0, ..] => Some(0x02),
        [0xff, 0xfd, ..] => Some(0x03),
        [0xff, 0xf1, ..] => Some(0x0f),
        [0x0b, 0x77, ..] | [0x20, 0x00, 0x0f, ..] => Some(0x06),
        _ => None,
    }
}
