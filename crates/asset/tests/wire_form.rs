//! The wire form of an index: sound ones come back, all others are refused and say why.

use asset::{
    AccessUnit, AssetIndex, AssetSummary, BufferModel, Facts, IndexError, IndexHeader, Language,
    PAGE_PACKETS, Part, StreamFormat, StreamIndex, UnitFault,
};
use es::{
    AudioFacts, AudioFormat, FrameDuration, SubtitleFacts, SubtitlePage, VideoBuffer, VideoFacts,
    VideoProfile,
};
use proptest::prelude::*;
use ts::Span;

const BUFFER: BufferModel = BufferModel {
    transport_rate_bps: 16_800_000,
    main_bytes: 1_750_000,
    residence_max: Span::from_seconds(10),
};

fn video_format() -> StreamFormat {
    let frame_duration = FrameDuration::from_seconds(1, 25).unwrap();
    StreamFormat {
        facts: Facts::Video(VideoFacts {
            profile: VideoProfile::Avc { profile_idc: 100, constraints: 0, level_idc: 31 },
            width: 1280,
            height: 720,
            frame_duration: Some(frame_duration),
            fixed_frame_rate: true,
            interlaced: false,
            display_aspect: Some((16, 9)),
            reorder_frames: 2,
            transfer_characteristics: None,
            buffer: VideoBuffer {
                transport_rate_bps: 16_800_000,
                multiplex_bytes: 74_666,
                leak_rate_bps: 16_800_000,
                elementary_bytes: 1_750_000,
                coded_rate_bps: 14_000_000,
                stated: false,
            },
        }),
        language: Language::UNDETERMINED,
        frame_duration,
        reorder: Span(2_160_000),
        buffer: BUFFER,
    }
}

fn audio_format() -> StreamFormat {
    StreamFormat {
        facts: Facts::Audio(AudioFacts {
            format: AudioFormat::Latm {
                object_type: 2,
                sbr_rate_hz: Some(44_100),
                parametric_stereo: true,
            },
            sample_rate_hz: 22_050,
            channels: None,
            frame_samples: 1024,
            bit_rate_bps: 48_000,
        }),
        language: Language::new(*b"CHI").unwrap(),
        frame_duration: FrameDuration::from_seconds(1024, 22_050).unwrap(),
        reorder: Span(0),
        buffer: BUFFER,
    }
}

/// Two streams of `sizes.len()` units each, interleaved.
fn index(sizes: &[(u16, u8)]) -> AssetIndex {
    let mut packet = 2;
    let (mut video, mut audio) = (Vec::new(), Vec::new());
    for (i, (packets, slack)) in sizes.iter().enumerate() {
        let bytes = u32::from(*packets) * 184 - u32::from(*slack).min(183);
        let dts = Span(i as i64 * 1_080_000 - 2_160_000);
        let unit = AccessUnit {
            first_packet: packet,
            packets: *packets,
            bytes,
            pts: dts + Span(2_160_000 + i64::from(*slack % 3) * 1_080_000 * i64::from(i > 0)),
            dts,
            random_access: i % 25 == 0,
        };
        video.push(unit);
        packet += u32::from(*packets);
        let pts = Span(i as i64 * 1_253_877);
        let sound =
            AccessUnit { first_packet: packet, packets: 1, bytes: 100, pts, dts: pts, ..unit };
        audio.push(sound);
        packet += 1 + u32::from(*slack % 2);
    }
    let video = StreamIndex::new(video_format(), video);
    let pages = packet.div_ceil(PAGE_PACKETS);
    AssetIndex {
        digest: [7; 32],
        packets: packet,
        duration: Span(sizes.len() as i64 * 1_080_000),
        streams: vec![video, StreamIndex::new(audio_format(), audio)],
        page_crcs: (0..pages).map(|p| p.wrapping_mul(0x9e37_79b9)).collect(),
    }
}

fn texts() -> StreamIndex {
    let page = |language, kind| SubtitlePage { language, kind, composition: 1, ancillary: 700 };
    let facts = SubtitleFacts::new(&[page(*b"bod", 0x10), page(*b"uig", 0x24)]).unwrap();
    let frame_duration = FrameDuration::from_seconds(1, 25).unwrap();
    let format = StreamFormat { facts: Facts::Subtitles(facts), frame_duration, ..audio_format() };
    let pts = Span(77);
    let (first_packet, packets) = (0, 1);
    let unit = AccessUnit { first_packet, packets, bytes: 9, pts, dts: pts, random_access: true };
    StreamIndex::new(format, vec![unit])
}

#[test]
fn subtitles_come_back_with_their_pages_and_stand_last() {
    let mut index = index(&[(3, 5); 4]);
    index.packets += 1;
    index.streams.push(texts());
    assert_eq!(AssetIndex::parse(&index.to_bytes()).unwrap(), index);
    index.streams.swap(1, 2);
    assert_eq!(AssetIndex::parse(&index.to_bytes()), Err(IndexError::Streams));
    index.streams = vec![texts()];
    assert_eq!(index.check(), Err(IndexError::Streams), "texts alone are no asset");
}

#[test]
fn an_hour_takes_less_than_two_megabytes() {
    let sizes: Vec<(u16, u8)> =
        (0..90_000u32).map(|i| ((40 + i % 20) as u16, (i % 180) as u8)).collect();
    let index = index(&sizes);
    let bytes = index.to_bytes();
    assert!(bytes.len() < 2_000_000, "{} bytes for 180,000 units", bytes.len());
    assert_eq!(AssetIndex::parse(&bytes).unwrap(), index);
}

