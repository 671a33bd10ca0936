//! The components of a service as its PMT announces them.
//!
//! What a stream is called follows from the facts of its asset; when it is named, see
//! [`crate::maps`].

use crate::config::{Multiplex, PCR_PID};
use crate::error::TableFault;
use asset::{AssetSummary, Facts, StreamFormat};
use es::{AudioFacts, AudioFormat, VideoProfile};
use si::descriptor::{
    Aac, Ac3, AvcVideo, CarouselLayers, DataBroadcastId, DataCarouselInfo, EnhancedAc3, HevcVideo,
    Iso639Language, StreamIdentifier,
};
use si::{Descriptor, DescriptorError, DescriptorLoop, LanguageCode};
use ts::psi::{Pmt, PmtStream, StreamType, descriptors};

/// data_broadcast_id of a data carousel (EN 301 192 clause 10, TS 101 162).
pub(crate) const DATA_CAROUSEL: u16 = 0x0006;

/// Tag of the subtitling_descriptor (EN 300 468 clause 6.2.42).
const SUBTITLING: u8 = 0x59;

/// The components of an asset on a service: its video, its sounds, and its subtitles.
pub(crate) fn asset_components(
    multiplex: &Multiplex,
    service: usize,
    asset: &AssetSummary,
) -> Result<[Vec<PmtStream>; 3], TableFault> {
    let (mut video, mut sounds, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for stream in &asset.streams {
        let format = &stream.format;
        match format.facts {
            Facts::Video(_) => video.push(component(multiplex, service, 0, format)?),
            Facts::Audio(_) => {
                sounds.push(component(multiplex, service, sounds.len() + 1, format)?);
            }
            Facts::Subtitles(_) => {
                texts.push(component(multiplex, service, texts.len() + 1, format)?);
            }
        }
    }
    Ok([video, sounds, texts])
}

/// Whether a component is one of subtitles.
pub(crate) fn is_subtitles(stream: &PmtStream) -> bool {
    descriptors(&stream.descriptors).any(|(tag, _)| tag == SUBTITLING)
}

/// The component list of a data service: one carousel for each bundle.
pub(crate) fn carousel_components(
    multiplex: &Multiplex,
    service: usize,
    bundles: usize,
) -> Result<Vec<PmtStream>, TableFault> {
    let selector = carousel_selector()?;
    let component = |i: usize| {
        let mut descriptors = DescriptorLoop::new();
        descriptors.push(&StreamIdentifier { component_tag: component_tag(i) })?;
        let data_broadcast_id = DATA_CAROUSEL;
        descriptors.push(&DataBroadcastId { data_broadcast_id, selector: selector.clone() })?;
        Ok(PmtStream {
            stream_type: StreamType::DSMCC_UN,
            pid: multiplex.carousel_pid(service, i),
            descriptors: descriptors.into_bytes(),
        })
    };
    (0..bundles).map(component).collect()
}

/// The data_carousel_info of every carousel: two layers, any transaction, a minute's patience.
pub(crate) fn carousel_selector() -> Result<Vec<u8>, DescriptorError> {
    let info = DataCarouselInfo {
        layers: CarouselLayers::Two,
        transaction_id: u32::MAX,
        time_out_dsi_ms: 60_000,
        time_out_dii_ms: 60_000,
        leak_units_of_50_bytes_per_second: 0,
    };
    info.to_selector().map_err(|error| DescriptorError::Field { tag: DataBroadcastId::TAG, error })
}

/// component_tag of a component: its place, counted from one.
pub(crate) fn component_tag(component: usize) -> u8 {
    component as u8 + 1
}

/// The PMT section of a service with these components.
pub(crate) fn map_section(
    program_number: u16,
    version: u8,
    streams: Vec<PmtStream>,
) -> Result<Vec<u8>, TableFault> {
    let timed = streams.iter().any(|s| s.stream_type != StreamType::DSMCC_UN);
    let pcr_pid = if timed { PCR_PID } else { ts::Pid::NULL };
    let pmt = Pmt { program_number, version, pcr_pid, descriptors: Vec::new(), streams };
    pmt.to_section().map_err(TableFault::Section)
}

fn component(
    multiplex: &Multiplex,
    service: usize,
    number: usize,
    format: &StreamFormat,
) -> Result<PmtStream, TableFault> {
    let mut descriptors = DescriptorLoop::new();
    // Subtitles are tagged behind all sounds, whatever sounds there are.
    let before = match format.facts {
        Facts::Subtitles(_) => Multiplex::SOUNDS_MAX,
        Facts::Video(_) | Facts::Audio(_) => 0,
    };
    descriptors.push(&StreamIdentifier { component_tag: component_tag(before + number) })?;
    let stream_type = match &format.facts {
        Facts::Video(facts) => {
            push_video(&mut descriptors, &facts.profile)?;
            facts.codec().stream_type()
        }
        Facts::Audio(facts) => {
            let language = LanguageCode::from_bytes(format.language.code());
            descriptors.push(&Iso639Language { languages: vec![(language, 0)] })?;
            push_audio(&mut descriptors, facts)?;
            facts.stream_type()
        }
        Facts::Subtitles(facts) => {
            descriptors.push_raw(SUBTITLING, &facts.to_descriptor())?;
            facts.codec().stream_type()
        }
    };
    Ok(PmtStream {
        stream_type: StreamType(stream_type),
        pid: multiplex.stream_pid(service, number, format.facts.codec()),
        descriptors: descriptors.into_bytes(),
    })
}

fn push_video(loop_: &mut DescriptorLoop, profile: &VideoProfile) -> Result<(), DescriptorError> {
    match *profile {
        VideoProfile::Avc { profile_idc, constraints, level_idc } => loop_.push(&AvcVideo {
            profile_idc,
            constraint_flags: constraints,
            level_idc,
            still_present: false,
            pictures_of_24_hours: false,
            frame_packing_sei_not_present: true,
        }),
        VideoProfile::Hevc { profile_tier_level, .. } => loop_.push(&HevcVideo {
            profile_tier_level,
            temporal_subset: None,
            still_present: false,
            pictures_of_24_hours: false,
            sub_pic_hrd_params_not_present: true,
            hdr_wcg_idc: 3,
        }),
        VideoProfile::Mpeg2 { .. } => Ok(()),
    }
}

fn push_audio(loop_: &mut DescriptorLoop, facts: &AudioFacts) -> Result<(), DescriptorError> {
    match facts.format {
        AudioFormat::Adts { .. } => loop_.push(&aac(Aac::AAC_LEVEL_2)),
        AudioFormat::Latm { sbr_rate_hz, .. } => loop_.push(&aac(if sbr_rate_hz.is_some() {
            Aac::HE_AAC_LEVEL_2
        } else {
            Aac::AAC_LEVEL_2
        })),
        AudioFormat::Mpeg { .. } => Ok(()),
        AudioFormat::Ac3 { .. } => loop_.push(&Ac3::default()),
        AudioFormat::Eac3 { .. } => loop_.push(&EnhancedAc3::default()),
    }
}

fn aac(profile_and_level: u8) -> Aac {
    Aac { profile_and_level, aac_type: None, saoc_de: false, additional: Vec::new() }
}
