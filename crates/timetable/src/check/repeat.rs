//! Which days of a service repeat others, so that a check of one holds for all of them.
//!
//! Two days are alike when on each of them, and on as many days around as can have a say in what
//! becomes of their airings, the same slots air and nothing else happens: no item, no extra
//! airing, no clock change, no course that ends. What is found on the first of the days that are
//! alike is then found on all of them, at the same times of day. So a timetable that repeats its
//! weeks is checked in full on the days of one week, at the borders of its date ranges, and
//! around everything that happens once; this is as exact as the check of every day.

use super::CheckedDays;
use crate::civil::{Day, SECONDS_PER_DAY};
use crate::model::{IfFinished, Programme, Slot, Timetable};
use crate::plan::Lane;
use crate::zone::LocalTime;
use std::collections::{BTreeMap, BTreeSet};

/// The days to check, in order, each with the number of days it stands for, itself included.
pub(super) fn days_to_check(
    timetable: &Timetable,
    lane: &Lane,
    days: CheckedDays,
) -> BTreeMap<Day, usize> {
    // Airings that decide start within reach of those they decide, and end within it again.
    let around = (2 * lane.reach_s()).div_euclid(SECONDS_PER_DAY) as i32 + 1;
    let marks = day_marks(timetable, lane, Day(days.first.0 - around), Day(days.end.0 + around));
    let mut first_alike: BTreeMap<&[usize], Day> = BTreeMap::new();
    let mut stands_for = BTreeMap::new();
    for (day, surroundings) in (days.first.0..).zip(marks.windows(2 * around as usize + 1)) {
        let model = *first_alike.entry(surroundings).or_insert(Day(day));
        *stands_for.entry(model).or_default() += 1;
    }
    stands_for
}

/// A number for each day; days with the same number have the same airings at the same times.
fn day_marks(timetable: &Timetable, lane: &Lane, first: Day, end: Day) -> Vec<usize> {
    let single = single_days(timetable, lane, first, end);
    let strands = strands(timetable, lane);
    let mut marks = BTreeMap::new();
    (first.0..end.0)
        .map(Day)
        .map(|day| {
            let airing: Vec<usize> = (0..strands.len()).filter(|i| strands[*i].airs(day)).collect();
            let next = marks.len();
            *marks.entry((single.contains(&day).then_some(day), airing)).or_insert(next)
        })
        .collect()
}

/// The airings of a slot, or one of their repeats, with what they show some days before.
struct Strand<'t> {
    slot: &'t Slot,
    /// The first day with a lesson of the slot to show.
    first: Day,
    /// The last day with a lesson of the slot to show.
    last: Day,
    /// How many days before its own the airing that it repeats may have started.
    shift: i32,
}

impl Strand<'_> {
    fn airs(&self, day: Day) -> bool {
        let origin = Day(day.0 - self.shift);
        origin >= self.first && origin <= self.last && self.slot.recurrence.airs_on(origin)
    }
}

fn strands<'t>(timetable: &'t Timetable, lane: &Lane) -> Vec<Strand<'t>> {
    let mut strands = Vec::new();
    for slot in lane.slots(timetable) {
        let last = last_with_lesson(timetable, slot);
        let first = first_with_lesson(timetable, slot).unwrap_or(Day::FIRST);
        strands.extend(shifts(slot).map(|shift| Strand { slot, first, last, shift }));
    }
    strands
}

/// By how many days the airings of a slot and their repeats come behind its days; each once.
fn shifts(slot: &Slot) -> impl Iterator<Item = i32> {
    let repeats = slot.repeats.iter().flat_map(|repeat| repeat.day_shifts());
    BTreeSet::from_iter(repeats.chain([0])).into_iter()
}