#[test]
fn a_summary_needs_only_the_first_few_hundred_bytes() {
    let index = index(&[(3, 5); 4000]);
    let bytes = index.to_bytes();
    let header = IndexHeader::parse(&bytes[..IndexHeader::SIZE]).unwrap();
    assert!(header.summary_bytes < 300, "{} bytes", header.summary_bytes);
    assert_eq!(header.index_bytes, bytes.len() as u64);
    let summary = AssetSummary::parse(&bytes[..header.summary_bytes]).unwrap();
    assert_eq!(summary, index.summary());
    assert_eq!(summary.pages() as usize, index.page_crcs.len());
}

#[test]
fn foreign_old_and_cut_files_are_told_apart() {
    let bytes = index(&[(3, 5); 4]).to_bytes();
    assert_eq!(AssetIndex::parse(b"SQLite format 3\0 and so on"), Err(IndexError::NotAnIndex));
    let length = |stated, present| IndexError::Length { stated, present };
    assert_eq!(AssetIndex::parse(&bytes[..10]), Err(length(22, 10)));
    let whole = bytes.len() as u64;
    assert_eq!(AssetIndex::parse(&bytes[..bytes.len() - 1]), Err(length(whole, whole - 1)));
    let mut newer = bytes.clone();
    newer[9] = 9;
    assert_eq!(AssetIndex::parse(&newer), Err(IndexError::Version { wanted: 1, found: 9 }));
}

#[test]
fn damage_in_the_summary_and_behind_it_is_told_apart() {
    let bytes = index(&[(3, 5); 4]).to_bytes();
    let mut summary = bytes.clone();
    summary[30] ^= 1;
    let part = |part| Err(IndexError::Checksum { part });
    assert_eq!(AssetSummary::parse(&summary).map(|_| ()), part(Part::Summary));
    let mut tail = bytes.clone();
    let at = tail.len() - 6;
    tail[at] ^= 1;
    assert!(AssetSummary::parse(&tail).is_ok());
    assert_eq!(AssetIndex::parse(&tail).map(|_| ()), part(Part::Index));
}

/// How to break an index, and the answer to it.
type Case = (fn(&mut AssetIndex), &'static str);

#[test]
fn each_broken_invariant_is_named_with_its_place() {
    let sound = index(&[(3, 5); 30]);
    let cases: [Case; 8] = [
        (|i| i.streams.clear(), "an asset has one to 32 streams, video first and subtitles last"),
        (|i| i.streams.reverse(), "an asset has one to 32 streams, video first and subtitles last"),
        (|i| i.page_crcs.clear(), "0 page checksums for a file of 1 pages"),
        (
            |i| i.streams[0].units[0].random_access = false,
            "stream 0, access unit 0: the first picture is not a random access point",
        ),
        (
            |i| i.streams[0].units[7].dts = Span(-9_000_000),
            "stream 0, access unit 7: its DTS is not after that of the unit before it",
        ),
        (
            |i| i.streams[1].units[8].pts = Span(0),
            "stream 1, access unit 8: its PTS is before its DTS",
        ),
        (
            |i| i.streams[1].units[29].first_packet += 90,
            "stream 1, access unit 29: its packets are not in their place in the file",
        ),
        (
            |i| i.streams[0].units[4].bytes = 3 * 184 + 1,
            "stream 0, access unit 4: its bytes do not fit its packets",
        ),
    ];
    for (break_it, message) in cases {
        let mut broken = sound.clone();
        break_it(&mut broken);
        let bytes = broken.to_bytes();
        assert_eq!(AssetIndex::parse(&bytes).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_unit_without_packets_is_refused() {
    let mut broken = index(&[(3, 5); 5]);
    let units = broken.streams[0].units.iter().map(|u| AccessUnit { packets: 0, ..*u }).collect();
    broken.streams[0] = StreamIndex::new(video_format(), units);
    let fault = IndexError::Unit { stream: 0, unit: 0, fault: UnitFault::Size };
    assert_eq!(AssetIndex::parse(&broken.to_bytes()), Err(fault));
}

proptest! {
    #[test]
    fn any_sound_index_comes_back(
        sizes in proptest::collection::vec((1u16..3000, any::<u8>()), 1..80),
    ) {
        let index = index(&sizes);
        prop_assert_eq!(AssetIndex::parse(&index.to_bytes()), Ok(index));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = AssetIndex::parse(&bytes);
        let _ = AssetSummary::parse(&bytes);
    }

    /// Damage under valid checksums, as a faulty writer would make it.
    #[test]
    fn any_fields_under_sound_checksums_are_read_or_refused(
        at in 0usize..400, value: u8, cut in 0usize..40,
    ) {
        let mut bytes = index(&[(3, 5), (9, 0), (1, 77)]).to_bytes();
        let summary_bytes = IndexHeader::parse(&bytes).unwrap().summary_bytes;
        let end = bytes.len() - 4;
        bytes.truncate(end - cut.min(end - summary_bytes));
        let length = (bytes.len() + 4) as u64;
        bytes[10..18].copy_from_slice(&length.to_be_bytes());
        let at = 22 + at % (bytes.len() - 22);
        bytes[at] = value;
        let sum = ts::crc32::crc32(&bytes[..summary_bytes - 4]);
        bytes[summary_bytes - 4..summary_bytes].copy_from_slice(&sum.to_be_bytes());
        let sum = ts::crc32::crc32(&bytes);
        bytes.extend_from_slice(&sum.to_be_bytes());
        if let Ok(index) = AssetIndex::parse(&bytes) {
            prop_assert_eq!(index.check(), Ok(()));
        }
    }
}
