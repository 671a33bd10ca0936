//! From opened sources to the stream file and the index of an asset.

use super::error::{IngestError, Note, SourceFault};
use super::source::{Source, Track};
use super::subtitle::overfull;
use super::unit::Unit;
use super::writer::{StreamHead, StreamWriter, WriteError};
use super::{IngestOptions, Progress};
use crate::publish::Draft;
use asset::{
    AccessUnit, AssetIndex, BufferModel, Facts, IndexError, Language, StreamFormat, StreamIndex,
};
use es::{Codec, FrameDuration};
use std::path::{Path, PathBuf};
use ts::Span;

/// How long a stream may be announced without a unit before it is given up, in time of the others.
const SILENCE_MAX: Span = Span::from_seconds(10);
/// How far other streams are read on for subtitles that belong between their units.
const SUBTITLES_BEHIND: Span = Span::from_seconds(4);
/// The longest that bytes of subtitles wait in a decoder.
const SUBTITLES_WAIT_MAX: Span = Span::from_ms(690);
/// Units of one stream that are held while another one is waited for.
const QUEUE_MAX: usize = 4096;

/// A file to be read, as it is or converted.
pub(super) struct Input {
    original: PathBuf,
    converted: Option<(Draft, Conversion)>,
}

/// What ffmpeg has done with a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Conversion {
    Packed,
    Encoded,
    /// Encoded in part, for these reasons.
    Treated(String),
}

impl Input {
    pub(super) fn native(path: &Path) -> Input {
        Input { original: path.to_owned(), converted: None }
    }

    pub(super) fn converted(path: &Path, draft: Draft, conversion: Conversion) -> Input {
        Input { original: path.to_owned(), converted: Some((draft, conversion)) }
    }

    pub(super) fn original(&self) -> &Path {
        &self.original
    }

    /// Whether the file is taken as it is.
    pub(super) fn is_native(&self) -> bool {
        self.converted.is_none()
    }

    /// Whether the file at `path` is this one, packed by ffmpeg and not encoded.
    pub(super) fn is_packed(&self, path: &Path) -> bool {
        matches!(&self.converted, Some((draft, Conversion::Packed)) if draft.path() == path)
    }

    /// What a treatment is to begin with: nothing is encoded twice that need not be.
    pub(super) fn to_be_treated(&self) -> &Path {
        match &self.converted {
            Some((draft, Conversion::Encoded | Conversion::Treated(_))) => draft.path(),
            Some((_, Conversion::Packed)) | None => &self.original,
        }
    }

    /// Why it was treated already.
    pub(super) fn reasons(&self) -> Option<&str> {
        match &self.converted {
            Some((_, Conversion::Treated(why))) => Some(why),
            _ => None,
        }
    }

    fn path(&self) -> &Path {
        self.converted.as_ref().map_or(&self.original, |(draft, _)| draft.path())
    }

    fn note(&self) -> Option<Note> {
        let (_, conversion) = self.converted.as_ref()?;
        Some(match conversion {
            Conversion::Packed => Note::Converted { encoded: false },
            Conversion::Encoded => Note::Converted { encoded: true },
            Conversion::Treated(why) => Note::Treated { why: why.clone() },
        })
    }
}

/// A stream file that is not yet published, and its index.
pub(super) struct Assembly {
    pub(super) index: AssetIndex,
    pub(super) draft: Draft,
    pub(super) notes: Vec<Note>,
    /// The source of each stream.
    pub(super) origin: Vec<usize>,
}

impl Assembly {
    /// The input that ffmpeg has packed with a stream that the asset could not take.
    pub(super) fn lossy_pack(&self, inputs: &[Input]) -> Option<usize> {
        let skipped = |note: &Note| matches!(note, Note::StreamSkipped { codec: None, .. });
        let packed = |input: &Input| matches!(input.converted, Some((_, Conversion::Packed)));
        if self.notes.iter().any(skipped) { inputs.iter().position(packed) } else { None }
    }
}

