//! The properties of what changes on air: revisions of the timetable, and slates for what is lost.

use crate::any::any_station;
use crate::config;
use crate::film::Chance;
use crate::naming::assert_named;
use crate::properties::judged;
use crate::tape;
use crate::world::{Recipe, World, joined, read, text};
use engine::{CYCLE, Engine, PlanError, Play};
use es::Codec;
use proptest::prelude::*;
use rundown::Airing;
use std::collections::BTreeSet;
use ts::Span;
use verify::Check;

/// The same station with another timetable: other programmes, other filler, or none.
fn revised(recipe: &Recipe, seed: u64) -> Recipe {
    let mut revised = recipe.clone();
    let mut chance = Chance(seed);
    for service in &mut revised.services {
        let films = service.films.len() as u64;
        match chance.among(0, 4) {
            0 => service.programmes.clear(),
            1 => service.fillers = chance.among(0, films) as usize,
            2 => {
                for programme in &mut service.programmes {
                    programme.film = chance.among(0, films) as usize;
                    programme.start_at_ms = 0;
                }
            }
            _ => {
                for programme in &mut service.programmes {
                    programme.after_s += chance.among(0, 20) as u32;
                }
            }
        }
        if chance.among(0, 2) == 0 {
            service.fillers = 0;
        }
    }
    revised
}

fn refused(why: PlanError) -> TestCaseError {
    TestCaseError::reject(why.to_string())
}

/// What an airing sends packets of: the place of each stream among those of its kind, and its
/// codec. Subtitles that say nothing while it lasts are not among them.
fn lines_of(world: &World, engine: &Engine, airing: &Airing) -> BTreeSet<(usize, Codec)> {
    let film = &world.films[&engine.rundown().asset(airing.asset).0];
    let Ok(play) = Play::new(airing.clone(), film.index.clone()) else { return BTreeSet::new() };
    let facts = |stream: usize| film.index.streams[stream].format.facts;
    let line = |stream: usize| {
        let alike = |other: &usize| facts(*other).is_audio() == facts(stream).is_audio();
        ((0..stream).filter(alike).count(), facts(stream).codec())
    };
    play.streams.iter().map(|sent| line(sent.stream)).collect()
}

proptest! {
    #![proptest_config(config(6))]

    #[test]
    fn any_revisions_keep_what_is_on_air_and_the_stream_whole(
        recipe in any_station(130..300), seed: u64, seconds in -6i64..40,
    ) {
        let world = World::new(&recipe);
        let first = world.superframe(seconds);
        let second = (first + 4).next_multiple_of(CYCLE);
        let third = second + CYCLE;
        let mut engine = world.engine();
        let mut bytes = Vec::new();
        for (i, part) in [first..second, second..third, third..third + 6].into_iter().enumerate() {
            let at = world.grid().start(part.end);
            let until = world.start + Span::from_seconds(3600);
            bytes.extend(joined(&world.sequence(&engine, part).map_err(refused)?));
            let timetable = read(&text(&revised(&recipe, seed.wrapping_add(i as u64))));
            let (catalogue, services) = (&world.catalogue, &world.services);
            let old = engine.rundown();
            let new = rundown::revise(old, at, &timetable, catalogue, services, until).unwrap().0;
            for (old_service, new_service) in old.services.iter().zip(&new.services) {
                let going_on = old_service.delivered_in(at, at + Span(1));
                for airing in old_service.airings[going_on].iter().filter(|a| a.video.from < at) {
                    let same = new_service.airings.iter().find(|a| a.start == airing.start);
                    prop_assert_eq!(same.map(|a| (a.end, a.video, a.audio)),
                        Some((airing.end, airing.video, airing.audio)));
                }
            }
            engine = world.engine_of(new);
        }
        let tape = tape::read(&bytes);
        tape.assert_counters_go_on();
        tape.assert_stamps_in_order();
        assert_named(&bytes, true);
        let report = judged(&world, &bytes);
        for check in [Check::Buffer, Check::EmptyBuffer, Check::Pts, Check::Crc] {
            prop_assert!(report.tally(check).0 == 0, "{report}");
        }
    }

    #[test]
    fn any_lost_airings_are_covered_without_harm_to_counters_and_others(
        recipe in any_station(130..300), seed: u64, seconds in -6i64..40, in_a_row in 1usize..3,
        finishes: bool,
    ) {
        let world = World::new(&recipe);
        let engine = world.engine();
        let mut chance = Chance(seed);
        let service = chance.among(0, recipe.services.len() as u64) as usize;
        let first = world.superframe(seconds);
        let k = first + 2;
        let airings = &engine.rundown().services[service].airings;
        let near = engine.rundown().services[service]
            .delivered_in(world.grid().start(k), world.grid().start(k + 1));
        let lost = chance.among(near.start as u64, near.end as u64) as usize;
        let mut covered = engine.clone();
        for airing in &airings[lost..lost + in_a_row] {
            let from = k.max(world.grid().at(airing.video.from));
            covered = covered.with_slate(service, airing.start, from).unwrap();
            let cut_off = covered.with_slate(service, airing.start, from).unwrap();
            prop_assert!(cut_off.with_slate(service, airing.start, from).is_none());
            if !finishes {
                covered = cut_off;
            }
        }
        let planned = world.sequence(&engine, first..first + 20).map_err(refused)?;
        let shown = world.sequence(&covered, first..first + 20).map_err(refused)?;
        let bytes = joined(&shown);
        let tape = tape::read(&bytes);
        tape.assert_counters_go_on();
        tape.assert_stamps_in_order();
        assert_named(&bytes, false);
        // An access unit of each stream is cut off in its middle by each loss, when not even its
        // data is there.
        let streams = recipe.services[service].films.iter().map(|f| f.audio.len() + 1).max();
        let torn = if finishes { 0 } else { (streams.unwrap_or(0) * in_a_row) as u64 };
        let report = judged(&world, &bytes);
        prop_assert!(report.tally(Check::Buffer).0 <= torn, "{report}");
        // The first airing of a codec behind the last lost one counts on from it; then all is as
        // planned.
        let lines = |airing: &Airing| lines_of(&world, &engine, airing);
        let (gone, behind) = airings[lost..].split_at(in_a_row);
        let mut open: BTreeSet<_> = gone.iter().flat_map(lines).collect();
        let whole = behind.iter().find(|airing| {
            open.retain(|line| !lines(airing).contains(line));
            open.is_empty()
        });
        let back = whole.map_or(u64::MAX, |airing| world.grid().at(airing.audio.until) + 1);
        for (i, (planned, shown)) in planned.iter().zip(&shown).enumerate() {
            let at = first + i as u64;
            if at < k || at >= back {
                prop_assert!(planned.bytes == shown.bytes, "superframe {at} is as planned");
            }
        }
    }

    #[test]
    fn any_station_without_room_is_refused_with_who_wants_how_much(
        recipe in any_station(20..100),
    ) {
        let world = World::new(&recipe);
        let engine = world.engine();
        let first = world.superframe(0);
        match world.sequence(&engine, first..first + 4) {
            Err(PlanError::Overbooked { contributors, .. }) => {
                prop_assert!(contributors.total() > u64::from(contributors.slots));
            }
            Err(PlanError::Table { .. }) => {}
            Err(other) => prop_assert!(false, "{other}"),
            Ok(made) => tape::read(&joined(&made)).assert_counters_go_on(),
        }
    }
}
