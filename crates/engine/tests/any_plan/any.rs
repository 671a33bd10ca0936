//! Any station.

use crate::film::{FilmRecipe, Sound, VideoCodec, VideoRecipe};
use crate::pictures::Schedule;
use crate::world::{BundleRecipe, ProgrammeRecipe, Recipe, ServiceRecipe};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use si::CharacterSet;
use std::ops::Range;

const FRAMES: [(u32, u32); 4] = [(1, 25), (1001, 30_000), (1, 50), (1001, 24_000)];
const SOUNDS: [Sound; 5] = [Sound::Mp2, Sound::Aac48, Sound::Aac44, Sound::Ac3, Sound::Silence];

/// First seconds of timetables: an ordinary hour, the last seconds of a day, a leap second (2016),
/// the wrap of clock references and time stamps, the wrap of the 16-bit date, a year far ahead.
pub const STARTS: [i64; 6] =
    [1_795_480_000, 1_795_564_785, 1_483_228_780, 1_810_090_060, 2_155_593_580, 4_070_908_788];

/// The video of all films of a service: what it has in common, as one encoder would give it.
#[derive(Clone, Copy, Debug)]
struct Encoder {
    codec: VideoCodec,
    rate_bps: u32,
    schedule: Schedule,
}

fn any_encoder() -> impl Strategy<Value = Encoder> {
    (any::<bool>(), 300_000u32..1_500_000, 150u32..300, 800u32..1500).prop_map(
        |(avc, rate_bps, peak_percent, buffer_ms)| {
            let peak = (rate_bps / 100 * peak_percent).max(1_000_000);
            let (codec, schedule) = if avc {
                let buffer_bits = peak / 1000 * buffer_ms / 16 * 16;
                (VideoCodec::Avc, Schedule { rate_bps: peak / 64 * 64, buffer_bits })
            } else {
                (VideoCodec::Mpeg2, Schedule { rate_bps: 15_000_000, buffer_bits: 112 * 16_384 })
            };
            Encoder { codec, rate_bps, schedule }
        },
    )
}

fn any_film(encoder: Encoder, sounds: Vec<Sound>) -> impl Strategy<Value = FilmRecipe> {
    let length = prop_oneof![500u32..4_000, 2_000u32..20_000, 20_000u32..90_000];
    let look = (select(FRAMES.to_vec()), 0u32..3, 12u32..50, any::<bool>(), 50u32..100);
    let texts = prop_oneof![2 => Just(0usize), 1 => 1usize..4];
    (look, length, prop_oneof![Just(0u32), 1u32..20_000], texts, any::<u64>()).prop_map(
        move |((frame, reorder, group, open, percent), length_ms, trim, texts, seed)| {
            let reorder = match encoder.codec {
                VideoCodec::Avc => reorder,
                VideoCodec::Mpeg2 => reorder.min(1),
            };
            let rate_bps = encoder.rate_bps / 100 * percent;
            let Encoder { codec, schedule, .. } = encoder;
            FilmRecipe {
                video: Some(VideoRecipe { codec, frame, reorder, group, open, rate_bps, schedule }),
                audio: sounds.clone(),
                texts,
                length_ms,
                trim,
                seed,
            }
        },
    )
}

fn any_programme(films: usize) -> impl Strategy<Value = ProgrammeRecipe> {
    let start_at = prop_oneof![2 => Just(0u32), 1 => 100u32..9_000];
    (30u32..75, 0..films, start_at, option::of(30u32..60)).prop_map(
        |(after_s, film, start_at_ms, length_s)| ProgrammeRecipe {
            after_s,
            film,
            start_at_ms,
            length_s,
        },
    )
}

pub fn any_service() -> impl Strategy<Value = ServiceRecipe> {
    let encoders = [any_encoder(), any_encoder()];
    let kinds = (encoders, vec(select(SOUNDS.to_vec()), 1..4), any::<bool>());
    kinds.prop_flat_map(|(encoders, sounds, mixed)| {
        let other = (select(SOUNDS.to_vec()), 1..=sounds.len(), select(encoders.to_vec()));
        let film = other.prop_flat_map(move |(sound, count, encoder)| {
            if !mixed {
                return any_film(encoders[0], sounds.clone());
            }
            let mut sounds = sounds[..count].to_vec();
            sounds[0] = sound;
            any_film(encoder, sounds)
        });
        vec(film, 2..5).prop_flat_map(|films| {
            let count = films.len();
            (Just(films), 0..count, vec(any_programme(count), 1..4)).prop_map(
                |(films, fillers, mut programmes)| {
                    programmes[0].after_s %= 30;
                    ServiceRecipe { films, fillers, programmes }
                },
            )
        })
    })
}

fn any_bundle() -> impl Strategy<Value = BundleRecipe> {
    let bytes = prop_oneof![Just(0usize), 1usize..50, 1_000usize..200_000];
    let block = prop_oneof![Just(4017u16), 64u16..4066];
    let minutes = option::of((-1i64..2, 1i64..3));
    let content = (bytes, block, any::<bool>());
    (content, prop_oneof![Just(0u64), 10_000u64..300_000], 1u32..50, minutes).prop_map(
        |((bytes, block_size, is_fountain), rate_bps, weight, minutes)| BundleRecipe {
            bytes,
            is_fountain,
            block_size,
            rate_bps,
            weight,
            minutes,
        },
    )
}

/// The bits of a second that a station's films and bundles ask for, roughly.
fn demand_bps(services: &[ServiceRecipe], bundles: &[BundleRecipe]) -> u64 {
    let film = |film: &FilmRecipe| {
        let video = film.video.as_ref().map_or(0, |v| u64::from(v.rate_bps) * 13 / 10);
        let sound = |s: &Sound| match s {
            Sound::Silence => 75_000,
            _ => 330_000u64,
        };
        let texts = film.texts as u64 * 100_000;
        video + film.audio.iter().map(sound).sum::<u64>() + texts
    };
    let service = |s: &ServiceRecipe| s.films.iter().map(film).max().unwrap_or(0) + 60_000;
    let bundle = |b: &BundleRecipe| b.rate_bps.max(100_000);
    300_000 + services.iter().map(service).sum::<u64>() + bundles.iter().map(bundle).sum::<u64>()
}

/// A station whose multiplex has this percentage of what it needs, roughly.
pub fn any_station(percent: Range<u64>) -> impl Strategy<Value = Recipe> {
    any_station_of(1..4, percent)
}

/// A station with so many services beside that of its bundles.
pub fn any_station_of(
    services: Range<usize>,
    percent: Range<u64>,
) -> impl Strategy<Value = Recipe> {
    let content = (vec(any_service(), services), vec(any_bundle(), 0..3));
    let rate = (percent, select(vec![(1u64, 1u64), (188, 17), (1_001, 7)]));
    let sets = vec![CharacterSet::Utf8, CharacterSet::Gb2312, CharacterSet::Ucs2];
    let rest = (select(vec![1u64, 5, 20, 100]), 0u32..60, select(STARTS.to_vec()), select(sets));
    (content, rate, rest).prop_map(
        |((services, bundles), (percent, (scale, den)), (unit, nulls_e4, unix_s, characters))| {
            let bps = (demand_bps(&services, &bundles) * percent / 100).max(1_400_000);
            // A rate that is no whole number of bits.
            let rate = (bps * den / scale * scale + scale % den, den);
            Recipe { services, bundles, rate, unit, nulls_e4, unix_s, characters }
        },
    )
}
