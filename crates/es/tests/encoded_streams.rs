//! Streams of real encoders are cut where an independent judge cuts them, and read as they were
//! made.

#[allow(dead_code)]
mod streams;

use es::{AudioFormat, Entry, FrameDuration, Leading, PictureKind, PictureStructure, VideoProfile};
use streams::*;

#[test]
fn video_units_are_the_packets_of_ffprobe() {
    for stream in VIDEO {
        let (units, skipped) = units_of(stream.codec, &[stream.bytes]);
        assert_eq!((units.len(), skipped), (stream.packets().count(), 0), "{}", stream.codec);
        let joined: Vec<u8> = units.iter().flat_map(|unit| unit.bytes.clone()).collect();
        assert!(joined == stream.bytes, "{} joins to itself", stream.codec);
        let mut at = 0;
        for (unit, (size, key)) in units.iter().zip(stream.packets()) {
            // A judge may leave the zero byte of a start code with the packet before.
            assert!((at..=at + 1).contains(&unit.offset), "{} at {at}", stream.codec);
            assert_eq!(unit.picture.entry.is_some(), key, "{} at {at}", stream.codec);
            assert_eq!(unit.fault, None);
            at += size as u64;
        }
    }
}

#[test]
fn audio_frames_are_the_packets_of_ffprobe() {
    for stream in AUDIO {
        let (frames, skipped) = frames_of(stream.codec, &[stream.bytes]);
        assert_eq!(skipped, 0, "{}", stream.codec);
        let sizes: Vec<usize> = frames.iter().map(|frame| frame.bytes.len()).collect();
        let expected: Vec<usize> = stream.packets().map(|(size, _)| size).collect();
        assert_eq!(sizes, expected, "{}", stream.codec);
    }
}

#[test]
fn the_h264_sequence_is_read_as_it_was_made() {
    let (units, _) = units_of(OPEN_264.codec, &[OPEN_264.bytes]);
    let facts = units[0].facts.unwrap();
    assert_eq!((facts.width, facts.height, facts.interlaced), (128, 96, false));
    assert_eq!(facts.frame_duration, FrameDuration::from_seconds(1, 25));
    assert_eq!((facts.reorder_frames, facts.display_aspect), (2, Some((4, 3))));
    assert!(matches!(facts.profile, VideoProfile::Avc { profile_idc: 100, level_idc: 13, .. }));
    // The buffer was set to 250 kbit.
    assert_eq!((facts.buffer.stated, facts.buffer.elementary_bytes), (true, 31_250));
    assert!((499_000..=500_000).contains(&facts.buffer.coded_rate_bps));
}

#[test]
fn open_and_closed_entries_are_told_apart() {
    for stream in [OPEN_264, OPEN_265, OPEN_M2V] {
        let (units, _) = units_of(stream.codec, &[stream.bytes]);
        let entries: Vec<Entry> = units.iter().filter_map(|unit| unit.picture.entry).collect();
        assert_eq!(entries[0], Entry::Closed, "{}", stream.codec);
        assert!(entries.len() > 1, "{}", stream.codec);
        assert!(entries[1..].iter().all(|entry| *entry == Entry::Open), "{}", stream.codec);
        assert!(units.iter().all(|unit| {
            unit.picture.entry.is_some() == unit.picture.has_parameter_sets
                && unit.picture.structure == PictureStructure::Frame
        }));
    }
    let (units, _) = units_of(CLOSED_M2V.codec, &[CLOSED_M2V.bytes]);
    let mut entries = units.iter().filter_map(|unit| unit.picture.entry);
    assert!(entries.all(|entry| entry == Entry::Closed));
}

#[test]
fn the_hevc_sequence_is_read_as_it_was_made() {
    let (units, _) = units_of(OPEN_265.codec, &[OPEN_265.bytes]);
    let facts = units[0].facts.unwrap();
    assert_eq!((facts.width, facts.height, facts.interlaced), (128, 96, false));
    assert_eq!(facts.frame_duration, FrameDuration::from_seconds(1, 25));
    let VideoProfile::Hevc { profile_tier_level, temporal_layers } = facts.profile else {
        panic!("{:?}", facts.profile)
    };
    // Main profile, level 3, progressive frames.
    assert_eq!((profile_tier_level[0], profile_tier_level[11]), (0x01, 90));
    assert_eq!((profile_tier_level[5] & 0xc0, temporal_layers), (0x80, false));
    assert_eq!((facts.buffer.stated, facts.buffer.elementary_bytes), (true, 31_250));
    assert!(units.iter().all(|unit| unit.picture.has_delimiter));
}

#[test]
fn hevc_pictures_that_lead_an_open_entry_are_marked() {
    let (units, _) = units_of(OPEN_265.codec, &[OPEN_265.bytes]);
    let second = units.iter().position(|unit| unit.picture.entry == Some(Entry::Open)).unwrap();
    assert_eq!(units[second + 1].picture.leading, Leading::Skipped);
    assert!(units[..second].iter().all(|unit| unit.picture.leading == Leading::Unmarked));
    assert!(units.iter().any(|unit| !unit.picture.reference));
}

#[test]
fn the_mpeg2_sequence_is_read_as_it_was_made() {
    let (units, _) = units_of(OPEN_M2V.codec, &[OPEN_M2V.bytes]);
    let facts = units[0].facts.unwrap();
    assert_eq!((facts.width, facts.height, facts.interlaced), (128, 96, false));
    assert_eq!(facts.frame_duration, FrameDuration::from_seconds(1, 25));
    assert_eq!((facts.display_aspect, facts.reorder_frames), (Some((16, 9)), 1));
    assert_eq!(facts.profile, VideoProfile::Mpeg2 { profile_and_level: 0x48 });
    assert_eq!(facts.buffer.transport_rate_bps, 18_000_000);
    let kinds: Vec<PictureKind> = units[..4].iter().map(|unit| unit.picture.kind).collect();
    assert_eq!(kinds, [PictureKind::I, PictureKind::P, PictureKind::B, PictureKind::B]);
    let (units, _) = units_of(CLOSED_M2V.codec, &[CLOSED_M2V.bytes]);
    assert!(units[0].facts.unwrap().interlaced);
}

#[test]
fn audio_headers_are_read_as_they_were_made() {
    let expected = [
        (ADTS, 48_000, 2, 1024),
        (LATM, 48_000, 2, 1024),
        (MP2, 48_000, 2, 1152),
        (HALF_MP2, 22_050, 1, 1152),
        (MP3, 44_100, 1, 1152),
        (AC3, 44_100, 2, 1536),
        (EAC3, 48_000, 6, 1536),
    ];
    for (stream, sample_rate_hz, channels, frame_samples) in expected {
        let (frames, _) = frames_of(stream.codec, &[stream.bytes]);
        for frame in frames {
            assert_eq!(frame.facts.codec(), stream.codec);
            assert_eq!(frame.facts.sample_rate_hz, sample_rate_hz);
            assert_eq!(frame.facts.channels, Some(channels));
            assert_eq!(frame.facts.frame_samples, frame_samples);
        }
    }
    let (frames, _) = frames_of(AC3.codec, &[AC3.bytes]);
    assert_eq!(frames[0].facts.bit_rate_bps, 96_000);
    let (frames, _) = frames_of(EAC3.codec, &[EAC3.bytes]);
    let format = AudioFormat::Eac3 { bsid: 16, acmod: 7, substreams: 0 };
    assert_eq!((frames[0].facts.format, frames[0].facts.bit_rate_bps), (format, 96_000));
}
