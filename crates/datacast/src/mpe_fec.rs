//! MPE-FEC: frames of datagrams with Reed-Solomon parity, in sections (EN 301 192 clause 9).
//!
//! ```text
//! 0x78 | 1011 | length 12 | padding_columns 8 | 0xff | 1111111 | current | column | last column |
//! real-time parameters 32 | one column of parity | CRC_32
//! ```
//!
//! [`Framer`] fills a frame with datagrams and makes its sections: first the datagrams, then the
//! columns of parity. [`Deframer`] takes sections as they come and gives datagrams out at once;
//! those that were lost come at the end of the frame, if enough of it has arrived.

use crate::mpe::{
    Addressing, DatagramSection, MpeError, RealTime, datagram_section, datagram_size,
};
use core::ops::Range;
use fec::frame::{DATA_COLUMNS, Frame, PARITY_COLUMNS, Presence, Rows};
use std::collections::BTreeMap;
use ts::section::{LongHeader, SectionError, SectionView, write_section};

/// Table of MPE-FEC sections.
pub const TABLE_MPE_FEC: u8 = 0x78;
/// The most columns of zeros that may be left out.
const PADDING_MAX: usize = 190;

/// Collects the datagrams of one frame.
#[derive(Clone, Debug)]
pub struct Framer {
    frame: Frame,
    /// Where each datagram begins, and where the last one ends.
    borders: Vec<usize>,
}

/// How the sections of a frame are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameOptions {
    /// MAC_5 and MAC_6 of the datagrams' destination.
    pub mac_low: [u8; 2],
    /// delta_t of all sections: without time slicing, the number of the frame modulo 4096.
    pub delta_t: u16,
    /// Columns of parity that are sent, at most 64; those behind them are punctured.
    pub parity_columns: u8,
}

impl Framer {
    /// A frame without datagrams.
    pub fn new(rows: Rows) -> Framer {
        Framer { frame: Frame::new(rows), borders: vec![0] }
    }

    /// Takes the next datagram; `false` when it does not fit the frame any more.
    pub fn push(&mut self, datagram: &[u8]) -> bool {
        let begin = self.end();
        let room = self.frame.data_mut().get_mut(begin..begin + datagram.len());
        let Some(room) = room else { return false };
        room.copy_from_slice(datagram);
        self.borders.push(begin + datagram.len());
        true
    }

    /// Bytes taken.
    pub fn end(&self) -> usize {
        self.borders.last().copied().unwrap_or(0)
    }

    /// All sections of the frame in the order of sending.
    ///
    /// # Errors
    /// [`SectionError`] when a datagram exceeds a section.
    pub fn sections(mut self, options: FrameOptions) -> Result<Vec<Vec<u8>>, SectionError> {
        let rows = self.frame.rows().count();
        let columns = usize::from(options.parity_columns).min(PARITY_COLUMNS);
        let datagrams = self.borders.len() - 1;
        let real_time = |address: usize, left: usize, is_parity: bool| RealTime {
            delta_t: options.delta_t,
            table_boundary: left == 0,
            frame_boundary: left == 0 && (is_parity || columns == 0),
            address: address as u32,
        };
        let mut sections = Vec::with_capacity(datagrams + columns);
        for (number, range) in self.borders.windows(2).enumerate() {
            let parameters = real_time(range[0], datagrams - 1 - number, false);
            let addressing = Addressing::RealTime(options.mac_low, parameters);
            let datagram = &self.frame.data()[range[0]..range[1]];
            sections.push(datagram_section(addressing, datagram)?);
        }
        if columns == 0 {
            return Ok(sections);
        }
        self.frame.encode();
        let padding = (DATA_COLUMNS - self.end().div_ceil(rows)).min(PADDING_MAX);
        for (column, parity) in self.frame.parity().chunks_exact(rows).take(columns).enumerate() {
            let parameters = real_time(column * rows, columns - 1 - column, true);
            let header = LongHeader {
                table_id: TABLE_MPE_FEC,
                private: false,
                extension: (padding as u16) << 8 | 0xff,
                version: 0x1f,
                current: true,
                number: column as u8,
                last_number: (columns - 1) as u8,
            };
            sections.push(write_section(&header, &[&parameters.to_bytes(), parity].concat())?);
        }
        Ok(sections)
    }
}

