//! RTP datagrams that carry a transport stream: RFC 3550, RFC 2250, SMPTE ST 2022-2.

use crate::check::Check;
use crate::findings::{Finding, Findings, Measure, Place, ticks_to_ns};
use crate::report::CheckTally;
use crate::verifier::tally_list;
use serde::Serialize;
use ts::packet::SYNC_BYTE;
use ts::{PACKET_BITS, PACKET_SIZE, PacketView, Rate, TICKS_PER_90K, TICKS_PER_SECOND};

/// Bytes of an RTP header without contributing sources.
pub(crate) const RTP_HEADER: usize = 12;
/// The payload type of MPEG-2 transport streams.
const PAYLOAD_MP2T: u8 = 33;
/// RTP time may differ from the line by the rounding of both.
const STAMP_TOLERANCE_90K: i64 = 1;

/// How to judge datagrams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpOptions {
    /// The rate of the transport stream.
    pub rate: Rate,
    /// Packets in each datagram.
    pub packets_per_datagram: u32,
    /// How far a datagram may be from its own time, in ticks.
    pub spacing_tolerance_ticks: u64,
    /// Errors and notes kept of each check; all are counted.
    pub keep_findings: u64,
}

impl RtpOptions {
    /// Seven packets a datagram, a millisecond of tolerance.
    pub fn new(rate: Rate) -> RtpOptions {
        RtpOptions {
            rate,
            packets_per_datagram: 7,
            spacing_tolerance_ticks: TICKS_PER_SECOND / 1000,
            keep_findings: 20,
        }
    }
}

/// What was found in the datagrams.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RtpReport {
    /// Whether no check found an error.
    pub conformant: bool,
    /// Datagrams read.
    pub datagrams: u64,
    /// SSRC of the first.
    pub ssrc: Option<u32>,
    /// The greatest distance of a datagram from its own time.
    pub spacing_error_max_ns: u64,
    /// How often each check fired.
    pub checks: Vec<CheckTally>,
    /// The first findings of each check.
    pub findings: Vec<Finding>,
}

/// The fixed fields of an RTP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) first: u8,
    pub(crate) second: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
}

impl Header {
    /// Reads a header and gives the payload behind it. Contributing sources and extensions, which
    /// these streams do not have, are not looked for.
    pub(crate) fn read(datagram: &[u8]) -> Option<(Header, &[u8])> {
        let (h, payload) = datagram.split_first_chunk::<RTP_HEADER>()?;
        let header = Header {
            first: h[0],
            second: h[1],
            sequence: u16::from_be_bytes([h[2], h[3]]),
            timestamp: u32::from_be_bytes([h[4], h[5], h[6], h[7]]),
            ssrc: u32::from_be_bytes([h[8], h[9], h[10], h[11]]),
        };
        Some((header, payload))
    }
}

/// What is remembered of the datagrams before.
#[derive(Clone, Copy, Debug)]
struct Line {
    first_time: u64,
    first_timestamp: u32,
    /// RTP time less clock time, in 90 kHz ticks, at the first clock reference.
    clock_offset: Option<u32>,
    /// Datagrams since the first, those missing included.
    index: u64,
    sequence: u16,
    ssrc: u32,
}

/// Judges the datagrams of one RTP stream, in the order in which they were sent.
#[derive(Clone, Debug)]
pub struct RtpVerifier {
    options: RtpOptions,
    findings: Findings,
    line: Option<Line>,
    datagrams: u64,
    spacing_error_max: u64,
}

impl RtpVerifier {
    /// A verifier before the first datagram.
    pub fn new(options: RtpOptions) -> RtpVerifier {
        let findings = Findings::new(options.keep_findings);
        RtpVerifier { options, findings, line: None, datagrams: 0, spacing_error_max: 0 }
    }

