//! The stream that left, taken back from the network and judged by TR 101 290.
//!
//! Each multiplex is listened to for a stretch, judged, and left alone for a while: the judgement
//! costs a processor more than the making does. It is done at the lowest priority.

use super::watch::{Facts, lock};
use crate::site::Group;
use crate::site::network::{Arrival, Datagram, Network};
use rtp::HEADER_SIZE;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use ts::Rate;
use uplink::{Carriage, OutputConfig};
use verify::{Options, Report, Severity, Verifier};

/// How long a stretch is that is judged.
const STRETCH: Duration = Duration::from_secs(15);
/// How long nothing is taken afterwards.
const REST: Duration = Duration::from_secs(45);
/// How long a datagram is waited for.
const PATIENCE: Duration = Duration::from_millis(500);
/// Findings that are told at most.
const FINDINGS: usize = 3;

/// What is listened to.
#[derive(Clone, Debug)]
pub struct Looped {
    /// The multiplex.
    pub multiplex: String,
    /// Its rate.
    pub rate: Rate,
    /// The output that is taken back.
    pub output: OutputConfig,
}

/// The running thread.
#[derive(Debug)]
pub struct Loopback {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Loopback {
    /// Starts to judge these multiplexes one after the other; verdicts go to the facts.
    pub fn start(looped: Vec<Looped>, facts: Arc<Mutex<Facts>>) -> std::io::Result<Loopback> {
        let stop = Arc::<AtomicBool>::default();
        let ending = stop.clone();
        let thread = thread::Builder::new().name("loopback".to_owned()).spawn(move || {
            // Linux gives each thread a niceness of its own. Refused, it is as usual.
            let _ = rustix::process::nice(19);
            while !ending.load(Relaxed) {
                for one in &looped {
                    if let Some(verdict) = judge(one, &ending) {
                        let conforms = verdict.is_ok();
                        let before =
                            lock(&facts).conformance.insert(one.multiplex.clone(), verdict);
                        if before.is_none_or(|before| before.is_ok() != conforms) {
                            tracing::info!(multiplex = one.multiplex, conforms, "judged");
                        }
                    }
                }
                let rest = Instant::now() + REST;
                while Instant::now() < rest && !ending.load(Relaxed) {
                    thread::park_timeout(rest.saturating_duration_since(Instant::now()));
                }
            }
        })?;
        Ok(Loopback { stop, thread })
    }

    /// Stops judging.
    pub fn stop(self) {
        self.stop.store(true, Relaxed);
        self.thread.thread().unpark();
        // A panic has been reported by the panic hook already.
        let _ = self.thread.join();
    }
}

/// The output of a multiplex that comes back to this machine: a group with `loopback`, or an
/// address of the machine itself.
pub fn looped_output(outputs: &[OutputConfig]) -> Option<&OutputConfig> {
    let comes_back = |output: &&OutputConfig| {
        let to: SocketAddr = output.destination;
        if to.ip().is_multicast() { output.loopback } else { to.ip().is_loopback() }
    };
    outputs.iter().find(comes_back)
}

/// Listens for a stretch and judges it; `None` when the daemon ends meanwhile.
fn judge(looped: &Looped, ending: &AtomicBool) -> Option<Result<(), String>> {
    let group = Group {
        address: looped.output.destination,
        has_fec: false,
        interface: looped.output.interface.clone(),
    };
    let network = match Network::open(&group) {
        Ok(network) => network,
        Err(error) => return Some(Err(format!("it cannot be taken back: {error}"))),
    };
    let header = if looped.output.carriage == Carriage::Udp { 0 } else { HEADER_SIZE };
    let mut verifier = Verifier::new(Options { rate: Some(looped.rate), ..Options::default() });
    let (begin, mut taken) = (Instant::now(), 0u64);
    while begin.elapsed() < STRETCH {
        if ending.load(Relaxed) {
            return None;
        }
        match network.next(PATIENCE) {
            Arrival::Datagram(Datagram::Media(bytes)) => {
                taken += 1;
                verifier.push(bytes.get(header..).unwrap_or_default());
            }
            Arrival::Datagram(Datagram::Fec(_)) | Arrival::Silence => {}
            Arrival::End => break,
        }
    }
    let dropped = network.dropped();
    drop(network);
    if taken == 0 {
        return Some(Err(format!("nothing came back in {} s", STRETCH.as_secs())));
    }
    if dropped > 0 {
        // What this thread was too slow for says nothing of the stream.
        tracing::debug!(multiplex = looped.multiplex, dropped, "not judged: too little time");
        return None;
    }
    Some(verdict(&verifier.finish()))
}

fn verdict(report: &Report) -> Result<(), String> {
    if report.is_conformant() {
        return Ok(());
    }
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let told: Vec<String> = errors.take(FINDINGS).map(|finding| finding.what.clone()).collect();
    Err(told.join("; "))
}
