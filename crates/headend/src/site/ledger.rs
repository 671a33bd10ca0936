//! Which bundles were announced and what became of them.

use super::report::PastBundle;
use receiver::{BundleProgress, VersionId};
use std::collections::{BTreeMap, BTreeSet};

/// Bundles that went off air and are remembered; a stream may name any number in years.
const PAST_MAX: usize = 4096;

/// Bundles on air and off it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    on_air: BTreeMap<VersionId, Announced>,
    complete: BTreeSet<VersionId>,
    /// By id, as a version that is complete makes good for one before that was not.
    past: BTreeMap<String, bool>,
    forgotten_incomplete: u64,
}

#[derive(Debug)]
struct Announced {
    id: String,
}

/// How many bundles there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) complete: u64,
    pub(crate) incomplete: u64,
}

impl Ledger {
    pub(crate) fn announce(&mut self, version: VersionId, id: &str) {
        self.past.remove(id);
        self.on_air.insert(version, Announced { id: id.to_owned() });
    }

    pub(crate) fn complete(&mut self, version: VersionId) {
        self.complete.insert(version);
    }

    /// Returns the id of the bundle.
    pub(crate) fn withdraw(&mut self, version: VersionId) -> Option<String> {
        let is_complete = self.complete.remove(&version);
        let id = self.on_air.remove(&version)?.id;
        if self.past.len() >= PAST_MAX
            && let Some((_, was_complete)) = self.past.pop_first()
        {
            self.forgotten_incomplete += u64::from(!was_complete);
        }
        self.past.insert(id.clone(), is_complete);
        Some(id)
    }

    pub(crate) fn is_complete(&self, version: VersionId) -> bool {
        self.complete.contains(&version)
    }

    /// Bundles that are not on air any more, by id.
    pub(crate) fn past(&self) -> Vec<PastBundle> {
        let past = self.past.iter();
        past.map(|(id, complete)| PastBundle { id: id.clone(), complete: *complete }).collect()
    }

    /// Counts these bundles on air and all that are past.
    pub(crate) fn tally(&self, on_air: &[BundleProgress]) -> Tally {
        let now = on_air.iter().map(|bundle| self.is_complete(bundle.version));
        let mut tally = Tally { complete: 0, incomplete: self.forgotten_incomplete };
        for is_complete in now.chain(self.past.values().copied()) {
            tally.complete += u64::from(is_complete);
            tally.incomplete += u64::from(!is_complete);
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_version_makes_good_for_an_incomplete_one_before() {
        let mut ledger = Ledger::default();
        ledger.announce(VersionId(1), "week-1");
        assert_eq!(ledger.withdraw(VersionId(1)).as_deref(), Some("week-1"));
        assert_eq!(ledger.tally(&[]), Tally { complete: 0, incomplete: 1 });
        ledger.announce(VersionId(2), "week-1");
        ledger.complete(VersionId(2));
        ledger.withdraw(VersionId(2));
        assert_eq!(ledger.tally(&[]), Tally { complete: 1, incomplete: 0 });
    }

    #[test]
    fn endless_names_keep_the_memory_bounded_and_are_still_counted() {
        let mut ledger = Ledger::default();
        for n in 0..2 * PAST_MAX as u64 {
            ledger.announce(VersionId(n), &format!("bundle-{n}"));
            ledger.withdraw(VersionId(n));
        }
        assert_eq!(ledger.past().len(), PAST_MAX);
        assert_eq!(ledger.tally(&[]).incomplete, 2 * PAST_MAX as u64);
    }
}
