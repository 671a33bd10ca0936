//! No bytes bring a splitter down, and how they come in pieces does not matter.

#[allow(dead_code)]
mod streams;

use es::Codec;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use streams::*;

/// Cuts `bytes` at these places.
fn pieces_of<'b>(bytes: &'b [u8], cuts: &[Index]) -> Vec<&'b [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

/// Checks the promises that hold for any bytes of any codec.
fn check(codec: Codec, bytes: &[u8], cuts: &[Index]) -> Result<(), TestCaseError> {
    let pieces = pieces_of(bytes, cuts);
    let (kept, skipped) = if codec.is_video() {
        let (units, skipped) = units_of(codec, &[bytes]);
        prop_assert_eq!(&units_of(codec, &pieces), &(units.clone(), skipped));
        for unit in &units {
            let at = unit.offset as usize;
            prop_assert!(bytes[at..].starts_with(&[0, 0, 1]));
        }
        (units.into_iter().map(|unit| unit.bytes.len()).sum::<usize>(), skipped)
    } else {
        let (frames, skipped) = frames_of(codec, &[bytes]);
        prop_assert_eq!(&frames_of(codec, &pieces), &(frames.clone(), skipped));
        for frame in &frames {
            prop_assert!(bytes[frame.offset as usize..].starts_with(&frame.bytes));
            let _ = (frame.facts.frame_duration(), frame.facts.aac_profile_and_level());
            let _ = (frame.facts.ac3_component_type(), frame.facts.buffer());
        }
        (frames.into_iter().map(|frame| frame.bytes.len()).sum::<usize>(), skipped)
    };
    prop_assert_eq!(kept as u64 + skipped, bytes.len() as u64);
    Ok(())
}

/// A start code and a NAL unit or MPEG-2 structure whose kind is likely to mean something.
fn start_code_soup() -> impl Strategy<Value = Vec<u8>> {
    let kinds = prop_oneof![
        prop::sample::select(vec![0x65, 0x41, 0x67, 0x68, 0x09, 0x06, 0x61]),
        prop::sample::select(vec![0x26, 0x02, 0x40, 0x42, 0x44, 0x46, 0x2a]),
        prop::sample::select(vec![0x00, 0x01, 0xb3, 0xb5, 0xb8]),
        any::<u8>(),
    ];
    let part = (kinds, vec(any::<u8>(), 0..40)).prop_map(|(kind, mut payload)| {
        payload.splice(0..0, [0, 0, 1, kind]);
        payload
    });
    vec(part, 0..20).prop_map(|parts| parts.concat())
}

/// Sync words of audio with any bytes behind them.
fn sync_word_soup() -> impl Strategy<Value = Vec<u8>> {
    let words = vec![vec![0xff, 0xf1], vec![0x56, 0xe0], vec![0xff, 0xfd], vec![0x0b, 0x77]];
    let part = (prop::sample::select(words), vec(any::<u8>(), 0..40)).prop_map(|(word, rest)| {
        let mut part = word;
        part.extend(rest);
        part
    });
    vec(part, 0..20).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_split_the_same_in_any_pieces(
        bytes in prop_oneof![
            vec(any::<u8>(), 0..600), vec(0u8..4, 0..200), start_code_soup(), sync_word_soup()
        ],
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let split = |codec: &Codec| codec.is_video() || codec.is_audio();
        for codec in Codec::ALL.into_iter().filter(split) {
            check(codec, &bytes, &cuts)?;
        }
    }

    #[test]
    fn any_bytes_are_subtitles_that_come_back_or_are_refused(
        rest in vec(prop_oneof![Just(0x0fu8), Just(0xff), Just(0), any::<u8>()], 0..100),
    ) {
        let data = [&[0x20, 0x00], &rest[..]].concat();
        if let Ok((segments, entry)) = es::subtitle::segments(&data) {
            let again = es::subtitle::data_of(segments);
            prop_assert!(data.starts_with(&again));
            prop_assert_eq!(es::subtitle::segments(&again), Ok((segments, entry)));
        }
    }

    #[test]
    fn any_damage_to_a_stream_is_borne(
        stream in 0usize..11,
        damage in vec((any::<Index>(), any::<u8>()), 0..12),
        lost in any::<Option<(Index, u8)>>(),
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let stream = VIDEO.into_iter().chain(AUDIO).nth(stream).unwrap();
        let mut bytes = stream.bytes.to_vec();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some((from, count)) = lost {
            let from = from.index(bytes.len());
            let to = (from + usize::from(count)).min(bytes.len());
            bytes.drain(from..to);
        }
        check(stream.codec, &bytes, &cuts)?;
    }

    #[test]
    fn any_pieces_of_a_sound_stream_give_its_units(cuts in vec(any::<Index>(), 0..30)) {
        for stream in VIDEO.into_iter().chain(AUDIO) {
            check(stream.codec, stream.bytes, &cuts)?;
        }
    }
}

#[test]
fn single_bytes_give_the_same_units() {
    for stream in VIDEO {
        let pieces: Vec<&[u8]> = stream.bytes.chunks(1).collect();
        assert_eq!(units_of(stream.codec, &pieces), units_of(stream.codec, &[stream.bytes]));
    }
    for stream in AUDIO {
        let pieces: Vec<&[u8]> = stream.bytes.chunks(1).collect();
        assert_eq!(frames_of(stream.codec, &pieces), frames_of(stream.codec, &[stream.bytes]));
    }
}
