//! What the rundown must know of each asset.

use asset::AssetSummary;
use std::collections::BTreeMap;
use ts::Span;

/// The number of an asset within one rundown, in the order of the assets' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetIx(pub u32);

/// One asset as the rundown sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Duration, streams and digest.
    pub summary: AssetSummary,
    /// Presentation times at which the asset may be entered, rising, from asset zero. Zero itself
    /// need not be listed; only assets that are started in their middle need any.
    pub entry_points: Vec<Span>,
}

impl CatalogueEntry {
    /// The last entry point at or before `wanted`.
    pub fn entry_at(&self, wanted: Span) -> Span {
        let behind = self.entry_points.partition_point(|p| *p <= wanted);
        match behind {
            0 => Span(0),
            n => self.entry_points[n - 1],
        }
    }
}

/// The assets that a timetable may name, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    entries: BTreeMap<String, CatalogueEntry>,
}

impl Catalogue {
    /// The catalogue of these assets.
    pub fn new(entries: BTreeMap<String, CatalogueEntry>) -> Catalogue {
        Catalogue { entries }
    }

    /// The asset of this name.
    pub fn get(&self, id: &str) -> Option<&CatalogueEntry> {
        self.entries.get(id)
    }

    /// All assets in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &CatalogueEntry)> {
        self.entries.iter().map(|(id, entry)| (id.as_str(), entry))
    }
}
