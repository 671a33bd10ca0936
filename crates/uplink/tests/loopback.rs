//! What leaves on real sockets, received on the loopback interface.

use rtp::{
    DATAGRAM_SIZE, Delivery, HEADER_SIZE, MediaStream, PAYLOAD_SIZE, Protector, Receiver,
    RepairPackets,
};
use socket2::{Domain, Socket, Type};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};
use ts::{PACKET_SIZE, Rate, SlotGrid, Span};
use uplink::{
    Batch, Carriage, Clock, FeedError, Feeder, Grant, Interface, MultiplexConfig, OutputConfig,
    Realtime, Settings, Uplink,
};

const TAI_MINUS_UTC_S: u32 = 37;
const PATIENT: Duration = Duration::from_secs(5);

fn stream(rate_bps: u64) -> MediaStream {
    MediaStream { grid: SlotGrid::new(Rate::new(rate_bps, 1).unwrap()), ssrc: 7 }
}

fn datagrams(stream: MediaStream, first: u64, count: usize) -> Arc<[u8]> {
    let mut bytes = vec![0; count * DATAGRAM_SIZE];
    for (index, datagram) in (first..).zip(bytes.chunks_exact_mut(DATAGRAM_SIZE)) {
        let (header, payload) = datagram.split_first_chunk_mut::<HEADER_SIZE>().unwrap();
        stream.write_header(index, header);
        payload.fill(index as u8);
        payload.iter_mut().step_by(PACKET_SIZE).for_each(|byte| *byte = 0x47);
    }
    bytes.into()
}

fn batch(stream: MediaStream, first: u64, datagrams: Arc<[u8]>) -> Batch {
    Batch::new(stream.grid, first, datagrams, Arc::new(RepairPackets::default())).unwrap()
}

/// A socket that gets the datagrams of a group on loopback.
fn listen(group: Ipv4Addr, port: u16) -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_recv_buffer_size(8 << 20).unwrap();
    socket.bind(&SocketAddr::V4(SocketAddrV4::new(group, port)).into()).unwrap();
    socket.join_multicast_v4(&group, &Ipv4Addr::LOCALHOST).unwrap();
    let socket: UdpSocket = socket.into();
    socket.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
    socket
}

/// All that arrives until nothing comes for a while, with the time of arrival.
fn collect(socket: &UdpSocket) -> Vec<(Instant, Vec<u8>)> {
    let mut all = Vec::new();
    let mut buffer = [0; 2048];
    loop {
        match socket.recv(&mut buffer) {
            Ok(len) => all.push((Instant::now(), buffer[..len].to_vec())),
            Err(e) if e.kind() == ErrorKind::WouldBlock || e.kind() == ErrorKind::TimedOut => {
                return all;
            }
            Err(e) => panic!("receiving failed: {e}"),
        }
    }
}

fn output(destination: SocketAddr, carriage: Carriage) -> OutputConfig {
    OutputConfig {
        name: format!("to {destination}"),
        destination,
        interface: Some(Interface::Name("lo".to_owned())),
        ttl: 1,
        dscp: 34,
        loopback: true,
        carriage,
        send_buffer_bytes: 262_144,
    }
}

/// Starts without asking for privileges, so that tests do not hold up the machine. A busy machine
/// may hold up the tests, so most of them skip only what is very late.
fn start(
    clock: &Clock,
    skip_after: Duration,
    multiplexes: Vec<(&str, Vec<OutputConfig>)>,
) -> (Uplink, Vec<Feeder>) {
    let realtime = Realtime { priority: None, lock_memory: false };
    let settings = Settings { skip_after, realtime, ..Settings::default() };
    let multiplexes = multiplexes.into_iter().map(|(name, outputs)| MultiplexConfig {
        name: name.to_owned(),
        outputs,
        queue_batches: 2,
    });
    let (uplink, feeders) = Uplink::start(clock.clone(), settings, multiplexes.collect()).unwrap();
    assert_eq!(uplink.realtime().priority, Grant::NotAsked);
    (uplink, feeders)
}

