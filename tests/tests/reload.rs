//! A changed timetable takes over without a break; a faulty one changes nothing.

use rustix::process::Signal;
use std::time::Duration;
use tests::clock::{rfc3339, unix_now_s};
use tests::datagrams::{Captured, Listener, Name, Received, assert_rendered, name, of_capture};
use tests::on_air::OnAir;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

fn lessons_now() -> String {
    let minute_of_day = (unix_now_s() / 60 + 8 * 60) % 1440;
    lessons(Minute(minute_of_day.saturating_sub(2) as u32), 30)
}

/// The capture of all that can have been sent since an instant, as it is rendered now.
fn rendered_since(station: &Station, from_s: u64) -> Vec<Captured> {
    let duration = format!("{}s", unix_now_s() + 4 - from_s);
    of_capture(&station.capture(&rfc3339(from_s), &duration))
}

/// Lets a daemon send for a while after `change`, and returns all that it sent.
fn on_air_through(
    station: &Station,
    seconds: u64,
    change: impl FnOnce(&mut OnAir),
) -> Vec<Vec<Received>> {
    let listener = Listener::new(station.group);
    let mut on_air = OnAir::start(station);
    on_air.wait_for("on air");
    std::thread::sleep(Duration::from_secs(3));
    change(&mut on_air);
    std::thread::sleep(Duration::from_secs(seconds));
    assert!(on_air.is_running(), "{}", on_air.said());
    on_air.signal(Signal::TERM);
    let status = on_air.wait(Duration::from_secs(5)).expect("the daemon ends");
    assert_eq!(status.code(), Some(0));
    listener.finish()
}

#[test]
fn a_faulty_timetable_is_refused_with_its_place_and_the_old_one_goes_on() {
    let station = Station::new(&lessons_now());
    let from_s = unix_now_s() - 2;
    let good = std::fs::read_to_string(station.path("timetable.toml")).expect("a timetable");
    let received = on_air_through(&station, 5, |on_air| {
        let faulty = good.replacen("kind = \"radio\"", "kind = \"wireless\"", 1);
        std::fs::write(station.path("timetable.toml"), faulty).expect("a file");
        on_air.signal(Signal::HUP);
        on_air.wait_for("refused");
        on_air.wait_for("timetable.toml:");
        on_air.wait_for("wireless");
    });
    // What was sent before and after is what the good timetable says.
    std::fs::write(station.path("timetable.toml"), good).expect("a file");
    let rendered = rendered_since(&station, from_s);
    let counts = assert_rendered(&received, &rendered, station.group);
    assert!(counts[0] > 5 * 802, "{counts:?}");
}

#[test]
fn an_unreadable_timetable_is_refused_and_the_old_one_goes_on() {
    let station = Station::new(&lessons_now());
    let from_s = unix_now_s() - 2;
    let good = std::fs::read(station.path("timetable.toml")).expect("a timetable");
    let received = on_air_through(&station, 4, |on_air| {
        std::fs::remove_file(station.path("timetable.toml")).expect("the file is there");
        on_air.signal(Signal::HUP);
        on_air.wait_for("refused");
    });
    std::fs::write(station.path("timetable.toml"), good).expect("a file");
    let counts = assert_rendered(&received, &rendered_since(&station, from_s), station.group);
    assert!(counts[0] > 4 * 802, "{counts:?}");
}

#[test]
fn a_changed_timetable_takes_over_later_and_what_was_sent_can_be_rendered_again() {
    let station = Station::new(&lessons_now());
    let from_s = unix_now_s() - 2;
    let good = std::fs::read_to_string(station.path("timetable.toml")).expect("a timetable");
    let old = std::cell::RefCell::new(Vec::new());
    // What was made ahead, 3 s, and 20 s for a twin to learn of it; then the next cycle of tables,
    // of 16 superframes in some 24 s, begins with the change.
    let received = on_air_through(&station, 54, |on_air| {
        let until = format!("{}s", unix_now_s() + 60 - from_s);
        *old.borrow_mut() = of_capture(&station.capture(&rfc3339(from_s), &until));
        let changed = good.replace("Television 1", "First Television");
        std::fs::write(station.path("timetable.toml"), changed).expect("a file");
        on_air.signal(Signal::HUP);
        on_air.wait_for("takes effect");
    });
    let rendered = rendered_since(&station, from_s);
    let counts = assert_rendered(&received, &rendered, station.group);
    assert!(counts[0] > 50 * 802, "{counts:?}");
    let old: Vec<(Name, Vec<u8>)> = old
        .into_inner()
        .into_iter()
        .filter(|datagram| datagram.port == station.group.port())
        .map(|datagram| (name(&datagram.payload), datagram.payload))
        .collect();
    let same = |datagram: &&Received| {
        let is_old = |(_, payload): &(Name, Vec<u8>)| *payload == datagram.payload;
        let place = old.binary_search_by_key(&name(&datagram.payload).1, |(name, _)| name.1);
        place.is_ok_and(|place| is_old(&old[place]))
    };
    let before = received[0].iter().take_while(same).count();
    // At least the three seconds before the change, and at most as long as a cycle takes.
    assert!(before > 3 * 802, "{before} datagrams were as before");
    assert!(before < counts[0] - 802, "{before} of {} datagrams were as before", counts[0]);
}
