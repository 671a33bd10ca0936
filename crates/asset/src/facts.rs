//! The wire form of what is true of a whole stream.

use crate::error::IndexError;
use crate::index::{BufferModel, Facts, Language, StreamFormat};
use crate::wire::{Reader, Writer};
use es::{
    AudioFacts, AudioFormat, FrameDuration, SubtitleFacts, SubtitlePage, VideoBuffer, VideoFacts,
    VideoProfile,
};
use ts::Span;

const AVC: u8 = 1;
const HEVC: u8 = 2;
const MPEG2: u8 = 3;
const ADTS: u8 = 16;
const LATM: u8 = 17;
const MPEG_AUDIO: u8 = 18;
const AC3: u8 = 19;
const EAC3: u8 = 20;
const DVB_SUBTITLES: u8 = 32;

pub(crate) fn write_format(out: &mut Writer, format: &StreamFormat) {
    match &format.facts {
        Facts::Video(facts) => write_video(out, facts),
        Facts::Audio(facts) => write_audio(out, facts),
        Facts::Subtitles(facts) => write_subtitles(out, facts),
    }
    out.bytes(&format.language.code());
    write_duration(out, format.frame_duration);
    out.signed(format.reorder.0);
    out.unsigned(format.buffer.transport_rate_bps);
    out.unsigned(format.buffer.main_bytes.into());
    out.signed(format.buffer.residence_max.0);
}

pub(crate) fn read_format(reader: &mut Reader<'_>) -> Result<StreamFormat, IndexError> {
    let facts = match reader.byte()? {
        code @ (AVC | HEVC | MPEG2) => Facts::Video(read_video(reader, code)?),
        DVB_SUBTITLES => Facts::Subtitles(read_subtitles(reader)?),
        code => Facts::Audio(read_audio(reader, code)?),
    };
    let Some(language) = Language::new(reader.bytes()?) else {
        return reader.fail("a language is not three letters");
    };
    Ok(StreamFormat {
        facts,
        language,
        frame_duration: read_duration(reader)?,
        reorder: Span(reader.signed()?),
        buffer: BufferModel {
            transport_rate_bps: reader.unsigned()?,
            main_bytes: reader.narrow()?,
            residence_max: Span(reader.signed()?),
        },
    })
}

fn write_video(out: &mut Writer, facts: &VideoFacts) {
    match facts.profile {
        VideoProfile::Avc { profile_idc, constraints, level_idc } => {
            out.bytes(&[AVC, profile_idc, constraints, level_idc])
        }
        VideoProfile::Hevc { profile_tier_level, temporal_layers } => {
            out.byte(HEVC);
            out.bytes(&profile_tier_level);
            out.flag(temporal_layers);
        }
        VideoProfile::Mpeg2 { profile_and_level } => out.bytes(&[MPEG2, profile_and_level]),
    }
    out.unsigned(facts.width.into());
    out.unsigned(facts.height.into());
    out.flag(facts.frame_duration.is_some());
    if let Some(duration) = facts.frame_duration {
        write_duration(out, duration);
    }
    out.flag(facts.fixed_frame_rate);
    out.flag(facts.interlaced);
    out.flag(facts.display_aspect.is_some());
    if let Some((width, height)) = facts.display_aspect {
        out.unsigned(width.into());
        out.unsigned(height.into());
    }
    out.byte(facts.reorder_frames);
    out.flag(facts.transfer_characteristics.is_some());
    if let Some(code) = facts.transfer_characteristics {
        out.byte(code);
    }
    write_video_buffer(out, &facts.buffer);
}

fn read_video(reader: &mut Reader<'_>, code: u8) -> Result<VideoFacts, IndexError> {
    let profile = match code {
        AVC => VideoProfile::Avc {
            profile_idc: reader.byte()?,
            constraints: reader.byte()?,
            level_idc: reader.byte()?,
        },
        HEVC => VideoProfile::Hevc {
            profile_tier_level: reader.bytes()?,
            temporal_layers: reader.flag()?,
        },
        _ => VideoProfile::Mpeg2 { profile_and_level: reader.byte()? },
    };
    Ok(VideoFacts {
        profile,
        width: reader.narrow()?,
        height: reader.narrow()?,
        frame_duration: reader.optional(read_duration)?,
        fixed_frame_rate: reader.flag()?,
        interlaced: reader.flag()?,
        display_aspect: reader.optional(|r| Ok((r.narrow()?, r.narrow()?)))?,
        reorder_frames: reader.byte()?,
        transfer_characteristics: reader.optional(Reader::byte)?,
        buffer: read_video_buffer(reader)?,
    })
}

fn write_video_buffer(out: &mut Writer, buffer: &VideoBuffer) {
    out.unsigned(buffer.transport_rate_bps);
    out.unsigned(buffer.multiplex_bytes);
    out.unsigned(buffer.leak_rate_bps);
    out.unsigned(buffer.elementary_bytes);
    out.unsigned(buffer.coded_rate_bps);
    out.flag(buffer.stated);
}

