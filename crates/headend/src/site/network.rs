//! Sockets: one thread each, which does nothing but take datagrams.

use super::error::SourceError;
use super::source::Group;
use rustix::io::Errno;
use rustix::net::netdevice;
use socket2::{Domain, InterfaceIndexOrAddress, Protocol, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use uplink::Interface;

/// What is asked for; the system gives as much of it as `net.core.rmem_max` allows.
const RECEIVE_BUFFER_BYTES: usize = 64 << 20;
/// Datagrams that may wait: about two seconds of a multiplex of 100 Mbit/s.
const QUEUE_DATAGRAMS: usize = 16_384;
/// How often a thread looks whether it is to end.
const LOOK_UP: Duration = Duration::from_millis(200);
const DATAGRAM_MAX: usize = 65_536;

/// A datagram and the kind of port that it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Datagram {
    Media(Vec<u8>),
    Fec(Vec<u8>),
}

/// Open sockets and their threads, which end when this is dropped.
#[derive(Debug)]
pub(crate) struct Network {
    datagrams: Receiver<Datagram>,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    /// What the system gave as the receive buffer of the media socket.
    pub(crate) receive_buffer_bytes: usize,
    /// Why FEC flows cannot be received.
    pub(crate) fec_error: Option<SourceError>,
}

#[derive(Debug, Default)]
struct Shared {
    is_ended: AtomicBool,
    dropped: AtomicU64,
}

/// What came within the time that was given.
#[derive(Debug)]
pub(crate) enum Arrival {
    Datagram(Datagram),
    Silence,
    /// All threads have ended.
    End,
}

impl Network {
    /// Opens the sockets and starts receiving.
    pub(crate) fn open(group: &Group) -> Result<Network, SourceError> {
        let (sender, datagrams) = sync_channel(QUEUE_DATAGRAMS);
        let mut network = Network {
            datagrams,
            shared: Arc::default(),
            threads: Vec::new(),
            receive_buffer_bytes: 0,
            fec_error: None,
        };
        let media = open(group, group.address)?;
        network.receive_buffer_bytes = media.recv_buffer_size().unwrap_or(0);
        network.listen(media, group.address, &sender, Datagram::Media)?;
        let offsets: &[u16] = if group.has_fec { &[2, 4] } else { &[] };
        for offset in offsets {
            let Some(port) = group.address.port().checked_add(*offset) else {
                continue;
            };
            let address = SocketAddr::new(group.address.ip(), port);
            let opened = open(group, address)
                .and_then(|socket| network.listen(socket, address, &sender, Datagram::Fec));
            // Without FEC flows there is still a stream.
            if let Err(error) = opened {
                network.fec_error = Some(error);
            }
        }
        Ok(network)
    }

    /// What comes next.
    pub(crate) fn next(&self, patience: Duration) -> Arrival {
        match self.datagrams.recv_timeout(patience) {
            Ok(datagram) => Arrival::Datagram(datagram),
            Err(RecvTimeoutError::Timeout) => Arrival::Silence,
            Err(RecvTimeoutError::Disconnected) => Arrival::End,
        }
    }

    /// Datagrams that came when the queue was full.
    pub(crate) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    fn listen(
        &mut self,
        socket: Socket,
        address: SocketAddr,
        queue: &SyncSender<Datagram>,
        kind: fn(Vec<u8>) -> Datagram,
    ) -> Result<(), SourceError> {
        let socket: UdpSocket = socket.into();
        let (queue, shared) = (queue.clone(), Arc::clone(&self.shared));
        let thread = thread::Builder::new().name(format!("port {}", address.port()));
        let started = thread.spawn(move || receive(&socket, &queue, &shared, kind));
        let started = step("start the thread of", address, || started);
        self.threads.push(started?);
        Ok(())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.shared.is_ended.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A panic there was told on standard error.
            let _ = thread.join();
        }
    }
}

fn receive(
    socket: &UdpSocket,
    queue: &SyncSender<Datagram>,
    shared: &Shared,
    kind: fn(Vec<u8>) -> Datagram,
) {
    let mut buffer = vec![0; DATAGRAM_MAX];
    while !shared.is_ended.load(Ordering::Relaxed) {
        match socket.recv(&mut buffer) {
            Ok(len) => match queue.try_send(kind(buffer[..len].to_vec())) {
                Ok(()) => {}
                Err(TrySendError::Full(_)) => _ = shared.dropped.fetch_add(1, Ordering::Relaxed),
                Err(TrySendError::Disconnected(_)) => return,
            },
            Err(error) if is_wait(&error) => {}
            // An interface that went down comes back; spinning meanwhile would help nobody.
            Err(_) => thread::sleep(LOOK_UP),
        }
    }
}

fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// A socket that gets what is sent to this address, and nothing else.
fn open(group: &Group, address: SocketAddr) -> Result<Socket, SourceError> {
    let domain = Domain::for_address(address);
    let socket = step("make a socket for", address, || {
        Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))
    })?;
    let is_group = address.ip().is_multicast();
    if is_group {
        // Several sites, or a site and a player, may receive one group on one machine.
        step("share", address, || socket.set_reuse_address(true))?;
    }
    // The system gives what it allows and refuses nothing.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
    step("wait at", address, || socket.set_read_timeout(Some(LOOK_UP)))?;
    step("listen on", address, || socket.bind(&address.into()))?;
    if is_group {
        join(&socket, group, address)?;
    }
    Ok(socket)
}

fn join(socket: &Socket, group: &Group, address: SocketAddr) -> Result<(), SourceError> {
    let index = match &group.interface {
        Some(Interface::Name(name)) => netdevice::name_to_index(socket, name)
            .map_err(|_| SourceError::Interface { name: name.clone() })?,
        _ => 0,
    };
    step("join", address, || match address.ip() {
        IpAddr::V4(ip) => {
            // Without this, groups that other programs have joined come in too.
            socket.set_multicast_all_v4(false)?;
            let interface = match &group.interface {
                Some(Interface::Address(IpAddr::V4(ip))) => InterfaceIndexOrAddress::Address(*ip),
                _ => InterfaceIndexOrAddress::Index(index),
            };
            socket.join_multicast_v4_n(&ip, &interface)
        }
        IpAddr::V6(ip) => {
            socket.set_multicast_all_v6(false)?;
            socket.join_multicast_v6(&ip, index)
        }
    })
}

/// One step of opening; says which it was when it fails.
fn step<T>(
    action: &'static str,
    address: SocketAddr,
    run: impl FnOnce() -> io::Result<T>,
) -> Result<T, SourceError> {
    run().map_err(|error| {
        let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
        SourceError::Socket { action, address, errno }
    })
}
