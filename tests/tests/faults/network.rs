//! The network goes and comes.

use super::{Row, Scene, run, station};
use std::time::Duration;

pub fn play() -> Vec<Row> {
    let scene = Scene::begin(station());
    std::thread::sleep(Duration::from_secs(2));
    run("ip", &["link", "set", "lo", "down"]);
    scene.is_told("raised", "output-error", "test/loop");
    run("ip", &["link", "set", "lo", "up"]);
    std::thread::sleep(Duration::from_secs(3));
    run("ip", &["address", "del", "127.0.0.1/8", "dev", "lo"]);
    std::thread::sleep(Duration::from_secs(3));
    run("ip", &["address", "add", "127.0.0.1/8", "dev", "lo"]);
    std::thread::sleep(Duration::from_secs(3));
    let audience = scene.end(|_| {});
    audience.gets_what_is_rendered();
    audience.is_heard_to_the_end();
    assert!(audience.missing() > 3 * 802, "the network was gone for longer than 3 s");
    vec![
        Row {
            fault: "network interface down and up",
            provoked: "`ip link set lo down`, and `up` when the alarm was told",
            audience: "nothing while it is down; from then on the stream as if nothing had been",
            operator: "alarm `output-error test/loop` with the system's reason within seconds; cleared \
                   after a minute without an error",
        },
        Row {
            fault: "address of the interface gone",
            provoked: "`ip address del` for 3 s",
            audience: "nothing while it is gone; from then on the stream as if nothing had been",
            operator: "alarm `output-error test/loop`, which stands",
        },
    ]
}
