//! One source file: its programme taken apart into access units, as far as it has been read.

use super::audio::AudioTrack;
use super::clock::SourceClock;
use super::error::{IngestError, Note, Place, SourceFault};
use super::packets::PacketFile;
use super::pes::{Pes, PesAssembler};
use super::programme::{MapWatch, Programme, ProgrammeStream};
use super::stamps::Stamps;
use super::subtitle::SubtitleTrack;
use super::unit::Unit;
use super::video::VideoTrack;
use asset::{Facts, Language};
use es::FrameDuration;
use std::collections::VecDeque;
use std::path::Path;
use ts::{Packet, PacketView, Pid, Span};

/// Packets that are read in one go.
const STEP_PACKETS: usize = 512;

/// A source file that is being read.
pub(super) struct Source {
    packets: PacketFile,
    map: MapWatch,
    clock: SourceClock,
    tracks: Vec<Track>,
    notes: Vec<Note>,
    ended: bool,
}

/// One stream of a source.
pub(super) struct Track {
    pub(super) stream: ProgrammeStream,
    pes: PesAssembler,
    media: Media,
    order: PacketOrder,
}

/// How the packets of a stream lie among those of the others. Most files hold each PES packet in
/// one run of packets: there, one that another stream's follows is known to be whole.
#[derive(Clone, Copy, Debug, Default)]
struct PacketOrder {
    /// Whether another stream has begun a PES packet since the last packet of this one.
    followed: bool,
    /// Whether a PES packet ever went on behind that.
    interleaved: bool,
}

enum Media {
    Audio(Box<AudioTrack>),
    Video(Box<VideoTrack>),
    Subtitles(Box<SubtitleTrack>),
}

impl Source {
    /// Opens a file and finds its programme: the one with this number, or the first.
    pub(super) fn open(path: &Path, program: Option<u16>) -> Result<Source, IngestError> {
        let mut packets = PacketFile::open(path)?;
        let programme = Programme::find(&mut packets, program)?;
        let mut notes = Vec::new();
        let streams = programme
            .streams(&mut notes)
            .map_err(|fault| IngestError::Source { path: path.to_owned(), fault })?;
        Ok(Source {
            packets,
            map: MapWatch::new(&programme),
            clock: SourceClock::default(),
            tracks: streams.into_iter().filter_map(Track::new).collect(),
            notes,
            ended: false,
        })
    }

    /// Reads on. Does nothing at the end.
    pub(super) fn advance(&mut self) -> Result<(), IngestError> {
        for _ in 0..STEP_PACKETS {
            if self.ended {
                return Ok(());
            }
            let read = self.packets.next().map_err(|error| self.with_time(error))?;
            let result = match read {
                Some((number, packet)) => self.take(number, &packet),
                None => self.finish(),
            };
            result.map_err(|fault| self.error(fault))?;
        }
        Ok(())
    }

    /// Whether everything has been read.
    pub(super) const fn ended(&self) -> bool {
        self.ended
    }

    /// The streams.
    pub(super) fn tracks(&mut self) -> &mut Vec<Track> {
        &mut self.tracks
    }

    /// What was left out or put right so far; empties the list.
    pub(super) fn take_notes(&mut self) -> Vec<Note> {
        core::mem::take(&mut self.notes)
    }

    /// Bytes read and bytes of the file.
    pub(super) const fn progress(&self) -> (u64, u64) {
        (self.packets.bytes_done(), self.packets.bytes_total())
    }

    /// An error of this source.
    pub(super) fn error(&self, fault: SourceFault) -> IngestError {
        let path = self.packets.path().to_owned();
        IngestError::Source { path, fault }
    }

