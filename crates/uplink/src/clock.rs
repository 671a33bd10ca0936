//! The TAI axis on the monotonic clock of the machine.
//!
//! Sleeping is done on CLOCK_MONOTONIC, which never steps. The distance between the two is taken
//! from CLOCK_REALTIME (UTC) and the configured leap seconds at start; afterwards corrections of
//! the realtime clock are followed so slowly that no receiver notices, and a step is reported
//! rather than followed.

use rustix::time::{ClockId, Timespec, clock_gettime};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use ts::{TICKS_PER_SECOND, Ticks};

const NS_PER_SECOND: i64 = 1_000_000_000;
/// How fast corrections are followed, in parts per million. No PCR changes, only the times of
/// leaving move, by 200 us in a second: little beside the jitter that receivers of transport
/// streams over IP must take, 40 ms peak to peak (ETSI TS 102 034).
const SLEW_PPM: i64 = 200;
/// A difference from here on is a step. It is below one second, so that a leap second that the
/// realtime clock inserts is a step: TAI has none.
const STEP_NS: i64 = NS_PER_SECOND / 2;

/// The clock of the process. Clones share their state.
#[derive(Clone, Debug)]
pub struct Clock {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    tai_minus_utc_ns: i64,
    /// TAI less monotonic time, in nanoseconds.
    offset_ns: AtomicI64,
    observed_ns: AtomicI64,
    error_ns: AtomicI64,
    steps_refused: AtomicU64,
}

/// How the clock stands to the realtime clock of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockStatus {
    /// What the realtime clock was ahead at the last look, in nanoseconds.
    pub error_ns: i64,
    /// How often the realtime clock was seen to step away by half a second or more. It is not
    /// followed there: a restart would take the new time.
    pub steps_refused: u64,
}

impl Clock {
    /// Reads the realtime clock. `tai_minus_utc_s` are the leap seconds, 37 since 2017.
    pub fn start(tai_minus_utc_s: u32) -> Clock {
        let tai_minus_utc_ns = i64::from(tai_minus_utc_s) * NS_PER_SECOND;
        let (monotonic_ns, offset_ns) = observe(tai_minus_utc_ns);
        Clock {
            shared: Arc::new(Shared {
                tai_minus_utc_ns,
                offset_ns: AtomicI64::new(offset_ns),
                observed_ns: AtomicI64::new(monotonic_ns),
                error_ns: AtomicI64::new(0),
                steps_refused: AtomicU64::new(0),
            }),
        }
    }

    /// The present instant.
    pub fn now(&self) -> Ticks {
        self.at_monotonic(monotonic_now_ns())
    }

    /// How the clock stands to the realtime clock.
    pub fn status(&self) -> ClockStatus {
        ClockStatus {
            error_ns: self.shared.error_ns.load(Relaxed),
            steps_refused: self.shared.steps_refused.load(Relaxed),
        }
    }

    /// The instant of a reading of the monotonic clock.
    pub(crate) fn at_monotonic(&self, monotonic_ns: i64) -> Ticks {
        ticks_of(monotonic_ns.saturating_add(self.shared.offset_ns.load(Relaxed)))
    }

    /// TAI less monotonic time, in nanoseconds.
    pub(crate) fn offset_ns(&self) -> i64 {
        self.shared.offset_ns.load(Relaxed)
    }

    /// Compares with the realtime clock and follows it by what the rate allows. Only the sending
    /// thread calls this.
    pub(crate) fn discipline(&self) {
        let (monotonic_ns, measured_ns) = observe(self.shared.tai_minus_utc_ns);
        self.follow(monotonic_ns, measured_ns);
    }

    /// Follows the realtime clock as it was measured at a reading of the monotonic clock.
    fn follow(&self, monotonic_ns: i64, measured_ns: i64) {
        let shared = &*self.shared;
        let elapsed_ns = monotonic_ns - shared.observed_ns.swap(monotonic_ns, Relaxed);
        let offset_ns = shared.offset_ns.load(Relaxed);
        let error_ns = measured_ns - offset_ns;
        let before_ns = shared.error_ns.swap(error_ns, Relaxed);
        match correction(error_ns, elapsed_ns) {
            Some(by_ns) => shared.offset_ns.store(offset_ns + by_ns, Relaxed),
            None if before_ns.abs() < STEP_NS => {
                shared.steps_refused.fetch_add(1, Relaxed);
            }
            None => {}
        }
    }
}

/// How far an error is followed after this time; `None` when it is a step.
fn correction(error_ns: i64, elapsed_ns: i64) -> Option<i64> {
    let most_ns = elapsed_ns.max(0) / 1_000_000 * SLEW_PPM;
    (error_ns.abs() < STEP_NS).then(|| error_ns.clamp(-most_ns, most_ns))
}

