//! Programmes that are made, or come from elsewhere, while they air.

use crate::source::Location;
use crate::text::{AssetId, Id, Texts};

/// A live or relayed source. What arrives is recorded and then aired like any other asset.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Option<Texts>,
    /// Where it comes from, for example `rtp://239.10.0.5:5004`.
    pub input: String,
    /// What is shown when it does not come.
    pub if_lost: IfLost,
    /// Where it is defined.
    pub origin: Location,
}

/// What covers the loss of a live source.
#[derive(Clone, Debug, PartialEq)]
pub struct IfLost {
    /// After how many milliseconds without input.
    pub after_ms: u32,
    /// What is shown.
    pub play: AssetId,
    /// Where the timetable names it.
    pub origin: Location,
}

impl Live {
    /// The asset as which an airing is recorded: the source, and the airing by its id.
    pub fn recording(&self, airing: &str) -> Option<AssetId> {
        let airing = airing.replace('@', "/").replace(':', "-");
        AssetId::new(&format!("live/{}/{airing}", self.id))
    }
}
