//! What a stream loses when bytes of it are lost or foreign ones come between.

#[allow(dead_code)]
mod streams;

use streams::*;

#[test]
fn audio_is_found_again_behind_a_gap() {
    for stream in AUDIO {
        let (sound, _) = frames_of(stream.codec, &[stream.bytes]);
        // From the middle of the third frame to somewhat behind the middle of the fourth: frames
        // of equal length would join without a trace if just one length were lost.
        let from = (sound[2].offset + sound[2].bytes.len() as u64 / 2) as usize;
        let to = (sound[3].offset + sound[3].bytes.len() as u64 / 2) as usize + 7;
        let (frames, skipped) =
            frames_of(stream.codec, &[&stream.bytes[..from], &stream.bytes[to..]]);
        assert_eq!(frames.len(), sound.len() - 2, "{}", stream.codec);
        assert_eq!(frames[1].bytes, sound[1].bytes);
        assert_eq!(frames[2].bytes, sound[4].bytes);
        assert_eq!(frames[2].skipped_before, skipped);
        assert_eq!(frames[2].offset, sound[4].offset - (to - from) as u64);
    }
}

#[test]
fn a_marked_gap_costs_no_frame_beside_it() {
    for stream in AUDIO {
        let (sound, _) = frames_of(stream.codec, &[stream.bytes]);
        let from = sound[2].offset as usize;
        let to = (sound[3].offset + 3) as usize;
        let mut splitter = es::AudioSplitter::new(stream.codec).unwrap();
        let mut frames = Vec::new();
        splitter.push(&stream.bytes[..from], &mut frames);
        splitter.finish(&mut frames);
        splitter.push(&stream.bytes[to..], &mut frames);
        splitter.finish(&mut frames);
        let kept: Vec<&[u8]> = frames.iter().map(|frame| frame.bytes.as_slice()).collect();
        let (head, tail) = (&sound[..2], &sound[4..]);
        let expected: Vec<&[u8]> = head.iter().chain(tail).map(|f| f.bytes.as_slice()).collect();
        assert_eq!(kept, expected, "{}", stream.codec);
    }
}

#[test]
fn audio_begins_at_its_first_whole_frame() {
    for stream in AUDIO {
        let (sound, _) = frames_of(stream.codec, &[stream.bytes]);
        let (frames, skipped) = frames_of(stream.codec, &[&stream.bytes[5..]]);
        let first = if stream.codec == es::Codec::AacLatm {
            // Elements without configuration cannot be decoded; this encoder sends it seldom.
            frames.first().map_or(sound.len(), |found| {
                sound.iter().position(|frame| frame.bytes == found.bytes).unwrap()
            })
        } else {
            1
        };
        assert_eq!(frames.len(), sound.len() - first, "{}", stream.codec);
        assert!(skipped > 0);
    }
}

#[test]
fn video_begins_at_its_first_whole_picture() {
    for stream in VIDEO {
        let (sound, _) = units_of(stream.codec, &[stream.bytes]);
        let cut = sound[2].offset as usize + sound[2].bytes.len() / 2;
        let (units, _) = units_of(stream.codec, &[&stream.bytes[cut..]]);
        let last = units.last().unwrap();
        assert_eq!(last.bytes, sound.last().unwrap().bytes, "{}", stream.codec);
        let entry = units.iter().find(|unit| unit.picture.entry.is_some()).unwrap();
        assert!(entry.facts.is_some() && entry.fault.is_none(), "{}", stream.codec);
    }
}

#[test]
fn a_marked_gap_in_video_keeps_pictures_apart() {
    for stream in VIDEO {
        let (sound, _) = units_of(stream.codec, &[stream.bytes]);
        let from = sound[3].offset as usize + sound[3].bytes.len() / 2;
        let to = sound[4].offset as usize + sound[4].bytes.len() / 2;
        let mut splitter = es::VideoSplitter::new(stream.codec).unwrap();
        let mut units = Vec::new();
        splitter.push(&stream.bytes[..from], &mut units);
        splitter.finish(&mut units);
        splitter.push(&stream.bytes[to..], &mut units);
        splitter.finish(&mut units);
        assert_eq!(units[2].bytes, sound[2].bytes, "{}", stream.codec);
        assert_eq!(units.last().unwrap().bytes, sound.last().unwrap().bytes);
        assert!(units.iter().all(|unit| unit.bytes.len() <= 2 * sound[0].bytes.len()));
        let total: u64 = units.iter().map(|unit| unit.bytes.len() as u64).sum();
        assert_eq!(total + splitter.skipped(), (stream.bytes.len() - (to - from)) as u64);
    }
}

#[test]
fn a_unit_without_end_is_given_up() {
    let mut stream = OPEN_264.bytes[..2000].to_vec();
    stream.resize(33 << 20, 0xff);
    stream.extend_from_slice(OPEN_264.bytes);
    let (units, skipped) = units_of(OPEN_264.codec, &[&stream]);
    let (sound, _) = units_of(OPEN_264.codec, &[OPEN_264.bytes]);
    let behind = &units[units.len() - sound.len()..];
    assert!(behind.iter().zip(&sound).all(|(unit, expected)| unit.bytes == expected.bytes));
    assert!(units[0].bytes == sound[0].bytes && skipped > 32 << 20);
}