/// Days on which something happens that is like nothing on another day.
fn single_days(timetable: &Timetable, lane: &Lane, first: Day, end: Day) -> BTreeSet<Day> {
    let mut single: BTreeSet<Day> = lane.items(timetable).map(|item| item.at.day()).collect();
    for slot in lane.slots(timetable) {
        let mut own: BTreeSet<Day> = slot.recurrence.extra_days().collect();
        own.insert(last_with_lesson(timetable, slot));
        own.extend(first_with_lesson(timetable, slot));
        own.extend(slot.recurrence.fallen_days());
        let edits = timetable.edits.slots.get(&slot.id);
        own.extend(edits.into_iter().flat_map(|e| e.times()).map(LocalTime::day));
        for shift in shifts(slot) {
            single.extend(own.iter().map(|day| Day(day.0 + shift)));
        }
    }
    for change in timetable.zone.changes() {
        // A policy moves airings by as much as the clock is set.
        let shift_s = change.local_end() - change.local_start();
        let day = |local_s: i64| local_s.div_euclid(SECONDS_PER_DAY) as i32;
        let hit = day(change.local_start() - shift_s)..=day(change.local_end() + shift_s);
        single.extend(hit.map(Day).filter(|day| (first..end).contains(day)));
    }
    single
}

/// The last day of a slot that has an airing with something to show, as far as its course says.
/// On this day some airings may have no lesson left; on those behind it, all of them.
fn last_with_lesson(timetable: &Timetable, slot: &Slot) -> Day {
    let Programme::Course { course, first_lesson } = slot.programme else {
        return Day::LAST;
    };
    let course = &timetable.courses[course];
    if matches!(course.if_finished, IfFinished::Restart | IfFinished::Last) {
        return Day::LAST;
    }
    let left = course.lessons.len() as u64 - u64::from(first_lesson);
    match slot.rerun_of {
        None => slot.recurrence.last_of_step(left - 1).map_or(Day::LAST, LocalTime::day),
        Some(base) => {
            // From the airing of its slot that has no lesson left, a rerun has none either.
            let base = &timetable.slots[base].recurrence;
            let end =
                base.last_of_step(left - 1).map(|last| base.count_before(LocalTime(last.0 + 1)));
            end.and_then(|ordinal| base.nth(ordinal)).map_or(Day::LAST, LocalTime::day)
        }
    }
}

/// The day from which on the rerun of a course has something to show.
fn first_with_lesson(timetable: &Timetable, slot: &Slot) -> Option<Day> {
    if !matches!(slot.programme, Programme::Course { .. }) {
        return None;
    }
    let base = &timetable.slots[slot.rerun_of?];
    base.recurrence.nth(0).map(LocalTime::day)
}

#[cfg(test)]
mod tests {
    use super::super::overlap::check_days;
    use super::*;
    use crate::diagnostic::Diagnostic;
    use crate::read::{Draft, read_source};
    use crate::source::Source;
    use proptest::prelude::*;

