//! The outcome: a plain structure that serialises to JSON and prints as a table.
//!
//! Spans are in nanoseconds unless the name of the field says otherwise.

use crate::check::Check;
use crate::findings::Finding;
use serde::Serialize;

/// All that was found and measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether no check found an error.
    pub conformant: bool,
    /// Packets read, lost places included.
    pub packets: u64,
    /// Bytes that belonged to no packet.
    pub skipped_bytes: u64,
    /// Ticks from the first packet to the end of the last.
    pub duration_ticks: u64,
    /// The rate by which the stream was judged; `None` when none was given or found, and nothing
    /// beyond sync was judged.
    pub rate: Option<RateFigures>,
    /// transport_stream_id of the last PAT.
    pub transport_stream_id: Option<u16>,
    /// Null packets.
    pub null_packets: u64,
    /// How often each check fired, all checks in their order.
    pub checks: Vec<CheckTally>,
    /// The first findings of each check, in the order of the stream.
    pub findings: Vec<Finding>,
    /// Clock references by PID.
    pub clocks: Vec<ClockFigures>,
    /// Rates by PID.
    pub pids: Vec<PidFigures>,
    /// Decoder buffers of the elementary streams.
    pub buffers: Vec<BufferFigures>,
    /// Decoder buffers for system data, by programme.
    pub system_buffers: Vec<SystemFigures>,
    /// Services by PAT, PMT and SDT.
    pub services: Vec<ServiceFigures>,
    /// Tables with their repetition.
    pub tables: Vec<TableFigures>,
    /// The programme guide against the stream's own time.
    pub guide: GuideFigures,
}

impl Report {
    /// Whether no check found an error.
    pub fn is_conformant(&self) -> bool {
        self.conformant
    }

    /// Errors and notes of one check.
    pub fn tally(&self, check: Check) -> (u64, u64) {
        let found = self.checks.iter().find(|tally| tally.check == check);
        found.map_or((0, 0), |tally| (tally.errors, tally.notes))
    }
}

/// The rate of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RateFigures {
    /// Numerator of the rate in bit/s, in lowest terms.
    pub numerator: u64,
    /// Denominator of the rate.
    pub denominator: u64,
    /// The rate rounded down to whole bit/s.
    pub bps: u64,
    /// Whether it was given; else it is the simplest rate that the clock references allow.
    pub given: bool,
}

/// How often a check fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CheckTally {
    /// The check by its identifier.
    pub check: Check,
    /// Its name.
    pub name: &'static str,
    /// Errors counted.
    pub errors: u64,
    /// Notes counted.
    pub notes: u64,
}

/// The clock references of one PID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ClockFigures {
    /// The PID.
    pub pid: u16,
    /// Clock references read.
    pub references: u64,
    /// Intervals between them.
    pub intervals: u64,
    /// The shortest interval.
    pub interval_min_ns: u64,
    /// The mean interval.
    pub interval_mean_ns: u64,
    /// The longest interval.
    pub interval_max_ns: u64,
    /// The greatest inaccuracy (PCR_AC), in picoseconds.
    pub accuracy_max_ps: u64,
    /// The greatest frequency offset (PCR_FO) over a minute, or over the whole of a shorter
    /// stream, in parts in 10^9; `None` below a second.
    pub frequency_offset_ppb: Option<i64>,
    /// The greatest drift (PCR_DR) between two minutes, in parts in 10^12 per second.
    pub drift_max_ppt_per_s: u64,
    /// Discontinuities that were announced.
    pub discontinuities: u64,
}

/// The packets of one PID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PidFigures {
    /// The PID.
    pub pid: u16,
    /// What the tables say it is: `PAT`, `PMT`, `SI`, `ES`, `data`, `PCR`, `null` or `none`.
    pub role: &'static str,
    /// stream_type, when a PMT names the PID.
    pub stream_type: Option<u8>,
    /// Packets.
    pub packets: u64,
    /// Mean rate over the stream, in bit/s.
    pub mean_bps: u64,
    /// The rate in the fullest whole second, in bit/s.
    pub max_bps: u64,
    /// Duplicate packets.
    pub duplicates: u64,
    /// Scrambled packets.
    pub scrambled: u64,
}

/// The decoder buffers of one elementary stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BufferFigures {
    /// The PID.
    pub pid: u16,
    /// stream_type.
    pub stream_type: u8,
    /// Whether sizes and rates are those of the stream's own headers; else of the greatest level.
    pub model_known: bool,
    /// The greatest fill of TB.
    pub tb_max_bytes: u64,
    /// The size of TB.
    pub tb_size_bytes: u64,
    /// The greatest fill of MB; zero for audio.
    pub mb_max_bytes: u64,
    /// The size of MB; zero for audio.
    pub mb_size_bytes: u64,
    /// The greatest fill of EB, or of B.
    pub main_max_bytes: u64,
    /// The size of EB, or of B.
    pub main_size_bytes: u64,
    /// The least time from an access unit being whole to its decoding; negative when late.
    pub min_margin_ns: Option<i64>,
    /// The longest time that a byte stayed in the decoder.
    pub max_residence_ns: u64,
    /// Access units decoded.
    pub units: u64,
    /// The longest interval between presentation time stamps.
    pub pts_interval_max_ns: u64,
    /// The least time from the first packet of a PES packet to its decoding time.
    pub decode_lead_min_ns: Option<i64>,
}

/// TBsys and Bsys of one programme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SystemFigures {
    /// program_number.
    pub program: u16,
    /// The greatest fill of TBsys (512 bytes).
    pub tb_max_bytes: u64,
    /// The greatest fill of Bsys (1536 bytes).
    pub main_max_bytes: u64,
}

/// A service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ServiceFigures {
    /// service_id, which is program_number.
    pub service_id: u16,
    /// service_type of the service_descriptor.
    pub service_type: Option<u8>,
    /// Name in the SDT.
    pub name: Option<String>,
    /// Provider in the SDT.
    pub provider: Option<String>,
    /// The PID of its PMT.
    pub pmt_pid: u16,
    /// The PID of its clock.
    pub pcr_pid: Option<u16>,
    /// Its elementary streams.
    pub components: Vec<ComponentFigures>,
}

/// A component of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ComponentFigures {
    /// The PID.
    pub pid: u16,
    /// stream_type.
    pub stream_type: u8,
    /// The language of ISO_639_language_descriptor.
    pub language: Option<String>,
    /// component_tag of stream_identifier_descriptor.
    pub component_tag: Option<u8>,
}

/// A table and how often it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TableFigures {
    /// The PID.
    pub pid: u16,
    /// table_id.
    pub table_id: u8,
    /// Sections read.
    pub sections: u64,
    /// The longest time between two of the same section.
    pub interval_max_ns: u64,
    /// The shortest gap between two sections of one sub_table; `None` with fewer than two.
    pub gap_min_ns: Option<u64>,
}

/// The programme guide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GuideFigures {
    /// UTC of the first packet, as it was told or by the TDT, in seconds since 1970.
    pub start_utc_s: Option<i64>,
    /// EIT present sections that were held against the time.
    pub present_checked: u64,
    /// Changes of a present event that were seen.
    pub event_changes: u64,
    /// The greatest time by which a present event was announced outside its own time.
    pub present_error_max_ns: u64,
    /// Times at which present or following was held against the schedule.
    pub schedule_checked: u64,
}
