//! Synthetic assets: an index and the pages that it speaks of, as ingest would have made them.

use crate::pictures::{self, Kind, Schedule};
use asset::{
    AccessUnit, AssetIndex, BufferModel, FILE_TIME_OFFSET, Facts, Language, PAGE_PACKETS,
    StreamFormat, StreamIndex,
};
use bytes::Bytes;
use es::{AudioSplitter, Codec, FrameDuration, SubtitleFacts, SubtitlePage, VideoSplitter};
use rundown::CatalogueEntry;
use std::sync::Arc;
use ts::packet::{AdaptationFlags, write_packet};
use ts::pes::PesHeader;
use ts::{NULL_PACKET, PACKET_SIZE, Packet, Pid, Span, TICKS_PER_SECOND, Ticks};

/// What an asset is like.
#[derive(Clone, Debug)]
pub struct FilmRecipe {
    pub video: Option<VideoRecipe>,
    pub audio: Vec<Sound>,
    /// Streams of subtitles.
    pub texts: usize,
    pub length_ms: u32,
    /// Ticks by which the asset is shorter than its last picture.
    pub trim: u32,
    pub seed: u64,
}

#[derive(Clone, Debug)]
pub struct VideoRecipe {
    pub codec: VideoCodec,
    /// Seconds of a frame, as a fraction.
    pub frame: (u32, u32),
    /// Frames by which decoding runs ahead: 0, 1, or 2 with MPEG-4 AVC only.
    pub reorder: u32,
    pub group: u32,
    pub open: bool,
    pub rate_bps: u32,
    pub schedule: Schedule,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    Avc,
    Mpeg2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// 24 ms.
    Mp2,
    /// 21.33 ms.
    Aac48,
    /// 1024 samples at 44.1 kHz.
    Aac44,
    /// 32 ms.
    Ac3,
    /// AAC of silence: frames of a few bytes.
    Silence,
}

/// An asset in memory.
#[derive(Clone, Debug)]
pub struct Film {
    pub index: Arc<AssetIndex>,
    bytes: Bytes,
}

/// One access unit before it is in packets.
struct Unit {
    pts: Span,
    dts: Span,
    entry: bool,
    bytes: Vec<u8>,
}

/// A small generator of numbers: the same for the same seed.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to below `high`.
    pub fn among(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low)
    }
}

impl Film {
    pub fn new(recipe: &FilmRecipe) -> Film {
        let mut chance = Chance(recipe.seed);
        let mut streams = Vec::new();
        let length = Span::from_ms(i64::from(recipe.length_ms));
        let mut duration = length;
        if let Some(video) = &recipe.video {
            let (units, end) = video_units(video, length, &mut chance);
            duration = end - Span(i64::from(recipe.trim));
            let facts = video_facts(video, &units);
            let (num, den) = video.frame;
            let frame = FrameDuration::from_seconds(num, den).unwrap();
            streams.push((facts, frame, units));
        }
        for sound in &recipe.audio {
            let (facts, units) = audio_units(*sound, duration, &mut chance);
            streams.push((Facts::Audio(facts), facts.frame_duration(), units));
        }
        if recipe.video.is_none() {
            let (_, frame, units) = &streams[0];
            duration = units[units.len() - 1].pts + Span(frame.ticks_of(1) as i64);
        }
        for number in 0..recipe.texts {
            let units = text_units(duration, &mut chance);
            if !units.is_empty() {
                let facts = Facts::Subtitles(text_facts(number as u16));
                streams.push((facts, FrameDuration::from_seconds(1, 25).unwrap(), units));
            }
        }
        packed(streams, duration)
    }

    /// A page of the asset's file.
    pub fn page(&self, page: u32) -> Bytes {
        let size = PAGE_PACKETS as usize * PACKET_SIZE;
        let from = page as usize * size;
        self.bytes.slice(from..(from + size).min(self.bytes.len()))
    }

    pub fn entry(&self) -> CatalogueEntry {
        CatalogueEntry { summary: self.index.summary(), entry_points: entry_points(&self.index) }
    }
}

/// Random access points before which nothing is shown that comes behind them.
fn entry_points(index: &AssetIndex) -> Vec<Span> {
    let mut earliest_behind = Span(i64::MAX);
    let mut points = Vec::new();
    for unit in index.streams[0].units.iter().rev() {
        if unit.random_access && unit.pts < earliest_behind {
            points.push(unit.pts);
        }
        earliest_behind = earliest_behind.min(unit.pts);
    }
    points.reverse();
    points
}

