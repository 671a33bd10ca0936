//! The system clock as the clock references of one PID tell it: TR 101 290 rows 2.3 and 2.4,
//! frequency offset and drift (its annex I), and the way from time stamps to stream time.

use crate::check::Check;
use crate::findings::{Findings, Measure, Place, Unit};
use crate::options::Options;
use crate::report::ClockFigures;
use crate::timeline::Exact;
use ts::time::PCR_PERIOD;
use ts::{Pcr, TICKS_PER_90K, TICKS_PER_SECOND, Timestamp};

/// PCR values may differ by so much from one to the next (TR 101 290 row 2.3.b).
const DELTA_MAX: u64 = TICKS_PER_SECOND / 10;
/// The greatest inaccuracy of a clock reference, in picoseconds (row 2.4).
const ACCURACY_PS: i64 = 500_000;
/// The greatest frequency offset, in parts in 10^9 (ISO/IEC 13818-1 clause 2.4.2.1: 810 Hz).
const OFFSET_PPB: i64 = 30_000;
/// The greatest drift, in parts in 10^12 per second (clause 2.4.2.1: 75 mHz/s).
const DRIFT_PPT_PER_S: i64 = 2_778;
/// The window over which frequency is measured: long enough that the permitted inaccuracy of two
/// clock references is no drift.
const WINDOW: u64 = 60 * TICKS_PER_SECOND;
/// The shortest span that tells a frequency at all.
const WINDOW_MIN: u64 = TICKS_PER_SECOND;

/// One reading of the clock.
#[derive(Clone, Copy, Debug)]
struct Reading {
    pcr: Pcr,
    at: Exact,
}

/// The clock of one PCR PID.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    pid: u16,
    last: Reading,
    /// Where the line begins against which accuracy is judged.
    anchor: Reading,
    /// Ticks of the clock since the anchor, kept apart so that no span wraps.
    since_anchor: i64,
    window: Reading,
    window_ticks: i64,
    figures: ClockFigures,
    interval_sum: u128,
    last_offset_ppt: Option<i64>,
    time_bases: u64,
}

impl Clock {
    /// A clock that begins with this reading.
    pub(crate) fn new(pid: u16, pcr: Pcr, at: Exact) -> Clock {
        let reading = Reading { pcr, at };
        Clock {
            pid,
            last: reading,
            anchor: reading,
            since_anchor: 0,
            window: reading,
            window_ticks: 0,
            figures: ClockFigures { pid, references: 1, ..ClockFigures::default() },
            interval_sum: 0,
            last_offset_ppt: None,
            time_bases: 0,
        }
    }

    /// How often a new time base has begun.
    pub(crate) const fn time_bases(&self) -> u64 {
        self.time_bases
    }

    /// Where a time stamp lies in stream time, seen from `now`: the nearest instant at which the
    /// clock shows it, held at the start of the stream.
    pub(crate) fn stream_time(&self, stamp: Timestamp, now: u64) -> u64 {
        let shows = u128::from(self.last.pcr.value()) + u128::from(now - self.last.at.ticks);
        let shows = (shows % u128::from(PCR_PERIOD)) as u64;
        let ahead = (stamp.value() * TICKS_PER_90K + PCR_PERIOD - shows) % PCR_PERIOD;
        if ahead > PCR_PERIOD / 2 { now.saturating_sub(PCR_PERIOD - ahead) } else { now + ahead }
    }

    /// Takes the next reading.
    pub(crate) fn read(
        &mut self,
        pcr: Pcr,
        at: Exact,
        place: Place,
        discontinuity: bool,
        options: &Options,
        findings: &mut Findings,
    ) {
        self.figures.references += 1;
        let interval = at.ticks - self.last.at.ticks;
        self.judge_interval(interval, place, options, findings);
        let reading = Reading { pcr, at };
        let delta = pcr.forward_from(self.last.pcr);
        let delta =
            if delta > PCR_PERIOD / 2 { delta as i64 - PCR_PERIOD as i64 } else { delta as i64 };
        if discontinuity {
            self.figures.discontinuities += 1;
            self.restart(reading);
            return;
        }
        if !(0..=DELTA_MAX as i64).contains(&delta) {
            let measure = Measure::ticks(DELTA_MAX, delta);
            findings.error(Check::PcrDiscontinuity, place, Some(self.pid), measure, || {
                "clock reference jumps without discontinuity_indicator".into()
            });
        }
        // A jump against the time that has passed is a new time base; a late reference is not.
        if delta.abs_diff(interval as i64) > DELTA_MAX {
            self.restart(reading);
            return;
        }
        self.since_anchor += delta;
        self.window_ticks += delta;
        self.last = reading;
        self.judge_accuracy(at, place, findings);
        if at.ticks - self.window.at.ticks >= WINDOW {
            self.close_window(place, findings);
        }
    }