    const GROUND: &str = "format = 1\n[[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"
name = { en = \"One\" }\nslate = \"slate/clock\"
[[course]]\nid = \"c\"\ntitle = { en = \"C\" }\nkind = \"elective\"
lessons = { pattern = \"c/{n}\", count = 40 }
[[course]]\nid = \"d\"\ntitle = { en = \"D\" }\nkind = \"elective\"\nadvance = \"week\"
lessons = { pattern = \"d/{n}\", count = 9 }
[[term]]\nid = \"t\"\nfrom = 2027-01-10\nuntil = 2027-10-20
closed = [{ from = 2027-03-20, until = 2027-04-05 }, 2027-06-09]
makeup = [{ on = 2027-06-12, taught_as = 2027-06-09 }]
[[season]]\nid = \"s\"\ndates = [{ from = \"03-15\", until = \"05-20\" }]\n";
    /// What else a slot may say.
    const MORE: [&str; 9] = [
        "",
        "",
        "rotate = { every = \"5h\", times = 3 }",
        "rerun = [{ after = \"50h\" }]",
        "term = \"t\"",
        "term = \"t\"\nrerun = [{ after = \"30h\" }]",
        "season = \"s\"",
        "every_weeks = 2",
        "start = { soft = \"20m\" }",
    ];

    /// A slot that may overlap itself and others, begin or end within the year, and run out of
    /// lessons.
    fn any_slot() -> impl Strategy<Value = String> {
        let times = prop::collection::btree_set(0u32..1440, 1..5);
        let range = (0u32..120, prop::option::of(120u32..300), prop::option::of(0u32..300));
        let programmes = vec!["course = \"c\"", "course = \"d\"", "asset = \"a/b\""];
        let what = (
            prop::sample::select(programmes),
            prop::sample::select(vec![50, 50, 60]),
            prop::sample::select(MORE.to_vec()),
        );
        let days = prop::sample::subsequence(vec!["mon", "tue", "wed", "thu", "fri", "sun"], 1..6);
        (times, range, what, days, 1u32..600, any::<bool>()).prop_map(
            |(times, (from, until, except), (what, priority, more), days, length, skip)| {
                let times: Vec<_> =
                    times.iter().map(|t| format!("{:02}:{:02}", t / 60, t % 60)).collect();
                let skip = if skip { "skip" } else { "later" };
                let until = until.map_or(String::new(), |u| format!("until = {}\n", date(u)));
                let except = except.map_or(String::new(), |e| format!("except = [{}]\n", date(e)));
                format!(
                    "service = \"tv-1\"\n{what}\nat = [{}]\nlength = \"{length}m\"\ndays = {days:?}
                    from = {}\npriority = {priority}\non_gap = \"{skip}\"\n{until}{except}{more}\n",
                    times.join(", "),
                    date(from),
                )
            },
        )
    }

    fn date(days: u32) -> Day {
        Day(crate::civil::days_from_civil(2027, 1, 1) + days as i32)
    }

    fn read(
        zone: &str,
        slots: &[String],
        items: &[(u32, u32)],
    ) -> (Option<Timetable>, CheckedDays) {
        let mut text = format!("zone = \"{zone}\"\n{GROUND}");
        for (i, slot) in slots.iter().enumerate() {
            text.push_str(&format!("[[slot]]\nid = \"s{i}\"\n{slot}"));
        }
        text.push_str(
            "[[slot]]\nid = \"again\"\nservice = \"tv-1\"\nrerun_of = \"s0\"\nat = 12:00
            length = \"40m\"\n",
        );
        for (i, (day, hour)) in items.iter().enumerate() {
            text.push_str(&format!(
                "[[item]]\nid = \"i{i}\"\nservice = \"tv-1\"\nasset = \"a/i\"\nat = {}T{hour:02}:00\n",
                date(*day),
            ));
        }
        let mut draft = Draft::default();
        read_source(0, &Source { name: "t", text: &text }, &mut draft);
        assert!(draft.diagnostics.is_empty(), "{text}\n{:?}", draft.diagnostics);
        let (days, zone) = (CheckedDays::of(&draft), draft.zone.take().unwrap().value);
        (crate::build::build(draft, zone, days, &mut Vec::new()), days)
    }

    proptest! {
        #[test]
        fn any_check_of_days_that_repeat_finds_what_the_check_of_every_day_finds(
            zone in prop::sample::select(vec!["Asia/Shanghai", "Europe/London", "America/Santiago"]),
            slots in prop::collection::vec(any_slot(), 1..5),
            items in prop::collection::vec((0u32..300, 0u32..24), 0..3),
        ) {
            let (timetable, days) = read(zone, &slots, &items);
            // A slot may never air.
            prop_assume!(timetable.is_some());
            let timetable = timetable.unwrap();
            let lane = &timetable.lanes[0];
            let every_day = (days.first.0..days.end.0).map(|day| (Day(day), 1)).collect();
            let found: Vec<Diagnostic> = super::super::overlap::check_service(&timetable, 0, days);
            prop_assert_eq!(found, check_days(&timetable, lane, &every_day));
        }
    }

    #[test]
    fn a_year_of_equal_weeks_is_checked_on_the_days_of_one() {
        let slot = "service = \"tv-1\"\nasset = \"a/b\"\nfrom = 2027-01-01\nuntil = 2027-12-31
            at = { from = 00:00, every = \"2m\", count = 720 }\nlength = \"2m\"\n";
        let (timetable, days) = read("Europe/London", &[slot.to_owned()], &[]);
        let timetable = timetable.unwrap();
        let to_check = days_to_check(&timetable, &timetable.lanes[0], days);
        let all = to_check.values().sum::<usize>();
        assert_eq!(all, (days.end.0 - days.first.0) as usize);
        // The rerun begins with the first airing of what it shows.
        assert!(to_check.len() < 24, "{to_check:?}");
    }
}
