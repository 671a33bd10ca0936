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
    let runs = part.engine.rundown().bundles.iter().enumerate();
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
            window_from: window.map(|window| show(zone, window.0)),
            window_until: window.map(|window| show(zone, window.1)),
            window_per_mille: open.map(|window| {
                let (over, all) = (now.since(window.0).0, window.1.since(window.0).0.max(1));
                (i128::from(over) * 1000 / i128::from(all)) as u32
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