/// What a deframer has seen and done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameCounters {
    /// Frames that have ended.
    pub frames: u64,
    /// Datagrams that arrived in their own sections.
    pub datagrams: u64,
    /// Datagrams that parity brought back.
    pub datagrams_restored: u64,
    /// Rows of frames that could not be restored.
    pub rows_lost: u64,
    /// Sections of the right kind that contradict their frame.
    pub sections_bad: u64,
}

/// Takes the sections of a stream with MPE-FEC and gives out its datagrams.
#[derive(Debug)]
pub struct Deframer {
    rows: Rows,
    time_slicing: bool,
    frame: Frame,
    presence: Presence,
    /// The datagrams that arrived: where they begin and end.
    arrived: BTreeMap<usize, usize>,
    /// Where the datagrams end, once their last section has come.
    end: Option<usize>,
    /// delta_t of the frame's sections; nothing has come of the frame when there is none.
    delta_t: Option<u16>,
    has_parity: bool,
    counters: FrameCounters,
}

impl Deframer {
    /// A deframer for frames of so many rows, as the time_slice_fec_identifier_descriptor tells.
    /// With `time_slicing` the sections of a frame count down to the next burst; without, they all
    /// bear its number.
    pub fn new(rows: Rows, time_slicing: bool) -> Deframer {
        Deframer {
            rows,
            time_slicing,
            frame: Frame::new(rows),
            presence: Presence::none(rows),
            arrived: BTreeMap::new(),
            end: None,
            delta_t: None,
            has_parity: false,
            counters: FrameCounters::default(),
        }
    }

    /// What has been seen so far.
    pub fn counters(&self) -> FrameCounters {
        self.counters
    }

    /// Takes a section of the stream: a datagram section or an MPE-FEC section.
    ///
    /// # Errors
    /// [`MpeError`] when it is neither.
    pub fn push(
        &mut self,
        section: SectionView<'_>,
        mut datagram: impl FnMut(&[u8]),
    ) -> Result<(), MpeError> {
        if section.table_id() == TABLE_MPE_FEC {
            let size = section.bytes().len();
            let body = section.body().split_first_chunk::<4>().ok_or(MpeError::Short { size })?;
            let parameters = RealTime::from_bytes(*body.0);
            if self.is_next(parameters, true) {
                self.finish(&mut datagram);
            }
            self.take_parity(section, parameters, body.1);
            self.close(parameters, &mut datagram);
            return Ok(());
        }
        let read = DatagramSection::parse(section)?;
        let parameters = read.real_time();
        if self.is_next(parameters, false) {
            self.finish(&mut datagram);
        }
        self.take_datagram(parameters, read.payload, &mut datagram);
        self.close(parameters, &mut datagram);
        Ok(())
    }

    /// Ends the frame that is being received, as at the end of the stream.
    pub fn finish(&mut self, datagram: &mut impl FnMut(&[u8])) {
        if self.delta_t.is_none() {
            return;
        }
        self.counters.frames += 1;
        if self.has_parity {
            let restored = self.frame.restore(&mut self.presence);
            self.counters.rows_lost += restored.rows_lost as u64;
            self.give_restored(datagram);
        }
        self.frame.data_mut().fill(0);
        self.presence = Presence::none(self.rows);
        self.arrived.clear();
        (self.end, self.delta_t, self.has_parity) = (None, None, false);
    }

    fn close(&mut self, parameters: RealTime, datagram: &mut impl FnMut(&[u8])) {
        if parameters.frame_boundary {
            self.finish(datagram);
        } else {
            self.delta_t = Some(parameters.delta_t);
        }
    }

    /// Whether a section belongs to a frame after the present one, whose last sections are lost.
    fn is_next(&self, parameters: RealTime, is_parity: bool) -> bool {
        let Some(delta_t) = self.delta_t else { return false };
        let last = self.arrived.last_key_value().map(|(begin, _)| *begin);
        let is_back = !is_parity
            && (self.has_parity || last.is_some_and(|last| last >= parameters.address as usize));
        is_back || (!self.time_slicing && delta_t != parameters.delta_t)
    }

