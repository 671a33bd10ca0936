//! How far bundles are.

use super::live::show;
use crate::lineup::Part;
use crate::station::Station;
use control::model::BundleNow;
use timetable::Timetable;
use ts::{Span, Ticks};

/// The bundles of a multiplex.
pub(super) fn bundles(
    multiplex: &str,
    station: &Station,
    part: &Part,
    now: Ticks,
) -> Vec<BundleNow> {
    let zone = station.timetable.zone();
    let rundown = part.engine.rundown();
    let runs = rundown.bundles.iter().enumerate();
    // A window that reaches beyond what is compiled has an end that is not known here.
    let begin = |window: &(Ticks, Ticks)| Some(window.0).filter(|at| *at > rundown.from);
    let end = |window: &(Ticks, Ticks)| Some(window.1).filter(|at| *at < rundown.until);
    let one = |(number, run): (usize, &rundown::BundleRun)| {
        let cycle_s = part.engine.cycle_seconds(number);
        let window = run.windows.iter().find(|window| now < window.1);
        let open = window.filter(|window| window.0 <= now);
        let complete = open.zip(cycle_s).and_then(|(window, cycle_s)| {
            let complete = now + Span::from_seconds(i64::try_from(cycle_s).ok()?);
            (complete <= window.1).then_some(complete)
        });
        BundleNow {
            multiplex: multiplex.to_owned(),
            id: run.id.clone(),
            service: run.service.clone(),
            rate_bps: run.rate_bps,
            on_air: open.is_some() && cycle_s.is_some(),
            cycle_s,
            window_from: window.and_then(begin).map(|at| show(zone, at)),
            window_until: window.and_then(end).map(|at| show(zone, at)),
            window_per_mille: open.and_then(|window| {
                let (begin, end) = (begin(window)?, end(window)?);
                let (over, all) = (now.since(begin).0, end.since(begin).0.max(1));
                Some((i128::from(over) * 1000 / i128::from(all)) as u32)
            }),
            complete_by: complete.map(|at| show(zone, at)),
            deadline: deadline(&station.timetable, &run.id).map(|at| show(zone, at)),
        }
    };
    runs.map(one).collect()
}

/// When the lesson that waits for a bundle wants it to be there.
fn deadline(timetable: &Timetable, id: &str) -> Option<Ticks> {
    let bundle = timetable.bundles().iter().find(|bundle| bundle.id.as_str() == id)?;
    let (lesson, ready) = (bundle.lesson.as_ref()?, bundle.ready?);
    let airs = timetable.first_airing(&lesson.course, &lesson.lesson)?;
    Some(airs - Span::from_seconds(i64::from(ready.before_s)))
}
