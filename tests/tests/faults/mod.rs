//! What the faults have in common: a station on air, its audience, and those who are told.

pub mod assets;
pub mod callers;
pub mod disks;
pub mod files;
pub mod network;
pub mod page;

use rustix::process::Signal;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::{Duration, Instant};
use tests::clock::{rfc3339, unix_now_s};
use tests::datagrams::{Captured, Listener, Received, assert_rendered, name, of_capture};
use tests::on_air::OnAir;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

/// How long an answer may take on a machine that is busy with other work.
const PATIENCE: Duration = Duration::from_secs(90);
/// The bytes of an RTP header.
const RTP_HEADER: usize = 12;
/// What stands for the PIDs of tables among the places of services.
pub const TABLES: u16 = 120;
/// The places of services of a station, in the order of their names in its configuration.
pub const TV_1: u16 = 0;
pub const TV_2: u16 = 1;
pub const RADIO_1: u16 = 2;
pub const FILES: u16 = 3;

/// A fault and how it is answered.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is wrong.
    pub fault: &'static str,
    /// How the test brings it about.
    pub provoked: &'static str,
    /// What the audience gets.
    pub audience: &'static str,
    /// What the operator sees.
    pub operator: &'static str,
}

/// Brings the network of the namespace up.
pub fn bring_up() {
    run("ip", &["link", "set", "lo", "up"]);
}

/// Runs a program that must succeed.
pub fn run(program: &str, words: &[&str]) {
    let status = Command::new(program).args(words).status();
    let status = status.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(status.success(), "{program} {words:?}");
}

/// A station whose alarms go to a file.
pub fn station() -> Station {
    let minute_of_day = (unix_now_s() / 60 + 8 * 60) % 1440;
    let station = Station::new(&lessons(Minute(minute_of_day.saturating_sub(2) as u32), 30));
    let hook = format!("cat >> {}", station.path("told.jsonl").display());
    let alarms = format!("\n[alarms]\nexec = [\"/bin/sh\", \"-c\", {hook:?}]\n");
    let text = std::fs::read_to_string(station.config()).expect("a configuration");
    std::fs::write(station.config(), text + &alarms).expect("a file can be written");
    station
}

/// A station on air with its audience.
pub struct Scene {
    pub station: Station,
    pub on_air: OnAir,
    listener: Listener,
    from_s: u64,
}

impl Scene {
    /// Goes on air with a station.
    pub fn begin(station: Station) -> Scene {
        let listener = Listener::new(station.group);
        let from_s = unix_now_s() - 2;
        let scene = Scene { on_air: OnAir::start(&station), station, listener, from_s };
        scene.hears("on air");
        scene
    }

    /// Waits until the daemon has said this.
    pub fn hears(&self, words: &str) {
        wait(words, || self.on_air.said(), |said| said.contains(words));
    }

    /// Waits until an alarm was told: raised or cleared, its kind, and a word of its subject.
    pub fn is_told(&self, change: &str, kind: &str, subject: &str) {
        let [change, kind] = [change, kind].map(|word| format!("\"{word}\""));
        let told = || std::fs::read_to_string(self.station.path("told.jsonl")).unwrap_or_default();
        let is_it = |line: &str| [&*change, &*kind, subject].iter().all(|word| line.contains(word));
        let what = format!("{change} {kind} {subject}");
        wait(&what, || told() + "\n" + &self.on_air.said(), |text| text.lines().any(is_it));
    }

    /// Waits until the lessons of a minute have begun, as they were planned: a slate is made ready
    /// before what it stands for begins.
    pub fn awaits_lessons(&self) {
        std::thread::sleep(Duration::from_secs(60 - unix_now_s() % 60 + 8));
    }

    /// Goes off air. What came is given with what is rendered of the same time, now.
    pub fn end(self, mend: impl FnOnce(&Station)) -> Audience {
        let until = Instant::now();
        self.on_air.signal(Signal::TERM);
        // What the daemon skipped is in its log only when it has ended.
        let log = self.station.path("run.log");
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        wait("off air", said, |text| text.contains("off air"));
        let excused = self.listener.dropped() + skipped(&said());
        let received = self.listener.finish();
        mend(&self.station);
        let duration = format!("{}s", unix_now_s() + 4 - self.from_s);
        let rendered = of_capture(&self.station.capture(&rfc3339(self.from_s), &duration));
        Audience { station: self.station, received, rendered, excused, until }
    }
}