/// Pictures in decoding order, as places on screen and kinds.
fn decoding_order(recipe: &VideoRecipe, count: u32) -> Vec<(u32, Kind)> {
    let spacing = match recipe.reorder {
        0 => 1,
        1 => 3,
        _ => 4,
    };
    let is_entry = |place: u32| place.is_multiple_of(recipe.group);
    let is_anchor = |place: u32| {
        let in_group = place % recipe.group;
        let closes = !recipe.open && (in_group + 1 == recipe.group);
        is_entry(place) || in_group.is_multiple_of(spacing) || closes || place + 1 == count
    };
    let mut order = Vec::new();
    let mut next = 0;
    for anchor in (0..count).filter(|p| is_anchor(*p)) {
        let kind = match (is_entry(anchor), next < anchor) {
            (false, _) => Kind::Plain,
            (true, true) => Kind::OpenEntry,
            (true, false) => Kind::Entry,
        };
        order.push((anchor, kind));
        let mut between: Vec<u32> = (next..anchor).collect();
        if recipe.reorder == 2 && between.len() == 3 {
            between.swap(0, 1);
        }
        order.extend(between.into_iter().map(|place| (place, Kind::Plain)));
        next = anchor + 1;
    }
    order
}

fn video_units(recipe: &VideoRecipe, length: Span, chance: &mut Chance) -> (Vec<Unit>, Span) {
    let (num, den) = recipe.frame;
    let frame = FrameDuration::from_seconds(num, den).unwrap();
    let count = (length.0 as u64).div_ceil(frame.ticks_of(1)).max(1) as u32;
    let at = |n: u32| frame.ticks_of(u64::from(n)) as i64;
    let mean = u64::from(recipe.rate_bps) * u64::from(num) / u64::from(den) / 8;
    let group = u64::from(recipe.group);
    // An entry weighs as much as six other pictures.
    let plain = mean * group / (group + 5);
    let unit = |(i, (place, kind)): (usize, (u32, Kind))| {
        let weight = if kind == Kind::Plain { 1 } else { 6 };
        let size = (plain * weight * chance.among(60, 140) / 100) as usize;
        let bytes = match recipe.codec {
            VideoCodec::Avc => pictures::avc(kind, recipe.frame, recipe.schedule, size),
            VideoCodec::Mpeg2 => {
                let reference = (place % 1000) as u16;
                pictures::mpeg2(kind, rate_code(recipe.frame), reference, recipe.schedule, size)
            }
        };
        let dts = Span(at(i as u32) - at(recipe.reorder));
        Unit { pts: Span(at(place)), dts, entry: kind != Kind::Plain, bytes }
    };
    let units = decoding_order(recipe, count).into_iter().enumerate().map(unit).collect();
    (units, Span(at(count)))
}

fn rate_code(frame: (u32, u32)) -> u32 {
    match frame {
        (1001, 24_000) => 1,
        (1, 25) => 3,
        (1001, 30_000) => 4,
        _ => 6,
    }
}

fn video_facts(recipe: &VideoRecipe, units: &[Unit]) -> Facts {
    let codec = match recipe.codec {
        VideoCodec::Avc => Codec::H264,
        VideoCodec::Mpeg2 => Codec::Mpeg2Video,
    };
    let mut splitter = VideoSplitter::new(codec).unwrap();
    let mut found = Vec::new();
    for unit in &units[..units.len().min(2)] {
        splitter.push(&unit.bytes, &mut found);
    }
    splitter.finish(&mut found);
    Facts::Video(found[0].facts.expect("the first picture has sound headers"))
}

fn audio_units(sound: Sound, duration: Span, chance: &mut Chance) -> (es::AudioFacts, Vec<Unit>) {
    let mut frame_bytes = || match sound {
        Sound::Mp2 => pictures::mp2(),
        Sound::Aac48 => pictures::aac(3, chance.among(150, 500) as usize),
        Sound::Aac44 => pictures::aac(4, chance.among(100, 700) as usize),
        Sound::Ac3 => pictures::ac3(),
        Sound::Silence => pictures::aac(3, chance.among(10, 18) as usize),
    };
    let codec = match sound {
        Sound::Mp2 => Codec::MpegAudio,
        Sound::Ac3 => Codec::Ac3,
        _ => Codec::AacAdts,
    };
    let mut splitter = AudioSplitter::new(codec).unwrap();
    let mut found = Vec::new();
    for _ in 0..4 {
        splitter.push(&frame_bytes(), &mut found);
    }
    splitter.finish(&mut found);
    let facts = found[0].facts;
    let frame = facts.frame_duration();
    let count = frame.frames_in((duration.0 - 1).max(0) as u64) + 1;
    let unit = |n: u64| {
        // Time stamps of a file are rounded to 90 kHz.
        let pts = Span((frame.ticks_of(n) / 300 * 300) as i64);
        Unit { pts, dts: pts, entry: true, bytes: frame_bytes() }
    };
    (facts, (0..count).map(unit).collect())
}

