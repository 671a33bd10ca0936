//! The tables of the stream.

use super::{AUDIO, DATA, Item, MS, PCR, PMT, Plan, SECOND, START_UTC_S, VIDEO, pid};
use ts::psi::{Pat, Pmt, PmtStream, StreamType};
use ts::section::{LongHeader, write_section, write_short_section};

const STREAM_ID: u16 = 1;
const NETWORK: u16 = 0xff01;
pub const SERVICE: u16 = 1;
/// The first event ends 20 s into the stream.
const CHANGE_S: i64 = 20;

/// Items, their PID, interval and first time.
pub fn wheel(psi_interval: u64) -> Vec<(Item, u16, u64, u64)> {
    vec![
        (Item::Pat, 0x00, psi_interval, 0),
        (Item::Pmt, PMT, psi_interval, 20 * MS),
        (Item::Nit, 0x10, 4 * SECOND, 40 * MS),
        (Item::NitOther, 0x10, 4 * SECOND, 540 * MS),
        (Item::Sdt, 0x11, 900 * MS, 60 * MS),
        (Item::SdtOther, 0x11, 4 * SECOND, 560 * MS),
        (Item::Present, 0x12, 900 * MS, 80 * MS),
        (Item::Following, 0x12, 900 * MS, 280 * MS),
        (Item::PresentOther, 0x12, 4 * SECOND, 480 * MS),
        (Item::FollowingOther, 0x12, 4 * SECOND, 680 * MS),
        (Item::Schedule, 0x12, 5 * SECOND, 880 * MS),
        (Item::Tdt, 0x14, 10 * SECOND, 100 * MS),
    ]
}

/// The section of an item that leaves at `time`.
pub fn section(item: Item, time: u64, plan: &Plan) -> Vec<u8> {
    match item {
        Item::Pat => pat(),
        Item::Pmt => pmt(plan),
        Item::Nit => long(0x40, NETWORK, 0, (0, 0), &[0xf0, 0, 0xf0, 0]),
        Item::NitOther => long(0x41, NETWORK + 1, 0, (0, 0), &[0xf0, 0, 0xf0, 0]),
        Item::Sdt => long(0x42, STREAM_ID, 0, (0, 0), &sdt_body()),
        Item::SdtOther => long(0x46, STREAM_ID + 1, 0, (0, 0), &[0xff, 0x01, 0xff]),
        Item::Present | Item::Following => now_next(item, time, plan),
        Item::PresentOther => long(0x4f, 9, 0, (0, 1), &eit_body(0x4f, &[])),
        Item::FollowingOther => long(0x4f, 9, 0, (1, 1), &eit_body(0x4f, &[])),
        Item::Schedule => schedule(plan),
        Item::Tdt => write_short_section(
            0x70,
            &utc(START_UTC_S + plan.tdt_offset_s + (time / SECOND) as i64),
        )
        .unwrap(),
        Item::Clock | Item::Data | Item::Video | Item::Audio => Vec::new(),
    }
}

/// A section that nobody reads.
pub fn private_section() -> Vec<u8> {
    long(0x3b, 0, 0, (0, 0), &[0x5a; 100])
}

/// A long section of SI, or of PSI by its table_id.
pub fn long(table_id: u8, extension: u16, version: u8, number: (u8, u8), body: &[u8]) -> Vec<u8> {
    let header = LongHeader {
        table_id,
        private: table_id >= 0x40,
        extension,
        version,
        current: true,
        number: number.0,
        last_number: number.1,
    };
    write_section(&header, body).unwrap()
}

fn pat() -> Vec<u8> {
    let programs = vec![(0, pid(0x10)), (SERVICE, pid(PMT))];
    Pat { transport_stream_id: STREAM_ID, version: 0, programs }.to_section().unwrap()
}

fn pmt(plan: &Plan) -> Vec<u8> {
    let stream = |kind, on, descriptors: &[u8]| PmtStream {
        stream_type: StreamType(kind),
        pid: pid(on),
        descriptors: descriptors.to_vec(),
    };
    let mut streams =
        vec![stream(0x1b, VIDEO, &[]), stream(0x03, AUDIO, &[0x0a, 4, b'c', b'h', b'i', 0])];
    if plan.data_interval.is_some() {
        streams.push(stream(0x0b, DATA, &plan.data_descriptors));
    }
    streams.extend(plan.ghosts.iter().map(|(kind, on)| stream(*kind, *on, &[])));
    let pmt = Pmt {
        program_number: SERVICE,
        version: 0,
        pcr_pid: pid(PCR),
        descriptors: Vec::new(),
        streams,
    };
    pmt.to_section().unwrap()
}

fn sdt_body() -> Vec<u8> {
    let service = [0x48, 9, 0x19, 3, b'E', b'D', b'U', 3, b'O', b'n', b'e'];
    let mut body = vec![0xff, 0x01, 0xff, 0x00, SERVICE as u8, 0xff, 0x80, service.len() as u8];
    body.extend_from_slice(&service);
    body
}

/// Three events in a row: their number, first second and length.
fn events(plan: &Plan) -> [(u16, i64, i64); 3] {
    let change = START_UTC_S + CHANGE_S - plan.schedule_short_s;
    [(1, START_UTC_S - 600, change - START_UTC_S + 600), (2, change, 900), (3, change + 900, 900)]
}

fn now_next(item: Item, time: u64, plan: &Plan) -> Vec<u8> {
    let first = usize::from(time >= CHANGE_S as u64 * SECOND + plan.guide_late);
    let (number, index) = if item == Item::Present { (0, first) } else { (1, first + 1) };
    let event = events(&Plan { schedule_short_s: 0, ..Plan::default() })[index];
    long(0x4e, SERVICE, first as u8, (number, 1), &eit_body(0x4e, &[event]))
}

fn schedule(plan: &Plan) -> Vec<u8> {
    long(0x50, SERVICE, 0, (0, 0), &eit_body(0x50, &events(plan)))
}

fn eit_body(last_table_id: u8, events: &[(u16, i64, i64)]) -> Vec<u8> {
    let mut body = vec![0, STREAM_ID as u8, 0xff, 0x01, 0, last_table_id];
    for (id, start, length) in events {
        body.extend_from_slice(&id.to_be_bytes());
        body.extend_from_slice(&utc(*start));
        body.extend_from_slice(&bcd_clock(*length));
        body.extend_from_slice(&[0x80, 0]);
    }
    body
}

fn utc(seconds: i64) -> Vec<u8> {
    let day = (seconds / 86_400 + 40_587) as u16;
    let mut out = day.to_be_bytes().to_vec();
    out.extend_from_slice(&bcd_clock(seconds % 86_400));
    out
}

fn bcd_clock(seconds: i64) -> [u8; 3] {
    let bcd = |value: i64| (((value / 10) << 4) | (value % 10)) as u8;
    [bcd(seconds / 3600), bcd(seconds / 60 % 60), bcd(seconds % 60)]
}
