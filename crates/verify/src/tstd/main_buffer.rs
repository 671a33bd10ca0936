//! The main buffers: B for audio, MB and EB with the leak method for video (ISO/IEC 13818-1
//! clauses 2.4.2.3 and 2.4.2.6).
//!
//! Positions are cumulative amounts of elementary stream. `arrived` counts what has left the
//! transport buffer, `moved` what is in EB or beyond it (for audio the two are one), `taken` what
//! the decoder has removed. So MB holds `arrived - moved`, EB or B holds `moved - taken`.

use super::model::{Model, Multiplexing};
use super::{BIT, BYTE, ticks_for};
use std::collections::VecDeque;
use ts::TICKS_PER_SECOND;

/// More access units than any conformant stream has in its decoder at a time.
const UNITS_MAX: usize = 4096;

/// An access unit in the buffer.
#[derive(Clone, Debug)]
struct Unit {
    end: Option<u128>,
    dts: u64,
    complete_at: Option<u64>,
    /// The decoding time has come while the end of the unit was not yet known.
    due: bool,
    told: bool,
}

/// An access unit that was not whole at its decoding time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Late {
    /// When it should have been decoded, in ticks.
    pub(crate) dts: u64,
    /// Bytes that were missing at least.
    pub(crate) missing_bytes: u64,
}

/// What the buffer saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MainFigures {
    /// The greatest fill of EB or B, in bytes.
    pub(crate) max_fill_bytes: u64,
    /// The greatest fill of MB, in bytes.
    pub(crate) max_multiplexing_bytes: u64,
    /// The least time from an access unit being whole to its decoding; negative when it was late.
    pub(crate) min_margin_ticks: Option<i64>,
    /// Access units decoded.
    pub(crate) units: u64,
}

/// MB and EB, or B.
#[derive(Clone, Debug)]
pub(crate) struct MainBuffer {
    multiplexing: Option<Multiplexing>,
    size: u128,
    arrived: u128,
    moved: u128,
    taken: u128,
    at: u64,
    /// When the last byte that has moved did so.
    drained_at: u64,
    /// When MB was last seen empty.
    empty_at: u64,
    /// Position and size of PES headers that wait in MB for the byte behind them.
    headers: VecDeque<(u128, u64)>,
    headers_fill: u64,
    units: VecDeque<Unit>,
    /// How many units from the front are known to be whole.
    whole: usize,
    told_never_empty: bool,
    flooded: bool,
    late: Vec<Late>,
    figures: MainFigures,
}

impl MainBuffer {
    /// Empty buffers at the instant `now`.
    pub(crate) fn new(model: &Model, now: u64) -> MainBuffer {
        MainBuffer {
            multiplexing: model.multiplexing,
            size: u128::from(model.main_bits) * u128::from(BIT),
            arrived: 0,
            moved: 0,
            taken: 0,
            at: now,
            drained_at: now,
            empty_at: now,
            headers: VecDeque::new(),
            headers_fill: 0,
            units: VecDeque::new(),
            whole: 0,
            told_never_empty: false,
            flooded: false,
            late: Vec::new(),
            figures: MainFigures::default(),
        }
    }

    /// Takes other sizes and rates; what is inside stays.
    pub(crate) fn set_model(&mut self, model: &Model) {
        self.multiplexing = model.multiplexing;
        self.size = u128::from(model.main_bits) * u128::from(BIT);
    }

    /// What the buffer saw so far.
    pub(crate) fn figures(&self) -> MainFigures {
        self.figures
    }

