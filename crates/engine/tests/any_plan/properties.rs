//! The properties of a single revision.

use crate::any::{any_station, any_station_of};
use crate::config;
use crate::naming::assert_named;
use crate::tape;
use crate::world::{World, joined};
use engine::Planner;
use proptest::prelude::*;
use ts::Span;
use verify::{Options, Verifier};

/// The judgement of the verifier, which shares no code with what wrote the bytes.
pub fn judged(world: &World, bytes: &[u8]) -> verify::Report {
    let rate = Some(world.grid().slots().rate());
    let mut verifier = Verifier::new(Options { rate, ..Options::default() });
    verifier.push(bytes);
    verifier.finish()
}

/// Counters go on, time stamps rise, the PMT names what comes, and the verifier finds nothing.
fn assert_sound(world: &World, bytes: &[u8]) {
    let tape = tape::read(bytes);
    tape.assert_counters_go_on();
    tape.assert_stamps_in_order();
    assert_named(bytes, false);
    let report = judged(world, bytes);
    assert!(report.is_conformant(), "{report}");
}

proptest! {
    #![proptest_config(config(10))]

    #[test]
    fn any_plan_that_can_be_sent_keeps_counters_time_stamps_and_buffers(
        recipe in any_station(130..300),
    ) {
        let world = World::new(&recipe);
        let engine = world.engine();
        let first = world.superframe(-6);
        // What cannot be sent is refused with its reason, which is as good.
        let made = world.sequence(&engine, first..first + 24);
        let made = made.map_err(|why| TestCaseError::reject(why.to_string()))?;
        for frame in &made {
            let usage = &frame.plan.usage;
            prop_assert!(usage.nulls >= usage.demands.nulls, "null packets are kept");
            let wasted = usage.nulls >= usage.demands.nulls + 16;
            prop_assert!(!wasted || usage.carousels.is_empty(), "what is left goes to bundles");
        }
        assert_sound(&world, &joined(&made));
    }

    #[test]
    fn any_superframe_is_the_same_from_whatever_window_it_is_compiled(
        recipe in any_station(130..300), back_s in 0i64..90_000, ahead_s in 120i64..90_000,
    ) {
        let world = World::new(&recipe);
        let engine = world.engine();
        let from = world.start - Span::from_seconds(60 + back_s);
        let until = world.start + Span::from_seconds(ahead_s);
        let other = world.engine_of(world.compile(from, until).0);
        for k in [-6, 0, 20, 50, 90].map(|seconds| world.superframe(seconds)) {
            let one = world.make(&mut Planner::default(), &engine, k);
            let one = one.map_err(|why| TestCaseError::reject(why.to_string()))?;
            let two = world.make(&mut Planner::default(), &other, k);
            let two = two.map_err(|why| TestCaseError::fail(why.to_string()))?;
            prop_assert!(one.bytes == two.bytes, "superframe {k} depends on the window");
        }
    }

    #[test]
    fn any_superframe_is_the_same_when_it_is_computed_alone(recipe in any_station(130..300)) {
        let world = World::new(&recipe);
        let engine = world.engine();
        let first = world.superframe(-6);
        let made = world.sequence(&engine, first..first + 24);
        let made = made.map_err(|why| TestCaseError::reject(why.to_string()))?;
        for (i, frame) in made.iter().enumerate().rev().step_by(3) {
            let k = first + i as u64;
            let alone = world.make(&mut Planner::default(), &engine, k).expect("it was made before");
            prop_assert!(alone.bytes == frame.bytes, "superframe {k} depends on what came before");
        }
    }
}

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn any_thirty_services_are_sent_as_they_should_be(recipe in any_station_of(30..31, 130..200)) {
        let world = World::new(&recipe);
        let engine = world.engine();
        let first = world.superframe(0);
        let made = world.sequence(&engine, first..first + 8);
        let made = made.map_err(|why| TestCaseError::reject(why.to_string()))?;
        assert_sound(&world, &joined(&made));
    }
}
