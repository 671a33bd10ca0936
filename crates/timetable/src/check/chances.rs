//! Required courses against the opening hours of the sites that must follow them.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Course, SiteClass, Timetable};
use crate::plan::CourseChances;
use crate::text::Id;

/// Reports required courses that a class of sites cannot follow.
pub(crate) fn check_chances(timetable: &Timetable) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Some(proof) = timetable.proof_of_chances() else {
        let message = "too many airings to prove that required courses can be followed";
        let class = timetable.classes.first().map_or_else(Default::default, |c| c.origin);
        return vec![Diagnostic::new(Code::TooLarge, message).primary(class, "")];
    };
    for chances in proof {
        let course = find(&timetable.courses, &chances.course, |c: &Course| &c.id);
        let class = find(&timetable.classes, &chances.class, |c: &SiteClass| &c.id);
        if let Some((course, class)) = course.zip(class) {
            let finding = too_few(timetable, course, class, &chances);
            found.extend(finding.or_else(|| out_of_order(timetable, course, class, &chances)));
        }
    }
    found
}

fn find<'t, T>(list: &'t [T], id: &Id, key: impl Fn(&T) -> &Id) -> Option<&'t T> {
    list.binary_search_by(|entry| key(entry).cmp(id)).ok().map(|i| &list[i])
}

fn too_few(
    timetable: &Timetable,
    course: &Course,
    class: &SiteClass,
    chances: &CourseChances,
) -> Option<Diagnostic> {
    let seldom = |l: &&crate::plan::LessonChances| l.starts.len() < chances.wanted as usize;
    let few: Vec<_> = chances.lessons.iter().filter(seldom).collect();
    let first = few.first()?;
    let often = match first.starts.len() {
        0 => "does not air".to_owned(),
        1 => format!("airs only once, on {}", timetable.zone.local_time(first.starts[0])),
        times => format!("airs only {times} times"),
    };
    let more = match few.len() - 1 {
        0 => String::new(),
        1 => ", and one more lesson is like it".to_owned(),
        more => format!(", and {more} more lessons are like it"),
    };
    let message = format!(
        "lesson `{}` of `{}` {often} while sites of class `{}` are open, by {}{more}",
        first.lesson, course.id, class.id, chances.by
    );
    let finding = Diagnostic::new(Code::TooFewChances, message)
        .primary(course.origin, format!("{} airings in their hours are wanted", chances.wanted))
        .secondary(class.origin, "these sites")
        .help(
            "air it in their hours, with `rotate`, `rerun` or another slot; or say whom the course \
             is for by `audience`",
        );
    Some(finding)
}

fn out_of_order(
    timetable: &Timetable,
    course: &Course,
    class: &SiteClass,
    chances: &CourseChances,
) -> Option<Diagnostic> {
    let pair = chances.lessons.windows(2).find(|pair| pair[1].starts[0] < pair[0].starts[0])?;
    let message = format!(
        "sites of class `{}` hear lesson `{}` of `{}` before lesson `{}`, on {}",
        class.id,
        pair[1].lesson,
        course.id,
        pair[0].lesson,
        timetable.zone.local_time(pair[1].starts[0]),
    );
    let heard = timetable.zone.local_time(pair[0].starts[0]);
    let finding = Diagnostic::new(Code::TooFewChances, message)
        .primary(course.origin, format!("lesson `{}` only on {heard}", pair[0].lesson))
        .secondary(class.origin, "these sites")
        .help("an earlier airing in their hours keeps the order");
    Some(finding)
}
