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

/// What the monitor finds in a stretch at this rate: each indicator and PID with its first detail.
pub fn findings(bytes: &[u8], rate: Rate) -> BTreeMap<String, String> {
    let grid = SlotGrid::new(rate);
    let mut monitor = ConformanceMonitor::new();
    let mut findings = BTreeMap::new();
    for (slot, packet) in (0..).zip(packets(bytes)) {
        let ticks = u128::from(grid.time_of(slot).0);
        let ns = ticks * 1_000_000_000 / u128::from(TICKS_PER_SECOND);
        for event in monitor.feed(packet, Duration::from_nanos(ns as u64)) {
            if !FALSE_FINDINGS.contains(&event.indicator) {
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
