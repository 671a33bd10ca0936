//! Courses against the slots that air them.

use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::duration::format_duration;
use crate::model::{Course, CourseKind, IfFinished, Programme, Slot, Timetable};
use crate::recurrence::Advance;
use crate::zone::LocalTime;
use ts::Span;

/// Reports courses whose lessons and airings do not match.
pub(crate) fn check_courses(timetable: &Timetable) -> Vec<Diagnostic> {
    let mut slots: Vec<Vec<(&Slot, u32)>> = vec![Vec::new(); timetable.courses.len()];
    for slot in &timetable.slots {
        if let Programme::Course { course, first_lesson } = slot.programme
            && slot.rerun_of.is_none()
        {
            slots[course].push((slot, first_lesson));
        }
    }
    let mut found = Vec::new();
    for (course, slots) in timetable.courses.iter().zip(&slots) {
        found.extend(check_fit(course, slots));
        found.extend(check_chances(timetable, course, slots));
        for (slot, first_lesson) in slots {
            found.extend(check_end(course, slot, *first_lesson));
            found.extend(check_lengths(course, slot, *first_lesson));
        }
    }
    found
}

/// Some lesson is aired by no slot.
fn check_fit(course: &Course, slots: &[(&Slot, u32)]) -> Option<Diagnostic> {
    let count = course.lessons.len();
    let mut aired = vec![false; count];
    for (slot, first) in slots {
        let airings = slot.recurrence.steps().min(count as u64) as usize;
        let wraps = course.if_finished == IfFinished::Restart;
        for place in (*first as usize..).take(airings) {
            if place < count || wraps {
                aired[place % count] = true;
            }
        }
    }
    let lost = aired.iter().position(|a| !a)?;
    let aired = aired.iter().filter(|a| **a).count();
    let lesson = &course.lessons[lost].id;
    let code = match course.kind {
        CourseKind::Required => Code::CourseDoesNotFit,
        CourseKind::Elective => Code::CourseCutShort,
    };
    let message = format!(
        "{aired} of {count} lessons of course `{}` are aired, `{lesson}` is the first that is not",
        course.id
    );
    let what = match course.advance {
        Advance::Airing => "airings",
        Advance::Day => "days with airings",
        Advance::Week => "weeks with airings",
    };
    let mut finding = Diagnostic::new(code, message).primary(course.origin, "");
    for (slot, _) in slots {
        let lost = match slot.lost_airings {
            0 => String::new(),
            lost => format!(", {lost} more are lost to closed days"),
        };
        let label = format!("{} {what} here{lost}", slot.recurrence.steps());
        finding = finding.secondary(slot.origin, label);
    }
    Some(if slots.is_empty() {
        finding.help("no slot airs this course")
    } else {
        let one_a_day = slots.iter().any(|(s, _)| s.recurrence.times().per_day() == 1);
        finding.help(if one_a_day {
            "add days, move `until`, or add `extra` airings"
        } else {
            "add days or times, or move `until`"
        })
    })
}

/// Lessons of a required course have a single airing: who misses it has no second chance.
fn check_chances(
    timetable: &Timetable,
    course: &Course,
    slots: &[(&Slot, u32)],
) -> Option<Diagnostic> {
    if course.kind == CourseKind::Elective {
        return None;
    }
    let count = course.lessons.len();
    let mut chances = vec![0_u64; count];
    for (slot, first) in slots {
        let reruns: Vec<&Slot> = timetable.reruns_of(&slot.id).collect();
        let end = (2 * count as u64).min(slot.recurrence.steps());
        for step in 0..end {
            let place = step as usize + *first as usize;
            if place < count || course.if_finished == IfFinished::Restart {
                chances[place % count] += airings_of_step(timetable, slot, step, &reruns);
            }
        }
    }
    let once: Vec<usize> = (0..count).filter(|lesson| chances[*lesson] == 1).collect();
    let lesson = &course.lessons[*once.first()?];
    let more = match once.len() - 1 {
        0 => String::new(),
        1 => ", and so does one more".to_owned(),
        more => format!(", and so do {more} more"),
    };
    let message = format!(
        "lesson `{}` of the required course `{}` airs only once{more}",
        lesson.id, course.id
    );
    let mut finding = Diagnostic::new(Code::NoRepeat, message)
        .primary(lesson.origin, "")
        .help("add a `rerun` or `rotate` to its slot, or a slot with `rerun_of`");
    for (slot, _) in slots {
        finding = finding.secondary(slot.origin, "aired here");
    }
    Some(finding)
}

