//! Captures: what is written is read back, and nothing that is read can panic.

use proptest::prelude::*;
use rtp::pcap::{self, FileHeader, Flow, LinkType, PcapError, UdpDatagram, frame};
use ts::Ticks;

fn flow(source: &str, destination: &str) -> Flow {
    Flow::new(source.parse().unwrap(), destination.parse().unwrap(), 16, 34).unwrap()
}

#[test]
fn a_written_capture_is_read_back_to_the_tick() {
    let flow = flow("192.0.2.10:40000", "239.255.42.1:5004");
    let times = [Ticks(48_000_000_000_000_001), Ticks(48_000_000_000_009_999)];
    let mut file = pcap::file_header().to_vec();
    for time in times {
        pcap::write_record(&mut file, pcap::unix_ns(time, 37), &flow, &[0x47; 1328]);
    }
    let (header, mut rest) = file.split_first_chunk::<24>().unwrap();
    let header = FileHeader::parse(header).unwrap();
    for time in times {
        let (record, tail) = rest.split_first_chunk::<16>().unwrap();
        let record = header.record(record).unwrap();
        assert_eq!(pcap::ticks_of(record.unix_ns, 37), time);
        let (bytes, tail) = tail.split_at(record.captured_len);
        let datagram = frame::udp(header.link_type, bytes).unwrap();
        assert_eq!(datagram.destination, "239.255.42.1:5004".parse().unwrap());
        assert_eq!(datagram.source, "192.0.2.10:40000".parse().unwrap());
        assert_eq!(datagram.payload, [0x47; 1328]);
        rest = tail;
    }
    assert_eq!(rest, []);
}

#[test]
fn frames_of_a_group_have_its_station_address_and_good_checksums() {
    let mut frame = Vec::new();
    flow("192.0.2.10:40000", "239.255.42.1:5004").write_frame(&mut frame, &[1, 2, 3]);
    assert_eq!(frame[..6], [0x01, 0x00, 0x5e, 0x7f, 0x2a, 0x01]);
    assert_eq!(frame[12..14], [0x08, 0x00]);
    let (ip, udp) = frame[14..].split_at(20);
    assert_eq!(ip[1], 34 << 2);
    assert_eq!(ip[8], 16);
    assert_eq!(pcap::checksum::Checksum::default().over(ip).finish(), 0);
    let pseudo = [&ip[12..20], &[0, 17, 0, 11]].concat();
    let sum = pcap::checksum::Checksum::default().over(&pseudo).over(udp);
    assert_eq!(sum.finish(), 0);
}

#[test]
fn ipv6_frames_are_read_back() {
    let mut bytes = Vec::new();
    flow("[2001:db8::1]:40000", "[ff15::42]:5004").write_frame(&mut bytes, &[9; 100]);
    assert_eq!(bytes[..6], [0x33, 0x33, 0, 0, 0, 0x42]);
    let datagram = frame::udp(LinkType::Ethernet, &bytes).unwrap();
    assert_eq!(datagram.destination, "[ff15::42]:5004".parse().unwrap());
    assert_eq!(datagram.payload, [9; 100]);
}

#[test]
fn tags_cooked_headers_and_padding_are_stepped_over() {
    let mut bytes = Vec::new();
    flow("192.0.2.10:40000", "239.255.42.1:5004").write_frame(&mut bytes, &[7; 5]);
    let ip = bytes[14..].to_vec();
    let payload = |datagram: Option<UdpDatagram>| datagram.map(|d| d.payload.to_vec());
    let tagged = [&bytes[..12], &[0x81, 0, 0, 5], &bytes[12..], &[0; 9]].concat();
    assert_eq!(payload(frame::udp(LinkType::Ethernet, &tagged)), Some(vec![7; 5]));
    assert_eq!(payload(frame::udp(LinkType::RawIp, &ip)), Some(vec![7; 5]));
    let cooked = [&[0; 14][..], &[0x08, 0], &ip].concat();
    assert_eq!(payload(frame::udp(LinkType::LinuxCooked, &cooked)), Some(vec![7; 5]));
    let cooked = [&[0x08, 0][..], &[0; 18], &ip].concat();
    assert_eq!(payload(frame::udp(LinkType::LinuxCooked2, &cooked)), Some(vec![7; 5]));
}

#[test]
fn other_formats_are_refused_by_name() {
    let mut header = pcap::file_header();
    header[20] = 105;
    assert_eq!(FileHeader::parse(&header), Err(PcapError::LinkType { number: 105 }));
    header[..4].copy_from_slice(&[0x0a, 0x0d, 0x0d, 0x0a]);
    assert_eq!(FileHeader::parse(&header), Err(PcapError::Pcapng));
    header[..4].copy_from_slice(b"RIFF");
    assert_eq!(FileHeader::parse(&header), Err(PcapError::Magic { magic: 0x5249_4646 }));
}

#[test]
fn microseconds_of_the_other_byte_order_are_read() {
    let mut header = [0; 24];
    header[..8].copy_from_slice(&[0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4]);
    header[20..].copy_from_slice(&[0, 0, 0, 101]);
    let header = FileHeader::parse(&header).unwrap();
    let record = header.record(&[0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5]).unwrap();
    assert_eq!((record.unix_ns, record.captured_len), (2_000_003_000, 4));
    let long = header.record(&[0xff; 16]);
    assert_eq!(long, Err(PcapError::RecordTooLong { captured: u32::MAX }));
}

proptest! {
    #[test]
    fn any_instant_survives_a_capture(ticks in 10_000_000_000u64..115_000_000_000_000_000) {
        prop_assert_eq!(pcap::ticks_of(pcap::unix_ns(Ticks(ticks), 37), 37), Ticks(ticks));
    }

    #[test]
    fn any_frame_is_read_without_panic(
        mut bytes in prop::collection::vec(any::<u8>(), 0..120), ip in any::<bool>(),
    ) {
        if ip && bytes.len() > 40 {
            bytes[12..14].copy_from_slice(&[0x08, 0x00]);
            bytes[14] = 0x45;
            bytes[23] = 17;
        }
        for link in [
            LinkType::Ethernet, LinkType::RawIp, LinkType::LinuxCooked, LinkType::LinuxCooked2,
        ] {
            let _ = frame::udp(link, &bytes);
        }
    }
}
