//! Each role is let in where the table of calls says so, and nowhere else.

mod support;

use control::Role;
use control::routes::{Access, Call, table};
use support::{Answer, Station};

/// A body with which a call would do what it is for.
fn sound_body(call: &Call) -> &'static str {
    match call.path.as_str() {
        "/v1/reload" => r#"{"reason": "spring term"}"#,
        "/v1/check" => "format = 1",
        _ => "",
    }
}

fn path_of(call: &Call) -> String {
    match call.path.as_str() {
        "/v1/asset" => "/v1/asset?id=maths/1".to_owned(),
        path => path.to_owned(),
    }
}

fn made(station: &Station, call: &Call, token: Option<&str>) -> Answer {
    station.call(call.method, &path_of(call), token, sound_body(call))
}

#[test]
fn every_role_is_let_in_where_the_table_says_and_nowhere_else() {
    let station = Station::start(|_| {});
    let calls = table();
    assert!(calls.len() >= 17, "{calls:?}");
    // An answer of events never ends; its head is looked at elsewhere.
    for call in calls.iter().filter(|call| call.path != "/v1/events") {
        for role in Role::ALL {
            let answer = made(&station, call, Some(station.token(role)));
            let may = match call.access {
                Access::Anyone => true,
                Access::From(wanted) => role >= wanted,
            };
            let name = format!("{} {} as {}", call.method, call.path, role.as_str());
            match may {
                true => assert!((200..300).contains(&answer.status), "{name}: {}", answer.head),
                false => assert_eq!(answer.status, 403, "{name}"),
            }
        }
        let name = format!("{} {} as nobody", call.method, call.path);
        for token in [None, Some("li.AAAAAAAAAAAAAAAAAAAAAAAA"), Some("x")] {
            let answer = made(&station, call, token);
            match call.access {
                Access::Anyone => assert!(answer.status < 300, "{name}: {}", answer.head),
                Access::From(_) => {
                    let refused = [401, 429].contains(&answer.status);
                    assert!(refused, "{name}: {}", answer.head);
                    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
                }
            }
        }
    }
}

#[test]
fn what_changes_something_is_for_operators_and_sessions_only() {
    for call in table().iter().filter(|call| call.writes) {
        let least = if call.path == "/v1/session" { Role::Viewer } else { Role::Operator };
        assert!(matches!(call.access, Access::From(role) if role >= least), "{call:?}");
    }
    for call in table().iter().filter(|call| call.method == "GET") {
        assert!(!call.writes, "{call:?}");
    }
}

#[test]
fn every_write_is_in_the_audit_log_with_who_why_and_what_came_of_it() {
    let station = Station::start(|_| {});
    let reload =
        |role, body: &str| station.call("POST", "/v1/reload", Some(station.token(role)), body);
    assert_eq!(reload(Role::Operator, r#"{"reason": "春季学期"}"#).status, 200);
    assert_eq!(reload(Role::Operator, r#"{"reason": "x", "expected_revision": 2}"#).status, 409);
    assert_eq!(reload(Role::Operator, r#"{"reason": " "}"#).status, 400);
    assert_eq!(reload(Role::Viewer, r#"{"reason": "mine"}"#).status, 403);
    let token = station.token(Role::Administrator);
    let log = station.call("GET", "/v1/audit", Some(token), "");
    let log: serde_json::Value = serde_json::from_str(&log.body).unwrap();
    let told: Vec<String> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            assert!(text("address").starts_with("127.0.0.1:"));
            assert_eq!(text("call"), "POST /v1/reload");
            [
                text("phase"),
                text("actor"),
                text("reason"),
                entry["status"].to_string(),
                text("outcome"),
            ]
            .join("|")
        })
        .collect();
    assert_eq!(
        told,
        [
            "asked|operator||0|",
            "done|operator|春季学期|200|accepted, revision 4",
            "asked|operator||0|",
            "done|operator|x|409|it is 3",
            "asked|operator||0|",
            "done|operator||400|",
            "done|viewer||403|denied",
        ]
    );
}

#[test]
fn a_write_that_cannot_be_written_down_is_not_done() {
    let station = Station::start(|_| {});
    let audit = station.folder.path().join("audit");
    std::fs::remove_dir_all(&audit).unwrap();
    std::fs::write(&audit, "in the way").unwrap();
    let token = station.token(Role::Operator);
    let answer = station.call("POST", "/v1/reload", Some(token), r#"{"reason": "now"}"#);
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("audit log"), "{}", answer.body);
}
