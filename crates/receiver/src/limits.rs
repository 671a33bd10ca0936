//! How much a stream may make the site keep.

/// Bounds on memory and disk. What goes beyond them is refused and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Carousels followed at a time.
    pub carousels_max: usize,
    /// Bytes of one bundle, its manifest included.
    pub bundle_bytes_max: u64,
    /// Bytes of all bundles on air together, and so of all spools.
    pub spool_bytes_max: u64,
    /// Modules of all bundles together; each costs some hundred bytes of memory.
    pub modules_max: usize,
    /// Blocks of all bundles together; each costs a bit of memory, or 96 more
    /// where the bundle is a fountain.
    pub blocks_max: u64,
    /// Bytes of all manifests together, which are held in memory.
    pub manifest_bytes_max: u64,
    /// Bytes of sections kept until the messages that explain them come, in each carousel.
    pub early_bytes_max: usize,
}

impl Default for Limits {
    /// Some hundred bundles of up to 32 GB, 20 GB of them fountains, in at most 180 MB of memory.
    fn default() -> Limits {
        Limits {
            carousels_max: 512,
            bundle_bytes_max: 32 << 30,
            spool_bytes_max: 256 << 30,
            modules_max: 1 << 18,
            blocks_max: 1 << 29,
            manifest_bytes_max: 32 << 20,
            early_bytes_max: 64 << 10,
        }
    }
}

/// What a bundle needs, or all bundles together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) spool_bytes: u64,
    pub(crate) modules: usize,
    pub(crate) blocks: u64,
    pub(crate) manifest_bytes: u64,
}

impl Usage {
    pub(crate) fn plus(self, other: Usage) -> Usage {
        Usage {
            spool_bytes: self.spool_bytes.saturating_add(other.spool_bytes),
            modules: self.modules.saturating_add(other.modules),
            blocks: self.blocks.saturating_add(other.blocks),
            manifest_bytes: self.manifest_bytes.saturating_add(other.manifest_bytes),
        }
    }

    pub(crate) fn minus(self, other: Usage) -> Usage {
        Usage {
            spool_bytes: self.spool_bytes.saturating_sub(other.spool_bytes),
            modules: self.modules.saturating_sub(other.modules),
            blocks: self.blocks.saturating_sub(other.blocks),
            manifest_bytes: self.manifest_bytes.saturating_sub(other.manifest_bytes),
        }
    }

    pub(crate) fn fits(self, limits: &Limits) -> bool {
        self.spool_bytes <= limits.spool_bytes_max
            && self.modules <= limits.modules_max
            && self.blocks <= limits.blocks_max
            && self.manifest_bytes <= limits.manifest_bytes_max
    }
}
