//! What the judge may be told about the stream.

use ts::{Rate, TICKS_PER_SECOND};

/// How to judge a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The rate of the stream. Without it the rate is found from the clock references, and their
    /// accuracy is judged against a line that is fitted anew as the stream goes on.
    pub rate: Option<Rate>,
    /// An interval between clock references above this is an error of row 2.3.a. TR 101 290
    /// V1.4.1 and ISO/IEC 13818-1 say 100 ms.
    pub pcr_interval_error_ticks: u64,
    /// An interval above this is a note: older editions said 40 ms, and instruments still do.
    pub pcr_interval_note_ticks: u64,
    /// A PID that a PMT names and that stays away for longer is an error of row 1.6. TR 101 290
    /// leaves the period to the user.
    pub pid_absence_ticks: u64,
    /// UTC of the first packet, in 27 MHz ticks since 1970, when it is known. The TDT is then held
    /// against it; else the TDT is believed as long as it goes on evenly.
    pub start_utc_ticks: Option<i64>,
    /// How far EIT present may be from the time of the TDT, and the TDT from a start that was told.
    pub epg_tolerance_ticks: u64,
    /// Errors and notes kept of each check; all are counted.
    pub keep_findings: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            rate: None,
            pcr_interval_error_ticks: TICKS_PER_SECOND / 10,
            pcr_interval_note_ticks: TICKS_PER_SECOND / 25,
            pid_absence_ticks: 5 * TICKS_PER_SECOND,
            start_utc_ticks: None,
            epg_tolerance_ticks: TICKS_PER_SECOND,
            keep_findings: 20,
        }
    }
}
