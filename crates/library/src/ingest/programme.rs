//! Finding a programme and its streams by PAT and PMT.

use super::error::{IngestError, Note, SourceFault};
use super::packets::PacketFile;
use asset::Language;
use es::{Codec, SubtitleFacts};
use ts::psi::{PAT_TABLE_ID, PMT_TABLE_ID, Pat, Pmt, PmtStream, StreamType, descriptors};
use ts::section::{SectionAssembler, SectionView};
use ts::{Packet, PacketView, Pid};

/// Packets that are searched for tables: far more than half a second of any source.
const SEARCH_PACKETS: u64 = 400_000;
const REGISTRATION: u8 = 0x05;
const ISO_639_LANGUAGE: u8 = 0x0a;
/// Streams of subtitles that a service has room for.
const SUBTITLES_MAX: usize = 3;
const TELETEXT: u8 = 0x56;
const SUBTITLING: u8 = 0x59;
const AC3: u8 = 0x6a;
const ENHANCED_AC3: u8 = 0x7a;

/// A stream of the programme that can be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ProgrammeStream {
    pub(super) pid: Pid,
    pub(super) codec: Codec,
    pub(super) language: Language,
    /// What is announced of subtitles, where the stream carries them.
    pub(super) subtitles: Option<SubtitleFacts>,
}

/// The programme of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Programme {
    pub(super) map_pid: Pid,
    pub(super) map: Pmt,
}

impl Programme {
    /// Searches the packets from the first one on and rewinds them.
    pub(super) fn find(
        packets: &mut PacketFile,
        wanted: Option<u16>,
    ) -> Result<Programme, IngestError> {
        let found = search(packets, wanted)?;
        packets.rewind()?;
        found.map_err(|fault| IngestError::Source { path: packets.path().to_owned(), fault })
    }

    /// The streams that are carried: the first video, all audio, and as many subtitles as a service
    /// has room for. Others are noted.
    pub(super) fn streams(
        &self,
        notes: &mut Vec<Note>,
    ) -> Result<Vec<ProgrammeStream>, SourceFault> {
        let mut streams: Vec<ProgrammeStream> = Vec::new();
        for stream in &self.map.streams {
            let subtitles = subtitles_of(stream);
            let codec = codec_of(stream).or(subtitles.map(|facts| facts.codec()));
            let has_video = streams.iter().any(|s| s.codec.is_video());
            let texts = streams.iter().filter(|s| s.subtitles.is_some()).count();
            let room = match codec {
                Some(codec) if codec.is_video() => !has_video,
                Some(Codec::DvbSubtitles) => texts < SUBTITLES_MAX,
                _ => true,
            };
            match codec.filter(|_| room) {
                Some(codec) => streams.push(ProgrammeStream {
                    pid: stream.pid,
                    codec,
                    language: language_of(stream),
                    subtitles,
                }),
                None => notes.push(match texts_of(stream) {
                    Some(what) => Note::TextsSkipped { pid: stream.pid, what },
                    None => Note::StreamSkipped {
                        pid: stream.pid,
                        stream_type: stream.stream_type.0,
                        codec,
                    },
                }),
            }
        }
        if streams.iter().all(|s| s.subtitles.is_some()) {
            return Err(SourceFault::NoStreams {
                program: self.map.program_number,
                found: self.map.streams.iter().map(|s| s.stream_type.0).collect(),
            });
        }
        // An index has its video first and its subtitles last.
        streams.sort_by_key(|s| (!s.codec.is_video(), s.subtitles.is_some()));
        Ok(streams)
    }
}

/// Watches the programme map for a change of streams while a source is read.
pub(super) struct MapWatch {
    pid: Pid,
    program: u16,
    streams: Vec<(Pid, StreamType)>,
    sections: SectionAssembler,
}

impl MapWatch {
    pub(super) fn new(programme: &Programme) -> MapWatch {
        MapWatch {
            pid: programme.map_pid,
            program: programme.map.program_number,
            streams: kinds(&programme.map),
            sections: SectionAssembler::default(),
        }
    }

    /// Takes a packet of any PID and says whether it completes a map with other streams.
    pub(super) fn sees_change(&mut self, packet: &Packet) -> bool {
        let view = PacketView::new(packet);
        let mut changed = false;
        if view.pid() == self.pid {
            let (program, streams) = (self.program, &self.streams);
            self.sections.push(view, |section| {
                let map = read_map(section, program);
                changed |= map.is_some_and(|map| kinds(&map) != *streams);
            });
        }
        changed
    }
}

fn kinds(map: &Pmt) -> Vec<(Pid, StreamType)> {
    map.streams.iter().map(|s| (s.pid, s.stream_type)).collect()
}

type Found = Result<Programme, SourceFault>;

