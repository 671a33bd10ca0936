//! What is sent is what is rendered: datagram by datagram, from a real socket.

use rustix::process::Signal;
use std::time::Duration;
use tests::clock::{rfc3339, unix_now_s};
use tests::datagrams::{
    Captured, Listener, PORT_OFFSETS, Received, assert_rendered, name, of_capture,
};
use tests::on_air::OnAir;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

fn seconds() -> u64 {
    if std::env::var_os("HEADEND_FULL").is_some() { 600 } else { 20 }
}

fn lessons_now() -> String {
    let minute_of_day = (unix_now_s() / 60 + 8 * 60) % 1440;
    lessons(Minute(minute_of_day.saturating_sub(2) as u32), 30)
}

#[test]
fn the_wire_carries_what_render_writes_and_an_ended_daemon_has_no_fault() {
    let station = Station::new(&lessons_now());
    let listener = Listener::new(station.group);
    let from_s = unix_now_s() - 2;
    let mut on_air = OnAir::start(&station);
    std::thread::sleep(Duration::from_secs(seconds()));
    assert!(on_air.is_running(), "{}", on_air.said());
    on_air.signal(Signal::TERM);
    let status = on_air.wait(Duration::from_secs(5)).expect("the daemon ends within five seconds");
    assert_eq!(status.code(), Some(0), "SIGTERM is no fault");

    let received = listener.finish();
    let duration = format!("{}s", unix_now_s() + 4 - from_s);
    let rendered = of_capture(&station.capture(&rfc3339(from_s), &duration));
    let counts = assert_rendered(&received, &rendered, station.group);
    // 8,446,000 bit/s are 802.2 datagrams a second; some time passes until the first.
    assert!(counts[0] as u64 > (seconds() - 3) * 802, "{counts:?}");
    assert!(counts[1] > 0 && counts[2] > 0, "{counts:?}");
    for (flow, received) in received.iter().enumerate() {
        assert_unbroken(flow, received, &rendered, station.group.port() + PORT_OFFSETS[flow]);
    }
}

/// Between the first and the last datagram of a flow nothing is missing and nothing is out of order.
fn assert_unbroken(flow: usize, received: &[Received], rendered: &[Captured], port: u16) {
    let of_flow = rendered.iter().filter(|d| d.port == port).map(|d| name(&d.payload));
    let names: Vec<_> = received.iter().map(|datagram| name(&datagram.payload)).collect();
    let first = names.first().expect("something came");
    let expected: Vec<_> = of_flow.skip_while(|name| name != first).take(names.len()).collect();
    let place = names.iter().zip(&expected).position(|(a, b)| a != b);
    assert_eq!(place, None, "flow {flow}: not what follows at this place of {}", names.len());
}
