//! Amendments: what is changed by hand between two editions of the timetable.
//!
//! The log is a text of JSON lines, numbered from 1, that only ever grows. Each line says who
//! changes what, why, and from which instant on:
//!
//! ```text
//! {"n":1,"effective":"2027-03-15T02:10:00Z","by":"li","reason":"flood","do":"cancel","airing":"law@2027-03-15"}
//! ```
//!
//! [`AmendmentLog::read`] reads it, [`Timetable::amended`] gives the timetable as all amendments
//! leave it, and [`Timetable::judge_last`] tells whether the last one may be accepted. An
//! amendment changes nothing that starts before its effective instant. So the timetable that has
//! all of them is true of the past too, and what airs stays a function of the timetable, the
//! calendar and the log: it is of no account when an amendment became known.

mod apply;
mod entry;
mod judge;
mod log;
mod target;
mod verbs;

pub use entry::{Amendment, NewAmendment};
pub use log::AmendmentLog;
pub use target::AiringName;
pub use verbs::{Insert, OptOut, Verb};

use crate::model::Timetable;
use crate::plan::Boost;
use ts::Ticks;

impl Timetable {
    /// Bundles that are sent with another rate or weight for a while, in the order of the log.
    pub fn boosts(&self) -> &[Boost] {
        &self.edits.boosts
    }

    /// The timetable that rules at an instant: with the amendments that are effective then.
    pub fn amended_at(&self, log: &AmendmentLog, at: Ticks) -> Timetable {
        let effective: Vec<&Amendment> = log.iter().filter(|a| a.effective <= at).collect();
        let mut timetable = apply::apply(self, &effective, log.source()).timetable;
        for boost in timetable.edits.boosts.iter().filter(|b| b.from <= at && at < b.until) {
            let bundle = timetable.bundles.binary_search_by(|b| b.id.cmp(&boost.bundle));
            if let Ok(bundle) = bundle {
                let bundle = &mut timetable.bundles[bundle];
                bundle.rate_bps = boost.rate_bps.unwrap_or(bundle.rate_bps);
                bundle.weight = boost.weight.unwrap_or(bundle.weight);
            }
        }
        timetable
    }
}
