//! A configuration and a timetable to what the engine wants.

use super::error::ConfigError;
use super::multiplex::MultiplexConfig;
use super::{Config, NetworkConfig};
use asset::{AssetSummary, Facts};
use engine::{Multiplex, Network, Service};
use es::{AudioFormat, VideoProfile};
use rundown::{Rundown, title_of};
use si::ServiceType;
use timetable::{Code, Diagnostic, Id, Location, ServiceKind, Timetable, nearest};

/// The most lines of a picture that is called standard definition.
const SD_LINES_MAX: u32 = 576;
/// The most lines of a picture that is called high definition.
const HD_LINES_MAX: u32 = 1088;

impl Config {
    /// Services that a multiplex lists and the timetable does not have, ordered by place.
    pub fn check_services(&self, timetable: &Timetable) -> Vec<Diagnostic> {
        let multiplexes = self.multiplexes.iter();
        let mut found: Vec<_> = multiplexes.flat_map(|m| m.check_services(timetable)).collect();
        timetable::arrange(&mut found);
        found
    }

    /// Multiplex number `multiplex` as the engine wants it. What its services are follows from
    /// the assets that the rundown says can be on them.
    ///
    /// # Errors
    /// It lists services that the timetable does not have.
    pub fn engine_multiplex(
        &self,
        multiplex: usize,
        timetable: &Timetable,
        rundown: &Rundown,
    ) -> Result<Multiplex, ConfigError> {
        let assets = |id: &str| {
            let service = rundown.services.iter().find(|s| s.id == id);
            let assets = service.into_iter().flat_map(|s| &s.assets);
            assets.map(|ix| &rundown.asset(*ix).1.summary).collect()
        };
        let wanted = &self.multiplexes[multiplex];
        let made = wanted.to_engine(&self.network, timetable, assets);
        made.map_err(|diagnostics| ConfigError::Faulty { text: self.text.clone(), diagnostics })
    }
}

impl MultiplexConfig {
    /// The multiplex as the engine wants it. `assets` gives the assets that can be on a service.
    ///
    /// # Errors
    /// A finding for each service that the timetable does not have.
    pub fn to_engine<'a>(
        &self,
        network: &NetworkConfig,
        timetable: &Timetable,
        assets: impl Fn(&str) -> Vec<&'a AssetSummary>,
    ) -> Result<Multiplex, Vec<Diagnostic>> {
        let missing = self.check_services(timetable);
        if !missing.is_empty() {
            return Err(missing);
        }
        let services = self.services.iter().filter_map(|id| {
            let service = timetable.service(&Id::new(id)?)?;
            let provider = service.provider.as_ref();
            Some(Service {
                id: id.clone(),
                service_id: service.number,
                service_type: service_type(service.kind, &assets(id)),
                name: title_of(Some(&service.name)),
                provider: provider.map_or_else(|| network.name.clone(), |p| title_of(Some(p))),
            })
        });
        Ok(Multiplex {
            name: self.name.clone(),
            grid: self.grid,
            transport_stream_id: self.transport_stream_id,
            original_network_id: self.original_network_id,
            network: Network {
                network_id: network.id,
                name: network.name.clone(),
                characters: network.characters,
                delivery: self.delivery.clone(),
                bouquet: network.bouquet.clone(),
                country: network.country,
            },
            null_share_e4: self.null_share_e4,
            ssrc: self.ssrc,
            services: services.collect(),
        })
    }

    fn check_services(&self, timetable: &Timetable) -> Vec<Diagnostic> {
        let known = |id: &str| Id::new(id).is_some_and(|id| timetable.service(&id).is_some());
        let services = self.services.iter().zip(&self.service_places);
        let missing = services.filter(|(id, _)| !known(id));
        let finding = |(id, at): (&String, &Location)| {
            let message = format!("the timetable has no service `{id}`");
            let mut finding = Diagnostic::new(Code::UnknownReference, message).primary(*at, "");
            let names = || timetable.services().iter().map(|s| s.id.as_str());
            finding.help = Some(match nearest(id, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its services: {}", names().collect::<Vec<_>>().join(", ")),
            });
            finding
        };
        missing.map(finding).collect()
    }
}

