//! One airing made ready: which access units it sends, when, and with which time stamps.

use crate::engine::Takeover;
use crate::select::{AudioCut, TextCut, VideoCut};
use asset::{AccessUnit, AssetIndex, Facts, StreamIndex};
use core::ops::Range;
use es::Codec;
use mux::{Curve, DeliveryError, Tube, UnitLoad, delivery_curve};
use rundown::{Airing, COVER_AHEAD, DeliveryWindow};
use std::collections::BTreeMap;
use std::sync::Arc;
use ts::{PACKET_BITS, Span, Ticks, Timestamp};

/// Packets of a PID in one airing are a multiple of this, so that the continuity counter is zero
/// at the start of each airing.
const COUNTER_PERIOD: u32 = 16;
/// The longest that we let a byte wait, within the 1 s of ISO/IEC 13818-1 clause 2.4.2.3. Below
/// 700 ms no access unit is spread so far that the next time stamp comes too late for an analyser
/// that measures their interval by arrival (clause 2.7.4).
const RESIDENCE: Span = Span::from_ms(690);
/// Time that is left for the last unit of an airing between the earliest that it may come and the
/// end of its window.
const RESIDENCE_SPARE: Span = Span::from_ms(60);
/// How far the merge may move a packet from its nominal time.
const LATE_MARGIN: Span = Span::from_ms(10);
const EARLY_MARGIN: Span = Span::from_ms(5);

/// An airing that cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stream {stream} of the asset cannot be delivered: {source}")]
pub struct PlayError {
    /// Which stream of the asset.
    pub stream: usize,
    /// Why.
    pub source: DeliveryError,
}

/// An airing with its index and the plan of each stream.
#[derive(Clone, Debug)]
pub struct Play {
    /// What is played and when.
    pub airing: Airing,
    /// The asset's index.
    pub index: Arc<AssetIndex>,
    /// The streams that have something to send, video first.
    pub streams: Vec<StreamPlay>,
}

/// How time stamps of a stream follow from its access units.
#[derive(Clone, Copy, Debug)]
enum Stamps {
    Video(VideoCut),
    Audio(AudioCut),
    Text(TextCut),
}

/// The plan of one elementary stream of an airing.
#[derive(Clone, Debug)]
pub struct StreamPlay {
    /// Which stream of the asset.
    pub stream: usize,
    /// The access units that are sent.
    pub units: Range<usize>,
    /// The units whose first packets are split to make the count a multiple of sixteen, rising,
    /// and into how many packets beyond themselves. It is one unit unless units are tiny.
    pub padding: Vec<(usize, u32)>,
    /// The continuity counter of the first packet.
    pub counter: u8,
    /// When packets leave, relative to the airing's start.
    pub curve: Curve,
    /// The packets before this one are sent: all of them, unless the airing is lost.
    pub end: u32,
    stamps: Stamps,
}

/// What has a PID of its own on a service: a place and a codec.
pub(crate) type Line = (usize, Codec);

/// Where the continuity counters of a service stand when an airing takes over in mid-count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    /// By line; one that is missing stands at zero.
    pub counts: BTreeMap<Line, u32>,
    /// Whether the airing is the last to count on from there: the next one begins at zero.
    pub closes: bool,
}

impl Counters {
    /// Counters that the next stream on each line brings to zero.
    pub(crate) fn open(mut counts: BTreeMap<Line, u32>) -> Counters {
        counts.retain(|_, count| !count.is_multiple_of(COUNTER_PERIOD));
        let closes = !counts.is_empty();
        Counters { counts, closes }
    }
}

impl Play {
    /// Plans an airing.
    pub fn new(airing: Airing, index: Arc<AssetIndex>) -> Result<Play, PlayError> {
        Play::counting_on(airing, index, &Counters::default())
    }

    /// Plans an airing that takes over in mid-count.
    pub(crate) fn counting_on(
        airing: Airing,
        index: Arc<AssetIndex>,
        counters: &Counters,
    ) -> Result<Play, PlayError> {
        let mut streams = Vec::new();
        for (number, stream) in index.streams.iter().enumerate() {
            let counter = counters.counts.get(&line(&index, number)).copied().unwrap_or(0);
            let count = (counter % COUNTER_PERIOD, counters.closes);
            let planned = StreamPlay::new(&airing, &index, number, stream, count)
                .map_err(|source| PlayError { stream: number, source })?;
            streams.extend(planned);
        }
        Ok(Play { airing, index, streams })
    }

    /// The airing up to where the slate takes over, with the access units whole that are under way
    /// there. Of one that is cut the sound lasts until the slate is shown.
    pub(crate) fn ending(&self, takeover: Takeover) -> Play {
        let mut play = self.clone();
        let at = takeover.at.since(play.airing.start);
        let finish_by = takeover.finish_by.since(play.airing.start);
        let shown = takeover.at + COVER_AHEAD;
        for stream in &mut play.streams {
            let of = &play.index.streams[stream.stream];
            stream.end = match stream.stamps {
                Stamps::Audio(cut) if takeover.is_cut => {
                    let frame = of.format.frame_duration;
                    let end = cut.end_before(play.airing.start, shown, frame, &of.units);
                    stream.before(of, end.clamp(stream.units.start, stream.units.end))
                }
                _ => stream.end_of_unit(of, at, finish_by),
            };
        }
        play
    }
}

