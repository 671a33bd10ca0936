//! A clip with DVB subtitles (ETSI EN 300 743), written here so that no other program is needed.

use crate::stretch::{packets, pmt_pids, sections};
use ts::packet::{AdaptationFlags, set_continuity, write_packet};
use ts::pes::PesHeader;
use ts::psi::{Pmt, PmtStream, StreamType};
use ts::section::packetise;
use ts::{PACKET_SIZE, Packet, PacketView, Pid, Timestamp};

/// What carries the subtitles in the clip.
const SUBTITLES_PID: u16 = 0x01f0;
/// How long before it is shown a display set is sent, in units of 90 kHz.
const AHEAD: u64 = 45_000;

/// The clip with a display set at each of these times, in milliseconds from its first picture;
/// every second one takes away what the one before showed.
///
/// # Panics
/// When the clip has no programme of a video stream, or its map does not fit a packet.
pub fn clip(clip: &[u8], at_ms: &[u64], language: &[u8; 3]) -> Vec<u8> {
    let (&map_pid, _) = pmt_pids(clip).first_key_value().expect("the clip has a programme");
    let mut map = None;
    sections(clip, map_pid, |section| {
        map.get_or_insert(Pmt::parse(section).expect("the map can be read"));
    });
    let mut map = map.expect("the clip has a map");
    let video = map.streams.iter().find(|s| matches!(s.stream_type.0, 0x02 | 0x1b | 0x24));
    let video = video.expect("the clip has video").pid;
    let subtitles = Pid::new(SUBTITLES_PID).expect("a PID");
    let mut descriptors = vec![0x59, 8];
    descriptors.extend_from_slice(language);
    descriptors.extend_from_slice(&[0x10, 0, 1, 0, 1]);
    map.streams.push(PmtStream { stream_type: StreamType(0x06), pid: subtitles, descriptors });
    let mut table = Vec::new();
    let section = map.to_section().expect("a map");
    packetise(map_pid, 0, &[&section], &mut table);
    let [table] = table[..] else { panic!("the map fits a packet") };

    let first = packets(clip).filter(|p| PacketView::new(p).pid() == video).find_map(picture_time);
    let first = first.expect("pictures have time stamps");
    let mut waiting = at_ms.iter().enumerate().peekable();
    let mut out = Vec::with_capacity(clip.len());
    let (mut map_counter, mut counter) = (0, 0);
    for packet in packets(clip) {
        let view = PacketView::new(packet);
        if view.pid() == map_pid {
            let mut table: Packet = table;
            set_continuity(&mut table, map_counter);
            map_counter += 1;
            out.extend_from_slice(&table);
            continue;
        }
        out.extend_from_slice(packet);
        let Some(now) = Some(packet).filter(|_| view.pid() == video).and_then(picture_time) else {
            continue;
        };
        while let Some((number, at_ms)) =
            waiting.next_if(|(_, at_ms)| **at_ms * 90 <= now - first + AHEAD)
        {
            let pts = Timestamp::new(first + at_ms * 90);
            let data = display_set(number as u8, number % 2 == 0);
            write_pes(subtitles, &mut counter, pts, &data, &mut out);
        }
    }
    assert!(waiting.next().is_none(), "the clip is as long as its subtitles");
    out
}

fn picture_time(packet: &Packet) -> Option<u64> {
    let view = PacketView::new(packet);
    let begins = view.unit_start() && view.has_payload();
    let (header, _) = begins.then(|| PesHeader::parse(view.payload()).ok())??;
    Some(header.pts?.value())
}

fn write_pes(pid: Pid, counter: &mut u8, pts: Timestamp, data: &[u8], out: &mut Vec<u8>) {
    let header = PesHeader {
        stream_id: 0xbd,
        pts: Some(pts),
        dts: None,
        data_alignment: true,
        payload_len: Some(data.len()),
    };
    let mut pes = Vec::new();
    header.write(&mut pes);
    pes.extend_from_slice(data);
    let (mut rest, mut start) = (&pes[..], true);
    while !rest.is_empty() {
        let mut packet = [0; PACKET_SIZE];
        let flags = AdaptationFlags::default();
        let taken = write_packet(&mut packet, pid, *counter & 0x0f, start, flags, rest);
        out.extend_from_slice(&packet);
        *counter = counter.wrapping_add(1);
        (rest, start) = (&rest[taken..], false);
    }
}

/// A box of one colour near the foot of the picture, or an empty page.
fn display_set(version: u8, shown: bool) -> Vec<u8> {
    let mut data = vec![0x20, 0x00];
    let version = (version & 0x0f) << 4;
    let segment = |data: &mut Vec<u8>, kind: u8, body: &[u8]| {
        data.extend_from_slice(&[0x0f, kind, 0, 1]);
        data.extend_from_slice(&(body.len() as u16).to_be_bytes());
        data.extend_from_slice(body);
    };
    // page_time_out 10 s, page_state acquisition point, region 0 at (200, 500).
    let mut page = vec![10, version | 0x04 | 0x03];
    if shown {
        page.extend_from_slice(&[0, 0xff, 0, 200, 1, 244]);
    }
    segment(&mut data, 0x10, &page);
    if shown {
        // Region 0 of 32 x 16 pixels, four bits each, filled; one object at its corner.
        let region = [0, version | 0x0f, 0, 32, 0, 16, 0x4b, 0, 0, 0x03, 0, 0, 0, 0, 0xf0, 0];
        segment(&mut data, 0x11, &region);
        let line = [&[0x11u8][..], &[0x77; 16], &[0x00, 0xf0]].concat();
        let lines = line.repeat(8);
        let size = (lines.len() as u16).to_be_bytes();
        let object = [&[0, 0, version | 0x01], &size[..], &[0, 0], &lines].concat();
        segment(&mut data, 0x13, &object);
    }
    segment(&mut data, 0x80, &[]);
    data.push(0xff);
    data
}