/// What receivers list a service as: by its kind, and by the most demanding of the assets that
/// can be on it, so that a receiver which cannot show one of them knows beforehand.
pub fn service_type(kind: ServiceKind, assets: &[&AssetSummary]) -> ServiceType {
    let streams = assets.iter().flat_map(|asset| &asset.streams);
    let facts = streams.map(|stream| &stream.format.facts);
    match kind {
        ServiceKind::Data => ServiceType::DATA,
        ServiceKind::Radio => {
            let advanced = |facts: &Facts| match facts {
                Facts::Audio(audio) => !matches!(audio.format, AudioFormat::Mpeg { .. }),
                Facts::Video(_) | Facts::Subtitles(_) => false,
            };
            if facts.into_iter().any(advanced) {
                ServiceType::ADVANCED_RADIO
            } else {
                ServiceType::RADIO
            }
        }
        ServiceKind::Television => {
            // The numbers of the types rise with what they demand.
            let types = facts.filter_map(|facts| match facts {
                Facts::Video(video) => Some(television_type(&video.profile, video.height)),
                Facts::Audio(_) | Facts::Subtitles(_) => None,
            });
            types.max().unwrap_or(ServiceType::MPEG2_SD_TELEVISION)
        }
    }
}

fn television_type(profile: &VideoProfile, lines: u32) -> ServiceType {
    match profile {
        VideoProfile::Mpeg2 { .. } if lines <= SD_LINES_MAX => ServiceType::MPEG2_SD_TELEVISION,
        VideoProfile::Mpeg2 { .. } => ServiceType::MPEG2_HD_TELEVISION,
        VideoProfile::Avc { .. } if lines <= SD_LINES_MAX => ServiceType::AVC_SD_TELEVISION,
        VideoProfile::Avc { .. } => ServiceType::AVC_HD_TELEVISION,
        VideoProfile::Hevc { .. } if lines <= HD_LINES_MAX => ServiceType::HEVC_TELEVISION,
        VideoProfile::Hevc { .. } => ServiceType::HEVC_UHD_TELEVISION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asset::{BufferModel, Language, StreamFormat, StreamSummary};
    use es::{AudioFacts, FrameDuration};
    use ts::Span;

    fn radio(format: AudioFormat) -> AssetSummary {
        let facts = AudioFacts {
            format,
            sample_rate_hz: 48_000,
            channels: Some(2),
            frame_samples: 1152,
            bit_rate_bps: 128_000,
        };
        let format = StreamFormat {
            facts: Facts::Audio(facts),
            language: Language::UNDETERMINED,
            frame_duration: FrameDuration::from_seconds(1152, 48_000).unwrap(),
            reorder: Span(0),
            buffer: BufferModel {
                transport_rate_bps: 2_000_000,
                main_bytes: 3584,
                residence_max: Span::from_seconds(1),
            },
        };
        let stream = StreamSummary { format, units: 1, packets: 1, bytes: 184 };
        AssetSummary {
            digest: [0; 32],
            packets: 16,
            duration: Span::from_seconds(1),
            streams: vec![stream],
        }
    }

    #[test]
    fn television_is_listed_by_codec_and_lines() {
        let mpeg2 = VideoProfile::Mpeg2 { profile_and_level: 0x48 };
        let avc = VideoProfile::Avc { profile_idc: 100, constraints: 0, level_idc: 40 };
        let hevc = VideoProfile::Hevc { profile_tier_level: [0; 12], temporal_layers: false };
        let cases = [
            (mpeg2, 576, 0x01),
            (mpeg2, 720, 0x11),
            (avc, 576, 0x16),
            (avc, 720, 0x19),
            (avc, 1088, 0x19),
            (hevc, 576, 0x1f),
            (hevc, 1080, 0x1f),
            (hevc, 2160, 0x20),
        ];
        for (profile, lines, wanted) in cases {
            assert_eq!(television_type(&profile, lines), ServiceType(wanted));
        }
    }

    #[test]
    fn radio_is_listed_by_the_most_demanding_codec() {
        let layer_2 = radio(AudioFormat::Mpeg { layer: 2, half_rate: false });
        let aac = radio(AudioFormat::Adts { object_type: 2, mpeg2: false });
        let listed = |assets: &[&AssetSummary]| service_type(ServiceKind::Radio, assets);
        assert_eq!(listed(&[&layer_2]), ServiceType(0x02));
        assert_eq!(listed(&[&layer_2, &aac]), ServiceType(0x0a));
        assert_eq!(service_type(ServiceKind::Data, &[]), ServiceType(0x0c));
    }
}
