//! Time stamps that wrap, are missing or are shared: inferred exactly or refused.

mod support;

use asset::AssetIndex;
use library::IngestError;
use library::ingest::SourceFault;
use support::{AUDIO, Bench, VIDEO, clip, id, with_pes};
use ts::pes::PesHeader;
use ts::{Packet, Timestamp};

/// The index of the asset that a source makes.
fn index(packets: &[Packet]) -> AssetIndex {
    let bench = Bench::new();
    bench.ingest(packets.as_flattened()).unwrap();
    bench.library.index(&id("lesson")).unwrap()
}

/// The times and sizes of all units of a stream.
fn units(index: &AssetIndex, stream: usize) -> Vec<(i64, i64, u32)> {
    index.streams[stream].units.iter().map(|u| (u.pts.0, u.dts.0, u.bytes)).collect()
}

fn shift(header: PesHeader, by: u64) -> PesHeader {
    let shift = |stamp: Timestamp| Timestamp::new(stamp.value() + by);
    PesHeader { pts: header.pts.map(shift), dts: header.dts.map(shift), ..header }
}

#[test]
fn stamps_that_wrap_inside_the_file_make_the_same_asset() {
    for name in ["slate-h264", "slate-mpeg2"] {
        let clip = clip(name);
        let plain = index(&clip);
        // Stamps of the clips begin near 1.4 s; these wrap a second later.
        let by = (1 << 33) - 216_000;
        let wrapped = with_pes(&clip, VIDEO, |_, h, p| Some((shift(h, by), p)));
        let wrapped = with_pes(&wrapped, AUDIO, |_, h, p| Some((shift(h, by), p)));
        assert_eq!(index(&wrapped), plain);
    }
}

#[test]
fn several_frames_of_sound_in_a_pes_packet_get_exact_times_of_their_own() {
    let index = index(&clip("story-1"));
    for (number, unit) in index.streams[0].units.iter().enumerate() {
        assert_eq!(unit.pts.0, number as i64 * 648_000);
        assert_eq!(unit.pts, unit.dts);
    }
}

#[test]
fn pictures_of_mpeg2_that_share_a_pes_packet_get_their_times_back() {
    let clip = clip("slate-mpeg2");
    let plain = index(&clip);
    let mut pictures: Vec<Vec<u8>> =
        support::pes_packets(&clip, VIDEO).into_iter().map(|(_, payload)| payload).collect();
    let shared = with_pes(&clip, VIDEO, |number, header, _| {
        (number % 3 == 0).then(|| {
            let end = (number + 3).min(pictures.len());
            let payload = pictures[number..end].iter_mut().flat_map(std::mem::take).collect();
            (PesHeader { payload_len: None, ..header }, payload)
        })
    });
    assert_eq!(units(&index(&shared), 0), units(&plain, 0));
}

#[test]
fn pictures_without_dts_get_them_from_the_frame_rate() {
    let clip = clip("slate-h264");
    let plain = index(&clip);
    let bare = with_pes(&clip, VIDEO, |_, h, p| Some((PesHeader { dts: None, ..h }, p)));
    let bare = index(&bare);
    let pts = |index: &AssetIndex| units(index, 0).iter().map(|u| u.0).collect::<Vec<_>>();
    assert_eq!(pts(&bare), pts(&plain));
    for pair in bare.streams[0].units.windows(2) {
        assert_eq!(pair[1].dts.0 - pair[0].dts.0, 1_080_000);
    }
}

#[test]
fn a_reordered_picture_without_any_stamp_is_refused_with_its_place() {
    let bare = with_pes(&clip("slate-h264"), VIDEO, |number, mut header, payload| {
        if number == 20 {
            (header.pts, header.dts) = (None, None);
        }
        Some((header, payload))
    });
    let error = Bench::new().ingest(bare.as_flattened()).unwrap_err();
    let IngestError::Source { fault: SourceFault::MissingTimestamps { pid, place, .. }, .. } =
        error
    else {
        panic!("{error}")
    };
    assert_eq!(pid, VIDEO);
    assert_eq!(place.packet as usize, support::start_of(&bare, VIDEO, 20));
}

#[test]
fn times_lie_on_the_frame_raster_and_streams_end_together() {
    for name in ["slate-h264", "maths-4-1", "computer-1"] {
        let index = index(&clip(name));
        let video = &index.streams[0];
        let frame = video.format.frame_duration;
        let exact = |ticks: i64| {
            let ticks = ticks.unsigned_abs();
            frame.ticks_of(frame.frames_in(ticks)) == ticks
        };
        assert!(video.units.iter().all(|u| exact(u.pts.0) && exact(u.dts.0)), "{name}");
        assert_eq!(video.units.iter().map(|u| u.pts.0).min(), Some(0));
        assert_eq!(index.duration.0 as u64, frame.ticks_of(video.units.len() as u64));
        for sound in &index.streams[1..] {
            let half = sound.format.frame_duration.ticks_of(1) as i64 / 2;
            let (first, last) = (sound.units.first().unwrap(), sound.units.last().unwrap());
            assert!(first.pts.0 >= -half && last.pts < index.duration);
        }
    }
}
