//! How long something has stayed away.

/// Something that must come again within a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Presence {
    seen_at: u64,
    told: bool,
}

impl Presence {
    /// Seen, or first expected, at `now`.
    pub(crate) const fn new(now: u64) -> Presence {
        Presence { seen_at: now, told: false }
    }

    /// It comes; returns for how long it was away.
    pub(crate) fn seen(&mut self, now: u64) -> u64 {
        let away = now.saturating_sub(self.seen_at);
        *self = Presence::new(now);
        away
    }

    /// For how long it has been away, once for each time that this becomes more than the limit.
    pub(crate) fn overdue(&mut self, now: u64, limit: u64) -> Option<u64> {
        let away = now.saturating_sub(self.seen_at);
        if away <= limit || self.told {
            return None;
        }
        self.told = true;
        Some(away)
    }
}