#[test]
fn what_arrives_is_what_was_queued_byte_for_byte_on_every_output() {
    let group = Ipv4Addr::new(239, 255, 42, 11);
    let (rtp_in, udp_in) = (listen(group, 25_004), listen(group, 25_104));
    let (column_in, row_in) = (listen(group, 25_006), listen(group, 25_008));
    let clock = Clock::start(TAI_MINUS_UTC_S);
    let rtp = output((group, 25_004).into(), Carriage::RtpFec);
    let udp = output((group, 25_104).into(), Carriage::Udp);
    let (uplink, feeders) = start(&clock, PATIENT, vec![("demo", vec![rtp, udp])]);
    let monitor = uplink.monitor();

    let stream = stream(20_000_000);
    let matrix = fec::Matrix::new(5, 5, true).unwrap();
    let protector = Protector { stream, matrix };
    let first = stream.first_at_or_after(clock.now() + Span::from_ms(30)).div_ceil(25) * 25;
    let (mut media, mut repairs) = (Vec::new(), Vec::new());
    for k in 0..4u64 {
        let bytes = datagrams(stream, first + k * 50, 50);
        let previous = &media[media.len().saturating_sub(25 * DATAGRAM_SIZE)..];
        let fec = protector.superframe(first + k * 50, previous, &bytes).unwrap();
        media.extend_from_slice(&bytes);
        repairs.extend(fec.iter().map(|packet| packet.bytes.to_vec()));
        let batch = Batch::new(stream.grid, first + k * 50, bytes, Arc::new(fec)).unwrap();
        feeders[0].feed(batch).unwrap();
    }
    drop(feeders);
    uplink.finish();

    let bytes = |all: Vec<(Instant, Vec<u8>)>| -> Vec<u8> {
        all.into_iter().flat_map(|(_, bytes)| bytes).collect()
    };
    assert!(bytes(collect(&rtp_in)) == media, "RTP differs");
    let plain: Vec<u8> =
        media.chunks_exact(DATAGRAM_SIZE).flat_map(|d| d[HEADER_SIZE..].iter().copied()).collect();
    assert!(bytes(collect(&udp_in)) == plain, "UDP differs");
    let arrived = collect(&column_in).into_iter().chain(collect(&row_in));
    let mut arrived: Vec<Vec<u8>> = arrived.map(|(_, bytes)| bytes).collect();
    arrived.sort();
    repairs.sort();
    assert!(arrived == repairs, "repair packets differ");

    let status = monitor.status();
    let demo = &status.multiplexes[0];
    assert_eq!((demo.sent, demo.skipped), (200, 0));
    assert_eq!(demo.repairs_sent, repairs.len() as u64);
    assert_eq!(demo.outputs[0].sent, 200 + demo.repairs_sent);
    assert_eq!((demo.outputs[1].sent, demo.outputs[1].errors), (200, 0));
    assert_eq!(demo.lateness.count(), 200 + demo.repairs_sent);
    // The last is the row packet behind the last datagram.
    assert_eq!(demo.last_due, stream.grid.time_of((first + 199) * 7 + 2));
}

#[test]
fn datagrams_leave_at_their_times_and_never_before() {
    let group = Ipv4Addr::new(239, 255, 42, 12);
    let receiver = listen(group, 25_204);
    let clock = Clock::start(TAI_MINUS_UTC_S);
    let (uplink, feeders) =
        start(&clock, PATIENT, vec![("demo", vec![output((group, 25_204).into(), Carriage::Rtp)])]);
    let stream = stream(5_000_000);
    let first = stream.first_at_or_after(clock.now() + Span::from_ms(50));
    feeders[0].feed(batch(stream, first, datagrams(stream, first, 100))).unwrap();
    drop(feeders);
    let mut buffer = [0; 2048];
    for index in first..first + 100 {
        receiver.recv(&mut buffer).unwrap();
        assert!(clock.now() >= stream.due(index), "datagram {index} came before its time");
    }
    let status = uplink.monitor().status();
    assert!(status.multiplexes[0].lateness.below_us(500) <= 8192, "half were later than 8 ms");
    uplink.finish();
}

#[test]
fn after_a_stall_what_is_late_is_skipped_and_the_rest_comes_at_its_time() {
    let group = Ipv4Addr::new(239, 255, 42, 13);
    let receiver = listen(group, 25_304);
    let clock = Clock::start(TAI_MINUS_UTC_S);
    let (uplink, feeders) = start(
        &clock,
        Duration::from_millis(200),
        vec![("demo", vec![output((group, 25_304).into(), Carriage::Rtp)])],
    );
    let monitor = uplink.monitor();
    // 2.1 ms for each datagram; the feeder comes 400 ms late.
    let stream = stream(5_000_000);
    let first = stream.first_at_or_after(clock.now() - Span::from_ms(400));
    feeders[0].feed(batch(stream, first, datagrams(stream, first, 300))).unwrap();
    drop(feeders);
    let mut arrived = Vec::new();
    let mut buffer = [0; 2048];
    while let Ok(len) = receiver.recv(&mut buffer) {
        arrived.push((clock.now(), buffer[..len].to_vec()));
    }
    uplink.finish();
    let demo = &monitor.status().multiplexes[0];
    assert!(demo.skipped >= 190, "only {} were skipped", demo.skipped);
    assert_eq!(demo.skipped + demo.sent, 300);
    assert_eq!(arrived.len() as u64, demo.sent);
    let left = datagrams(stream, first + demo.skipped, demo.sent as usize);
    for (index, (at, bytes)) in (first + demo.skipped..).zip(&arrived) {
        let expected = &left[(index - first - demo.skipped) as usize * DATAGRAM_SIZE..];
        assert_eq!(bytes, &expected[..DATAGRAM_SIZE]);
        assert!(*at >= stream.due(index), "datagram {index} came in a burst");
    }
}

