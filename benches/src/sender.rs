//! The bare thread that the daemon's pacing is compared with: sleep until a datagram is due, send.

use crate::arrivals::GROUP;
use rustix::thread::clock_nanosleep_absolute;
use rustix::time::{ClockId, Timespec, clock_gettime};
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use uplink::{Grant, Realtime};

/// Bytes of seven transport packets.
const DATAGRAM_SIZE: usize = 1316;
const NS_PER_SECOND: i64 = 1_000_000_000;

/// A running thread. It has one flow for each port and sends a datagram on all of them when one is
/// due, at a constant rate.
#[derive(Debug)]
pub struct Sender {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

impl Sender {
    /// Starts to send at this rate on each port, with the privileges that the daemon's sending
    /// thread asks for.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn start(ports: Vec<u16>, rate_bps: u64) -> io::Result<Sender> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        socket.set_multicast_if_v4(&Ipv4Addr::LOCALHOST)?;
        let socket: UdpSocket = socket.into();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || send(&socket, &ports, rate_bps, &stopped));
        Ok(Sender { stop, thread })
    }

    /// Ends the thread.
    ///
    /// # Errors
    /// Sending failed at some time.
    ///
    /// # Panics
    /// When the thread panicked.
    pub fn stop(self) -> io::Result<()> {
        self.stop.store(true, Relaxed);
        self.thread.join().expect("the thread does not panic")
    }
}

fn send(socket: &UdpSocket, ports: &[u16], rate_bps: u64, stop: &AtomicBool) -> io::Result<()> {
    let granted = Realtime { lock_memory: false, ..Realtime::default() }.request();
    if granted.priority != Grant::Granted {
        println!("the bare thread has no real-time priority: {:?}", granted.priority);
    }
    let datagram = [0u8; DATAGRAM_SIZE];
    let groups: Vec<SocketAddr> = ports.iter().map(|port| (GROUP, *port).into()).collect();
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Monotonic);
    let begin_ns = tv_sec * NS_PER_SECOND + tv_nsec;
    let mut number = 0i128;
    while !stop.load(Relaxed) {
        let due = number * DATAGRAM_SIZE as i128 * 8 * i128::from(NS_PER_SECOND);
        sleep_until(begin_ns + (due / i128::from(rate_bps)) as i64);
        for group in &groups {
            socket.send_to(&datagram, group)?;
        }
        number += 1;
    }
    Ok(())
}

fn sleep_until(monotonic_ns: i64) {
    let (tv_sec, tv_nsec) = (monotonic_ns / NS_PER_SECOND, monotonic_ns % NS_PER_SECOND);
    // A signal would only end the sleep early.
    let _ = clock_nanosleep_absolute(ClockId::Monotonic, &Timespec { tv_sec, tv_nsec });
}
