//! What a multiplex is, apart from what it plays.

use crate::superframe::SuperframeGrid;
use es::Codec;
use rundown::Title;
use si::{CharacterSet, CountryCode, DescriptorLoop, ServiceType};
use ts::Pid;

/// PIDs that each service has to itself: its PMT, then its components.
pub const PIDS_PER_SERVICE: u16 = 0x20;
/// Places of a service that streams have, the first one for video.
const PLACES: usize = 6;
/// The PMT PID of the first service.
const FIRST_SERVICE_PID: u16 = 0x0100;
/// The PID that carries the clock of every service of the multiplex.
pub const PCR_PID: Pid = match Pid::new(0x0030) {
    Some(pid) => pid,
    None => panic!("0x30 is a PID"),
};

/// One transport stream.
#[derive(Clone, Debug)]
pub struct Multiplex {
    /// Its name in the configuration.
    pub name: String,
    /// Rate and superframes.
    pub grid: SuperframeGrid,
    /// transport_stream_id.
    pub transport_stream_id: u16,
    /// original_network_id.
    pub original_network_id: u16,
    /// The network that it belongs to.
    pub network: Network,
    /// Null packets that are kept in each superframe, in ten-thousandths of its slots, for the
    /// rate adapter of a modulator to delete.
    pub null_share_e4: u32,
    /// SSRC of its RTP stream.
    pub ssrc: u32,
    /// Its services. The place in this list gives a service its PIDs.
    pub services: Vec<Service>,
}

/// The network, as NIT, BAT and TOT tell it.
#[derive(Clone, Debug)]
pub struct Network {
    /// network_id.
    pub network_id: u16,
    /// Its name.
    pub name: Title,
    /// How texts are encoded.
    pub characters: CharacterSet,
    /// How the stream is transmitted: the descriptors of its entry in the NIT.
    pub delivery: DescriptorLoop,
    /// The bouquet that the services form.
    pub bouquet: Option<(u16, Title)>,
    /// The country whose time the TOT tells.
    pub country: CountryCode,
}

/// A service of the multiplex.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name in the timetable.
    pub id: String,
    /// service_id and program_number.
    pub service_id: u16,
    /// What a receiver lists it as.
    pub service_type: ServiceType,
    /// Its name.
    pub name: Title,
    /// Who provides it.
    pub provider: Title,
}

impl Multiplex {
    /// How many services the PIDs suffice for.
    pub const SERVICES_MAX: usize = 120;

    /// The PID of a service's PMT.
    pub fn pmt_pid(&self, service: usize) -> Pid {
        self.pid(service, 0)
    }

    /// The most sounds that an asset may have.
    pub const SOUNDS_MAX: usize = PLACES - 1;

    /// The most streams of subtitles that an asset may have.
    pub const SUBTITLES_MAX: usize = 3;

    /// The PID of a stream of a service. Video has place 0, sounds and subtitles begin at 1. Each
    /// codec has PIDs of its own: where a lesson in MPEG-2 follows one in H.264, packets of both
    /// are under way at the same time, and no decoder is fed what it cannot read.
    pub fn stream_pid(&self, service: usize, place: usize, codec: Codec) -> Pid {
        if codec == Codec::DvbSubtitles {
            // No codec of the last families has pictures: their place 0 is left.
            return self.pid(service, (1 + PLACES * (2 + place)) as u16);
        }
        let family = match codec {
            Codec::H264 | Codec::AacAdts => 0,
            Codec::Mpeg2Video | Codec::MpegAudio => 1,
            Codec::Hevc | Codec::Ac3 => 2,
            Codec::AacLatm => 3,
            Codec::Eac3 | Codec::DvbSubtitles => 4,
        };
        self.pid(service, (1 + place + PLACES * family) as u16)
    }

    /// The PID of a carousel of a service, by its place among them.
    pub fn carousel_pid(&self, service: usize, carousel: usize) -> Pid {
        self.pid(service, carousel as u16 + 1)
    }

    fn pid(&self, service: usize, offset: u16) -> Pid {
        let value = FIRST_SERVICE_PID + service as u16 * PIDS_PER_SERVICE + offset;
        Pid::new(value).expect("a multiplex has at most SERVICES_MAX services")
    }
}

/// A title in the language that receivers show when they know only one.
pub(crate) fn native(title: &Title) -> &str {
    if title.zh.is_empty() { &title.en } else { &title.zh }
}