impl StreamPlay {
    /// Plans a stream; `None` when it has no access unit in the airing.
    fn new(
        airing: &Airing,
        index: &AssetIndex,
        number: usize,
        stream: &StreamIndex,
        count: (u32, bool),
    ) -> Result<Option<StreamPlay>, DeliveryError> {
        match stream.format.facts {
            Facts::Video(_) => StreamPlay::of_video(airing, index, number, stream, count),
            Facts::Audio(_) => {
                let frame = stream.format.frame_duration;
                let before = airing.frames_before.get(line(index, number).0 - 1).copied();
                let (units, cut) = AudioCut::select(airing, frame, before, &stream.units);
                StreamPlay::of(airing, number, stream, units, Stamps::Audio(cut), count)
            }
            Facts::Subtitles(_) => Ok(StreamPlay::of_texts(airing, number, stream, count)),
        }
    }

    fn of_video(
        airing: &Airing,
        index: &AssetIndex,
        number: usize,
        stream: &StreamIndex,
        count: (u32, bool),
    ) -> Result<Option<StreamPlay>, DeliveryError> {
        let frame = stream.format.frame_duration;
        let mut behind = usize::MAX;
        loop {
            let all = &stream.units;
            let (units, cut) = VideoCut::select(airing, index.duration, frame, all, behind);
            let (first, end) = (units.start, units.end);
            match StreamPlay::of(airing, number, stream, units, Stamps::Video(cut), count) {
                // A great picture right before the join is left out.
                Err(DeliveryError::Tail { unit }) if unit > 0 && end <= behind => {
                    behind = first + unit;
                }
                planned => return planned,
            }
        }
    }

    /// Plans a stream of subtitles. What stands so near to a join that it cannot be there in time
    /// is left out, and in the end all of them: a lesson airs with or without them.
    fn of_texts(
        airing: &Airing,
        number: usize,
        stream: &StreamIndex,
        count: (u32, bool),
    ) -> Option<StreamPlay> {
        let (mut units, cut) = TextCut::select(airing, &stream.units);
        loop {
            match StreamPlay::of(airing, number, stream, units.clone(), Stamps::Text(cut), count) {
                Ok(planned) => return planned,
                Err(DeliveryError::TooEarly { unit } | DeliveryError::Buffer { unit, .. }) => {
                    units.start += unit + 1;
                }
                Err(DeliveryError::Tail { unit }) => units.end = units.start + unit,
                Err(_) => return None,
            }
        }
    }

    /// Plans a stream whose units are chosen.
    fn of(
        airing: &Airing,
        number: usize,
        stream: &StreamIndex,
        units: Range<usize>,
        stamps: Stamps,
        (counter, closes): (u32, bool),
    ) -> Result<Option<StreamPlay>, DeliveryError> {
        if units.is_empty() {
            return Ok(None);
        }
        let frame = stream.format.frame_duration;
        let window = if matches!(stamps, Stamps::Audio(_)) { airing.audio } else { airing.video };
        let sent = stream.packets_before[units.end] - stream.packets_before[units.start];
        let counted = if closes { sent + counter } else { sent };
        let padding = (COUNTER_PERIOD - counted % COUNTER_PERIOD) % COUNTER_PERIOD;
        let last = &stream.units[units.end - 1];
        let wanted = padding;
        let padding = spread_padding(stream, units.clone(), wanted);
        let is_text = matches!(stamps, Stamps::Text(_));
        if is_text && padding.iter().map(|(_, share)| share).sum::<u32>() < wanted {
            // A few bytes in all, which cannot be brought to a whole count of packets.
            return Ok(None);
        }
        let end = match stamps {
            Stamps::Video(_) => airing.end.since(airing.start),
            Stamps::Audio(cut) => cut.decode(last) + Span(frame.ticks_of(1) as i64),
            Stamps::Text(cut) => cut.present(last) + Span(frame.ticks_of(1) as i64),
        };
        let mut play = StreamPlay {
            stream: number,
            units,
            padding,
            counter: counter as u8,
            curve: no_curve(),
            end: 0,
            stamps,
        };
        let tube = tube(airing.start, window, end, stream);
        let loads = play.loads(stream);
        play.curve = delivery_curve(&loads, &tube).or_else(|error| {
            // Before a chain of airings of a few pictures the window closes earlier than is usual.
            let residence = end - tube.until + LATE_MARGIN + RESIDENCE_SPARE;
            let residence_max = stream.format.buffer.residence_max.min(residence);
            if residence_max <= tube.residence_max {
                return Err(error);
            }
            delivery_curve(&loads, &Tube { residence_max, ..tube })
        })?;
        play.end = play.curve.packets();
        Ok(Some(play))
    }

