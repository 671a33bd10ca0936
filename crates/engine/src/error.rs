//! What can keep a superframe from being made.

use crate::play::PlayError;
use rundown::AssetIx;
use si::{DescriptorError, TableError};
use ts::Ticks;
use ts::section::SectionError;

/// A table that cannot be written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TableFault {
    /// A descriptor cannot be written.
    #[error(transparent)]
    Descriptor(#[from] DescriptorError),
    /// A service information table cannot be written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A section cannot be written.
    #[error(transparent)]
    Section(#[from] SectionError),
    /// A service has so many events that its guide cannot be repeated as often as it must be.
    #[error(
        "service {service_id}: {sections} sections of its programme guide are due in one \
         superframe, {max} fit: plan fewer and longer programmes"
    )]
    GuideTooDense {
        /// The service.
        service_id: u16,
        /// Sections that are due together.
        sections: u32,
        /// How many can be sent 25 ms apart.
        max: u32,
    },
    /// The services of a multiplex have so many events that even the guide of one day is more than
    /// receivers can take in 10 s.
    #[error(
        "the programme guide of one day takes {packets} packets of a superframe, {max} can be \
         sent: plan fewer and longer programmes, or fewer services in the multiplex"
    )]
    GuideTooLong {
        /// Packets that are due in one superframe.
        packets: u32,
        /// How many there may be.
        max: u32,
    },
}

impl TableFault {
    /// The guide is too large, so that one of fewer days may do.
    pub(crate) const fn is_of_size(&self) -> bool {
        matches!(self, TableFault::GuideTooDense { .. } | TableFault::GuideTooLong { .. })
    }
}

/// Why a superframe cannot be planned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// More must be sent than fits.
    #[error("superframe {superframe} is overbooked: {contributors}")]
    Overbooked {
        /// Which superframe.
        superframe: u64,
        /// Who asks for how much.
        contributors: Contributors,
    },
    /// An airing cannot be delivered.
    #[error("service {service}, asset {asset}: {source}")]
    Play {
        /// The service.
        service: String,
        /// When the airing begins.
        start: Ticks,
        /// The asset.
        asset: String,
        /// Why.
        source: PlayError,
    },
    /// The index of an asset is not to be had.
    #[error(
        "service {service}: the index of asset {asset} cannot be read; `headend library scrub` tells what is damaged"
    )]
    NoIndex {
        /// The service.
        service: String,
        /// When the airing begins.
        start: Ticks,
        /// The asset.
        asset: String,
        /// The asset's number.
        ix: AssetIx,
    },
    /// A table cannot be written.
    #[error("a table of superframe {superframe} cannot be written: {source}")]
    Table {
        /// Which superframe.
        superframe: u64,
        /// Why.
        source: TableFault,
    },
    /// The rundown does not reach as far as the superframe and its programme guide.
    #[error("superframe {superframe} lies outside the rundown")]
    OutsideRundown {
        /// Which superframe.
        superframe: u64,
    },
}

/// The packets that must leave in one superframe, by who asks for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contributors {
    /// Slots of the superframe.
    pub slots: u32,
    /// Clock references and tables.
    pub tables: u32,
    /// Null packets that are to be kept.
    pub nulls: u32,
    /// Each service's video and audio.
    pub services: Vec<(String, u32)>,
    /// Each bundle's promised rate.
    pub bundles: Vec<(String, u32)>,
}

impl Contributors {
    /// Packets in all.
    pub fn total(&self) -> u64 {
        let parts = self.services.iter().chain(&self.bundles);
        u64::from(self.tables)
            + u64::from(self.nulls)
            + parts.map(|(_, packets)| u64::from(*packets)).sum::<u64>()
    }
}

impl core::fmt::Display for Contributors {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} of {} packets: tables {}", self.total(), self.slots, self.tables)?;
        for (id, packets) in &self.services {
            write!(f, ", service {id} {packets}")?;
        }
        for (id, packets) in &self.bundles {
            write!(f, ", bundle {id} {packets}")?;
        }
        write!(f, ", null packets {}", self.nulls)
    }
}
