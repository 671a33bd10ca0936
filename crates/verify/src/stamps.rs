//! Presentation and decoding time stamps of one elementary stream: TR 101 290 row 2.5, and their
//! order (ISO/IEC 13818-1 clauses 2.4.3.7 and 2.7.4).

use crate::check::Check;
use crate::findings::{Findings, Measure, Place};
use ts::{TICKS_PER_90K, TICKS_PER_SECOND, Timestamp};

/// The longest interval between presentation time stamps.
const INTERVAL_MAX: u64 = TICKS_PER_SECOND * 7 / 10;
/// A time stamp further from the clock than this belongs to no decoder.
const LEAD_MAX: u64 = 10 * TICKS_PER_SECOND;

/// The time stamps of one PES packet, with their place on the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamped {
    pub(crate) pts: Timestamp,
    pub(crate) dts: Option<Timestamp>,
    /// The decoding time in stream time, when the clock is known.
    pub(crate) decode_ticks: Option<u64>,
}

/// What is remembered of the stream's time stamps.
#[derive(Clone, Debug)]
pub(crate) struct Stamps {
    pid: u16,
    /// Audio and video must have time stamps often; subtitles come when they come.
    regular: bool,
    seen_at: Option<u64>,
    last_decode: Option<Timestamp>,
    discontinuities: u64,
    interval_max: u64,
    lead_min: Option<i64>,
}

impl Stamps {
    /// A watch over the time stamps of a PID.
    pub(crate) fn new(pid: u16, regular: bool) -> Stamps {
        Stamps {
            pid,
            regular,
            seen_at: None,
            last_decode: None,
            discontinuities: 0,
            interval_max: 0,
            lead_min: None,
        }
    }

    /// The longest interval so far, in ticks.
    pub(crate) fn interval_max(&self) -> u64 {
        self.interval_max
    }

    /// The least time from a PES packet to its decoding, in ticks.
    pub(crate) fn lead_min(&self) -> Option<i64> {
        self.lead_min
    }

    /// Time goes on without a time stamp.
    pub(crate) fn wait(&mut self, place: Place, findings: &mut Findings) {
        if let Some(seen) = self.seen_at {
            self.judge_interval(place.time_ticks - seen, place, findings);
        }
    }

    /// A PES packet with time stamps begins. `discontinuities` counts those of the clock: behind
    /// one of them the order begins anew.
    pub(crate) fn take(
        &mut self,
        stamped: Stamped,
        discontinuities: u64,
        place: Place,
        findings: &mut Findings,
    ) {
        self.wait(place, findings);
        self.seen_at = Some(place.time_ticks);
        let pid = Some(self.pid);
        let decode = stamped.dts.unwrap_or(stamped.pts);
        let reorder = stamped.pts.distance_from(decode);
        if reorder < 0 {
            let measure = Measure::ticks(0, reorder * TICKS_PER_90K as i64);
            findings.error(Check::StampOrder, place, pid, measure, || {
                "access unit is presented before it is decoded".into()
            });
        }
        if core::mem::replace(&mut self.discontinuities, discontinuities) != discontinuities {
            self.last_decode = None;
        }
        if let Some(last) = self.last_decode.replace(decode) {
            let step = decode.distance_from(last);
            if step <= 0 {
                let measure = Measure::ticks(0, step * TICKS_PER_90K as i64);
                findings.error(Check::StampOrder, place, pid, measure, || {
                    "decoding time does not grow".into()
                });
            }
        }
        self.judge_lead(stamped, place, findings);
    }

    fn judge_lead(&mut self, stamped: Stamped, place: Place, findings: &mut Findings) {
        let Some(decode) = stamped.decode_ticks else {
            return;
        };
        let lead = decode as i64 - place.time_ticks as i64;
        self.lead_min = Some(self.lead_min.map_or(lead, |least| least.min(lead)));
        if lead.unsigned_abs() > LEAD_MAX {
            let measure = Measure::ticks(LEAD_MAX, lead);
            findings.error(Check::StampOrder, place, Some(self.pid), measure, || {
                "time stamp is far from the clock".into()
            });
        }
    }

    fn judge_interval(&mut self, interval: u64, place: Place, findings: &mut Findings) {
        self.interval_max = self.interval_max.max(interval);
        if self.regular && interval > INTERVAL_MAX {
            let measure = Measure::ticks(INTERVAL_MAX, interval as i64);
            findings.error(Check::Pts, place, Some(self.pid), measure, || {
                "presentation time stamps lie too far apart".into()
            });
            // Told; what follows is a new interval.
            self.seen_at = None;
        }
    }
}