/// Reads the inputs and writes the stream file as a draft in `folder`.
pub(super) fn assemble(
    inputs: &[Input],
    folder: &Path,
    options: &IngestOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Assembly, IngestError> {
    let mut mixer = Mixer::open(inputs, options)?;
    mixer.fill_heads(progress)?;
    let plan = mixer.plan(options)?;
    let (draft, file) = Draft::create(folder)?;
    let heads: Vec<StreamHead> =
        plan.iter().map(|p| StreamHead { facts: p.facts, language: p.language }).collect();
    let writer = StreamWriter::new(file, draft.path(), &heads);
    let (index, origin) = Writing::new(&mut mixer, plan, writer).run(progress)?;
    index.check()?;
    let mut notes = mixer.notes;
    for source in &mut mixer.sources {
        notes.append(&mut source.take_notes());
    }
    notes.extend(inputs.iter().filter_map(Input::note));
    Ok(Assembly { index, draft, notes, origin })
}

/// All sources together.
struct Mixer {
    sources: Vec<Source>,
    notes: Vec<Note>,
}

/// A stream of the asset to be.
struct Planned {
    source: usize,
    track: usize,
    facts: Facts,
    language: Language,
    frame: FrameDuration,
    /// Asset zero on the time axis of the source.
    zero: Span,
}

impl Mixer {
    fn open(inputs: &[Input], options: &IngestOptions) -> Result<Mixer, IngestError> {
        let mut sources = Vec::with_capacity(inputs.len());
        let mut notes = Vec::new();
        for (number, input) in inputs.iter().enumerate() {
            let mut source = Source::open(input.path(), options.program)?;
            if number > 0 {
                // Further sources bring languages of sound.
                for track in source.tracks().extract_if(.., |t| !t.is_audio()) {
                    notes.push(skipped(&track));
                }
                if source.tracks().is_empty() {
                    return Err(source.error(SourceFault::NoAudio));
                }
            }
            sources.push(source);
        }
        Ok(Mixer { sources, notes })
    }

    /// Reads until each stream has its first unit and asset zero is known. Streams without units
    /// are left out.
    fn fill_heads(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), IngestError> {
        for number in 0..self.sources.len() {
            loop {
                let source = &mut self.sources[number];
                let ended = source.ended();
                let ready = |t: &mut Track| {
                    t.format().is_some() && (t.is_sparse() || t.first_presented(ended).is_some())
                };
                let all = source.tracks().iter_mut().all(ready);
                let lead = source.tracks().first_mut().is_some_and(ready);
                let waited = source.tracks().first_mut().is_some_and(|t| held(t) > SILENCE_MAX);
                if all || ended || (lead && waited) {
                    let silent = source.tracks().extract_if(.., |t| !ready(t));
                    self.notes.extend(silent.map(|t| skipped(&t)));
                    break;
                }
                source.advance()?;
                self.report(progress);
            }
        }
        for source in &mut self.sources {
            if source.tracks().is_empty() {
                return Err(source.error(SourceFault::TooShort));
            }
        }
        Ok(())
    }

    /// The streams of the asset, the one that gives it its time first.
    fn plan(&mut self, options: &IngestOptions) -> Result<Vec<Planned>, IngestError> {
        let mut languages = options.languages.iter();
        let mut lead_offset = None;
        let mut plan = Vec::new();
        for (number, source) in self.sources.iter_mut().enumerate() {
            let ended = source.ended();
            let seen = source.tracks().iter().find_map(Track::first_seen).unwrap_or(Span(0));
            let first = source.tracks().iter().find_map(|t| t.first_presented(ended));
            // How much of the lead's beginning was left out, and must be of all further sources.
            let offset = *lead_offset.get_or_insert(first.unwrap_or(seen) - seen);
            for (track, item) in source.tracks().iter().enumerate() {
                let Some((facts, frame)) = item.format() else {
                    continue;
                };
                let language = match facts {
                    Facts::Audio(_) => languages.next().copied().unwrap_or(item.language()),
                    Facts::Video(_) => Language::UNDETERMINED,
                    Facts::Subtitles(_) => item.language(),
                };
                plan.push(Planned {
                    source: number,
                    track,
                    facts,
                    language,
                    frame,
                    zero: seen + offset,
                });
            }
        }
        // An index has its subtitles last.
        plan.sort_by_key(|planned| matches!(planned.facts, Facts::Subtitles(_)));
        if plan.is_empty() { Err(IndexError::Streams.into()) } else { Ok(plan) }
    }

    fn report(&self, progress: &mut dyn FnMut(Progress)) {
        let (done, total) = self
            .sources
            .iter()
            .map(Source::progress)
            .fold((0, 0), |(done, total), (d, t)| (done + d, total + t));
        progress(Progress::Reading { done, total });
    }
}

fn skipped(track: &Track) -> Note {
    Note::StreamSkipped {
        pid: track.pid(),
        stream_type: track.stream.codec.stream_type(),
        codec: Some(track.stream.codec),
    }
}

/// The time that the ready units of a stream span.
fn held(track: &mut Track) -> Span {
    let ready = track.ready();
    match (ready.front(), ready.back()) {
        (Some(first), Some(last)) => last.dts - first.dts,
        _ => Span(0),
    }
}

/// The second half: merging the streams by decoding time into the file.
struct Writing<'a> {
    mixer: &'a mut Mixer,
    plan: Vec<Planned>,
    writer: StreamWriter,
    units: Vec<Vec<AccessUnit>>,
    /// The end of the asset: of what is presented of the first stream so far.
    end: Span,
}