    /// Packets of the stream in the whole airing, a multiple of sixteen.
    pub fn packets(&self) -> u32 {
        self.curve.packets()
    }

    /// The time stamps of a unit on the axis of the multiplex.
    pub fn timestamps(&self, airing: &Airing, unit: &AccessUnit) -> (Timestamp, Timestamp) {
        let (pts, dts) = match self.stamps {
            Stamps::Video(cut) => (cut.present(unit), cut.decode(unit)),
            Stamps::Audio(cut) => (cut.decode(unit), cut.decode(unit)),
            Stamps::Text(cut) => (cut.present(unit), cut.present(unit)),
        };
        ((airing.start + pts).timestamp(), (airing.start + dts).timestamp())
    }

    /// The unit that a packet of the airing belongs to, and the packet's place in it.
    pub(crate) fn locate(&self, stream: &StreamIndex, packet: u32) -> (usize, u32) {
        let (mut low, mut high) = (self.units.start, self.units.end);
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if self.before(stream, middle) <= packet {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low, packet - self.before(stream, low))
    }

    /// The packets that are sent when no unit begins from `at` on: to the end of the unit that is
    /// under way then, if that is reached before `finish_by`.
    fn end_of_unit(&self, stream: &StreamIndex, at: Span, finish_by: Span) -> u32 {
        let sent = self.curve.first_at_or_after(at);
        let Some(last) = sent.checked_sub(1) else { return 0 };
        let whole = self.before(stream, self.locate(stream, last).0 + 1);
        if whole <= self.curve.first_at_or_after(finish_by) { whole } else { sent }
    }

    /// Packets that a unit's first packet is split into beyond itself.
    pub(crate) fn padding_of(&self, unit: usize) -> u32 {
        self.padding.iter().find(|p| p.0 == unit).map_or(0, |p| p.1)
    }

    /// Packets of the airing before a unit.
    fn before(&self, stream: &StreamIndex, unit: usize) -> u32 {
        let padding: u32 = self.padding.iter().filter(|p| p.0 < unit).map(|p| p.1).sum();
        stream.packets_before[unit] - stream.packets_before[self.units.start] + padding
    }

    /// The units that these packets of the airing belong to; the range must not be empty.
    pub(crate) fn units_of(&self, stream: &StreamIndex, packets: &Range<u32>) -> Range<usize> {
        self.locate(stream, packets.start).0..self.locate(stream, packets.end - 1).0 + 1
    }

    fn loads(&self, stream: &StreamIndex) -> Vec<UnitLoad> {
        let load = |i: usize| {
            let unit = &stream.units[i];
            let decode = match self.stamps {
                Stamps::Video(cut) => cut.decode(unit),
                Stamps::Audio(cut) => cut.decode(unit),
                Stamps::Text(cut) => cut.present(unit),
            };
            let padding = self.padding_of(i);
            UnitLoad { decode, packets: u32::from(unit.packets) + padding, bytes: unit.bytes }
        };
        self.units.clone().map(load).collect()
    }
}

/// Finds units, from the last one back, that can give `wanted` bytes of their first packets to
/// packets of their own and keep their PES headers whole.
fn spread_padding(stream: &StreamIndex, units: Range<usize>, mut wanted: u32) -> Vec<(usize, u32)> {
    let mut padding = Vec::new();
    for unit in units.rev() {
        let share = wanted.min(stream.units[unit].bytes);
        if share > 0 {
            padding.push((unit, share));
        }
        wanted -= share;
        if wanted == 0 {
            break;
        }
    }
    padding.reverse();
    padding
}

fn tube(start: Ticks, window: DeliveryWindow, end: Span, stream: &StreamIndex) -> Tube {
    let buffer = &stream.format.buffer;
    Tube {
        from: window.from.since(start),
        until: window.until.since(start),
        end,
        // A tenth is left for PES headers and for packets that the merge moves.
        buffer_bytes: (u64::from(buffer.main_bytes) * 9 / 10) as u32,
        residence_max: buffer.residence_max.min(RESIDENCE),
        late_margin: LATE_MARGIN,
        early_margin: EARLY_MARGIN,
        packets_per_second_max: (buffer.transport_rate_bps * 9 / 10 / PACKET_BITS).max(1),
    }
}

/// The line that a stream of an asset is sent on: video has place 0, sounds and subtitles each
/// begin at 1.
pub(crate) fn line(index: &AssetIndex, stream: usize) -> Line {
    let codec = index.streams[stream].format.facts.codec();
    let is_audio = codec.is_audio();
    let alike =
        |s: &&StreamIndex| !s.format.facts.is_video() && s.format.facts.is_audio() == is_audio;
    let before = index.streams[..stream].iter().filter(alike).count();
    (if codec.is_video() { 0 } else { before + 1 }, codec)
}

fn no_curve() -> Curve {
    Curve::from_knots(vec![(0, 0), (1, 0)]).expect("two rising knots are a curve")
}
