//! A station on air is looked at and steered over the control listener.

#[path = "../../control/tests/support/mod.rs"]
mod support;

use control::Role;
use control::token::NewToken;
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::{Answer, client, exchange, open};

struct OnAir {
    program: Child,
    address: SocketAddr,
    state: std::path::PathBuf,
    token: String,
    _folder: tempfile::TempDir,
}

impl Drop for OnAir {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl OnAir {
    /// The demonstration, on a group of its own, with a listener that its configuration names.
    fn start() -> OnAir {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let token = NewToken::for_name("li").unwrap();
        let config = headend::demo::CONFIG.replace("239.255.42.1:5004", "239.255.42.77:5004");
        let control = format!(
            "\n[control]\nlisten = \"{free}\"\n[[control.token]]\nname = \"li\"\n\
             role = \"{}\"\nhash = \"{}\"\n",
            Role::Administrator.as_str(),
            token.hash.as_str()
        );
        std::fs::write(folder.path().join("headend.toml"), config + &control).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_headend"));
        program.args(["demo", "--seconds", "120", "--folder"]).arg(folder.path());
        let program = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let state = folder.path().join("state/control");
        let on_air = OnAir { program, address: free, state, token: token.text, _folder: folder };
        let begin = Instant::now();
        while std::net::TcpStream::connect(on_air.address).is_err()
            || on_air.call("GET", "/readyz", "").status != 200
        {
            assert!(begin.elapsed() < Duration::from_secs(60), "it is not ready");
            std::thread::sleep(Duration::from_millis(200));
        }
        on_air
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        let (token, length) = (&self.token, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: \
             Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n\
             {body}"
        );
        exchange(open(self.address, client(&self.state, None)), request.as_bytes()).unwrap()
    }

    fn told(&self, method: &str, path: &str, body: &str) -> Value {
        let answer = self.call(method, path, body);
        serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.head))
    }
}

fn timetable(state: &Path) -> std::path::PathBuf {
    state.join("../../timetable.toml")
}

#[test]
fn a_station_is_looked_at_and_steered() {
    let on_air = OnAir::start();
    let onair = on_air.told("GET", "/v1/onair", "");
    assert_eq!(onair["services"].as_array().unwrap().len(), 3, "{onair}");
    for service in onair["services"].as_array().unwrap() {
        assert!(service["now"]["asset"].is_string(), "{onair}");
        assert!(service["next"]["title_zh"].is_string(), "{onair}");
    }
    // All slots of the superframe on air have an owner.
    let figures = on_air.told("GET", "/v1/multiplexes", "");
    let multiplex = &figures["multiplexes"][0];
    let kinds = multiplex["kinds"].as_array().unwrap();
    let packets: u64 = kinds.iter().map(|kind| kind["packets"].as_u64().unwrap()).sum();
    assert_eq!(packets, 8400, "{multiplex}");
    // A day has no gap.
    let plan = on_air.told("GET", "/v1/plan?day=2027-03-01&service=tv-1", "");
    let airings = plan["services"][0]["airings"].as_array().unwrap();
    assert!(airings.windows(2).all(|pair| pair[0]["end"] == pair[1]["start"]), "{plan}");
    assert_eq!(on_air.call("GET", "/v1/plan?service=tv-9", "").status, 404);
    let asset = on_air.told("GET", "/v1/asset?id=maths-4-1", "");
    assert_eq!(asset["streams"][0]["codec"], "MPEG-2 video", "{asset}");

    let good = std::fs::read_to_string(timetable(&on_air.state)).unwrap();
    let report = on_air.told("POST", "/v1/check", &good);
    assert_eq!((&report["sound"], &report["diff"]["same"]), (&json!(true), &json!(true)));
    let report = on_air.told("POST", "/v1/check", "format = 1\nzone = \"Mars\"\n");
    assert_eq!(report["findings"][0]["labels"][0]["line"], 2, "{report}");
    // A text cannot have a file of the machine read.
    let spying = format!("include = [\"/etc/hostname\"]\n{good}");
    let refused = on_air.call("POST", "/v1/check", &spying);
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert!(refused.body.contains("no file of the timetable on air"), "{}", refused.body);

    steer(&on_air, &good);
}

fn steer(on_air: &OnAir, good: &str) {
    let reload = |body: Value| on_air.told("POST", "/v1/reload", &body.to_string());
    assert_eq!(reload(json!({ "reason": "look" }))["outcome"], "unchanged");
    let faulty = good.replacen("kind = \"radio\"", "kind = \"wireless\"", 1);
    std::fs::write(timetable(&on_air.state), faulty).unwrap();
    let refused = reload(json!({ "reason": "new term" }));
    assert_eq!(refused["outcome"], "refused", "{refused}");
    assert_eq!(refused["findings"][0]["severity"], "error", "{refused}");

    std::fs::write(timetable(&on_air.state), good.replacen("Farm Lessons", "Farming", 1)).unwrap();
    let dry = reload(json!({ "reason": "new term", "dry_run": true }));
    assert_eq!((&dry["outcome"], &dry["revision"]), (&json!("acceptable"), &json!(0)), "{dry}");
    let stale = reload(json!({ "reason": "new term", "expected_revision": 7 }));
    assert_eq!(stale["status"], 409, "{stale}");
    let done = reload(json!({ "reason": "new term", "expected_revision": 0 }));
    assert_eq!((&done["outcome"], &done["revision"]), (&json!("accepted"), &json!(1)), "{done}");
    assert!(done["diff"]["airings"].as_u64().unwrap() > 0, "{done}");
    let log = on_air.told("GET", "/v1/audit?limit=1", "");
    let entry = &log["entries"][0];
    assert_eq!((&entry["actor"], &entry["reason"]), (&json!("li"), &json!("new term")), "{log}");
}