fn search(packets: &mut PacketFile, wanted: Option<u16>) -> Result<Found, IngestError> {
    let mut pat_sections = SectionAssembler::default();
    let mut map_sections = SectionAssembler::default();
    let mut programs: Option<Vec<(u16, Pid)>> = None;
    let mut searched = 0;
    while searched < SEARCH_PACKETS {
        let Some((_, packet)) = packets.next()? else {
            break;
        };
        searched += 1;
        let view = PacketView::new(&packet);
        if programs.is_none() && view.pid() == Pid::PAT {
            pat_sections.push(view, |section| programs = programs.take().or(read_pat(section)));
        }
        let chosen = programs.as_deref().and_then(|list| choose(list, wanted));
        if let Some((program, map_pid)) = chosen
            && view.pid() == map_pid
        {
            let mut map = None;
            map_sections.push(view, |section| map = map.take().or(read_map(section, program)));
            if let Some(map) = map {
                return Ok(Ok(Programme { map_pid, map }));
            }
        }
    }
    let Some(programs) = programs else {
        return Ok(Err(SourceFault::NoPat { packets: searched }));
    };
    Ok(Err(match (choose(&programs, wanted), wanted) {
        (Some((program, pid)), _) => SourceFault::NoPmt { program, pid },
        (None, Some(wanted)) => {
            let present = programs.iter().map(|(number, _)| *number).collect();
            SourceFault::NoProgram { wanted, present }
        }
        (None, None) => SourceFault::NoPrograms,
    }))
}

fn choose(programs: &[(u16, Pid)], wanted: Option<u16>) -> Option<(u16, Pid)> {
    let matches = |(number, _): &&(u16, Pid)| wanted.is_none_or(|w| w == *number);
    programs.iter().find(matches).copied()
}

/// The programmes of a PAT section; the entry of programme zero names the NIT.
fn read_pat(section: &[u8]) -> Option<Vec<(u16, Pid)>> {
    let view = SectionView::parse(section).ok()?;
    if view.table_id() != PAT_TABLE_ID || !view.current() {
        return None;
    }
    let mut programs = Pat::parse(&view).ok()?.programs;
    programs.retain(|(number, _)| *number != 0);
    Some(programs)
}

fn read_map(section: &[u8], program: u16) -> Option<Pmt> {
    let view = SectionView::parse(section).ok()?;
    if view.table_id() != PMT_TABLE_ID || !view.current() || view.extension() != program {
        return None;
    }
    Pmt::parse(&view).ok()
}

/// The codec by stream type, or by descriptor where the type says only that it is private: as DVB
/// (0x06 with a descriptor) and ATSC (0x81, 0x87) announce AC-3.
fn codec_of(stream: &PmtStream) -> Option<Codec> {
    let by_descriptor = || {
        descriptors(&stream.descriptors).find_map(|(tag, body)| match (tag, body) {
            (AC3, _) | (REGISTRATION, [b'A', b'C', b'-', b'3', ..]) => Some(Codec::Ac3),
            (ENHANCED_AC3, _) | (REGISTRATION, [b'E', b'A', b'C', b'3', ..]) => Some(Codec::Eac3),
            (REGISTRATION, [b'H', b'E', b'V', b'C', ..]) => Some(Codec::Hevc),
            _ => None,
        })
    };
    match stream.stream_type.0 {
        0x06 => by_descriptor(),
        0x81 => Some(Codec::Ac3),
        0x87 => Some(Codec::Eac3),
        other => Codec::from_stream_type(other),
    }
}

/// What texts a private stream carries (EN 300 468 clauses 6.2.42 and 6.2.43).
fn texts_of(stream: &PmtStream) -> Option<&'static str> {
    descriptors(&stream.descriptors).find_map(|(tag, _)| match tag {
        SUBTITLING => Some("DVB subtitles"),
        TELETEXT => Some("teletext"),
        _ => None,
    })
}

fn subtitles_of(stream: &PmtStream) -> Option<SubtitleFacts> {
    let private = stream.stream_type.0 == 0x06;
    descriptors(&stream.descriptors)
        .filter(|(tag, _)| private && *tag == SUBTITLING)
        .find_map(|(_, body)| SubtitleFacts::from_descriptor(body))
}

fn language_of(stream: &PmtStream) -> Language {
    descriptors(&stream.descriptors)
        .find_map(|(tag, body)| match (tag, body) {
            (ISO_639_LANGUAGE | SUBTITLING, [a, b, c, ..]) => Language::new([*a, *b, *c]),
            _ => None,
        })
        .unwrap_or(Language::UNDETERMINED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtitles_are_carried_and_other_texts_are_called_by_their_name() {
        let pid = |value| Pid::new(value).unwrap();
        let stream = |number, stream_type, descriptors: &[u8]| PmtStream {
            stream_type: StreamType(stream_type),
            pid: pid(number),
            descriptors: descriptors.to_vec(),
        };
        let streams = vec![
            stream(0x101, 0x06, &[SUBTITLING, 8, b'b', b'o', b'd', 0x10, 0, 1, 0, 1]),
            stream(0x102, 0x06, &[TELETEXT, 5, b'z', b'h', b'o', 0x10, 0x88]),
            stream(0x103, 0x06, &[]),
            stream(0x104, 0x1b, &[]),
        ];
        let map = Pmt {
            program_number: 1,
            version: 0,
            pcr_pid: pid(0x104),
            descriptors: Vec::new(),
            streams,
        };
        let mut notes = Vec::new();
        let found = Programme { map_pid: pid(0x20), map }.streams(&mut notes).unwrap();
        let codecs: Vec<Codec> = found.iter().map(|s| s.codec).collect();
        assert_eq!(codecs, [Codec::H264, Codec::DvbSubtitles]);
        assert_eq!(found[1].language.code(), *b"bod");
        let texts = |number, what| Note::TextsSkipped { pid: pid(number), what };
        let other = Note::StreamSkipped { pid: pid(0x103), stream_type: 0x06, codec: None };
        assert_eq!(notes, [texts(0x102, "teletext"), other]);
    }
}
