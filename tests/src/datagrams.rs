//! Datagrams: of captures that were rendered, and of groups that are listened to.

use rtp::pcap::{FILE_HEADER_SIZE, FileHeader, RECORD_HEADER_SIZE, frame};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The ports of the flows above that of the media: media, columns, rows.
pub const PORT_OFFSETS: [u16; 3] = [0, 2, 4];

/// A datagram of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// When it is due, in nanoseconds since 1970 UTC.
    pub unix_ns: u64,
    /// The port that it goes to.
    pub port: u16,
    /// What it carries.
    pub payload: Vec<u8>,
}

/// The datagrams of a capture.
///
/// # Panics
/// When the capture cannot be read to its last byte.
pub fn of_capture(bytes: &[u8]) -> Vec<Captured> {
    let (header, mut rest) = bytes.split_first_chunk::<FILE_HEADER_SIZE>().expect("a file header");
    let header = FileHeader::parse(header).expect("a capture");
    let mut datagrams = Vec::new();
    while !rest.is_empty() {
        let (record, tail) = rest.split_first_chunk::<RECORD_HEADER_SIZE>().expect("a record");
        let record = header.record(record).expect("a record");
        let (bytes, tail) = tail.split_at(record.captured_len);
        let datagram = frame::udp(header.link_type, bytes).expect("a UDP datagram");
        datagrams.push(Captured {
            unix_ns: record.unix_ns,
            port: datagram.destination.port(),
            payload: datagram.payload.to_vec(),
        });
        rest = tail;
    }
    datagrams
}

/// What names an RTP packet of a flow: sequence number and time stamp.
pub type Name = (u16, u32);

/// The name of an RTP packet.
///
/// # Panics
/// When it is shorter than its header.
pub fn name(packet: &[u8]) -> Name {
    let number = |at: usize, len: usize| {
        packet[at..at + len].iter().fold(0u32, |n, byte| n << 8 | u32::from(*byte))
    };
    (number(2, 2) as u16, number(4, 4))
}

/// A datagram that came from a socket.
#[derive(Clone, Debug)]
pub struct Received {
    /// When it was read.
    pub at: Instant,
    /// Which of [`PORT_OFFSETS`] it came to.
    pub flow: usize,
    /// What it carries.
    pub payload: Vec<u8>,
}

/// Listens to the flows of a group, each on a thread, until it is asked for what came.
#[derive(Debug)]
pub struct Listener {
    group: SocketAddrV4,
    enough: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Received>>>,
}

impl Listener {
    /// Joins the group on loopback.
    ///
    /// # Panics
    /// When the system refuses that.
    pub fn new(group: SocketAddrV4) -> Listener {
        let enough = Arc::new(AtomicBool::new(false));
        let threads = (0..PORT_OFFSETS.len()).map(|flow| {
            let port = group.port() + PORT_OFFSETS[flow];
            let socket = join(SocketAddrV4::new(*group.ip(), port));
            let enough = enough.clone();
            std::thread::spawn(move || listen(&socket, flow, &enough))
        });
        Listener { group, enough: enough.clone(), threads: threads.collect() }
    }

    /// Datagrams that came and that the system dropped, since the socket was full, on all flows:
    /// the last column of its table of sockets.
    ///
    /// # Panics
    /// When the system has no such table.
    pub fn dropped(&self) -> u64 {
        let table = std::fs::read_to_string("/proc/net/udp").expect("a table of sockets");
        let address = u32::from_le_bytes(self.group.ip().octets());
        let places =
            PORT_OFFSETS.map(|offset| format!("{address:08X}:{:04X}", self.group.port() + offset));
        let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let own = rows.filter(|row| row.get(1).is_some_and(|at| places.iter().any(|p| p == at)));
        own.filter_map(|row| row.last()?.parse::<u64>().ok()).sum()
    }

    /// Everything that came, by flow in the order in which it came.
    ///
    /// # Panics
    /// When a thread that listens has panicked.
    pub fn finish(self) -> Vec<Vec<Received>> {
        self.enough.store(true, Ordering::Relaxed);
        self.threads.into_iter().map(|t| t.join().expect("a listener ends")).collect()
    }
}

/// A socket that receives what is sent to a group on loopback.
///
/// # Panics
/// When the system refuses that.
pub fn join(group: SocketAddrV4) -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).expect("a socket");
    socket.set_reuse_address(true).expect("an address can be shared");
    // What the system allows may be less; the thread that reads does nothing else.
    let _ = socket.set_recv_buffer_size(8 << 20);
    socket.bind(&SocketAddr::V4(group).into()).expect("a group can be bound to");
    socket.join_multicast_v4(group.ip(), &Ipv4Addr::LOCALHOST).expect("a group can be joined");
    socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a time limit");
    socket.into()
}

fn listen(socket: &UdpSocket, flow: usize, enough: &AtomicBool) -> Vec<Received> {
    let mut received = Vec::new();
    let mut buffer = [0; 2048];
    while !enough.load(Ordering::Relaxed) {
        match socket.recv(&mut buffer) {
            Ok(size) => {
                let payload = buffer[..size].to_vec();
                received.push(Received { at: Instant::now(), flow, payload });
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(e) => panic!("receiving: {e}"),
        }
    }
    received
}

/// Holds what came to what is rendered: each datagram must be there under its name, byte for byte.
/// Returns how many there were by flow.
///
/// # Panics
/// When a datagram is not there or differs.
pub fn assert_rendered(
    received: &[Vec<Received>],
    rendered: &[Captured],
    group: SocketAddrV4,
) -> Vec<usize> {
    let mut counts = Vec::new();
    for (flow, received) in received.iter().enumerate() {
        let port = group.port() + PORT_OFFSETS[flow];
        let of_flow = rendered.iter().filter(|datagram| datagram.port == port);
        let known: BTreeMap<Name, &[u8]> =
            of_flow.map(|datagram| (name(&datagram.payload), &datagram.payload[..])).collect();
        for datagram in received {
            let name = name(&datagram.payload);
            match known.get(&name) {
                Some(payload) => assert!(
                    *payload == datagram.payload,
                    "flow {flow}: packet {name:?} differs at byte {:?}",
                    payload.iter().zip(&datagram.payload).position(|(a, b)| a != b)
                ),
                None => panic!("flow {flow}: packet {name:?} is not rendered"),
            }
        }
        counts.push(received.len());
    }
    counts
}
