//! When the delivery of one airing gives way to the next.
//!
//! An airing's packets leave in a window that ends where the next one's begins, some lead before
//! the next one's first picture or sound. The lead is what the decoder's buffer can bridge: while
//! the tail of the old programme is still being decoded, the head of the new one is already coming
//! in (ISO/IEC 13818-1 clause 2.4.2).

use crate::catalogue::CatalogueEntry;
use crate::fill::Piece;
use crate::model::{Airing, DeliveryWindow};
use asset::StreamSummary;
use ts::{Span, TICKS_PER_SECOND, Ticks};

/// The longest lead of video: what the bits of one second may wait in the decoder, with margin.
const VIDEO_LEAD_MAX: Span = Span::from_ms(600);
/// The shortest lead of video that can still carry an intra picture at a bearable rate.
const VIDEO_LEAD_MIN: Span = Span::from_ms(200);
const AUDIO_LEAD_MAX: Span = Span::from_ms(80);
const AUDIO_LEAD_MIN: Span = Span::from_ms(30);
/// The shortest delivery window, for airings that are shorter than that themselves.
const VIDEO_WINDOW_MIN: Span = Span::from_ms(300);
const AUDIO_WINDOW_MIN: Span = Span::from_ms(20);

/// From when on the first of some airings may use a service, where an airing before has settled
/// that.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    /// When its video is delivered.
    pub video: Ticks,
    /// When its audio is delivered.
    pub audio: Ticks,
    /// Behind the last decoding time before it.
    pub decode: Ticks,
    /// How long a frame lasts of each audio stream before it.
    pub frames: Vec<Span>,
}

/// Airings from pieces in order. The last piece only serves as the one that follows.
pub(crate) fn airings<'a>(
    pieces: &[Piece],
    begin: Option<Begin>,
    head: impl Fn(&Piece) -> &'a Head,
) -> Vec<Airing> {
    let heads: Vec<(Ticks, &Head)> = pieces.iter().map(|p| (p.start, head(p))).collect();
    let mut video = handovers(&heads, |h| h.reorder, |h| h.video_lead, VIDEO_WINDOW_MIN);
    let mut audio = handovers(&heads, |_| Span(0), |h| h.audio_lead, AUDIO_WINDOW_MIN);
    let mut decode: Vec<Ticks> = heads.iter().map(|(start, h)| *start - h.reorder).collect();
    let mut frames_before = Vec::new();
    if let Some(begin) = begin {
        frames_before = begin.frames;
        begin_at(&mut video, begin.video, VIDEO_WINDOW_MIN);
        begin_at(&mut audio, begin.audio, AUDIO_WINDOW_MIN);
        if let Some(first) = decode.first_mut() {
            *first = begin.decode.max(*first);
        }
    }
    let count = pieces.len().saturating_sub(1);
    (0..count)
        .map(|i| Airing {
            asset: pieces[i].asset,
            kind: pieces[i].kind,
            in_point: pieces[i].in_point,
            start: pieces[i].start,
            end: pieces[i].end,
            cut: None,
            video: DeliveryWindow { from: video[i], until: video[i + 1] },
            audio: DeliveryWindow { from: audio[i], until: audio[i + 1] },
            decode_from: decode[i],
            decode_until: decode[i + 1],
            frames_before: match i.checked_sub(1) {
                Some(before) => heads[before].1.audio_frames.clone(),
                None => frames_before.clone(),
            },
            event: pieces[i].event,
        })
        .collect()
}

/// What a handover needs to know of an asset.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// Duration of a picture; zero where there are none.
    frame: Span,
    audio_frames: Vec<Span>,
    reorder: Span,
    video_lead: Span,
    audio_lead: Span,
}

impl Head {
    pub(crate) fn new(entry: &CatalogueEntry) -> Head {
        let streams = &entry.summary.streams;
        let lead = |stream: &StreamSummary| bridged_lead(stream, entry.summary.duration);
        let video = streams.iter().filter(|s| s.format.facts.is_video());
        let audio = streams.iter().filter(|s| s.format.facts.is_audio());
        let reorder = video.clone().map(|s| s.format.reorder).max().unwrap_or(Span(0));
        let frame = video.clone().next().map_or(0, |s| s.format.frame_duration.ticks_of(1));
        let video_lead = video.map(lead).min().unwrap_or(VIDEO_LEAD_MAX);
        let audio_lead = audio.clone().map(lead).min().unwrap_or(AUDIO_LEAD_MAX);
        let frame_of = |s: &StreamSummary| Span(s.format.frame_duration.ticks_of(1) as i64);
        Head {
            frame: Span(frame as i64),
            audio_frames: audio.map(frame_of).collect(),
            reorder,
            video_lead: video_lead.clamp(VIDEO_LEAD_MIN, VIDEO_LEAD_MAX),
            audio_lead: audio_lead.clamp(AUDIO_LEAD_MIN, AUDIO_LEAD_MAX),
        }
    }
}

impl Begin {
    /// Behind an airing that goes on and whose asset has this head. Its last picture is decoded a
    /// frame before all that follows; half of that is left to what follows.
    pub(crate) fn behind(airing: &Airing, head: &Head) -> Begin {
        let spare = Span(head.frame.0 / 2);
        let decode = if spare == Span(0) { Ticks(0) } else { airing.decode_until - spare };
        let (video, audio) = (airing.video.until, airing.audio.until);
        Begin { video, audio, decode, frames: head.audio_frames.clone() }
    }
}

/// The lead that fills half of a stream's buffer at its mean rate.
fn bridged_lead(stream: &StreamSummary, duration: Span) -> Span {
    let half_buffer = u128::from(stream.format.buffer.main_bytes) / 2;
    let lead = half_buffer * duration.0.max(1) as u128 / u128::from(stream.bytes.max(1));
    Span(lead.min(10 * u128::from(TICKS_PER_SECOND)) as i64)
}

/// When each airing takes over. A join uses the shorter of both leads; an airing that would be left
/// with too short a window takes over earlier.
fn handovers(
    heads: &[(Ticks, &Head)],
    reorder: impl Fn(&Head) -> Span,
    lead: impl Fn(&Head) -> Span,
    window_min: Span,
) -> Vec<Ticks> {
    let mut times = vec![Ticks(0); heads.len()];
    for i in (0..heads.len()).rev() {
        let (start, head) = heads[i];
        let before = lead(heads[i.saturating_sub(1)].1);
        let own = start - reorder(head) - lead(head).min(before);
        times[i] = match times.get(i + 1) {
            Some(next) => own.min(*next - window_min),
            None => own,
        };
    }
    times
}

/// Lets the first window begin at a given time, and those behind it not before it has passed.
fn begin_at(times: &mut [Ticks], from: Ticks, window_min: Span) {
    let mut earliest = from;
    for (i, time) in times.iter_mut().enumerate() {
        if i > 0 && *time >= earliest {
            break;
        }
        *time = earliest;
        earliest += window_min;
    }
}