    /// Takes a datagram sent at `time_ticks` (27 MHz, from any origin) and gives the packets in
    /// it, for a [`Verifier`](crate::Verifier).
    pub fn push<'a>(&mut self, time_ticks: u64, datagram: &'a [u8]) -> &'a [u8] {
        let first_time = self.line.map_or(time_ticks, |line| line.first_time);
        let since = time_ticks.saturating_sub(first_time);
        let place = Place { packet: self.datagrams, time_ticks: since };
        self.datagrams += 1;
        let Some((header, payload)) = Header::read(datagram) else {
            let measure = Measure::bytes(RTP_HEADER as i64, datagram.len() as i64);
            self.error(Check::RtpShape, place, measure, "datagram is too short for RTP");
            return &[];
        };
        self.judge_shape(&header, payload, place);
        let Some(mut line) = self.line else {
            self.line = Some(Line {
                first_time: time_ticks,
                first_timestamp: header.timestamp,
                clock_offset: None,
                index: 0,
                sequence: header.sequence,
                ssrc: header.ssrc,
            });
            return payload;
        };
        self.judge_sequence(&header, &mut line, place);
        self.judge_times(&header, &line, since, place);
        self.judge_clock(&header, payload, &mut line, place);
        self.line = Some(line);
        payload
    }

    /// Ends the stream and gives the report.
    pub fn finish(self) -> RtpReport {
        let ssrc = self.line.map(|line| line.ssrc);
        let (tallies, findings) = self.findings.into_parts();
        RtpReport {
            conformant: tallies.iter().all(|tally| tally.errors == 0),
            datagrams: self.datagrams,
            ssrc,
            spacing_error_max_ns: ticks_to_ns(self.spacing_error_max as i64) as u64,
            checks: tally_list(&tallies),
            findings,
        }
    }

    fn judge_shape(&mut self, header: &Header, payload: &[u8], place: Place) {
        if header.first != 0x80 || header.second & 0x7f != PAYLOAD_MP2T {
            let measure = Measure::count(
                0x8021,
                i64::from(u16::from_be_bytes([header.first, header.second])),
            );
            self.error(
                Check::RtpShape,
                place,
                measure,
                "not version 2, payload type 33, plain header",
            );
        }
        let wanted = self.options.packets_per_datagram as usize * PACKET_SIZE;
        if payload.len() != wanted {
            let measure = Measure::bytes(wanted as i64, payload.len() as i64);
            self.error(Check::RtpShape, place, measure, "payload has another size than the others");
        }
        if payload.chunks(PACKET_SIZE).any(|packet| packet[0] != SYNC_BYTE) {
            let measure = Measure::count(i64::from(SYNC_BYTE), 0);
            self.error(Check::RtpShape, place, measure, "payload is not whole packets");
        }
    }

    fn judge_sequence(&mut self, header: &Header, line: &mut Line, place: Place) {
        let expected = line.sequence.wrapping_add(1);
        let step = header.sequence.wrapping_sub(line.sequence);
        line.sequence = header.sequence;
        // A step of half the circle or more is backwards: the line does not move with it.
        line.index += if step < 0x8000 { u64::from(step) } else { 0 };
        if header.sequence != expected {
            let measure = Measure::count(i64::from(expected), i64::from(header.sequence));
            self.error(Check::RtpSequence, place, measure, "sequence number jumps");
        }
        if header.ssrc != line.ssrc {
            let measure = Measure::count(i64::from(line.ssrc), i64::from(header.ssrc));
            self.error(Check::RtpSequence, place, measure, "SSRC changes");
            line.ssrc = header.ssrc;
        }
    }

    fn judge_times(&mut self, header: &Header, line: &Line, since: u64, place: Place) {
        let packets = line.index * u64::from(self.options.packets_per_datagram);
        let due = ticks_of(self.options.rate, packets);
        let stamp = header.timestamp.wrapping_sub(line.first_timestamp);
        let off = stamp.wrapping_sub((due / TICKS_PER_90K) as u32) as i32;
        if i64::from(off).abs() > STAMP_TOLERANCE_90K {
            let measure = Measure::count(STAMP_TOLERANCE_90K, i64::from(off));
            self.error(
                Check::RtpTimestamp,
                place,
                measure,
                "RTP time is off the line, in 90 kHz ticks",
            );
        }
        let error = since.abs_diff(due);
        self.spacing_error_max = self.spacing_error_max.max(error);
        if error > self.options.spacing_tolerance_ticks {
            let measured = since as i64 - due as i64;
            let measure = Measure::ticks(self.options.spacing_tolerance_ticks, measured);
            self.error(Check::RtpSpacing, place, measure, "datagram is not sent at its own time");
        }
    }

    /// RTP time must go with the clock references: by RFC 2250 it is the same clock.
    fn judge_clock(&mut self, header: &Header, payload: &[u8], line: &mut Line, place: Place) {
        let mut packets = (0u64..).zip(payload.chunks_exact(PACKET_SIZE));
        let found = packets.find_map(|(index, bytes)| {
            let packet = bytes.try_into().ok()?;
            Some((index, PacketView::new(packet).pcr()?))
        });
        let Some((index, pcr)) = found else {
            return;
        };
        // Both wrap, at different times, so only their distance modulo 2^32 at 90 kHz is held on
        // to; where the clock wraps in between, its 2^33 are no change modulo 2^32.
        let before = ticks_of(self.options.rate, index);
        let clock_90k = (pcr.value() + ts::time::PCR_PERIOD - before) / TICKS_PER_90K;
        let offset = header.timestamp.wrapping_sub(clock_90k as u32);
        let first = *line.clock_offset.get_or_insert(offset);
        let off = i64::from(offset.wrapping_sub(first) as i32);
        if off.abs() > STAMP_TOLERANCE_90K {
            let measure = Measure::count(STAMP_TOLERANCE_90K, off);
            self.error(Check::RtpTimestamp, place, measure, "RTP time leaves the clock references");
        }
    }

    fn error(&mut self, check: Check, place: Place, measure: Measure, what: &str) {
        self.findings.error(check, place, None, measure, || what.into());
    }
}

/// When so many packets have gone by, in ticks, rounded down.
fn ticks_of(rate: Rate, packets: u64) -> u64 {
    let num = u128::from(packets) * u128::from(PACKET_BITS * TICKS_PER_SECOND);
    (num * u128::from(rate.denominator()) / u128::from(rate.numerator())) as u64
}