#[test]
fn refusals_are_counted_and_the_other_output_goes_on() {
    let group = Ipv4Addr::new(239, 255, 42, 15);
    let receiver = listen(group, 25_504);
    let clock = Clock::start(TAI_MINUS_UTC_S);
    // A broadcast address is refused to a socket that did not ask for broadcast.
    let mut refused = output("255.255.255.255:25504".parse().unwrap(), Carriage::Rtp);
    refused.interface = None;
    let good = output((group, 25_504).into(), Carriage::Rtp);
    let (uplink, feeders) = start(&clock, PATIENT, vec![("demo", vec![refused, good])]);
    let monitor = uplink.monitor();
    let stream = stream(20_000_000);
    let first = stream.first_at_or_after(clock.now() + Span::from_ms(20));
    feeders[0].feed(batch(stream, first, datagrams(stream, first, 50))).unwrap();
    drop(feeders);
    uplink.finish();
    let demo = &monitor.status().multiplexes[0];
    assert_eq!((demo.outputs[0].sent, demo.outputs[0].errors), (0, 50));
    assert_ne!(demo.outputs[0].last_errno, 0);
    assert_eq!((demo.outputs[1].sent, demo.outputs[1].errors), (50, 0));
    assert_eq!(collect(&receiver).len(), 50);
}

#[test]
fn multiplexes_are_sent_side_by_side_and_repaired_at_the_site() {
    let clock = Clock::start(TAI_MINUS_UTC_S);
    let group = |i: u8| Ipv4Addr::new(239, 255, 42, 20 + i);
    let receivers: Vec<UdpSocket> = (0..5).map(|i| listen(group(i), 25_604)).collect();
    let names = ["a", "b", "c", "d", "e"];
    let configs = (0..5u8)
        .map(|i| (names[i as usize], vec![output((group(i), 25_604).into(), Carriage::Rtp)]))
        .collect();
    let (uplink, feeders) = start(&clock, PATIENT, configs);
    let mut expected = Vec::new();
    for (i, feeder) in feeders.iter().enumerate() {
        let stream = stream(4_000_000 + i as u64 * 1_234_567);
        let first = stream.first_at_or_after(clock.now() + Span::from_ms(30));
        let bytes = datagrams(stream, first, 100);
        expected.push(Arc::clone(&bytes));
        feeder.feed(batch(stream, first, bytes)).unwrap();
    }
    drop(feeders);
    uplink.finish();
    for (socket, expected) in receivers.iter().zip(&expected) {
        let mut site = Receiver::default();
        let mut payload = Vec::new();
        for (_, datagram) in collect(socket) {
            site.push_media(&datagram);
            while let Some(delivery) = site.pop() {
                match delivery {
                    Delivery::Payload { bytes, .. } => payload.extend_from_slice(bytes),
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(payload.len(), 100 * PAYLOAD_SIZE);
        let sent = expected.chunks_exact(DATAGRAM_SIZE).flat_map(|d| &d[HEADER_SIZE..]);
        assert!(payload.iter().eq(sent), "the payloads differ");
    }
}

#[test]
fn a_stop_ends_at_once_and_feeders_are_told() {
    let clock = Clock::start(TAI_MINUS_UTC_S);
    let destination = "239.255.42.30:25704".parse().unwrap();
    let (uplink, feeders) =
        start(&clock, PATIENT, vec![("demo", vec![output(destination, Carriage::Udp)])]);
    let monitor = uplink.monitor();
    let stream = stream(5_000_000);
    let first = stream.first_at_or_after(clock.now() + Span::from_seconds(60));
    let later = batch(stream, first, datagrams(stream, first, 10));
    for _ in 0..2 {
        feeders[0].feed(later.clone()).unwrap();
    }
    let begun = Instant::now();
    while feeders[0].try_feed(later.clone()).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(5), "the queue has no bound");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(feeders[0].try_feed(later.clone()), Err(FeedError::Full(later.clone())));
    let begun = Instant::now();
    uplink.stop();
    assert!(begun.elapsed() < Duration::from_secs(2), "it slept until the due time");
    assert_eq!(feeders[0].feed(later), Err(FeedError::Stopped));
    assert_eq!(monitor.status().multiplexes[0].sent, 0);
}