    fn take_datagram(
        &mut self,
        parameters: RealTime,
        payload: &[u8],
        datagram: &mut impl FnMut(&[u8]),
    ) {
        let begin = parameters.address as usize;
        let size = datagram_size(payload).filter(|size| *size <= payload.len());
        let room = size.and_then(|size| {
            let room = self.frame.data_mut().get_mut(begin..begin + size)?;
            room.copy_from_slice(&payload[..size]);
            Some(begin..begin + size)
        });
        let Some(range) = room else {
            self.counters.sections_bad += 1;
            return;
        };
        self.presence.add(range.clone());
        self.arrived.insert(range.start, range.end);
        if parameters.table_boundary {
            self.end = Some(range.end);
            self.presence.add(range.end..self.data_size());
        }
        self.counters.datagrams += 1;
        datagram(&payload[..range.len()]);
    }

    fn take_parity(&mut self, section: SectionView<'_>, parameters: RealTime, parity: &[u8]) {
        let rows = self.rows.count();
        let column = usize::from(section.number());
        let [padding, _] = section.extension().to_be_bytes();
        let begin = column * rows;
        let is_sound = parity.len() == rows
            && column < PARITY_COLUMNS
            && usize::from(padding) <= PADDING_MAX
            && parameters.address as usize == begin;
        if !is_sound {
            self.counters.sections_bad += 1;
            return;
        }
        self.frame.parity_mut()[begin..begin + rows].copy_from_slice(parity);
        let data = self.data_size();
        self.presence.add(data + begin..data + begin + rows);
        self.presence.add(data - usize::from(padding) * rows..data);
        self.has_parity = true;
    }

    /// Walks from datagram to datagram; where the way is lost, the next one that arrived is the
    /// next known place.
    fn give_restored(&mut self, datagram: &mut impl FnMut(&[u8])) {
        let end = self.end.unwrap_or(self.data_size());
        let mut at = 0;
        while at < end {
            if let Some(next) = self.arrived.get(&at) {
                at = *next;
                continue;
            }
            let Some(range) = self.restored_at(at, end) else {
                let next = self.arrived.range(at..).next();
                let Some((begin, _)) = next else { return };
                at = *begin;
                continue;
            };
            at = range.end;
            self.counters.datagrams_restored += 1;
            datagram(&self.frame.data()[range]);
        }
    }

    /// The datagram that begins here, if its bytes are there.
    fn restored_at(&self, at: usize, end: usize) -> Option<Range<usize>> {
        let header = at..(at + 6).min(end);
        if !self.presence.has(header) {
            return None;
        }
        let size = datagram_size(&self.frame.data()[at..end])?;
        let range = at..at.checked_add(size).filter(|last| *last <= end)?;
        self.presence.has(range.clone()).then_some(range)
    }

    fn data_size(&self) -> usize {
        self.rows.count() * DATA_COLUMNS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPTIONS: FrameOptions =
        FrameOptions { mac_low: [0x2a, 1], delta_t: 7, parity_columns: 64 };

    fn datagram(number: usize, size: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..size).map(|i| (i * 3 + number) as u8).collect();
        bytes[0] = 0x45;
        bytes[2..4].copy_from_slice(&(size as u16).to_be_bytes());
        bytes
    }

    fn sections(rows: Rows, datagrams: &[Vec<u8>], options: FrameOptions) -> Vec<Vec<u8>> {
        let mut framer = Framer::new(rows);
        assert!(datagrams.iter().all(|datagram| framer.push(datagram)));
        framer.sections(options).unwrap()
    }

    fn received(deframer: &mut Deframer, sections: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for section in sections {
            let view = SectionView::parse(section).unwrap();
            deframer.push(view, |datagram| out.push(datagram.to_vec())).unwrap();
        }
        out
    }

    #[test]
    fn sections_tell_where_their_tables_and_their_frame_end() {
        let datagrams = [datagram(0, 300), datagram(1, 60)];
        let sections = sections(Rows::R256, &datagrams, OPTIONS);
        assert_eq!(sections.len(), 2 + 64);
        let parameters = |number: usize| {
            let bytes = &sections[number];
            let at = RealTime::from_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
            (at.address, at.table_boundary, at.frame_boundary, at.delta_t)
        };
        assert_eq!(parameters(0), (0, false, false, 7));
        assert_eq!(parameters(1), (300, true, false, 7));
        assert_eq!(parameters(2), (0, false, false, 7));
        assert_eq!(parameters(65), (63 * 256, true, true, 7));
        // Two columns are in use, 189 are not sent.
        assert_eq!(sections[2][..8], [0x78, 0xb1, 0x0d, 189, 0xff, 0xff, 0, 63]);
    }