fn read_video_buffer(reader: &mut Reader<'_>) -> Result<VideoBuffer, IndexError> {
    Ok(VideoBuffer {
        transport_rate_bps: reader.unsigned()?,
        multiplex_bytes: reader.unsigned()?,
        leak_rate_bps: reader.unsigned()?,
        elementary_bytes: reader.unsigned()?,
        coded_rate_bps: reader.unsigned()?,
        stated: reader.flag()?,
    })
}

fn write_audio(out: &mut Writer, facts: &AudioFacts) {
    match facts.format {
        AudioFormat::Adts { object_type, mpeg2 } => {
            out.bytes(&[ADTS, object_type]);
            out.flag(mpeg2);
        }
        AudioFormat::Latm { object_type, sbr_rate_hz, parametric_stereo } => {
            out.bytes(&[LATM, object_type]);
            out.flag(sbr_rate_hz.is_some());
            if let Some(rate) = sbr_rate_hz {
                out.unsigned(rate.into());
            }
            out.flag(parametric_stereo);
        }
        AudioFormat::Mpeg { layer, half_rate } => {
            out.bytes(&[MPEG_AUDIO, layer]);
            out.flag(half_rate);
        }
        AudioFormat::Ac3 { bsid, bsmod, acmod, dolby_surround } => {
            out.bytes(&[AC3, bsid, bsmod, acmod]);
            out.flag(dolby_surround);
        }
        AudioFormat::Eac3 { bsid, acmod, substreams } => {
            out.bytes(&[EAC3, bsid, acmod, substreams])
        }
    }
    out.unsigned(facts.sample_rate_hz.into());
    out.flag(facts.channels.is_some());
    if let Some(channels) = facts.channels {
        out.byte(channels);
    }
    out.unsigned(facts.frame_samples.into());
    out.unsigned(facts.bit_rate_bps.into());
}

fn read_audio(reader: &mut Reader<'_>, code: u8) -> Result<AudioFacts, IndexError> {
    let format = match code {
        ADTS => AudioFormat::Adts { object_type: reader.byte()?, mpeg2: reader.flag()? },
        LATM => AudioFormat::Latm {
            object_type: reader.byte()?,
            sbr_rate_hz: reader.optional(Reader::narrow)?,
            parametric_stereo: reader.flag()?,
        },
        MPEG_AUDIO => AudioFormat::Mpeg { layer: reader.byte()?, half_rate: reader.flag()? },
        AC3 => AudioFormat::Ac3 {
            bsid: reader.byte()?,
            bsmod: reader.byte()?,
            acmod: reader.byte()?,
            dolby_surround: reader.flag()?,
        },
        EAC3 => AudioFormat::Eac3 {
            bsid: reader.byte()?,
            acmod: reader.byte()?,
            substreams: reader.byte()?,
        },
        _ => return reader.fail("no codec has this number"),
    };
    let facts = AudioFacts {
        format,
        sample_rate_hz: reader.narrow()?,
        channels: reader.optional(Reader::byte)?,
        frame_samples: reader.narrow()?,
        bit_rate_bps: reader.narrow()?,
    };
    if FrameDuration::from_seconds(facts.frame_samples, facts.sample_rate_hz).is_none() {
        return reader.fail("an audio frame has no samples or no sampling rate");
    }
    Ok(facts)
}

fn write_subtitles(out: &mut Writer, facts: &SubtitleFacts) {
    out.byte(DVB_SUBTITLES);
    out.unsigned(facts.pages().len() as u64);
    for page in facts.pages() {
        out.bytes(&page.language);
        out.byte(page.kind);
        out.unsigned(page.composition.into());
        out.unsigned(page.ancillary.into());
    }
}

fn read_subtitles(reader: &mut Reader<'_>) -> Result<SubtitleFacts, IndexError> {
    // Three letters, a kind, and two numbers of a byte at least.
    let count = reader.count(6)?;
    let mut pages = Vec::with_capacity(count);
    for _ in 0..count {
        pages.push(SubtitlePage {
            language: reader.bytes()?,
            kind: reader.byte()?,
            composition: reader.narrow()?,
            ancillary: reader.narrow()?,
        });
    }
    match SubtitleFacts::new(&pages) {
        Some(facts) => Ok(facts),
        None => reader.fail("no page of subtitles, or too many"),
    }
}

fn write_duration(out: &mut Writer, duration: FrameDuration) {
    out.unsigned(duration.numerator());
    out.unsigned(duration.denominator());
}

fn read_duration(reader: &mut Reader<'_>) -> Result<FrameDuration, IndexError> {
    let (num, den) = (reader.unsigned()?, reader.unsigned()?);
    match FrameDuration::from_ticks(num, den) {
        Some(duration) => Ok(duration),
        None => reader.fail("a frame duration is zero or too fine"),
    }
}