/// The monotonic clock, and TAI less it: of a few readings the one that took the least time.
fn observe(tai_minus_utc_ns: i64) -> (i64, i64) {
    let reading = || {
        let before = monotonic_now_ns();
        let realtime = nanoseconds(clock_gettime(ClockId::Realtime));
        let after = monotonic_now_ns();
        let middle = before + (after - before) / 2;
        (after - before, middle, realtime + tai_minus_utc_ns - middle)
    };
    let readings = [reading(), reading(), reading()];
    let (_, monotonic_ns, offset_ns) =
        readings.into_iter().min().expect("there are three readings");
    (monotonic_ns, offset_ns)
}

/// The monotonic clock in nanoseconds.
pub(crate) fn monotonic_now_ns() -> i64 {
    nanoseconds(clock_gettime(ClockId::Monotonic))
}

/// A reading of the monotonic clock as the kernel takes it.
pub(crate) fn timespec(monotonic_ns: i64) -> Timespec {
    Timespec {
        tv_sec: monotonic_ns.div_euclid(NS_PER_SECOND),
        tv_nsec: monotonic_ns.rem_euclid(NS_PER_SECOND),
    }
}

/// An instant in nanoseconds, rounded down.
pub(crate) fn tai_ns(time: Ticks) -> i64 {
    let seconds = (time.0 / TICKS_PER_SECOND) as i64;
    let ns = (time.0 % TICKS_PER_SECOND * 1000 / 27) as i64;
    seconds.saturating_mul(NS_PER_SECOND).saturating_add(ns)
}

/// The instant of a number of nanoseconds, rounded down.
fn ticks_of(tai_ns: i64) -> Ticks {
    let tai_ns = tai_ns.max(0) as u64;
    let seconds = tai_ns / NS_PER_SECOND as u64;
    Ticks(seconds * TICKS_PER_SECOND + tai_ns % NS_PER_SECOND as u64 * 27 / 1000)
}

fn nanoseconds(time: Timespec) -> i64 {
    time.tv_sec * NS_PER_SECOND + time.tv_nsec
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn corrections_are_followed_at_200_ppm_at_most() {
        assert_eq!(correction(0, NS_PER_SECOND), Some(0));
        assert_eq!(correction(150_000, NS_PER_SECOND), Some(150_000));
        assert_eq!(correction(300_000, NS_PER_SECOND), Some(200_000));
        assert_eq!(correction(-300_000, NS_PER_SECOND / 10), Some(-20_000));
    }

    #[test]
    fn a_step_and_a_leap_second_are_not_followed() {
        assert_eq!(correction(-NS_PER_SECOND, NS_PER_SECOND), None);
        assert_eq!(correction(3600 * NS_PER_SECOND, NS_PER_SECOND), None);
        assert_eq!(correction(NS_PER_SECOND / 2 - 1, 5_000_000), Some(1000));
    }

    #[test]
    fn a_clock_that_steps_is_counted_and_changes_no_time_of_leaving() {
        for step_s in [1, -1, 3600, -3600] {
            let clock = Clock::start(37);
            let (begin_ns, held_ns) = (monotonic_now_ns(), clock.offset_ns());
            let stepped_ns = held_ns + step_s * NS_PER_SECOND;
            let look = |n: i64, measured_ns| clock.follow(begin_ns + n * 100_000_000, measured_ns);
            // Ten minutes at the wrong time, looked at ten times a second, and back.
            (1..6000).for_each(|n| look(n, stepped_ns));
            assert_eq!(clock.offset_ns(), held_ns, "{step_s} s are not followed");
            let status = clock.status();
            assert_eq!((status.steps_refused, status.error_ns), (1, step_s * NS_PER_SECOND));
            (6000..6010).for_each(|n| look(n, held_ns));
            assert_eq!(clock.offset_ns(), held_ns);
            let status = clock.status();
            assert_eq!((status.steps_refused, status.error_ns), (1, 0));
        }
    }

    #[test]
    fn now_is_utc_plus_the_leap_seconds() {
        let clock = Clock::start(37);
        let utc = std::time::UNIX_EPOCH.elapsed().unwrap();
        let expected = Ticks::from_seconds(utc.as_secs() + 37);
        assert!(clock.now().since(expected).0.abs() < 2 * TICKS_PER_SECOND as i64);
        clock.discipline();
        assert_eq!(clock.status().steps_refused, 0);
    }

    proptest! {
        #[test]
        fn nanoseconds_and_ticks_agree_to_one_tick(ticks in 0u64..200_000_000_000_000_000) {
            let back = ticks_of(tai_ns(Ticks(ticks)));
            prop_assert!(back.0 == ticks || back.0 + 1 == ticks);
        }
    }
}
