//! What is checked: the rows of TR 101 290 and, under letters of their own, what it leaves out.

use serde::{Serialize, Serializer};

/// One check. The order is the order of the report.
///
/// The rows of TR 101 290 that the standard keeps in an old and a new form (1.3 and 1.3.a, 1.5 and
/// 1.5.a, 3.1, 3.4, 3.5, 3.6 and their `.a`) are one check each, under the new name. Row 2.3 is
/// the union of 2.3.a and 2.3.b and is not counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the table below names each variant")]
pub enum Check {
    SyncLoss,
    SyncByte,
    Pat,
    Continuity,
    Pmt,
    Pid,
    Transport,
    Crc,
    PcrRepetition,
    PcrDiscontinuity,
    PcrAccuracy,
    Pts,
    Cat,
    NitActual,
    NitOther,
    SiRepetition,
    Buffer,
    UnreferencedPid,
    SdtActual,
    SdtOther,
    EitActual,
    EitOther,
    EitPf,
    Rst,
    Tdt,
    EmptyBuffer,
    DataDelay,
    PacketSyntax,
    PesSyntax,
    StampOrder,
    ClockFrequency,
    Rate,
    EpgPresent,
    EpgSchedule,
    RtpSequence,
    RtpTimestamp,
    RtpShape,
    RtpSpacing,
    FecParity,
}

/// Each check with its identifier and its name, in the order of the enumeration.
const TABLE: [(Check, &str, &str); 39] = [
    (Check::SyncLoss, "1.1", "TS_sync_loss"),
    (Check::SyncByte, "1.2", "Sync_byte_error"),
    (Check::Pat, "1.3.a", "PAT_error_2"),
    (Check::Continuity, "1.4", "Continuity_count_error"),
    (Check::Pmt, "1.5.a", "PMT_error_2"),
    (Check::Pid, "1.6", "PID_error"),
    (Check::Transport, "2.1", "Transport_error"),
    (Check::Crc, "2.2", "CRC_error"),
    (Check::PcrRepetition, "2.3.a", "PCR_repetition_error"),
    (Check::PcrDiscontinuity, "2.3.b", "PCR_discontinuity_indicator_error"),
    (Check::PcrAccuracy, "2.4", "PCR_accuracy_error"),
    (Check::Pts, "2.5", "PTS_error"),
    (Check::Cat, "2.6", "CAT_error"),
    (Check::NitActual, "3.1.a", "NIT_actual_error"),
    (Check::NitOther, "3.1.b", "NIT_other_error"),
    (Check::SiRepetition, "3.2", "SI_repetition_error"),
    (Check::Buffer, "3.3", "Buffer_error"),
    (Check::UnreferencedPid, "3.4.a", "Unreferenced_PID"),
    (Check::SdtActual, "3.5.a", "SDT_actual_error"),
    (Check::SdtOther, "3.5.b", "SDT_other_error"),
    (Check::EitActual, "3.6.a", "EIT_actual_error"),
    (Check::EitOther, "3.6.b", "EIT_other_error"),
    (Check::EitPf, "3.6.c", "EIT_PF_error"),
    (Check::Rst, "3.7", "RST_error"),
    (Check::Tdt, "3.8", "TDT_error"),
    (Check::EmptyBuffer, "3.9", "Empty_buffer_error"),
    (Check::DataDelay, "3.10", "Data_delay_error"),
    (Check::PacketSyntax, "S.1", "Packet_syntax_error"),
    (Check::PesSyntax, "S.2", "PES_syntax_error"),
    (Check::StampOrder, "S.3", "Time_stamp_order_error"),
    (Check::ClockFrequency, "S.4", "Clock_frequency_error"),
    (Check::Rate, "S.5", "Rate_unknown"),
    (Check::EpgPresent, "E.1", "EIT_present_time_error"),
    (Check::EpgSchedule, "E.2", "EIT_schedule_mismatch"),
    (Check::RtpSequence, "R.1", "RTP_sequence_error"),
    (Check::RtpTimestamp, "R.2", "RTP_time_stamp_error"),
    (Check::RtpShape, "R.3", "RTP_payload_error"),
    (Check::RtpSpacing, "R.4", "RTP_spacing_error"),
    (Check::FecParity, "R.5", "FEC_parity_error"),
];

impl Check {
    /// How many checks there are.
    pub const COUNT: usize = TABLE.len();

    /// Every check, in the order of the report.
    pub fn all() -> impl Iterator<Item = Check> {
        TABLE.iter().map(|row| row.0)
    }

    /// The row of TR 101 290 (`1.3.a`, `2.4`), or a letter and a number: `S` syntax and clocks
    /// of ISO/IEC 13818-1, `E` programme guide against content, `R` the datagrams.
    pub const fn id(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The name as TR 101 290 spells it, or one in its manner.
    pub const fn name(self) -> &'static str {
        TABLE[self as usize].2
    }
}

impl Serialize for Check {
    /// The identifier.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_enumeration() {
        for (row, check) in Check::all().enumerate() {
            assert_eq!(check as usize, row, "{check:?}");
        }
    }
}