    /// Begins the line again at the last reading, when the step of the timeline changes.
    pub(crate) fn rebase(&mut self, at: Exact) {
        let shift = at.ticks - self.last.at.ticks;
        self.since_anchor = 0;
        let pcr = (self.last.pcr.value() + shift) % PCR_PERIOD;
        let pcr = Pcr::new(pcr).unwrap_or_default();
        self.last = Reading { pcr, at };
        self.anchor = self.last;
    }

    /// Ends the clock and gives its figures.
    pub(crate) fn finish(mut self, place: Place, findings: &mut Findings) -> ClockFigures {
        if self.figures.frequency_offset_ppb.is_none() {
            self.close_window(place, findings);
        }
        let intervals = self.figures.intervals.max(1);
        self.figures.interval_mean_ns =
            (self.interval_sum * 1000 / 27 / u128::from(intervals)) as u64;
        self.figures
    }

    fn judge_interval(
        &mut self,
        interval: u64,
        place: Place,
        options: &Options,
        findings: &mut Findings,
    ) {
        let ns = interval * 1000 / 27;
        let figures = &mut self.figures;
        let first = figures.intervals == 0;
        figures.intervals += 1;
        figures.interval_min_ns = if first { ns } else { figures.interval_min_ns.min(ns) };
        figures.interval_max_ns = figures.interval_max_ns.max(ns);
        self.interval_sum += u128::from(interval);
        let pid = Some(self.pid);
        let what = || "clock references lie too far apart".to_owned();
        if interval > options.pcr_interval_error_ticks {
            let measure = Measure::ticks(options.pcr_interval_error_ticks, interval as i64);
            findings.error(Check::PcrRepetition, place, pid, measure, what);
        } else if interval > options.pcr_interval_note_ticks {
            let measure = Measure::ticks(options.pcr_interval_note_ticks, interval as i64);
            findings.note(Check::PcrRepetition, place, pid, measure, what);
        }
    }

    fn judge_accuracy(&mut self, at: Exact, place: Place, findings: &mut Findings) {
        let error_ps = at.error_ps(self.anchor.at, self.since_anchor);
        let worst = &mut self.figures.accuracy_max_ps;
        *worst = (*worst).max(error_ps.unsigned_abs());
        if error_ps.abs() > ACCURACY_PS {
            let measure = Measure {
                limit: ACCURACY_PS / 1000,
                measured: error_ps / 1000,
                unit: Unit::Nanoseconds,
            };
            findings.error(Check::PcrAccuracy, place, Some(self.pid), measure, || {
                "clock reference is off the line of the constant rate".into()
            });
        }
    }

    fn close_window(&mut self, place: Place, findings: &mut Findings) {
        let span = self.last.at.ticks - self.window.at.ticks;
        if span < WINDOW_MIN {
            return;
        }
        let excess = i128::from(self.window_ticks) - i128::from(span);
        let offset_ppt = (excess * 1_000_000_000_000 / i128::from(span)) as i64;
        let offset_ppb = offset_ppt / 1000;
        let pid = Some(self.pid);
        if offset_ppb.abs() > OFFSET_PPB {
            let measure =
                Measure { limit: OFFSET_PPB, measured: offset_ppb, unit: Unit::PartsPerBillion };
            findings.error(Check::ClockFrequency, place, pid, measure, || {
                "clock runs too far from 27 MHz".into()
            });
        }
        if let Some(before_ppt) = self.last_offset_ppt {
            let seconds = (span / TICKS_PER_SECOND).max(1) as i64;
            let drift = (offset_ppt - before_ppt) / seconds;
            self.figures.drift_max_ppt_per_s =
                self.figures.drift_max_ppt_per_s.max(drift.unsigned_abs());
            if drift.abs() > DRIFT_PPT_PER_S {
                let measure = Measure::count(DRIFT_PPT_PER_S, drift);
                findings.error(Check::ClockFrequency, place, pid, measure, || {
                    "frequency of the clock drifts too fast, in parts in 10^12 per second".into()
                });
            }
        }
        let worst = self.figures.frequency_offset_ppb.unwrap_or(0);
        let is_worse = offset_ppb.abs() >= worst.abs();
        self.figures.frequency_offset_ppb = Some(if is_worse { offset_ppb } else { worst });
        self.last_offset_ppt = Some(offset_ppt);
        self.window = self.last;
        self.window_ticks = 0;
    }

    fn restart(&mut self, reading: Reading) {
        self.last = reading;
        self.anchor = reading;
        self.since_anchor = 0;
        self.window = reading;
        self.window_ticks = 0;
        self.last_offset_ppt = None;
        self.time_bases += 1;
    }
}