/// How many airings show what a step of a slot shows, up to those of the first that are enough.
fn airings_of_step(timetable: &Timetable, slot: &Slot, step: u64, reruns: &[&Slot]) -> u64 {
    let recurrence = &slot.recurrence;
    let behind = |local: LocalTime| LocalTime(local.0 + 1);
    let Some(last) = recurrence.last_of_step(step) else { return 0 };
    let before = step.checked_sub(1).and_then(|before| recurrence.last_of_step(before));
    let before = before.map_or(0, |before| recurrence.count_before(behind(before)));
    let ordinals = before..recurrence.count_before(behind(last));
    let edits = &timetable.edits;
    let own = if edits.slots.contains_key(&slot.id) {
        let airings = ordinals.filter_map(|ordinal| recurrence.nth(ordinal));
        airings.map(|local| 1 + edits.repeats_of(slot, local).len() as u64).sum()
    } else {
        (ordinals.end - ordinals.start) * (1 + slot.repeats.len() as u64)
    };
    if own > 1 {
        return own;
    }
    // A rerun shows the last airing before it, which is this one until the next one starts.
    let next = recurrence.nth(before + 1);
    let again = |rerun: &&Slot| {
        let until =
            next.map_or(rerun.recurrence.total(), |n| rerun.recurrence.count_before(behind(n)));
        (until - rerun.recurrence.count_before(behind(last)).min(until))
            * (1 + rerun.repeats.len() as u64)
    };
    own + reruns.iter().map(again).sum::<u64>()
}

/// The slot goes on behind the last lesson, and the course calls that an error.
fn check_end(course: &Course, slot: &Slot, first_lesson: u32) -> Option<Diagnostic> {
    let left = course.lessons.len() as u64 - u64::from(first_lesson);
    let airings = slot.recurrence.steps();
    if course.if_finished != IfFinished::Error || airings <= left {
        return None;
    }
    let last = slot.recurrence.last_of_step(left - 1)?;
    let day = last.day();
    let ends_with_day = slot.recurrence.place(LocalTime::new(Day(day.0 + 1), 0)) == left;
    let message = if slot.recurrence.is_open() {
        format!("slot `{}` has no end, its course has {left} lessons from there on", slot.id)
    } else {
        format!("slot `{}` has {airings} airings for {left} lessons", slot.id)
    };
    let at = slot.places.until.unwrap_or(slot.places.programme);
    let (when, help) = if ends_with_day {
        (day.to_string(), format!("until = {day}, or `if_finished` of the course"))
    } else {
        let help = "`if_finished` of the course says what the rest of that day shows";
        (last.to_string(), help.to_owned())
    };
    Some(
        Diagnostic::new(Code::CourseRunsOut, message)
            .primary(at, format!("the last lesson airs on {when}"))
            .secondary(course.origin, "this course must not run out")
            .help(help),
    )
}

/// A lesson is longer than the slot, or over before the slot starts in it.
fn check_lengths(course: &Course, slot: &Slot, first_lesson: u32) -> Option<Diagnostic> {
    let room = Span::from_seconds(i64::from(slot.length_s));
    let lessons = course.lessons.iter().skip(first_lesson as usize);
    let faulty = |claim: Span| claim - slot.from_offset > room || claim <= slot.from_offset;
    let mut long = lessons.filter_map(|l| Some((l, l.length_claim.filter(|c| faulty(*c))?)));
    let (lesson, claim) = long.next()?;
    let over = claim - slot.from_offset - room;
    let message = if over.0 > 0 {
        format!("lesson `{}` is {} longer than its slot", lesson.id, format_duration(over))
    } else {
        format!("slot `{}` starts behind the end of lesson `{}`", slot.id, lesson.id)
    };
    let label = match long.count() {
        0 => String::new(),
        1 => "and one more lesson".to_owned(),
        more => format!("and {more} more lessons"),
    };
    Some(
        Diagnostic::new(Code::LengthMismatch, message)
            .primary(slot.places.length, label)
            .secondary(lesson.origin, format!("said to be {} long", format_duration(claim))),
    )
}
