//! What is sent to harm: it is answered or closed, and the listener goes on.

mod support;

use control::Role;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use support::{Station, client, exchange, open};

fn is_well(station: &Station) {
    let answer = station.call("GET", "/v1/onair", Some(station.token(Role::Viewer)), "");
    assert_eq!(answer.status, 200, "{}", answer.head);
}

#[test]
fn bad_bodies_and_queries_are_told_what_is_wrong_and_never_fail_the_listener() {
    let station = Station::start(|_| {});
    let token = station.token(Role::Administrator);
    let deep = "[".repeat(60_000);
    let long = format!(r#"{{"reason": "{}"}}"#, "x".repeat(5000));
    let calls = [
        ("POST", "/v1/reload", "", 415),
        ("POST", "/v1/reload", "{", 400),
        ("POST", "/v1/reload", deep.as_str(), 400),
        ("POST", "/v1/reload", "[]", 400),
        ("POST", "/v1/reload", r#"{"reason": 7}"#, 400),
        ("POST", "/v1/reload", r#"{"reason": "x", "cut": true}"#, 400),
        ("POST", "/v1/reload", long.as_str(), 400),
        ("GET", "/v1/plan?dya=2027-03-01", "", 400),
        ("GET", "/v1/library?limit=-1", "", 400),
        ("GET", "/v1/audit?limit=0", "", 400),
        ("GET", "/v1/asset", "", 400),
        ("GET", "/v1/asset?id=%ff", "", 404),
        ("GET", "/v1/asset?id=x", "", 404),
        ("GET", "/v1/nothing", "", 404),
        ("GET", "/../../etc/passwd", "", 404),
        ("PUT", "/v1/onair", "", 405),
    ];
    for (method, path, body, status) in calls {
        let answer = station.call(method, path, Some(token), body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("application/problem+json"), "{method} {path}");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert!(problem["detail"].as_str().is_some_and(|d| !d.is_empty()), "{}", answer.body);
    }
    let big = "a".repeat((4 << 20) + 1);
    let answer = station.call("POST", "/v1/check", Some(token), &big);
    assert_eq!(answer.status, 413, "{}", answer.body);
    is_well(&station);
}

#[test]
fn huge_heads_are_refused() {
    let station = Station::start(|_| {});
    let many = "X: y\r\n".repeat(500);
    let huge = format!("X: {}\r\n", "y".repeat(200_000));
    for fields in [many, huge] {
        let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
        // It may also be closed while we are writing.
        if let Ok(answer) = station.send(request.as_bytes()) {
            assert_eq!(answer.status, 431);
        }
    }
    is_well(&station);
}

#[test]
fn heads_that_come_byte_by_byte_are_not_waited_for() {
    let station = Station::start(|_| {});
    let mut slow = station.connect(station.client());
    let begin = Instant::now();
    slow.sock.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let ended = loop {
        let sent = slow.write_all(b"G").and_then(|()| slow.flush());
        let waits =
            |e: &std::io::Error| [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&e.kind());
        let open = match slow.read(&mut [0; 1024]) {
            Ok(count) => count > 0,
            Err(error) => waits(&error),
        };
        if !open || sent.is_err() {
            break begin.elapsed();
        }
        assert!(begin.elapsed() < Duration::from_secs(25), "still open");
    };
    assert!(ended > Duration::from_secs(10), "closed after {ended:?}");
    is_well(&station);
}

#[test]
fn many_idle_connections_of_one_address_leave_room_for_others() {
    let station = Station::start(|settings| settings.connections = 40);
    let idle: Vec<TcpStream> =
        (0..500).map(|_| TcpStream::connect(station.address()).unwrap()).collect();
    std::thread::sleep(Duration::from_millis(300));
    // Ten are held, the others are closed at once.
    let held = idle.iter().filter(|stream| {
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        !matches!(stream.peek(&mut [0]), Ok(0))
    });
    assert!(held.count() <= 10);
    let from: SocketAddr = "127.0.0.2:0".parse().unwrap();
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&from.into()).unwrap();
    socket.connect(&station.address().into()).unwrap();
    let stream = open(station.address(), client(station.folder.path(), None));
    let stream = rustls::StreamOwned::new(stream.conn, TcpStream::from(socket));
    let request = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(exchange(stream, request).unwrap().status, 200);
    // The idle ones are closed when their time for the handshake is over.
    std::thread::sleep(Duration::from_secs(6));
    is_well(&station);
}

#[test]
fn calls_beyond_the_rate_are_told_to_wait() {
    let station = Station::start(|settings| settings.calls_per_minute = 10);
    let statuses: Vec<u16> =
        (0..20).map(|_| station.call("GET", "/livez", None, "").status).collect();
    assert_eq!(statuses[..9], [200; 9]);
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[test]
fn tokens_that_are_guessed_are_soon_not_tried_any_more() {
    let station = Station::start(|_| {});
    let guess = |n: usize| format!("operator.{n:043}");
    let statuses: Vec<u16> =
        (0..30).map(|n| station.call("GET", "/v1/me", Some(&guess(n)), "").status).collect();
    assert_eq!(statuses[0], 401);
    assert_eq!(statuses[29], 429, "{statuses:?}");
}