impl<'a> Writing<'a> {
    fn new(mixer: &'a mut Mixer, plan: Vec<Planned>, writer: StreamWriter) -> Writing<'a> {
        let units = plan.iter().map(|_| Vec::new()).collect();
        Writing { mixer, plan, writer, units, end: Span(0) }
    }

    /// The index, and the source of each of its streams.
    fn run(
        mut self,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(AssetIndex, Vec<usize>), IngestError> {
        loop {
            if let Some(source) = self.waiting() {
                self.mixer.sources[source].advance()?;
                self.mixer.report(progress);
                continue;
            }
            let heads = (0..self.plan.len()).filter_map(|i| Some((self.head(i)?, i)));
            let Some((_, stream)) = heads.min() else {
                break;
            };
            self.write_head(stream)?;
        }
        self.finish()
    }

    /// A source that must be read on: it has a stream without ready units, and none with so many
    /// that waiting would cost too much memory.
    fn waiting(&mut self) -> Option<usize> {
        (0..self.plan.len()).find_map(|i| {
            let number = self.plan[i].source;
            let source = &mut self.mixer.sources[number];
            let track = &mut source.tracks()[self.plan[i].track];
            let empty = track.ready().is_empty();
            // Subtitles come some time before they are shown: they are missed only when the others
            // have been read that much further.
            let sparse = track.is_sparse();
            let mut others = source.tracks().iter_mut();
            let full = others
                .any(|t| t.ready().len() > QUEUE_MAX || (sparse && held(t) > SUBTITLES_BEHIND));
            (empty && !full && !source.ended()).then_some(number)
        })
    }

    /// The decoding time of the next unit of a stream.
    fn head(&mut self, stream: usize) -> Option<Span> {
        let planned = &self.plan[stream];
        let track = &mut self.mixer.sources[planned.source].tracks()[planned.track];
        Some(track.ready().front()?.dts - planned.zero)
    }

    fn write_head(&mut self, stream: usize) -> Result<(), IngestError> {
        let planned = &self.plan[stream];
        let source = &mut self.mixer.sources[planned.source];
        let Some(unit) = source.tracks()[planned.track].ready().pop_front() else {
            return Ok(());
        };
        let frame = Span(planned.frame.ticks_of(1) as i64);
        let (pts, dts) = match planned.facts {
            Facts::Audio(_) | Facts::Subtitles(_) => {
                (unit.pts - planned.zero, unit.dts - planned.zero)
            }
            Facts::Video(_) => self.picture_times(stream, &unit),
        };
        let leads = stream == 0;
        let early = !planned.facts.is_video() && pts < Span(-frame.0 / 2);
        if early || (!leads && pts >= self.end_of_lead()) {
            return Ok(());
        }
        let place = unit.place;
        let written = self.writer.write(stream, &unit.bytes, pts, dts, unit.random_access);
        let written = written.map_err(|error| match error {
            WriteError::File(error) => IngestError::File(error),
            WriteError::TooLarge => {
                let source = &mut self.mixer.sources[self.plan[stream].source];
                let pid = source.tracks()[self.plan[stream].track].pid();
                let limit = usize::from(u16::MAX) * ts::packet::PAYLOAD_MAX;
                source.error(SourceFault::UnitTooLarge { pid, place, limit })
            }
        })?;
        self.units[stream].push(written);
        if leads {
            self.end = self.end.max(snapped(pts + frame, self.plan[stream].frame));
        }
        Ok(())
    }

    /// The times of a picture from asset zero, on the exact frame raster where they are close to
    /// it: stamps are rounded to 90 kHz, or to milliseconds by some containers.
    fn picture_times(&self, stream: usize, unit: &Unit) -> (Span, Span) {
        let planned = &self.plan[stream];
        let pts = snapped(unit.pts - planned.zero, planned.frame);
        let raw = unit.dts - planned.zero;
        let exact = snapped(raw, planned.frame);
        let last = self.units[stream].last().map(|u| u.dts);
        let dts = if last.is_some_and(|last| exact <= last) { raw } else { exact };
        (pts, dts.min(pts))
    }

    /// Where the first stream ends; without bound as long as more of it may come.
    fn end_of_lead(&mut self) -> Span {
        let lead = &self.plan[0];
        let source = &mut self.mixer.sources[lead.source];
        let over = source.ended() && source.tracks()[lead.track].ready().is_empty();
        if over { self.end } else { Span(i64::MAX) }
    }

    fn finish(self) -> Result<(AssetIndex, Vec<usize>), IngestError> {
        let written = self.writer.finish().map_err(|error| match error {
            WriteError::File(error) => IngestError::File(error),
            WriteError::TooLarge => IngestError::Index(IndexError::Streams),
        })?;
        let mut streams = Vec::with_capacity(self.plan.len());
        let mut origin = Vec::with_capacity(self.plan.len());
        for (planned, units) in self.plan.iter().zip(self.units) {
            // Sound that lies wholly before or behind the pictures leaves nothing to carry.
            let Some(first) = units.first() else { continue };
            let format = StreamFormat {
                facts: planned.facts,
                language: planned.language,
                frame_duration: planned.frame,
                reorder: first.pts - first.dts,
                buffer: buffer_model(&planned.facts),
            };
            if matches!(planned.facts, Facts::Subtitles(_))
                && let Some(at) = overfull(&units, &format.buffer, SUBTITLES_WAIT_MAX)
            {
                let pid = self.mixer.sources[planned.source].tracks()[planned.track].pid();
                self.mixer.notes.push(Note::SubtitlesTooDense { pid, at });
                continue;
            }
            streams.push(StreamIndex::new(format, units));
            origin.push(planned.source);
        }
        let index = AssetIndex {
            digest: written.digest,
            packets: written.packets,
            duration: self.end,
            streams,
            page_crcs: written.page_crcs,
        };
        Ok((index, origin))
    }
}

/// The nearest whole number of frames when `time` is within an eighth of a frame of it.
fn snapped(time: Span, frame: FrameDuration) -> Span {
    let ticks = frame.ticks_of(1);
    let whole = frame.frames_in(time.0.unsigned_abs() + ticks / 2);
    let exact = frame.ticks_of(whole) as i64 * time.0.signum();
    if (exact - time.0).unsigned_abs() <= ticks / 8 { Span(exact) } else { time }
}

/// The decoder's buffers (ISO/IEC 13818-1 clauses 2.4.2.4, 2.14.3, 2.17.2). Bytes may stay one
/// second in the decoder, with H.264 and HEVC ten.
fn buffer_model(facts: &Facts) -> BufferModel {
    let (transport_rate_bps, main_bytes) = match facts {
        Facts::Video(video) => (video.buffer.transport_rate_bps, video.buffer.elementary_bytes),
        Facts::Audio(audio) => {
            let buffer = audio.buffer();
            (buffer.transport_rate_bps, buffer.main_bytes)
        }
        Facts::Subtitles(subtitles) => {
            let (rate_bps, bytes) = subtitles.buffer();
            (rate_bps, u64::from(bytes))
        }
    };
    let residence_max = match facts.codec() {
        Codec::H264 | Codec::Hevc => Span::from_seconds(10),
        _ => Span::from_seconds(1),
    };
    BufferModel {
        transport_rate_bps,
        main_bytes: u32::try_from(main_bytes).unwrap_or(u32::MAX),
        residence_max,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_times_snap_to_the_exact_raster_and_others_stay() {
        let frame = FrameDuration::from_seconds(1001, 60_000).unwrap();
        for number in [-3i64, 0, 1, 100_000] {
            let exact = number * 450_450;
            for off in [-13_500, -300, 0, 300, 13_500] {
                assert_eq!(snapped(Span(exact + off), frame), Span(exact));
            }
        }
        assert_eq!(snapped(Span(225_225), frame), Span(225_225));
    }
}