/// Puts units into packets, streams mixed by decoding time, other packets between them.
fn packed(streams: Vec<(Facts, FrameDuration, Vec<Unit>)>, duration: Span) -> Film {
    let mut order: Vec<(Span, usize, usize)> = Vec::new();
    for (s, (_, _, units)) in streams.iter().enumerate() {
        order.extend(units.iter().enumerate().map(|(i, unit)| (unit.dts, s, i)));
    }
    order.sort_unstable();
    let mut file: Vec<u8> = Vec::new();
    let mut indexed: Vec<Vec<AccessUnit>> = streams.iter().map(|_| Vec::new()).collect();
    for (turn, (_, s, i)) in order.into_iter().enumerate() {
        if turn % 7 == 0 {
            file.extend_from_slice(&NULL_PACKET);
        }
        let (facts, _, units) = &streams[s];
        let first_packet = (file.len() / PACKET_SIZE) as u32;
        write_unit(s, facts, &units[i], &mut file);
        let packets = (file.len() / PACKET_SIZE) as u32 - first_packet;
        indexed[s].push(AccessUnit {
            first_packet,
            packets: packets as u16,
            bytes: units[i].bytes.len() as u32,
            pts: units[i].pts,
            dts: units[i].dts,
            random_access: units[i].entry,
        });
    }
    let formats = streams.iter().zip(indexed).enumerate();
    let streams = formats.map(|(s, ((facts, frame, _), units))| {
        StreamIndex::new(format(s, facts, *frame, &units), units)
    });
    let packets = (file.len() / PACKET_SIZE) as u32;
    let index = AssetIndex {
        digest: [0; 32],
        packets,
        duration,
        streams: streams.collect(),
        page_crcs: vec![0; packets.div_ceil(PAGE_PACKETS) as usize],
    };
    index.check().expect("a synthetic asset has a sound index");
    Film { index: Arc::new(index), bytes: file.into() }
}

fn text_facts(number: u16) -> SubtitleFacts {
    let (composition, ancillary) = (number + 1, number + 1);
    let page = SubtitlePage { language: *b"bod", kind: 0x10, composition, ancillary };
    SubtitleFacts::new(&[page]).unwrap()
}

/// Display sets as far apart as ingest demands, often with nothing for seconds.
fn text_units(duration: Span, chance: &mut Chance) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut pts = Span::from_ms(chance.among(0, 3000) as i64);
    while pts < duration {
        let mut bytes = vec![0x55; chance.among(9, 6000) as usize];
        bytes[..3].copy_from_slice(&[0x20, 0x00, 0x0f]);
        units.push(Unit { pts, dts: pts, entry: true, bytes });
        // 6 kB take 312 ms at eight tenths of 192 kbit/s.
        let step_ms = match chance.among(0, 4) {
            0 => 400,
            _ => chance.among(500, 9000),
        };
        pts += Span::from_ms(step_ms as i64);
    }
    units
}

fn format(s: usize, facts: &Facts, frame: FrameDuration, units: &[AccessUnit]) -> StreamFormat {
    let (transport_rate_bps, main_bytes) = match facts {
        Facts::Video(video) => (video.buffer.transport_rate_bps, video.buffer.elementary_bytes),
        Facts::Audio(audio) => (audio.buffer().transport_rate_bps, audio.buffer().main_bytes),
        Facts::Subtitles(texts) => (texts.buffer().0, u64::from(texts.buffer().1)),
    };
    let language = Language::new([b'a' + s as u8; 3]).unwrap();
    StreamFormat {
        facts: *facts,
        language: if facts.is_video() { Language::UNDETERMINED } else { language },
        frame_duration: frame,
        reorder: units[0].pts - units[0].dts,
        buffer: BufferModel {
            transport_rate_bps,
            main_bytes: main_bytes as u32,
            residence_max: Span(TICKS_PER_SECOND as i64),
        },
    }
}

fn write_unit(s: usize, facts: &Facts, unit: &Unit, file: &mut Vec<u8>) {
    let stamp = |time: Span| Ticks(0).saturating_add(time + FILE_TIME_OFFSET).timestamp();
    let (pts, dts) = (stamp(unit.pts), stamp(unit.dts));
    let header = PesHeader {
        stream_id: match facts.codec() {
            codec if codec.is_video() => 0xe0,
            Codec::Ac3 | Codec::DvbSubtitles => 0xbd,
            _ => 0xc0,
        },
        pts: Some(pts),
        dts: facts.is_video().then_some(dts),
        data_alignment: true,
        payload_len: Some(unit.bytes.len()),
    };
    let mut pes = Vec::new();
    header.write(&mut pes);
    pes.extend_from_slice(&unit.bytes);
    let pid = Pid::new(0x100 + s as u16).unwrap();
    let entry = unit.entry && facts.is_video();
    let (mut rest, mut start) = (pes.as_slice(), true);
    while !rest.is_empty() {
        let mut packet: Packet = [0; PACKET_SIZE];
        let flags = AdaptationFlags { random_access: entry && start, pcr: None };
        let taken = write_packet(&mut packet, pid, 0, start, flags, rest);
        file.extend_from_slice(&packet);
        rest = &rest[taken..];
        start = false;
    }
}