    /// The access units found late since the last call.
    pub(crate) fn drain_late(&mut self) -> impl Iterator<Item = Late> + '_ {
        self.late.drain(..)
    }

    /// An access unit begins with the next byte; the one before it ends. It is decoded at `dts`.
    pub(crate) fn begin_unit(&mut self, dts: u64) {
        self.end_unit();
        self.units.push_back(Unit { end: None, dts, complete_at: None, due: false, told: false });
        // A stream whose time stamps lie hours ahead must not fill the memory.
        while self.units.len() > UNITS_MAX {
            self.remove_front();
        }
    }

    /// The access unit in hand is known to have ended.
    pub(crate) fn end_unit(&mut self) {
        let arrived = self.arrived;
        if let Some(unit) = self.units.back_mut() {
            unit.end.get_or_insert(arrived);
        }
        self.mark_whole(self.drained_at);
        if self.units.front().is_some_and(|unit| unit.due && unit.end.is_some()) {
            self.remove_front();
        }
    }

    /// A PES header stands before the next byte. Audio keeps it until its frame is decoded; video
    /// keeps it in MB until the byte behind it moves.
    pub(crate) fn header(&mut self, bytes: u64) {
        if self.multiplexing.is_some() {
            self.headers.push_back((self.arrived, bytes * BYTE));
            self.headers_fill += bytes * BYTE;
            if self.headers.len() > UNITS_MAX {
                self.release_header();
            }
        }
    }

    /// Bytes leave the transport buffer between two instants. Returns the fill in bytes of the
    /// buffer that they begin to flood, if they do.
    ///
    /// They count as there at the first instant when the buffer may be flooded, at the last one
    /// when a unit may be late, so both are judged strictly.
    pub(crate) fn arrive(&mut self, first: u64, last: u64, bytes: u64) -> Option<u64> {
        self.advance(first);
        let amount = u128::from(bytes * BYTE);
        let flooded = self.flooded_by(amount);
        self.advance(last);
        self.arrived += amount;
        if self.multiplexing.is_none() {
            self.moved = self.arrived;
            self.drained_at = self.at;
        }
        self.blame_due_unit(bytes);
        flooded
    }

    /// Ticks since MB was last empty, once for each time that they become more than a second.
    pub(crate) fn never_empty_ticks(&mut self) -> Option<u64> {
        self.multiplexing?;
        if self.moved == self.arrived {
            self.told_never_empty = false;
            return None;
        }
        let since = self.at.saturating_sub(self.empty_at);
        if since <= TICKS_PER_SECOND || self.told_never_empty {
            return None;
        }
        self.told_never_empty = true;
        Some(since)
    }

    /// Lets time go on to `to`: bytes move from MB to EB, units are decoded.
    pub(crate) fn advance(&mut self, to: u64) {
        let to = to.max(self.at);
        loop {
            let next = self.units.front().filter(|unit| !unit.due).map(|unit| unit.dts);
            let until = next.map_or(to, |dts| dts.clamp(self.at, to));
            self.move_until(until);
            match next {
                Some(dts) if dts <= to => self.decode_front(),
                _ => return,
            }
        }
    }

    fn flooded_by(&mut self, amount: u128) -> Option<u64> {
        let (fill, size) = match self.multiplexing {
            Some(mb) => {
                let fill = self.arrived - self.moved + amount + u128::from(self.headers_fill);
                self.figures.max_multiplexing_bytes =
                    self.figures.max_multiplexing_bytes.max(bytes_of(fill));
                (fill, u128::from(mb.size_bits) * u128::from(BIT))
            }
            None => {
                let fill = (self.moved + amount).saturating_sub(self.taken);
                self.figures.max_fill_bytes = self.figures.max_fill_bytes.max(bytes_of(fill));
                (fill, self.size)
            }
        };
        let was_flooded = core::mem::replace(&mut self.flooded, fill > size);
        (self.flooded && !was_flooded).then(|| bytes_of(fill))
    }

    fn move_until(&mut self, until: u64) {
        let span = until - self.at;
        let from = self.at;
        self.at = until;
        let Some(mb) = self.multiplexing else {
            return;
        };
        let waiting = self.arrived - self.moved;
        if waiting == 0 {
            self.empty_at = until;
            return;
        }
        let room = self.size.saturating_sub(self.moved.saturating_sub(self.taken));
        let can = u128::from(mb.rate_bps) * u128::from(span);
        let amount = waiting.min(room).min(can);
        let before = self.moved;
        self.moved += amount;
        while self.headers.front().is_some_and(|(position, _)| *position < self.moved) {
            self.release_header();
        }
        let rate = mb.rate_bps;
        if amount == waiting {
            self.drained_at = from + ticks_for(amount as u64, rate);
            self.empty_at = until;
        }
        while let Some(unit) = self.units.get_mut(self.whole) {
            let Some(end) = unit.end.filter(|end| *end <= self.moved) else {
                break;
            };
            let rest = end.saturating_sub(before) as u64;
            unit.complete_at = Some(from + ticks_for(rest, rate));
            self.whole += 1;
        }
        let fill = bytes_of(self.moved.saturating_sub(self.taken));
        self.figures.max_fill_bytes = self.figures.max_fill_bytes.max(fill);
    }

    fn release_header(&mut self) {
        if let Some((_, size)) = self.headers.pop_front() {
            self.headers_fill -= size;
        }
    }

    /// Marks the units that have wholly moved but whose end was not known when they did.
    fn mark_whole(&mut self, when: u64) {
        while let Some(unit) = self.units.get_mut(self.whole) {
            if unit.end.is_none_or(|end| end > self.moved) {
                return;
            }
            unit.complete_at = Some(when);
            self.whole += 1;
        }
    }

    fn decode_front(&mut self) {
        let Some(unit) = self.units.front_mut() else {
            return;
        };
        let Some(end) = unit.end else {
            // It may already be whole. If more of it comes, it was not.
            unit.due = true;
            let missing = self.arrived.saturating_sub(self.moved);
            self.taken = self.taken.max(self.arrived);
            if missing > 0 {
                unit.told = true;
                let dts = unit.dts;
                self.tell_late(dts, missing);
            }
            return;
        };
        let missing = end.saturating_sub(self.moved);
        self.taken = self.taken.max(end);
        if missing > 0 {
            let dts = unit.dts;
            self.tell_late(dts, missing);
        }
        self.remove_front();
    }

    fn remove_front(&mut self) {
        let Some(unit) = self.units.pop_front() else {
            return;
        };
        self.whole = self.whole.saturating_sub(1);
        self.figures.units += 1;
        if let (Some(complete), false) = (unit.complete_at, unit.told) {
            self.note_margin(unit.dts as i64 - complete as i64);
        }
    }

    /// Bytes that come for a unit whose decoding time has passed make it late.
    fn blame_due_unit(&mut self, bytes: u64) {
        let Some(unit) = self.units.front_mut().filter(|unit| unit.due) else {
            return;
        };
        self.taken = self.taken.max(self.arrived);
        if !core::mem::replace(&mut unit.told, true) {
            let dts = unit.dts;
            self.tell_late(dts, u128::from(bytes * BYTE));
            let late_by = self.at as i64 - dts as i64;
            self.note_margin(-late_by);
        }
    }

    fn tell_late(&mut self, dts: u64, missing: u128) {
        self.late.push(Late { dts, missing_bytes: bytes_of(missing) });
        let rate = self.multiplexing.map_or(2_000_000, |mb| mb.rate_bps);
        self.note_margin(-(ticks_for(missing as u64, rate) as i64));
    }

    fn note_margin(&mut self, ticks: i64) {
        let least = self.figures.min_margin_ticks.map_or(ticks, |least| least.min(ticks));
        self.figures.min_margin_ticks = Some(least);
    }
}

