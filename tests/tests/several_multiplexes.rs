//! One daemon sends several multiplexes on several outputs, each as it is rendered and as it is
//! configured.

use rustix::process::Signal;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;
use tests::clock::{rfc3339, unix_now_s};
use tests::datagrams::{Listener, assert_rendered, of_capture};
use tests::judge::{ask, judge};
use tests::on_air::OnAir;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

const SECONDS: u64 = 12;

/// Where the outputs go: the first multiplex by RTP and by bare UDP, the second by RTP.
fn groups(station: &Station) -> [SocketAddrV4; 3] {
    [0, 100, 200]
        .map(|offset| SocketAddrV4::new(*station.group.ip(), station.group.port() + offset))
}

/// Television and files in one multiplex of exactly 8,446,000 bit/s, television and radio in
/// another, whose rate follows from its DVB-S2 carrier.
fn station() -> Station {
    let minute_of_day = (unix_now_s() / 60 + 8 * 60) % 1440;
    let station = Station::new(&lessons(Minute(minute_of_day.saturating_sub(2) as u32), 30));
    let [first, bare, second] = groups(&station);
    let configuration = format!(
        r#"format = 1
timetables = ["timetable.toml"]

[network]
id = 0x3001
name = {{ zh = "农村远程教育网", en = "Rural Education Network" }}

[run]
realtime = true

[[multiplex]]
name = "first"
transport_stream_id = 1
original_network_id = 0x3001
rate = 8_446_000
services = ["tv-1", "files"]

[[multiplex.output]]
name = "protected"
to = "{first}"
interface = "127.0.0.1"
loopback = true
ttl = 7
dscp = 46
fec = {{ columns = 10, rows = 5, row_fec = true }}

[[multiplex.output]]
name = "bare"
to = "{bare}"
protocol = "udp"
interface = "127.0.0.1"
loopback = true
ttl = 3
dscp = 10

[[multiplex]]
name = "second"
transport_stream_id = 2
original_network_id = 0x3001
modulation = {{ system = "dvb-s2", symbol_rate = 3_000_000, constellation = "qpsk", code_rate = "3/4", pilots = true, roll_off = "0.20" }}
carrier = {{ frequency_khz = 3_930_000, polarization = "horizontal", orbital_position = "92.2E" }}
services = ["tv-2", "radio-1"]

[[multiplex.output]]
name = "columns"
to = "{second}"
interface = "127.0.0.1"
loopback = true
fec = {{ columns = 5, rows = 10, row_fec = false }}
"#
    );
    std::fs::write(station.config(), configuration).expect("a configuration");
    station
}

/// Time to live, code point and port of what a capture of the loopback interface holds.
fn captured(groups: [SocketAddrV4; 3]) -> BTreeSet<(u32, u32, u16)> {
    let [a, b, c] =
        groups.map(|group| format!("dst portrange {0}-{1}", group.port(), group.port() + 4));
    let filter = format!("udp and dst host {} and ({a} or {b} or {c})", groups[0].ip());
    let mut command = judge("tshark");
    command.args(["-n", "-i", "lo", "-a", "duration:3", "-f", &filter, "-T", "fields"]);
    command.args(["-e", "ip.ttl", "-e", "ip.dsfield.dscp", "-e", "udp.dstport"]);
    let verdict = ask(&mut command);
    assert!(verdict.success, "{}", verdict.stderr);
    let number = |word: &str| word.parse().expect("a number");
    let line = |line: &str| {
        let words: Vec<u32> = line.split('\t').map(number).collect();
        (words[0], words[1], words[2] as u16)
    };
    verdict.stdout.lines().map(line).collect()
}

#[test]
fn each_output_carries_what_is_rendered_with_its_own_time_to_live_and_code_point() {
    let station = station();
    let [first, bare, second] = groups(&station);
    let listeners = [first, bare, second].map(Listener::new);
    let from_s = unix_now_s() - 2;
    let mut on_air = OnAir::start(&station);
    on_air.wait_for("on air");
    let seen = captured([first, bare, second]);
    std::thread::sleep(Duration::from_secs(SECONDS - 3));
    assert!(on_air.is_running(), "{}", on_air.said());
    on_air.signal(Signal::TERM);
    assert!(on_air.wait(Duration::from_secs(5)).is_some_and(|status| status.success()));

    let [protected, plain, columns] = listeners.map(Listener::finish);
    let duration = format!("{}s", unix_now_s() + 4 - from_s);
    let rendered = |multiplex: &str, format: &str| {
        station.render_one(multiplex, &[], &rfc3339(from_s), &duration, format)
    };
    let counts = assert_rendered(&protected, &of_capture(&rendered("first", "pcap")), first);
    assert!(counts.iter().all(|count| *count as u64 > (SECONDS - 3) * 80), "{counts:?}");
    let counts = assert_rendered(&columns, &of_capture(&rendered("second", "pcap")), second);
    assert!(counts[0] > 0 && counts[1] > 0 && counts[2] == 0, "{counts:?}");

    let stream = rendered("first", "ts");
    let sent: Vec<u8> = plain[0].iter().flat_map(|d| &d.payload).copied().collect();
    assert!(sent.len() as u64 > (SECONDS - 3) * 8_446_000 / 8, "{} bytes", sent.len());
    let place = stream.windows(1316).position(|w| *w == sent[..1316]).expect("it is rendered");
    assert!(stream[place..].starts_with(&sent), "bare UDP carries the same packets");

    let port = |group: SocketAddrV4, offset: u16| group.port() + offset;
    let expected = BTreeSet::from([
        (7, 46, port(first, 0)),
        (7, 46, port(first, 2)),
        (7, 46, port(first, 4)),
        (3, 10, port(bare, 0)),
        (16, 34, port(second, 0)),
        (16, 34, port(second, 2)),
    ]);
    assert_eq!(seen, expected);
}

/// Players and receivers are configured by it.
#[test]
fn each_rtp_output_is_described_for_players() {
    let station = station();
    let [first, _, second] = groups(&station);
    let on_air = OnAir::start(&station);
    on_air.wait_for("on air");
    let described = |name: &str| {
        let path = station.path(&format!("state/sdp/{name}.sdp"));
        std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    for (text, group) in
        [(described("first-protected"), first), (described("second-columns"), second)]
    {
        assert!(text.starts_with("v=0\r\n"), "{text}");
        assert!(text.contains(&format!("m=video {} RTP/AVP 33\r\n", group.port())), "{text}");
        assert!(text.contains(&format!("c=IN IP4 {}/", group.ip())), "{text}");
    }
    // A player that reads nothing but the description finds the programmes.
    let mut command = judge("ffprobe");
    command.args(["-v", "error", "-protocol_whitelist", "file,rtp,udp", "-localaddr"]);
    command.arg(Ipv4Addr::LOCALHOST.to_string());
    command.args(["-show_entries", "program=program_id", "-of", "csv=p=0"]);
    let verdict = ask(command.arg(station.path("state/sdp/second-columns.sdp")));
    let programs: BTreeSet<&str> =
        verdict.stdout.split(['\n', ',']).filter(|word| !word.is_empty()).collect();
    assert_eq!(programs, BTreeSet::from(["2", "3"]), "{verdict:?}");
    on_air.kill();
}
