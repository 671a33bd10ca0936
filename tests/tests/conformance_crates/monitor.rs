//! The TR 101 290 monitor of `dvb-conformance`, fed with each packet at the exact time of its slot.

use core::time::Duration;
use dvb_conformance::{ConformanceMonitor, Indicator};
use std::collections::BTreeMap;
use tests::single;
use tests::stretch::packets;
use ts::{Rate, SlotGrid, TICKS_PER_SECOND};

/// Findings of the monitor that are not faults of the stream, and why.
///
/// | indicator | what the monitor does | what the standard says |
/// |---|---|---|
/// | 3.10 Data_delay_error | drains TBn at the mean rate of the PID so far, so that it is never empty in a stream of uneven rate, and calls that delay | TBn leaks at 1.2 times the maximum rate of the profile and level for video, at 2 Mbit/s for audio: ISO/IEC 13818-1 clause 2.4.2.4 |
/// | 3.9 Empty_buffer_error | the same drain | the same clause |
const FALSE_FINDINGS: &[Indicator] = &[Indicator::DataDelayError, Indicator::EmptyBufferError];

/// When packets of a PID came. A language that only some lessons have comes and goes, and the PMT
/// names it while it is there; the monitor takes a PID that has gone for one that is present and
/// not named (3.4), and its pause for an interval between time stamps (2.5).
#[derive(Clone, Copy, Debug, Default)]
struct Presence {
    last_ns: u64,
    pause_ns: u64,
}

/// A PID of sound that is there comes at least this often.
const PRESENT_NS: u64 = 100_000_000;
/// A language that pauses does so for longer than this.
const PAUSE_NS: u64 = 60_000_000_000;

impl Presence {
    fn see(&mut self, ns: u64) {
        *self = Presence { last_ns: ns, pause_ns: ns - self.last_ns };
    }

    fn excuses(self, indicator: Indicator, ns: u64) -> bool {
        (indicator == Indicator::UnreferencedPid && ns - self.last_ns > PRESENT_NS)
            || (indicator == Indicator::PtsError && self.pause_ns > PAUSE_NS)
    }
}

/// What the monitor finds in a stretch at this rate: each indicator and PID with its first detail.
pub fn findings(bytes: &[u8], rate: Rate) -> BTreeMap<String, String> {
    let grid = SlotGrid::new(rate);
    let mut monitor = ConformanceMonitor::new();
    let mut findings = BTreeMap::new();
    let mut presence: BTreeMap<String, Presence> = BTreeMap::new();
    for (slot, packet) in (0..).zip(packets(bytes)) {
        let ticks = u128::from(grid.time_of(slot).0);
        let ns = (ticks * 1_000_000_000 / u128::from(TICKS_PER_SECOND)) as u64;
        let pid = u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
        presence.entry(format!("Some(Pid(0x{pid:04X}))")).or_default().see(ns);
        for event in monitor.feed(packet, Duration::from_nanos(ns)) {
            let presence = presence.get(&format!("{:?}", event.pid)).copied().unwrap_or_default();
            let is_excused = presence.excuses(event.indicator, ns);
            if !is_excused && !FALSE_FINDINGS.contains(&event.indicator) {
                let place = format!("{} on {:?}", event.indicator.name(), event.pid);
                let detail = format!("at {:?}: {}", event.at, event.detail);
                findings.entry(place).or_insert(detail);
            }
        }
    }
    assert!(monitor.stats().in_sync, "the monitor read the stretch");
    findings
}

/// Holds each service by itself and the whole multiplex to the monitor.
///
/// The monitor rebuilds its list of elementary streams from each PMT that arrives, whichever
/// programme it is of, and forgets the streams of all others. So with several programmes its
/// intervals between time stamps span what it did not look at, and only a stream of one service
/// tells the truth about 2.5; everything else is judged on the multiplex as well.
pub fn finds_nothing(bytes: &[u8], rate: Rate, service_ids: &[u16]) {
    for service_id in service_ids {
        let found = findings(&single::service(bytes, *service_id), rate);
        assert!(found.is_empty(), "service {service_id}: {found:#?}");
    }
    let mut found = findings(bytes, rate);
    found.retain(|place, _| !place.starts_with(Indicator::PtsError.name()));
    assert!(found.is_empty(), "the multiplex: {found:#?}");
}