fn bytes_of(amount: u128) -> u64 {
    amount.div_ceil(u128::from(BYTE)) as u64
}

#[cfg(test)]
mod tests {
    use super::super::model::Delay;
    use super::*;

    const MS: u64 = 27_000;

    fn flat(bytes: u64) -> Model {
        Model {
            tb_bytes: 512,
            rx_bps: 2_000_000,
            multiplexing: None,
            main_bits: bytes * 8,
            delay: Delay::Second,
        }
    }

    /// One byte in a tick's 27th of a microsecond: 8 Mbit/s moves 1000 bytes in a millisecond.
    fn video(mb_bytes: u64, eb_bytes: u64) -> Model {
        let multiplexing = Some(Multiplexing { size_bits: mb_bytes * 8, rate_bps: 8_000_000 });
        Model { multiplexing, ..flat(eb_bytes) }
    }

    #[test]
    fn a_buffer_holds_what_its_units_weigh_until_each_is_due() {
        let mut b = MainBuffer::new(&flat(1000), 0);
        for (n, due) in [(0, 10), (1, 20), (2, 30)] {
            b.begin_unit(due * MS);
            assert_eq!(b.arrive(n * MS, n * MS, 300), None);
        }
        b.begin_unit(40 * MS);
        assert_eq!(b.arrive(3 * MS, 3 * MS, 300), Some(1200));
        b.advance(50 * MS);
        b.end_unit();
        assert_eq!(b.drain_late().count(), 0);
        let figures = b.figures();
        assert_eq!((figures.max_fill_bytes, figures.units), (1200, 4));
        assert_eq!(figures.min_margin_ticks, Some(10 * MS as i64));
    }

