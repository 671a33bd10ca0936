//! Forward error correction of SMPTE ST 2022-1: each repair packet computed again from the media
//! that it protects.

use crate::check::Check;
use crate::findings::{Finding, Findings, Measure, Place};
use crate::report::CheckTally;
use crate::rtp::{Header, RTP_HEADER};
use crate::verifier::tally_list;
use serde::Serialize;

/// Bytes of the FEC header behind the RTP header.
const FEC_HEADER: usize = 16;
/// Media packets remembered: ten of the largest matrices.
const WINDOW: usize = 1024;
/// The most packets in a matrix, and in a column or row.
const MATRIX_MAX: u32 = 100;
const SIDE_MAX: u32 = 20;
/// The fewest rows of a matrix, and the fewest columns where rows are protected.
const SIDE_MIN: u32 = 4;

/// What was found in the repair packets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FecReport {
    /// Whether no check found an error.
    pub conformant: bool,
    /// Column packets read.
    pub columns: u64,
    /// Row packets read.
    pub rows: u64,
    /// Repair packets that match their media.
    pub matching: u64,
    /// Repair packets for media from before the capture, which could not be judged.
    pub unjudged: u64,
    /// How often each check fired.
    pub checks: Vec<CheckTally>,
    /// The first findings of each check.
    pub findings: Vec<Finding>,
}

/// Judges the repair packets of one media stream.
#[derive(Clone, Debug)]
pub struct FecVerifier {
    findings: Findings,
    media: Vec<Option<Media>>,
    first_media: Option<u16>,
    last_sequence: [Option<u16>; 2],
    index: u64,
    report: FecReport,
}

/// A media packet as the parity sees it.
#[derive(Clone, Debug)]
struct Media {
    sequence: u16,
    parity: Parity,
}

/// What a repair packet carries of its media: the sums of these fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Parity {
    /// Padding, extension, contributing sources, marker and payload type.
    bits: [u8; 2],
    timestamp: u32,
    length: u16,
    payload: Vec<u8>,
}

impl Parity {
    fn of(header: &Header, payload: &[u8]) -> Parity {
        Parity {
            bits: [header.first & 0x3f, header.second],
            timestamp: header.timestamp,
            length: payload.len() as u16,
            payload: payload.to_vec(),
        }
    }

    fn add(&mut self, other: &Parity) {
        self.bits[0] ^= other.bits[0];
        self.bits[1] ^= other.bits[1];
        self.timestamp ^= other.timestamp;
        self.length ^= other.length;
        if self.payload.len() < other.payload.len() {
            self.payload.resize(other.payload.len(), 0);
        }
        for (sum, byte) in self.payload.iter_mut().zip(&other.payload) {
            *sum ^= byte;
        }
    }
}

/// The fields of a repair packet.
#[derive(Clone, Debug)]
struct Repair {
    base: u16,
    row: bool,
    offset: u32,
    count: u32,
    parity: Parity,
}

impl FecVerifier {
    /// A verifier before the first datagram that keeps so many findings.
    pub fn new(keep_findings: u64) -> FecVerifier {
        FecVerifier {
            findings: Findings::new(keep_findings),
            media: vec![None; WINDOW],
            first_media: None,
            last_sequence: [None; 2],
            index: 0,
            report: FecReport::default(),
        }
    }

    /// A datagram of the media stream.
    pub fn push_media(&mut self, datagram: &[u8]) {
        let Some((header, payload)) = Header::read(datagram) else {
            return;
        };
        self.first_media.get_or_insert(header.sequence);
        let parity = Parity::of(&header, payload);
        self.media[usize::from(header.sequence) % WINDOW] =
            Some(Media { sequence: header.sequence, parity });
    }

    /// A datagram of the column or the row stream, sent at `time_ticks`.
    pub fn push_repair(&mut self, time_ticks: u64, datagram: &[u8]) {
        let place = Place { packet: self.index, time_ticks };
        self.index += 1;
        let Some((header, repair)) = read_repair(datagram) else {
            let measure = Measure::bytes((RTP_HEADER + FEC_HEADER) as i64, datagram.len() as i64);
            self.error(place, measure, "repair packet is too short or not of ST 2022-1");
            return;
        };
        let count = if repair.row { &mut self.report.rows } else { &mut self.report.columns };
        *count += 1;
        self.judge_sequence(&header, repair.row, place);
        self.judge_shape(&repair, place);
        self.judge_parity(&repair, place);
    }

    /// Ends the streams and gives the report.
    pub fn finish(self) -> FecReport {
        let (tallies, findings) = self.findings.into_parts();
        FecReport {
            conformant: tallies.iter().all(|tally| tally.errors == 0),
            checks: tally_list(&tallies),
            findings,
            ..self.report
        }
    }

    fn judge_sequence(&mut self, header: &Header, row: bool, place: Place) {
        let last = self.last_sequence[usize::from(row)].replace(header.sequence);
        let Some(expected) = last.map(|last| last.wrapping_add(1)) else {
            return;
        };
        if header.sequence != expected {
            let measure = Measure::count(i64::from(expected), i64::from(header.sequence));
            self.findings.error(Check::RtpSequence, place, None, measure, || {
                format!("sequence number of the {} stream jumps", stream_name(row))
            });
        }
    }

    fn judge_shape(&mut self, repair: &Repair, place: Place) {
        let Repair { row, offset, count, .. } = *repair;
        let sound = if row {
            offset == 1 && (SIDE_MIN..=SIDE_MAX).contains(&count)
        } else {
            (1..=SIDE_MAX).contains(&offset)
                && (SIDE_MIN..=SIDE_MAX).contains(&count)
                && offset * count <= MATRIX_MAX
        };
        if !sound {
            let measure = Measure::count(i64::from(MATRIX_MAX), i64::from(offset * count));
            self.error(place, measure, "matrix is outside the limits of ST 2022-1");
        }
    }