fn wait(what: &str, text: impl Fn() -> String, is_there: impl Fn(&str) -> bool) {
    let begin = Instant::now();
    loop {
        let found = text();
        if is_there(&found) {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "no `{what}` in:\n{found}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What the daemon said that it skipped.
fn skipped(log: &str) -> u64 {
    let counts = log.split("skipped=").skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().ok()
    });
    counts.max().expect("the daemon counts what it skips")
}

/// What came, and what was to come.
pub struct Audience {
    station: Station,
    received: Vec<Vec<Received>>,
    rendered: Vec<Captured>,
    /// Datagrams that the system gave no time for, as daemon and sockets count them.
    excused: u64,
    /// When the daemon was told to end.
    until: Instant,
}

impl Audience {
    /// The audience gets the stream bit for bit, and all of it.
    pub fn notices_nothing(&self) {
        self.gets_what_is_rendered();
        assert!(self.missing() <= self.excused, "{} missing, {}", self.missing(), self.excused);
    }

    /// What comes is the stream bit for bit, though not all of it.
    pub fn gets_what_is_rendered(&self) {
        let counts = assert_rendered(&self.received, &self.rendered, self.station.group);
        assert!(counts[0] > 802, "{counts:?}");
    }

    /// How many datagrams of the media are missing between the first and the last.
    pub fn missing(&self) -> u64 {
        let numbers = self.received[0].iter().map(|datagram| name(&datagram.payload).0);
        let pairs = numbers.clone().zip(numbers.skip(1));
        pairs.map(|(a, b)| u64::from(b.wrapping_sub(a).wrapping_sub(1))).sum()
    }

    /// The longest time in which nothing came.
    pub fn longest_silence(&self) -> Duration {
        let times = self.received[0].iter().map(|datagram| datagram.at);
        let pairs = times.clone().zip(times.skip(1));
        pairs.map(|(a, b)| b.duration_since(a)).max().unwrap_or_default()
    }

    /// The services with packets that are not rendered so, by their places, and 120 for the PIDs
    /// of tables. Packets without a payload carry the clock, which follows their places.
    pub fn what_differs(&self) -> BTreeSet<u16> {
        let packets = |payload: &[u8]| -> Vec<[u8; 188]> {
            payload[RTP_HEADER..].as_chunks::<188>().0.to_vec()
        };
        let port = self.station.group.port();
        let of_media = self.rendered.iter().filter(|datagram| datagram.port == port);
        let known: BTreeSet<[u8; 188]> = of_media.flat_map(|d| packets(&d.payload)).collect();
        let came = self.received[0].iter().flat_map(|d| packets(&d.payload));
        let other = came.filter(|packet| packet[3] & 0x10 != 0 && !known.contains(packet));
        let pids = other.map(|packet| u16::from_be_bytes([packet[1] & 0x1f, packet[2]]));
        pids.map(|pid| pid.checked_sub(0x100).map_or(TABLES, |above| above / 0x20)).collect()
    }

    /// When each datagram of the media came, and when it was due, in nanoseconds since 1970.
    pub fn arrivals(&self) -> Vec<(Instant, u64)> {
        let port = self.station.group.port();
        let of_media = self.rendered.iter().filter(|datagram| datagram.port == port);
        let due: BTreeMap<_, u64> = of_media.map(|d| (name(&d.payload), d.unix_ns)).collect();
        let came = self.received[0].iter();
        came.filter_map(|d| Some((d.at, *due.get(&name(&d.payload))?))).collect()
    }

    /// The stream has come up to the end.
    pub fn is_heard_to_the_end(&self) {
        let last = self.received[0].last().expect("something came");
        let silence = self.until.saturating_duration_since(last.at);
        assert!(silence < Duration::from_millis(500), "{silence:?}");
    }

    /// No packet of any PID is missing: the counters say so.
    pub fn counts_on(&self) {
        if self.missing() > 0 {
            assert!(self.missing() <= self.excused, "{} are missing", self.missing());
            return;
        }
        let mut counters = BTreeMap::new();
        for datagram in &self.received[0] {
            for packet in datagram.payload[RTP_HEADER..].as_chunks::<188>().0 {
                let pid = u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
                if pid == 0x1fff || packet[3] & 0x10 == 0 {
                    continue;
                }
                let counter = packet[3] & 0x0f;
                let before = counters.insert(pid, counter);
                let follows = before.is_none_or(|before| (before + 1) % 16 == counter);
                assert!(follows, "PID {pid:#x}: {before:?} then {counter}");
            }
        }
    }
}
