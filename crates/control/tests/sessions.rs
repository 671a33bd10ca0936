//! Sessions of the console, its pages, and the stream of events.

mod support;

use control::Role;
use std::io::{Read, Write};
use support::{Answer, Station};

fn with(station: &Station, method: &str, path: &str, headers: &str) -> Answer {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\
         Content-Length: 0\r\n\r\n"
    );
    station.send(request.as_bytes()).unwrap()
}

/// A session of an operator: what its cookie says.
fn begin(station: &Station) -> String {
    let token = station.token(Role::Operator);
    let answer = station.call("POST", "/v1/session", Some(token), "");
    assert_eq!(answer.status, 200, "{}", answer.head);
    let cookie = answer.header("set-cookie").unwrap();
    for rule in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(rule), "{cookie}");
    }
    cookie.split(';').next().unwrap().to_owned()
}

#[test]
fn a_session_stands_for_its_token_until_it_ends() {
    let station = Station::start(|_| {});
    let cookie = format!("Cookie: other=1; {}\r\n", begin(&station));
    let me = with(&station, "GET", "/v1/me", &cookie);
    assert_eq!(me.body, r#"{"name":"operator","role":"operator"}"#);
    let own = format!("{cookie}Origin: https://localhost\r\n");
    assert_eq!(with(&station, "DELETE", "/v1/session", &own).status, 204);
    assert_eq!(with(&station, "GET", "/v1/me", &cookie).status, 401);
}

#[test]
fn a_page_of_another_host_cannot_write_with_a_session() {
    let station = Station::start(|_| {});
    let cookie = format!("Cookie: {}\r\n", begin(&station));
    for origin in ["", "Origin: https://evil.example\r\n", "Origin: null\r\n"] {
        let headers = format!("{cookie}{origin}");
        assert_eq!(with(&station, "DELETE", "/v1/session", &headers).status, 403, "{origin}");
    }
}

#[test]
fn pages_bring_a_policy_that_lets_nothing_in_from_elsewhere() {
    let station = Station::start(|_| {});
    for path in ["/", "/console.css", "/console.js", "/words.js", "/icon.svg"] {
        let page = with(&station, "GET", path, "");
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        for foreign in ["http://", "https://", "//cdn", "style=\"", "onclick"] {
            let body = page.body.replace("http://www.w3.org/2000/svg", "");
            assert!(!body.contains(foreign), "{path} has {foreign}");
        }
    }
    let token = station.token(Role::Viewer);
    let week = station.call("GET", "/v1/week", Some(token), "");
    let policy = week.header("content-security-policy").unwrap();
    // The digest of its own style, and no other.
    assert!(policy.contains("style-src 'sha256-"), "{policy}");
}

#[test]
fn events_begin_with_how_things_stand() {
    let station = Station::start(|_| {});
    let token = station.token(Role::Viewer);
    let mut stream = station.connect(station.client());
    let request = format!(
        "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut seen = String::new();
    while !seen.contains("\"revision\":3") {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).unwrap();
        assert!(count > 0, "{seen}");
        seen += &String::from_utf8_lossy(&bytes[..count]);
    }
    assert!(seen.contains("content-type: text/event-stream"), "{seen}");
    assert!(seen.contains("event: live\ndata: {"), "{seen}");
}