    fn judge_parity(&mut self, repair: &Repair, place: Place) {
        let mut sum = Parity::default();
        for n in 0..repair.count {
            let sequence = repair.base.wrapping_add((n * repair.offset) as u16);
            let found = self.media[usize::from(sequence) % WINDOW].as_ref();
            let Some(media) = found.filter(|media| media.sequence == sequence) else {
                self.judge_missing(sequence, place);
                return;
            };
            sum.add(&media.parity);
        }
        if sum == repair.parity {
            self.report.matching += 1;
            return;
        }
        let differing = sum.payload.iter().zip(&repair.parity.payload).filter(|(a, b)| a != b);
        let measure = Measure::bytes(0, differing.count() as i64);
        let name = stream_name(repair.row);
        let base = repair.base;
        self.findings.error(Check::FecParity, place, None, measure, || {
            format!("{name} packet from {base} does not match its media")
        });
    }

    /// Media from before the first datagram cannot be judged; other media must have come first.
    fn judge_missing(&mut self, sequence: u16, place: Place) {
        let before = self.first_media.is_none_or(|first| sequence.wrapping_sub(first) >= 0x8000);
        if before {
            self.report.unjudged += 1;
            return;
        }
        let measure = Measure::count(i64::from(sequence), 0);
        self.error(place, measure, "repair packet protects media that has not been sent");
    }

    fn error(&mut self, place: Place, measure: Measure, what: &str) {
        self.findings.error(Check::FecParity, place, None, measure, || what.into());
    }
}

const fn stream_name(row: bool) -> &'static str {
    if row { "row" } else { "column" }
}

fn read_repair(datagram: &[u8]) -> Option<(Header, Repair)> {
    let (header, rest) = Header::read(datagram)?;
    let (h, payload) = rest.split_first_chunk::<FEC_HEADER>()?;
    // XOR parity only: type and index are zero.
    if header.first >> 6 != 2 || h[12] & 0xbf != 0 {
        return None;
    }
    let marker = header.second & 0x80;
    let parity = Parity {
        bits: [header.first & 0x3f, marker | (h[4] & 0x7f)],
        timestamp: u32::from_be_bytes([h[8], h[9], h[10], h[11]]),
        length: u16::from_be_bytes([h[2], h[3]]),
        payload: payload.to_vec(),
    };
    let repair = Repair {
        base: u16::from_be_bytes([h[0], h[1]]),
        row: h[12] & 0x40 != 0,
        offset: u32::from(h[13]),
        count: u32::from(h[14]),
        parity,
    };
    Some((header, repair))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(sequence: u16) -> Vec<u8> {
        let mut datagram = vec![0x80, 33];
        datagram.extend_from_slice(&sequence.to_be_bytes());
        datagram.extend_from_slice(&(u32::from(sequence) * 25).to_be_bytes());
        datagram.extend_from_slice(&7u32.to_be_bytes());
        datagram.extend((0..1316u32).map(|n| (n * 31 + u32::from(sequence) * 7) as u8));
        datagram
    }

    /// The column that begins at `base` in a matrix of 5 columns and 4 rows, by hand.
    fn column(sequence: u16, base: u16) -> Vec<u8> {
        let mut body = vec![0u8; 1316];
        let mut timestamp = 0;
        for n in 0..4 {
            let packet = media(base + n * 5);
            timestamp ^= u32::from(base + n * 5) * 25;
            body.iter_mut().zip(&packet[12..]).for_each(|(sum, byte)| *sum ^= byte);
        }
        let mut datagram = vec![0x80, 96];
        datagram.extend_from_slice(&sequence.to_be_bytes());
        datagram.extend_from_slice(&[0; 8]);
        datagram.extend_from_slice(&base.to_be_bytes());
        datagram.extend_from_slice(&[0, 0, 0x80, 0, 0, 0]);
        datagram.extend_from_slice(&timestamp.to_be_bytes());
        datagram.extend_from_slice(&[0, 5, 4, 0]);
        datagram.extend_from_slice(&body);
        datagram
    }

    #[test]
    fn sound_columns_match_and_one_wrong_bit_is_told() {
        for flip in [None, Some(20), Some(900)] {
            let mut verifier = FecVerifier::new(10);
            (0..40).for_each(|n| verifier.push_media(&media(n)));
            let mut damaged = column(7, 21);
            if let Some(at) = flip {
                damaged[at] ^= 1;
            }
            verifier.push_repair(0, &column(6, 20));
            verifier.push_repair(1, &damaged);
            let report = verifier.finish();
            assert_eq!(report.conformant, flip.is_none());
            assert_eq!(report.matching, if flip.is_none() { 2 } else { 1 });
        }
    }

    #[test]
    fn repair_ahead_of_its_media_and_gaps_in_its_numbers_are_told() {
        let mut verifier = FecVerifier::new(10);
        (0..30).for_each(|n| verifier.push_media(&media(n)));
        verifier.push_repair(0, &column(6, 20));
        verifier.push_repair(0, &column(8, 0));
        let report = verifier.finish();
        let count = |check| report.checks.iter().find(|t| t.check == check).unwrap().errors;
        assert_eq!((count(Check::FecParity), count(Check::RtpSequence)), (1, 1));
    }

    #[test]
    fn any_bytes_are_survived() {
        let mut verifier = FecVerifier::new(10);
        for len in 0..64 {
            verifier.push_media(&vec![0xff; len]);
            verifier.push_repair(0, &vec![0x80; len]);
        }
        assert!(!verifier.finish().conformant);
    }
}
