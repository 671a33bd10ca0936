//! The invariants of an index, so that nothing that uses one needs to check again.

use crate::error::{IndexError, STREAMS_MAX, StreamFault, UnitFault};
use crate::index::{
    AccessUnit, AssetIndex, AssetSummary, Facts, StreamFormat, StreamIndex, StreamSummary,
};
use ts::Span;

/// The longest time that is accepted anywhere in an index, about a year. Sums of a few of them
/// stay far inside 64 bits.
const TIME_MAX: Span = Span::from_seconds(370 * 86_400);
/// Bytes that one packet can carry at most.
const PAYLOAD_MAX: u32 = ts::packet::PAYLOAD_MAX as u32;

impl AssetSummary {
    /// Checks what can be known without the access units.
    pub fn check(&self) -> Result<(), IndexError> {
        let video_first = self.streams.iter().skip(1).all(|s| !s.format.facts.is_video());
        let is_text = |s: &StreamSummary| matches!(s.format.facts, Facts::Subtitles(_));
        let first_text = self.streams.iter().position(is_text).unwrap_or(self.streams.len());
        let texts_last = first_text > 0 && self.streams[first_text..].iter().all(is_text);
        if self.streams.is_empty()
            || self.streams.len() > STREAMS_MAX
            || !video_first
            || !texts_last
        {
            return Err(IndexError::Streams);
        }
        let mut in_streams = 0u64;
        for (stream, summary) in self.streams.iter().enumerate() {
            let fail = |fault| Err(IndexError::Stream { stream, fault });
            if summary.units == 0 {
                return fail(StreamFault::Empty);
            }
            if !durations_are_sound(&summary.format) || !is_positive(self.duration) {
                return fail(StreamFault::Durations);
            }
            in_streams += u64::from(summary.packets);
            if in_streams > u64::from(self.packets) {
                return fail(StreamFault::Totals);
            }
        }
        Ok(())
    }
}

impl AssetIndex {
    /// Checks all invariants: streams present with video first, durations in range, units in
    /// decoding order inside the file, the first picture a random access point, cumulative counts,
    /// page checksums complete.
    pub fn check(&self) -> Result<(), IndexError> {
        let summary = self.summary();
        summary.check()?;
        if self.page_crcs.len() != summary.pages() as usize {
            return Err(IndexError::Pages { wanted: summary.pages(), found: self.page_crcs.len() });
        }
        for (number, stream) in self.streams.iter().enumerate() {
            check_stream(number, stream, self.packets)?;
        }
        Ok(())
    }
}

fn check_stream(number: usize, stream: &StreamIndex, packets: u32) -> Result<(), IndexError> {
    let fail = |fault| Err(IndexError::Stream { stream: number, fault });
    let mut last: Option<&AccessUnit> = None;
    for (index, unit) in stream.units.iter().enumerate() {
        let entry_missing = index == 0 && stream.format.facts.is_video() && !unit.random_access;
        let fault =
            if entry_missing { Some(UnitFault::NoEntry) } else { unit_fault(unit, last, packets) };
        if let Some(fault) = fault {
            return Err(IndexError::Unit { stream: number, unit: index, fault });
        }
        last = Some(unit);
    }
    let first = stream.units.first().map(|u| u.pts - u.dts);
    if first != Some(stream.format.reorder) {
        return fail(StreamFault::Durations);
    }
    if !counts_are_sound(stream) {
        return fail(StreamFault::PacketsBefore);
    }
    Ok(())
}

fn unit_fault(unit: &AccessUnit, last: Option<&AccessUnit>, packets: u32) -> Option<UnitFault> {
    let end = unit.first_packet.checked_add(u32::from(unit.packets));
    if unit.packets == 0 || unit.bytes == 0 || unit.bytes > u32::from(unit.packets) * PAYLOAD_MAX {
        return Some(UnitFault::Size);
    }
    let last_end = last.map_or(0, |l| l.first_packet + u32::from(l.packets));
    if unit.first_packet < last_end || end.is_none_or(|end| end > packets) {
        return Some(UnitFault::Place);
    }
    if !is_in_range(unit.dts) || !is_in_range(unit.pts) {
        return Some(UnitFault::Time);
    }
    if unit.pts < unit.dts {
        return Some(UnitFault::PresentedEarly);
    }
    if last.is_some_and(|l| unit.dts <= l.dts) {
        return Some(UnitFault::DecodingOrder);
    }
    None
}

fn counts_are_sound(stream: &StreamIndex) -> bool {
    let mut total = 0;
    let counts = &stream.packets_before;
    counts.len() == stream.units.len() + 1
        && counts.first() == Some(&0)
        && stream.units.iter().zip(&counts[1..]).all(|(unit, count)| {
            total += u32::from(unit.packets);
            *count == total
        })
}

fn durations_are_sound(format: &StreamFormat) -> bool {
    let frame_ticks = format.frame_duration.ticks_of(1);
    (1..=TIME_MAX.0 as u64).contains(&frame_ticks)
        && is_positive(format.buffer.residence_max)
        && (0..=TIME_MAX.0).contains(&format.reorder.0)
        && format.buffer.transport_rate_bps > 0
        && format.buffer.main_bytes > 0
}

const fn is_positive(span: Span) -> bool {
    0 < span.0 && span.0 <= TIME_MAX.0
}

const fn is_in_range(time: Span) -> bool {
    -TIME_MAX.0 <= time.0 && time.0 <= TIME_MAX.0
}
