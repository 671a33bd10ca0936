//! Callers at the control listener who mean no good.

use super::{Audience, Row, Scene, station};
use socket2::{Domain, Socket, Type};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::judge::judge;

/// The namespace has all ports for itself.
const LISTEN: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8443);
/// Connections that say nothing, and the addresses that they come from.
const IDLE: u16 = 10_000;
const ADDRESSES: u16 = 50;
/// How long each phase lasts in which lateness is measured.
const PHASE: Duration = Duration::from_secs(8);

pub fn play() -> Vec<Row> {
    let station = station();
    let text = std::fs::read_to_string(station.config()).expect("a configuration");
    let control = format!("{text}\n[control]\nlisten = \"{LISTEN}\"\n");
    std::fs::write(station.config(), control).expect("a file can be written");
    let scene = Scene::begin(station);
    scene.hears("control address=");
    std::thread::sleep(Duration::from_secs(4));
    let before = Instant::now();
    std::thread::sleep(PHASE);
    assert_eq!(http_version(&scene), "2 200");
    let during = Instant::now();
    let idle: Vec<TcpStream> = (0..IDLE).map(idle_connection).collect();
    let slow: Vec<TcpStream> = (0..100).map(idle_connection).collect();
    for mut stream in &slow {
        // Nothing that is refused meanwhile is of interest here.
        let _ = stream.write_all(&[0x16, 0x03, 0x01]);
    }
    std::thread::sleep(PHASE.saturating_sub(during.elapsed()));
    let after = Instant::now();
    drop((idle, slow));
    std::thread::sleep(PHASE);
    let end = Instant::now();
    // With room for them again, it is their own fault that they are refused.
    assert_eq!(http_version(&scene), "2 200");
    old_and_plain_callers_are_refused();
    assert_eq!(http_version(&scene), "2 200");
    let audience = scene.end(|_| {});
    audience.notices_nothing();
    let late = [(before, during), (during, after), (after, end)];
    let late = late.map(|(from, until)| lateness(&audience, from, until));
    println!("99 % of datagrams late by at most, before, during and after: {late:?}");
    vec![Row {
        fault: "10,000 idle connections and 100 handshakes that do not go on, at the control listener",
        provoked: "from 50 addresses, held for 8 s; then calls by TLS 1.0 to 1.2, plain HTTP and \
                   renegotiation",
        audience: "all of the stream, bit for bit",
        operator: "others may be turned away while they last, and are answered when they are gone; \
                   old and plain calls are refused",
    }]
}

/// A connection that says nothing. The system may refuse what is beyond the listener's queue.
fn idle_connection(n: u16) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let own = Ipv4Addr::new(127, 0, 1, (n % ADDRESSES) as u8 + 1);
    socket.bind(&SocketAddr::from((own, 0)).into()).expect("all of 127/8 is ours");
    socket.set_nonblocking(true).expect("a socket need not wait");
    // Whether it is taken is for the listener to say.
    let _ = socket.connect(&SocketAddr::V4(LISTEN).into());
    socket.into()
}

/// The version of HTTP and the status that a call by TLS 1.3 gets.
fn http_version(scene: &Scene) -> String {
    let authority = scene.station.path("state/control/ca.pem").display().to_string();
    let mut curl = judge("curl");
    curl.args(["--silent", "--output", "/dev/null", "--write-out", "%{http_version} %{http_code}"]);
    curl.args(["--tlsv1.3", "--http2", "--retry", "5", "--retry-all-errors", "--cacert"]);
    curl.args([&authority, "https://127.0.0.1:8443/livez"]);
    String::from_utf8(curl.output().expect("curl runs").stdout).expect("text")
}

fn old_and_plain_callers_are_refused() {
    let tls = |words: &[&str], said: &str| {
        let mut openssl = judge("openssl");
        openssl.args(["s_client", "-connect", "127.0.0.1:8443", "-bind", "127.0.2.1:0"]);
        let mut child = piped(openssl.args(words));
        // One that is refused no longer reads.
        let _ = child.stdin.take().expect("a pipe").write_all(said.as_bytes());
        let output = child.wait_with_output().expect("openssl ends");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    for version in ["-tls1", "-tls1_1", "-tls1_2"] {
        let said = tls(&[version, "-cipher", "ALL:@SECLEVEL=0"], "");
        assert!(said.contains("Cipher is (NONE)"), "{version}: {said}");
    }
    let said = tls(&["-tls1_3"], "R\n");
    assert!(said.contains("TLSv1.3, Cipher is TLS_"), "{said}");
    assert!(!said.contains("\nRENEGOTIATING\nverify"), "{said}");
    let mut curl = judge("curl");
    let plain = piped(curl.args(["--silent", "--max-time", "5", "http://127.0.0.1:8443/"]));
    let output = plain.wait_with_output().expect("curl ends");
    assert!(!output.status.success() && output.stdout.is_empty(), "plain HTTP gets an answer");
}

fn piped(command: &mut Command) -> std::process::Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the judge starts")
}

/// How late 99 of 100 datagrams of a stretch came at most, against the one that came soonest.
fn lateness(audience: &Audience, from: Instant, until: Instant) -> Duration {
    let of_time = audience.arrivals().into_iter().filter(|(at, _)| (from..until).contains(at));
    let origin = from.checked_sub(Duration::from_secs(60)).unwrap_or(from);
    let mut offsets: Vec<i128> = of_time
        .map(|(at, due_ns)| at.duration_since(origin).as_nanos() as i128 - i128::from(due_ns))
        .collect();
    offsets.sort_unstable();
    let late_ns = offsets[offsets.len() * 99 / 100] - offsets[0];
    Duration::from_nanos(late_ns as u64)
}
