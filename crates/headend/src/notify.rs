//! Talking to the service manager (sd_notify(3)).
//!
//! The protocol is a datagram with lines of text. It is spoken only when the manager names a
//! socket. The watchdog is fed by a thread that does so only while datagrams leave: a daemon that
//! runs and does not send is as good as dead.

use rustix::time::{ClockId, clock_gettime};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use uplink::Monitor;

/// The service manager, if there is one.
#[derive(Clone, Debug)]
pub struct Manager {
    socket: Option<Arc<(UnixDatagram, SocketAddr)>>,
    watchdog: Option<Duration>,
}

impl Manager {
    /// The manager that the environment names.
    pub fn from_environment() -> Manager {
        let named = std::env::var_os("NOTIFY_SOCKET");
        let socket = named.as_ref().and_then(|name| {
            let bytes = name.as_bytes();
            let address = match bytes.split_first() {
                Some((b'@', rest)) => SocketAddr::from_abstract_name(rest),
                _ => SocketAddr::from_pathname(name),
            };
            Some(Arc::new((UnixDatagram::unbound().ok()?, address.ok()?)))
        });
        let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
        // The watchdog of a parent is not ours.
        let is_ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let interval = number("WATCHDOG_USEC").filter(|usec| is_ours && *usec > 0);
        Manager { socket, watchdog: interval.map(Duration::from_micros) }
    }

    /// On air.
    pub fn ready(&self, status: &str) {
        self.say(&format!("READY=1\nSTATUS={}", line(status)));
    }

    /// A timetable is being read.
    pub fn reloading(&self) {
        let now = clock_gettime(ClockId::Monotonic);
        let usec = now.tv_sec as i128 * 1_000_000 + now.tv_nsec as i128 / 1000;
        self.say(&format!("RELOADING=1\nMONOTONIC_USEC={usec}\nSTATUS=reading the timetable"));
    }

    /// Going off air.
    pub fn stopping(&self) {
        self.say("STOPPING=1\nSTATUS=going off air");
    }

    /// Starts to tell that datagrams leave, as often as the manager wants it.
    pub fn feed_watchdog(&self, monitor: Monitor) -> Option<Watchdog> {
        let interval = self.watchdog?;
        let stop = Arc::<AtomicBool>::default();
        let (ending, manager) = (stop.clone(), self.clone());
        let feed = move || {
            let mut sent_before = None;
            while !ending.load(Relaxed) {
                let status = monitor.status();
                let sent: Vec<u64> =
                    status.multiplexes.iter().map(|m| m.next_datagram + m.sent).collect();
                // With nothing to send to, the beat of the thread is all that moves.
                let moves = sent_before.as_ref() != Some(&sent) || sent.is_empty();
                if moves && status.silence < interval {
                    manager.say("WATCHDOG=1");
                }
                sent_before = Some(sent);
                thread::park_timeout(interval / 4);
            }
        };
        let thread = thread::Builder::new().name("watchdog".to_owned()).spawn(feed);
        let thread = thread.inspect_err(|error| tracing::error!(%error, "no watchdog")).ok()?;
        Some(Watchdog { stop, thread })
    }

    fn say(&self, text: &str) {
        if let Some(socket) = &self.socket {
            // A manager that is gone cannot be told that either.
            let _ = socket.0.send_to_addr(text.as_bytes(), &socket.1);
        }
    }
}

/// The thread that feeds the watchdog.
#[derive(Debug)]
pub struct Watchdog {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Watchdog {
    /// Stops feeding.
    pub fn stop(self) {
        self.stop.store(true, Relaxed);
        self.thread.thread().unpark();
        // A panic has been reported by the panic hook already.
        let _ = self.thread.join();
    }
}

/// A status is one line.
fn line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
