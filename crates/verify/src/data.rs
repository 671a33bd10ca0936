//! Data streams that the PMT gives a buffer (ISO/IEC 13818-1 clauses 2.6.22 and 2.6.30). Others
//! are not in the target decoder.

use crate::check::Check;
use crate::elementary::judge_passage;
use crate::findings::{Findings, Measure, Place};
use crate::tstd::{LeakyBucket, TransportBuffer};
use ts::PACKET_SIZE;
use ts::psi::{PmtStream, descriptors};

const SMOOTHING_BUFFER: u8 = 0x10;
const MULTIPLEX_BUFFER: u8 = 0x23;
/// Leak rates are told in units of so many bit/s.
const LEAK_UNIT_BPS: u64 = 400;
const TB_BYTES: u64 = 512;

/// A stream of sections or other data.
#[derive(Clone, Debug)]
pub(crate) struct DataStream {
    stream: PmtStream,
    smoothing: Option<LeakyBucket>,
    transport: Option<TransportBuffer>,
}

impl DataStream {
    /// The stream as its PMT describes it.
    pub(crate) fn new(stream: &PmtStream, now: u64) -> DataStream {
        let mut data = DataStream { stream: stream.clone(), smoothing: None, transport: None };
        for (tag, body) in descriptors(&stream.descriptors) {
            match (tag, body) {
                (SMOOTHING_BUFFER, [a, b, c, d, e, f, ..]) => {
                    let leak = u64::from(u32::from_be_bytes([0, a & 0x3f, *b, *c]));
                    let size = u64::from(u32::from_be_bytes([0, d & 0x3f, *e, *f]));
                    data.smoothing = Some(LeakyBucket::new(size, leak * LEAK_UNIT_BPS, now));
                }
                (MULTIPLEX_BUFFER, [_, _, _, d, e, f, ..]) => {
                    let leak = u64::from(u32::from_be_bytes([0, *d, *e, *f]));
                    data.transport =
                        Some(TransportBuffer::new(TB_BYTES, leak * LEAK_UNIT_BPS, now));
                }
                _ => {}
            }
        }
        data
    }

    /// Whether this is the stream that a PMT describes now.
    pub(crate) fn is(&self, stream: &PmtStream) -> bool {
        self.stream == *stream
    }

    /// A packet of the stream arrives.
    pub(crate) fn packet(&mut self, place: Place, findings: &mut Findings) {
        let pid = self.stream.pid.value();
        if let Some(transport) = &mut self.transport {
            let passage = transport.arrive(place.time_ticks);
            judge_passage(passage, TB_BYTES as i64, "transport buffer", pid, place, findings);
        }
        let Some(smoothing) = &mut self.smoothing else {
            return;
        };
        if let Some(fill) = smoothing.arrive(place.time_ticks, PACKET_SIZE as u64) {
            let measure = Measure::bytes(smoothing.size_bytes() as i64, fill as i64);
            findings.error(Check::Buffer, place, Some(pid), measure, || {
                "smoothing buffer overflows".into()
            });
        }
    }
}
