//! What all carousels of a site share.

use crate::event::{Event, SpoolId, VersionId};
use crate::limits::{Limits, Usage};
use crate::report::Counters;
use crate::version::Salvage;
use std::collections::VecDeque;

/// What all carousels of a site have in common.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) limits: Limits,
    pub(crate) counters: Counters,
    pub(crate) events: VecDeque<Event>,
    pub(crate) usage: Usage,
    spools: u64,
    versions: u64,
}

impl Shared {
    pub(crate) fn new(limits: Limits) -> Shared {
        Shared { limits, ..Shared::default() }
    }

    pub(crate) fn new_spool(&mut self) -> SpoolId {
        self.spools += 1;
        SpoolId(self.spools)
    }

    pub(crate) fn new_version(&mut self) -> VersionId {
        self.versions += 1;
        VersionId(self.versions)
    }

    pub(crate) fn has_room_for(&self, need: Usage) -> bool {
        self.usage.plus(need).fits(&self.limits)
    }

    pub(crate) fn discard_all(&mut self, salvage: Salvage) {
        for module in salvage.into_values().flatten() {
            self.events.push_back(Event::Discard { spool: module.spool });
        }
    }
}