    #[test]
    fn a_unit_that_ends_behind_its_time_is_late_by_what_was_missing() {
        let mut b = MainBuffer::new(&flat(1000), 0);
        b.begin_unit(10 * MS);
        b.arrive(0, 0, 100);
        b.arrive(11 * MS, 11 * MS, 50);
        assert_eq!(b.drain_late().next(), Some(Late { dts: 10 * MS, missing_bytes: 50 }));
        b.begin_unit(30 * MS);
        b.arrive(12 * MS, 12 * MS, 100);
        b.advance(40 * MS);
        b.end_unit();
        assert_eq!(b.drain_late().count(), 0);
        assert_eq!(b.figures().min_margin_ticks, Some(-(MS as i64)));
    }

    #[test]
    fn multiplexing_buffer_leaks_at_its_rate_and_holds_when_the_next_is_full() {
        let mut b = MainBuffer::new(&video(3000, 1500), 0);
        b.begin_unit(10 * MS);
        b.arrive(0, 0, 1000);
        b.begin_unit(20 * MS);
        b.arrive(0, 0, 1000);
        b.advance(MS / 2);
        assert_eq!(bytes_of(b.moved), 500);
        b.advance(5 * MS);
        assert_eq!(bytes_of(b.moved), 1500);
        b.begin_unit(30 * MS);
        assert_eq!(b.arrive(5 * MS, 5 * MS, 2600), Some(3100));
        b.advance(15 * MS);
        // The first unit left at 10 ms and made room for 1000 more.
        assert_eq!(bytes_of(b.moved), 2500);
    }

    #[test]
    fn video_that_has_not_moved_in_time_is_late() {
        let mut b = MainBuffer::new(&video(9000, 9000), 0);
        b.begin_unit(3 * MS);
        b.arrive(0, 0, 4000);
        b.begin_unit(20 * MS);
        b.arrive(MS, MS, 10);
        b.advance(4 * MS);
        assert_eq!(b.drain_late().next(), Some(Late { dts: 3 * MS, missing_bytes: 1000 }));
    }

    #[test]
    fn a_multiplexing_buffer_that_never_empties_is_told_once() {
        let mut b = MainBuffer::new(&video(100_000, 1_000_000), 0);
        let mut told = 0;
        b.begin_unit(90_000 * MS);
        b.arrive(0, 0, 2000);
        for n in 1..1500 {
            b.arrive(n * MS, n * MS, 1000);
            told += u64::from(b.never_empty_ticks().is_some());
        }
        assert_eq!(told, 1);
    }
}
