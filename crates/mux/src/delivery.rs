//! The delivery curve of one elementary stream: a taut string through the decoder's constraints.
//!
//! Floor: each access unit is whole before its decoding time. Ceiling: no more than the decoder's
//! buffer holds, and nothing earlier than the lead allows (ISO/IEC 13818-1 clause 2.4.2). The curve
//! lies in a window of its own, so that programmes on one PID follow each other without ever
//! overlapping; around a join the buffer is shared by two lines, one falling for the programme that
//! ends and one rising for the programme that begins.

use crate::curve::{Curve, CurveError};
use crate::taut::TautString;
use ts::Span;

/// Points on the rising line at the start of a programme.
const RAMP_STEPS: i64 = 8;
/// Payload bytes of a packet, the most that it adds to a buffer.
const PACKET_PAYLOAD: u64 = 184;

/// What one access unit asks of delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitLoad {
    /// Decoding time, relative to the programme's start.
    pub decode: Span,
    /// Transport packets.
    pub packets: u32,
    /// Bytes that enter the decoder's buffer.
    pub bytes: u32,
}

/// The space in which a curve must lie. All times are relative to the programme's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tube {
    /// Nothing is delivered before this time; below zero for the lead.
    pub from: Span,
    /// All is delivered before this time.
    pub until: Span,
    /// When the last access unit has left the buffer: the programme's end.
    pub end: Span,
    /// Bytes that the decoder's buffer holds.
    pub buffer_bytes: u32,
    /// The longest that a byte may wait in the decoder.
    pub residence_max: Span,
    /// How much later than its nominal time a packet may leave.
    pub late_margin: Span,
    /// How much earlier than its nominal time a packet may leave.
    pub early_margin: Span,
    /// The steepest that the curve may be.
    pub packets_per_second_max: u64,
}

/// Why a stream cannot be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// There is nothing to deliver.
    #[error("the stream has no access unit in this range")]
    Empty,
    /// An access unit must be whole before delivery may begin.
    #[error("access unit {unit} is due before its delivery may begin")]
    TooEarly {
        /// Which access unit.
        unit: usize,
    },
    /// An access unit cannot be whole in time without overflowing the buffer.
    #[error("access unit {unit} does not fit the decoder's buffer of {buffer_bytes} bytes in time")]
    Buffer {
        /// Which access unit.
        unit: usize,
        /// Bytes that the buffer holds.
        buffer_bytes: u32,
    },
    /// What is still to be decoded at the end leaves no room for the next programme.
    #[error("the last access units, from {unit} on, leave no buffer for the next programme")]
    Tail {
        /// The first of those access units.
        unit: usize,
    },
    /// Some part must be delivered faster than the stream's transport buffer drains.
    #[error("delivery peaks at {needed} packets per second, {limit} are allowed")]
    Peak {
        /// Packets per second that the steepest part needs.
        needed: u64,
        /// Packets per second that are allowed.
        limit: u64,
    },
    /// The window is empty or upside down.
    #[error("the delivery window is not a window: {0}")]
    Window(CurveError),
}

/// The smoothest delivery of these access units, given in decoding order, through the tube.
pub fn delivery_curve(units: &[UnitLoad], tube: &Tube) -> Result<Curve, DeliveryError> {
    let plan = Plan::new(units, tube)?;
    plan.check_tail()?;
    let mut string = TautString::new((tube.from.0, 0));
    let mut highest_floor = 0;
    for constraint in plan.constraints() {
        let (at, packets) = (constraint.at, i64::from(constraint.packets));
        if constraint.is_floor {
            string.floor((at, packets));
            highest_floor = highest_floor.max(packets);
        } else {
            if packets < highest_floor {
                let (unit, buffer_bytes) = (constraint.unit, tube.buffer_bytes);
                return Err(DeliveryError::Buffer { unit, buffer_bytes });
            }
            string.ceiling((at, packets));
        }
    }
    let knots = string.finish((tube.until.0, i64::from(plan.total())));
    let knots = knots.into_iter().map(|(t, p)| (t, p as u32)).collect();
    let curve = Curve::from_knots(knots).map_err(DeliveryError::Window)?;
    let needed = curve.peak_packets_per_second();
    if needed > tube.packets_per_second_max {
        return Err(DeliveryError::Peak { needed, limit: tube.packets_per_second_max });
    }
    Ok(curve)
}

/// A point that the curve must pass above or below. The derived order is by time, floors first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Constraint {
    at: i64,
    is_ceiling: bool,
    packets: u32,
    unit: usize,
    is_floor: bool,
}