    fn take(&mut self, number: u64, packet: &Packet) -> Result<(), SourceFault> {
        let place = Place { packet: number, time: self.clock.elapsed() };
        if self.map.sees_change(packet) {
            return Err(SourceFault::ProgrammeChanged { place });
        }
        let view = PacketView::new(packet);
        let pid = view.pid();
        let Some(number) = self.tracks.iter().position(|t| t.stream.pid == pid) else {
            return Ok(());
        };
        if view.unit_start() {
            self.tracks.iter_mut().for_each(|t| t.order.followed = true);
        }
        let track = &mut self.tracks[number];
        if view.has_payload() {
            track.order.interleaved |= track.order.followed && !view.unit_start();
            track.order.followed = false;
        }
        if let Some(pes) = track.pes.push(view, place)? {
            let time = track.media.push(&pes, &mut self.clock)?;
            self.tracks.iter_mut().for_each(|t| t.media.reach(time));
            return Ok(());
        }
        // The next display set may be minutes away: this one goes on as soon as it is whole.
        if track.is_sparse()
            && let Some(pes) = track.pes.complete()?
        {
            track.media.push(&pes, &mut self.clock)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SourceFault> {
        self.ended = true;
        for track in &mut self.tracks {
            let last = track.pes.finish()?;
            let followed = track.order.followed && !track.order.interleaved;
            let whole = last.as_ref().is_none_or(|pes| pes.whole || followed);
            if let Some(pes) = last {
                track.media.push(&pes, &mut self.clock)?;
            }
            track.media.finish(whole, &mut self.notes)?;
        }
        Ok(())
    }

    /// Adds the time to an error of the packet layer, which has no notion of it.
    fn with_time(&self, error: IngestError) -> IngestError {
        match error {
            IngestError::Source { path, fault: SourceFault::SyncLost { place } } => {
                let place = Place { time: self.clock.elapsed(), ..place };
                IngestError::Source { path, fault: SourceFault::SyncLost { place } }
            }
            other => other,
        }
    }
}

impl Track {
    fn new(stream: ProgrammeStream) -> Option<Track> {
        let ProgrammeStream { pid, codec, subtitles, .. } = stream;
        let media = match subtitles {
            Some(facts) => Media::Subtitles(Box::new(SubtitleTrack::new(pid, facts))),
            None if codec.is_video() => Media::Video(Box::new(VideoTrack::new(pid, codec)?)),
            None => Media::Audio(Box::new(AudioTrack::new(pid, codec)?)),
        };
        Some(Track { stream, pes: PesAssembler::new(pid), order: PacketOrder::default(), media })
    }

    /// Whether the stream carries sound.
    pub(super) const fn is_audio(&self) -> bool {
        matches!(self.media, Media::Audio(_))
    }

    /// Whether the stream may be silent for long without being at its end.
    pub(super) const fn is_sparse(&self) -> bool {
        matches!(self.media, Media::Subtitles(_))
    }

    /// The access units that are ready, in decoding order.
    pub(super) fn ready(&mut self) -> &mut VecDeque<Unit> {
        match &mut self.media {
            Media::Audio(audio) => audio.ready(),
            Media::Video(video) => video.ready(),
            Media::Subtitles(texts) => texts.ready(),
        }
    }

    /// When its first unit is presented, once that is known.
    pub(super) fn first_presented(&self, ended: bool) -> Option<Span> {
        match &self.media {
            Media::Audio(audio) => audio.first_presented(),
            Media::Video(video) => video.first_presented(ended),
            Media::Subtitles(texts) => texts.first_presented(),
        }
    }

    /// The earliest PTS of the source, with those of units that are left out.
    pub(super) fn first_seen(&self) -> Option<Span> {
        match &self.media {
            Media::Audio(audio) => audio.first_presented(),
            Media::Video(video) => video.first_seen(),
            Media::Subtitles(texts) => texts.first_presented(),
        }
    }

    /// The headers and the frame duration, once a unit has come.
    pub(super) fn format(&self) -> Option<(Facts, FrameDuration)> {
        match &self.media {
            Media::Audio(audio) => audio.format().map(|(f, d)| (Facts::Audio(f), d)),
            Media::Video(video) => video.format().map(|(f, d)| (Facts::Video(f), d)),
            Media::Subtitles(texts) => texts.format().map(|(f, d)| (Facts::Subtitles(f), d)),
        }
    }

    /// The language of sound or subtitles.
    pub(super) const fn language(&self) -> Language {
        self.stream.language
    }

    /// The stream's PID in the source.
    pub(super) const fn pid(&self) -> Pid {
        self.stream.pid
    }
}

impl Media {
    /// Takes a PES packet; gives the time up to which the source has been read by that.
    fn push(&mut self, pes: &Pes, clock: &mut SourceClock) -> Result<Option<Span>, SourceFault> {
        let pts = pes.header.pts.map(|stamp| clock.time_of(stamp));
        let dts = pes.header.dts.map(|stamp| clock.time_of(stamp));
        let place = Place { packet: pes.place.packet, time: clock.elapsed() };
        let stamps = Stamps { place, pts, dts };
        match self {
            Media::Audio(audio) => audio.push(pes, stamps)?,
            Media::Video(video) => video.push(pes, stamps)?,
            Media::Subtitles(texts) => {
                texts.push(pes, stamps);
                return Ok(None);
            }
        }
        Ok(dts.or(pts))
    }

    /// Another stream has been read up to a time.
    fn reach(&mut self, time: Option<Span>) {
        if let (Media::Subtitles(texts), Some(time)) = (self, time) {
            texts.reach(time);
        }
    }

    fn finish(&mut self, whole: bool, notes: &mut Vec<Note>) -> Result<(), SourceFault> {
        match self {
            Media::Audio(audio) => audio.finish(whole, notes),
            Media::Video(video) => video.finish(whole, notes),
            Media::Subtitles(texts) => texts.finish(notes),
        }
    }
}