    #[test]
    fn a_frame_without_parity_ends_with_its_last_datagram() {
        let options = FrameOptions { parity_columns: 0, ..OPTIONS };
        let datagrams = [datagram(0, 300), datagram(1, 60)];
        let sections = sections(Rows::R256, &datagrams, options);
        assert_eq!(sections.len(), 2);
        let mut deframer = Deframer::new(Rows::R256, false);
        assert_eq!(received(&mut deframer, &sections), datagrams);
        assert_eq!(deframer.counters().frames, 1);
    }

    #[test]
    fn a_frame_takes_as_much_as_its_table_holds() {
        let mut framer = Framer::new(Rows::R256);
        let size = DATA_COLUMNS * 256;
        for number in 0..size / 1000 {
            assert!(framer.push(&datagram(number, 1000)));
        }
        assert!(!framer.push(&datagram(0, size % 1000 + 1)));
        assert!(framer.push(&datagram(0, size % 1000)));
        assert_eq!(framer.end(), size);
        // No column is left out, and the last section of datagrams is marked.
        let sections = framer.sections(OPTIONS).unwrap();
        assert_eq!(sections[sections.len() - 1][3], 0);
    }

    #[test]
    fn a_frame_whose_end_is_lost_ends_when_the_next_one_begins() {
        let first: Vec<Vec<u8>> = (0..20).map(|number| datagram(number, 500)).collect();
        let mut one = sections(Rows::R256, &first, OPTIONS);
        one.pop();
        one.remove(3);
        let second = [datagram(99, 100)];
        let two = sections(Rows::R256, &second, FrameOptions { delta_t: 8, ..OPTIONS });
        for time_slicing in [false, true] {
            let mut deframer = Deframer::new(Rows::R256, time_slicing);
            let mut out = received(&mut deframer, &one);
            assert_eq!(out.len(), 19);
            out.extend(received(&mut deframer, &two));
            assert_eq!((out[19].clone(), out[20].clone()), (first[3].clone(), second[0].clone()));
            let counters = deframer.counters();
            assert_eq!((counters.frames, counters.datagrams_restored), (2, 1));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_loss_within_the_parity_gives_all_datagrams_back(
            sizes in prop::collection::vec(20usize..1400, 1..34),
            lost in prop::collection::vec(0usize..34, 0..9),
            lost_parity in prop::collection::vec(0usize..64, 0..6),
        ) {
            let datagrams: Vec<Vec<u8>> =
                sizes.iter().enumerate().map(|(number, size)| datagram(number, *size)).collect();
            let all = sections(Rows::R256, &datagrams, OPTIONS);
            // A datagram of 1,400 bytes touches at most 7 columns of a row of 256.
            let kept: Vec<Vec<u8>> = all.iter().enumerate().filter(|(number, _)| {
                match number.checked_sub(datagrams.len()) {
                    None => !lost.contains(number),
                    Some(column) => !lost_parity.contains(&column),
                }
            }).map(|(_, section)| section.clone()).collect();
            let mut deframer = Deframer::new(Rows::R256, false);
            let mut out = received(&mut deframer, &kept);
            deframer.finish(&mut |datagram: &[u8]| out.push(datagram.to_vec()));
            let mut wanted = datagrams;
            out.sort();
            wanted.sort();
            prop_assert_eq!(out, wanted);
            prop_assert_eq!(deframer.counters().rows_lost, 0);
        }

        #[test]
        fn any_sections_are_taken_without_panic(
            given in prop::collection::vec(
                (any::<bool>(), any::<[u8; 4]>(), any::<u16>(), 0u8..70, any::<bool>()), 0..40),
        ) {
            let mut deframer = Deframer::new(Rows::R256, false);
            for (is_parity, parameters, extension, number, whole) in given {
                let header = LongHeader {
                    table_id: if is_parity { TABLE_MPE_FEC } else { 0x3e },
                    private: false,
                    extension,
                    version: 0,
                    current: true,
                    number: if is_parity { number } else { 0 },
                    last_number: 0,
                };
                let payload = if whole { vec![0x45; 256] } else { datagram(1, 40) };
                let body = [&parameters[..], &payload].concat();
                let bytes = write_section(&header, &body).unwrap();
                let _ = deframer.push(SectionView::parse(&bytes).unwrap(), |_| {});
            }
        }
    }
}