struct Plan<'a> {
    units: &'a [UnitLoad],
    tube: &'a Tube,
    /// Packets and bytes before each unit, and behind the last.
    packets_before: Vec<u32>,
    bytes_before: Vec<u64>,
}

impl<'a> Plan<'a> {
    fn new(units: &'a [UnitLoad], tube: &'a Tube) -> Result<Plan<'a>, DeliveryError> {
        if units.is_empty() {
            return Err(DeliveryError::Empty);
        }
        let mut packets_before = Vec::with_capacity(units.len() + 1);
        let mut bytes_before = Vec::with_capacity(units.len() + 1);
        let (mut packets, mut bytes) = (0u32, 0u64);
        for (unit, load) in units.iter().enumerate() {
            if load.decode - tube.late_margin <= tube.from {
                return Err(DeliveryError::TooEarly { unit });
            }
            packets_before.push(packets);
            bytes_before.push(bytes);
            packets += load.packets;
            bytes += u64::from(load.bytes);
        }
        packets_before.push(packets);
        bytes_before.push(bytes);
        Ok(Plan { units, tube, packets_before, bytes_before })
    }

    fn total(&self) -> u32 {
        self.packets_before[self.units.len()]
    }

    /// The share of the buffer that this programme may use at a time: all of it once the programme
    /// has started, a growing part while its predecessor is still being decoded.
    fn buffer_at(&self, time: Span) -> u64 {
        let whole = u64::from(self.tube.buffer_bytes);
        let lead = -self.tube.from.0;
        if time.0 >= 0 || lead <= 0 {
            return whole;
        }
        let risen = (time.0 - self.tube.from.0).max(0);
        (u128::from(whole) * risen as u128 / lead as u128) as u64
    }

    /// Packets that may have been delivered when `decoded` units have left a buffer of `bytes`.
    /// `unit` is a cursor that only moves forward over calls in order of time.
    fn packets_that_fit(&self, decoded: usize, bytes: u64, unit: &mut usize) -> u32 {
        let limit = self.bytes_before[decoded] + bytes;
        while *unit < self.units.len() && self.bytes_before[*unit + 1] <= limit {
            *unit += 1;
        }
        while *unit > decoded && self.bytes_before[*unit] > limit {
            *unit -= 1;
        }
        if *unit == self.units.len() {
            return self.total();
        }
        let partial = (limit.saturating_sub(self.bytes_before[*unit])) / PACKET_PAYLOAD;
        self.packets_before[*unit] + (partial as u32).min(self.units[*unit].packets)
    }

    /// All constraints in order of time.
    fn constraints(&self) -> Vec<Constraint> {
        let mut all = Vec::with_capacity(self.units.len() * 3 + RAMP_STEPS as usize);
        self.push_ramp(&mut all);
        for (unit, load) in self.units.iter().enumerate() {
            let whole = self.packets_before[unit + 1];
            self.push(&mut all, load.decode - self.tube.late_margin, whole, unit, true);
        }
        let mut cursor = 0;
        for (unit, load) in self.units.iter().enumerate() {
            let room = self.buffer_at(load.decode);
            let fits = self.packets_that_fit(unit, room, &mut cursor);
            self.push(&mut all, load.decode + self.tube.early_margin, fits, unit, false);
        }
        for (unit, load) in self.units.iter().enumerate() {
            let first_allowed = load.decode - self.tube.residence_max + self.tube.early_margin;
            self.push(&mut all, first_allowed, self.packets_before[unit], unit, false);
        }
        // A sort that merges runs: each of the kinds is in order already.
        all.sort();
        all
    }

    /// The rising line of the shared buffer before the first access unit is decoded.
    fn push_ramp(&self, all: &mut Vec<Constraint>) {
        let first_decode = self.units[0].decode;
        let mut cursor = 0;
        for step in 1..RAMP_STEPS {
            let at = Span(self.tube.from.0 - self.tube.from.0 * step / RAMP_STEPS);
            if at >= first_decode {
                break;
            }
            let fits = self.packets_that_fit(0, self.buffer_at(at), &mut cursor);
            self.push(all, at, fits, 0, false);
        }
    }

    /// Adds a constraint unless it lies outside the window or asks for nothing.
    fn push(&self, all: &mut Vec<Constraint>, at: Span, packets: u32, unit: usize, floor: bool) {
        let outside = at <= self.tube.from || at >= self.tube.until;
        let empty = !floor && packets >= self.total();
        if !outside && !empty {
            let is_ceiling = !floor;
            all.push(Constraint { at: at.0, is_ceiling, packets, unit, is_floor: floor });
        }
    }

    /// What is left to decode behind the window must fall off at least as fast as the next
    /// programme's share of the buffer rises.
    fn check_tail(&self) -> Result<(), DeliveryError> {
        let total = self.bytes_before[self.units.len()];
        let handover = self.tube.end.0 - self.tube.until.0;
        for (unit, load) in self.units.iter().enumerate().rev() {
            if load.decode < self.tube.until {
                break;
            }
            let left = total - self.bytes_before[unit];
            let share = u128::from(self.tube.buffer_bytes)
                * (self.tube.end.0 - load.decode.0).max(0) as u128;
            if u128::from(left) * handover.max(1) as u128 > share {
                return Err(DeliveryError::Tail { unit });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRAME: i64 = 1_080_000;

    fn tube(units: &[UnitLoad], buffer_bytes: u32) -> Tube {
        let end = Span(units.len() as i64 * FRAME);
        let lead = Span::from_ms(600);
        Tube {
            from: Span(-lead.0),
            until: end - lead,
            end,
            buffer_bytes,
            residence_max: Span::from_ms(950),
            late_margin: Span::from_ms(10),
            early_margin: Span::from_ms(2),
            packets_per_second_max: 10_000,
        }
    }

    fn film(sizes: &[u32]) -> Vec<UnitLoad> {
        let unit = |(i, bytes): (usize, &u32)| UnitLoad {
            decode: Span(i as i64 * FRAME - 2 * FRAME),
            packets: bytes.div_ceil(184),
            bytes: *bytes,
        };
        sizes.iter().enumerate().map(unit).collect()
    }

    /// Checks a curve against the tube packet by packet, the way a decoder would.
    fn assert_holds(units: &[UnitLoad], tube: &Tube, curve: &Curve) {
        let mut before = 0;
        for unit in units {
            let end = before + unit.packets;
            let whole_at = curve.first_at_or_after(unit.decode - tube.late_margin);
            assert!(whole_at >= end, "unit at {:?} is not whole", unit.decode);
            let begun = curve.first_at_or_after(unit.decode - tube.residence_max);
            assert!(begun <= before, "unit at {:?} comes too early", unit.decode);
            before = end;
        }
        assert_eq!(curve.packets(), before);
        for (i, unit) in units.iter().enumerate() {
            let decoded: u64 = units[..i].iter().map(|u| u64::from(u.bytes)).sum();
            let delivered = curve.first_at_or_after(unit.decode);
            let mut bytes = 0u64;
            let mut seen = 0;
            for u in units {
                let whole = u.packets.min(delivered.saturating_sub(seen));
                bytes += u64::from(whole * 184).min(u64::from(u.bytes));
                seen += u.packets;
            }
            let fill = bytes.saturating_sub(decoded);
            assert!(fill <= u64::from(tube.buffer_bytes) + 184, "buffer holds {fill} at unit {i}");
        }
    }

    #[test]
    fn steady_film_is_delivered_at_a_steady_rate() {
        let units = film(&[15_000; 250]);
        let tube = tube(&units, 500_000);
        let curve = delivery_curve(&units, &tube).unwrap();
        assert_holds(&units, &tube, &curve);
        assert!(curve.peak_packets_per_second() < 82 * 25 * 11 / 10);
    }

    #[test]
    fn impossible_streams_are_refused_with_the_unit() {
        let mut units = film(&[3_000; 100]);
        units[50].bytes = 600_000;
        units[50].packets = 3261;
        let tube = tube(&units, 500_000);
        let error = delivery_curve(&units, &tube).unwrap_err();
        assert_eq!(error, DeliveryError::Buffer { unit: 50, buffer_bytes: 500_000 });
        assert_eq!(delivery_curve(&[], &tube), Err(DeliveryError::Empty));
    }

    proptest! {
        #[test]
        fn any_curve_that_is_found_holds(
            sizes in proptest::collection::vec(200u32..20_000, 40..120),
            key in 20_000u32..60_000,
        ) {
            let mut sizes = sizes;
            for size in sizes.iter_mut().step_by(25) {
                *size = key;
            }
            let units = film(&sizes);
            let tube = tube(&units, 400_000);
            match delivery_curve(&units, &tube) {
                Ok(curve) => assert_holds(&units, &tube, &curve),
                Err(error) => prop_assert!(
                    matches!(error, DeliveryError::Tail { .. } | DeliveryError::Peak { .. }),
                    "{error}"
                ),
            }
        }
    }
}
