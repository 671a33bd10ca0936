//! From what is planned and what was sent to one entry for each thing that is over.
//!
//! The state can be written down and read back, so that a daemon that is killed and started again
//! still gives one entry for what was on meanwhile, with the gap in it.

use super::entry::{Aired, Item, Outcome, Why};
use crate::stamp::{Stamp, Window};
use serde::{Deserialize, Serialize};
use ts::Ticks;

/// Something that is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The service, by its name in the timetable.
    pub service: String,
    /// What.
    pub item: Item,
    /// Which revision of the timetable asks for it.
    pub revision: u32,
    /// When it is to be on.
    pub window: Window,
    /// When its packets leave.
    pub delivery: Window,
}

/// A stretch of time in which a multiplex was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub window: Window,
    /// Datagrams that were due in it and did not leave.
    pub lost: u64,
}

/// Something whose end has not yet been sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    #[serde(flatten)]
    planned: Planned,
    /// When it will be over as the plan now is.
    end: Stamp,
    delivery_end: Stamp,
    /// The part of its delivery that was sent, from the first packet to the last.
    sent: Option<Window>,
    is_holed: bool,
    lost: u64,
    slate_from: Option<Stamp>,
}

/// What is on a multiplex and not yet over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorder {
    multiplex: String,
    open: Vec<Open>,
    /// The end of the newest stretch that was sent.
    sent_until: Option<Stamp>,
}

impl Recorder {
    /// The recorder of a multiplex of which nothing has been sent.
    pub fn new(multiplex: &str) -> Recorder {
        Recorder { multiplex: multiplex.to_owned(), open: Vec::new(), sent_until: None }
    }

    /// The multiplex.
    pub fn multiplex(&self) -> &str {
        &self.multiplex
    }

    /// Until when it is known to have been sent.
    pub fn sent_until(&self) -> Option<Ticks> {
        self.sent_until.map(|stamp| stamp.0)
    }

    /// Learns of something that is planned, before any of it is sent. What is known already may
    /// have got another end.
    pub fn plan(&mut self, planned: Planned) {
        let (end, delivery_end) = (planned.window.end, planned.delivery.end);
        let known = self.open.iter_mut().find(|open| open.planned.is_same(&planned));
        match known {
            Some(known) => (known.end, known.delivery_end) = (end, delivery_end),
            None => self.open.push(Open {
                planned,
                end,
                delivery_end,
                sent: None,
                is_holed: false,
                lost: 0,
                slate_from: None,
            }),
        }
    }

    /// Learns that the slate stands for what is on a service from an instant on.
    pub fn slate(&mut self, service: &str, start: Ticks, from: Ticks) {
        let of_airing = |open: &&mut Open| {
            open.planned.service == service
                && open.planned.window.start == Stamp(start)
                && matches!(open.planned.item, Item::Airing { .. })
        };
        if let Some(open) = self.open.iter_mut().find(of_airing) {
            open.slate_from.get_or_insert(Stamp(from.max(start)));
        }
    }

    /// Learns what was sent; stretches come in the order of time.
    pub fn sent(&mut self, sent: Sent) {
        self.sent_until = Some(sent.window.end);
        for open in &mut self.open {
            let delivery = Window { end: open.delivery_end, ..open.planned.delivery };
            let Some(part) = delivery.shared(sent.window) else { continue };
            open.lost += sent.lost;
            open.is_holed |= sent.lost > 0;
            open.sent = Some(match open.sent {
                None => part,
                Some(before) => {
                    open.is_holed |= before.end < part.start;
                    Window { start: before.start, end: before.end.max(part.end) }
                }
            });
        }
    }

    /// Takes what is over at an instant, in the order of its ends.
    pub fn close(&mut self, now: Ticks) -> Vec<Aired> {
        let mut over: Vec<Open> =
            self.open.extract_if(.., |open| open.delivery_end.0 <= now).collect();
        over.sort_by_key(|open| open.end);
        over.into_iter().map(|open| open.entry(&self.multiplex)).collect()
    }

    /// What is not over, as it stands.
    pub fn pending(&self) -> Vec<Aired> {
        self.open.iter().map(|open| open.clone().entry(&self.multiplex)).collect()
    }
}

impl Planned {
    /// Whether both stand for the same thing: it begins at the same time on the same service.
    fn is_same(&self, other: &Planned) -> bool {
        let same_item = match (&self.item, &other.item) {
            (Item::Airing { .. }, Item::Airing { .. }) => true,
            (
                Item::BundlePass { bundle: a, pass: p, .. },
                Item::BundlePass { bundle: b, pass: q, .. },
            ) => (a, p) == (b, q),
            _ => false,
        };
        same_item && self.service == other.service && self.window.start == other.window.start
    }

    /// Whether the slate is what is planned: what the timetable names cannot be aired.
    fn is_slate(&self) -> bool {
        matches!(self.item, Item::Airing { why: Why::Slate, .. })
    }
}

