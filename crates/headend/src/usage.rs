//! What superframes carry, kept for as long as they are made ahead of their time.

use engine::Usage;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Superframes that are kept: more than the longest lead has.
const KEPT: usize = 64;

/// What the newest superframes of a multiplex carry. Its lock is held for a push or a copy.
#[derive(Clone, Debug, Default)]
pub struct RecentUsage(Arc<Mutex<VecDeque<(u64, Usage)>>>);

impl RecentUsage {
    /// Takes note of what a superframe carries.
    pub fn note(&self, superframe: u64, usage: Usage) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((superframe, usage));
    }

    /// What a superframe carries, if it is known still and could be made.
    pub fn of(&self, superframe: u64) -> Option<Usage> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().find(|(k, _)| *k == superframe).map(|(_, usage)| usage.clone())
    }
}