impl Open {
    fn entry(self, multiplex: &str) -> Aired {
        let (window, delivery) = (self.planned.window, self.planned.delivery);
        let actual = self.sent.and_then(|sent| {
            // Packets leave a little before they are shown. What was sent from the first packet on
            // was shown from the first picture on.
            let start = if sent.start <= delivery.start {
                window.start
            } else {
                sent.start.max(window.start)
            };
            let end =
                if sent.end >= self.delivery_end { self.end } else { sent.end.min(self.end) };
            (start < end).then_some(Window { start, end })
        });
        let mut result = Outcome::Whole;
        match actual {
            None => result = Outcome::Missed,
            Some(actual) => {
                let truths = [
                    (actual.end < window.end, Outcome::Cut),
                    (actual.start > window.start, Outcome::JoinedLate),
                    (self.is_holed, Outcome::Interrupted),
                    (self.slate_from.is_some() || self.planned.is_slate(), Outcome::Slate),
                ];
                for (_, outcome) in truths.into_iter().filter(|truth| truth.0) {
                    result = result.max(outcome);
                }
            }
        }
        Aired {
            multiplex: multiplex.to_owned(),
            service: self.planned.service,
            item: self.planned.item,
            revision: self.planned.revision,
            planned: window,
            actual,
            result,
            slate_from: self.slate_from,
            datagrams_lost: self.lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Ticks {
        Ticks::from_seconds(1_800_000_000 + seconds)
    }

    fn window(from: u64, until: u64) -> Window {
        Window::new(at(from), at(until))
    }

    fn airing(from: u64, until: u64) -> Planned {
        let (asset, content) = ("maths/1".to_owned(), "00".to_owned());
        Planned {
            service: "tv-1".to_owned(),
            item: Item::Airing { asset, content, why: Why::Programme },
            revision: 3,
            window: window(from, until),
            delivery: window(from - 1, until - 1),
        }
    }

    fn run(stretches: &[(u64, u64, u64)], plans: &[Planned]) -> Vec<Aired> {
        let mut recorder = Recorder::new("rural-1");
        plans.iter().for_each(|plan| recorder.plan(plan.clone()));
        for (from, until, lost) in stretches {
            recorder.sent(Sent { window: window(*from, *until), lost: *lost });
        }
        recorder.close(at(1_000))
    }

    fn only(stretches: &[(u64, u64, u64)]) -> (Outcome, Option<Window>) {
        let entries = run(stretches, &[airing(100, 200)]);
        assert_eq!(entries.len(), 1);
        (entries[0].result, entries[0].actual)
    }

    #[test]
    fn what_was_sent_from_end_to_end_is_whole() {
        assert_eq!(only(&[(50, 250, 0)]), (Outcome::Whole, Some(window(100, 200))));
        assert_eq!(only(&[(99, 150, 0), (150, 199, 0)]), (Outcome::Whole, Some(window(100, 200))));
    }

    #[test]
    fn each_way_to_miss_a_part_has_its_word_and_times() {
        assert_eq!(only(&[(120, 250, 0)]), (Outcome::JoinedLate, Some(window(120, 200))));
        assert_eq!(only(&[(50, 180, 0)]), (Outcome::Cut, Some(window(100, 180))));
        assert_eq!(only(&[(50, 120, 0), (130, 250, 0)]).0, Outcome::Interrupted);
        assert_eq!(only(&[(50, 120, 0), (120, 250, 2)]).0, Outcome::Interrupted);
        assert_eq!(only(&[]), (Outcome::Missed, None));
        assert_eq!(only(&[(300, 400, 0)]), (Outcome::Missed, None));
    }

    #[test]
    fn a_slate_is_told_with_the_instant_from_which_on_it_stood() {
        let mut recorder = Recorder::new("rural-1");
        recorder.plan(airing(100, 200));
        recorder.slate("tv-1", at(100), at(150));
        recorder.slate("tv-1", at(100), at(160));
        recorder.slate("tv-2", at(100), at(110));
        recorder.sent(Sent { window: window(50, 250), lost: 0 });
        let entries = recorder.close(at(199));
        assert_eq!(entries[0].result, Outcome::Slate);
        assert_eq!(entries[0].slate_from, Some(Stamp(at(150))));
    }

    #[test]
    fn a_revision_that_ends_an_airing_early_cuts_it() {
        let entries = run(&[(50, 250, 0)], &[airing(100, 200), airing(100, 180)]);
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].planned, window(100, 200));
        assert_eq!(entries[0].actual, Some(window(100, 180)));
        assert_eq!(entries[0].result, Outcome::Cut);
    }

    #[test]
    fn nothing_is_closed_before_its_last_packet_and_nothing_twice() {
        let mut recorder = Recorder::new("rural-1");
        recorder.plan(airing(100, 200));
        recorder.plan(airing(200, 300));
        recorder.sent(Sent { window: window(50, 250), lost: 0 });
        assert_eq!(recorder.close(at(198)), []);
        assert_eq!(recorder.pending().len(), 2);
        assert_eq!(recorder.close(at(199)).len(), 1);
        assert_eq!(recorder.close(at(250)), []);
    }

    #[test]
    fn a_restart_in_mid_lesson_gives_one_entry_with_the_gap_in_it() {
        let mut before = Recorder::new("rural-1");
        before.plan(airing(100, 200));
        before.sent(Sent { window: window(50, 120), lost: 0 });
        let text = serde_json::to_string(&before).unwrap();
        let mut after: Recorder = serde_json::from_str(&text).unwrap();
        assert_eq!(after, before);
        assert_eq!(after.sent_until(), Some(at(120)));
        after.plan(airing(100, 200));
        after.sent(Sent { window: window(130, 250), lost: 0 });
        let entries = after.close(at(250));
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].result, Outcome::Interrupted);
        assert_eq!(entries[0].actual, Some(window(100, 200)));
    }
}
