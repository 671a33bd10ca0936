use super::*;
use crate::config::{MailConfig, MailTls};
use evidence::Stamp;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;
use ts::Ticks;

fn change() -> Change {
    let at = Stamp(Ticks::from_seconds(1_800_000_000));
    Change::Raised(Alarm {
        kind: AlarmKind::OutputError,
        subject: "rural-1/modulator".into(),
        level: Level::Critical,
        text: "network is down".into(),
        since: at,
        last: at,
        cleared: None,
    })
}

fn wait_for(hooks: &Hooks, delivered: u64, failed: u64) {
    for _ in 0..1500 {
        if hooks.counts().iter().all(|c| (c.1, c.2) == (delivered, failed)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{:?}", hooks.counts());
}

/// Takes a request of HTTP for each status and answers with it.
fn web_server(statuses: &'static [&'static str]) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/alarm", listener.local_addr().unwrap());
    let serve = move || {
        let mut bodies = Vec::new();
        for status in statuses {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = text.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            bodies.push(String::from_utf8(body).unwrap());
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            (&stream).write_all(answer.as_bytes()).unwrap();
        }
        bodies
    };
    (address, std::thread::spawn(serve))
}

/// Takes one letter as a mail server does; gives all that it was told.
fn mail_server() -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        let (stream, _) = listener.accept().unwrap();
        let mut writer = stream.try_clone().unwrap();
        let mut told = String::new();
        writer.write_all(b"220 test\r\n").unwrap();
        let mut in_letter = false;
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { break };
            told += &line;
            told.push('\n');
            let answer = match (in_letter, line.split(' ').next().unwrap_or_default()) {
                (true, ".") => {
                    in_letter = false;
                    "250 taken\r\n"
                }
                (true, _) => continue,
                (false, "DATA") => {
                    in_letter = true;
                    "354 go on\r\n"
                }
                (false, "QUIT") => {
                    let _ = writer.write_all(b"221 bye\r\n");
                    break;
                }
                (false, _) => "250 ok\r\n",
            };
            writer.write_all(answer.as_bytes()).unwrap();
        }
        told
    };
    (port, std::thread::spawn(serve))
}

#[test]
fn a_program_gets_the_change_as_json_and_in_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let script = format!("cat > {0}; echo \"$HEADEND_LEVEL $HEADEND_ALARM\" >> {0}", out.display());
    let exec = Some(vec!["/bin/sh".to_owned(), "-c".to_owned(), script]);
    let hooks = Hooks::start(&AlarmsConfig { exec, ..AlarmsConfig::default() }, "a.toml").unwrap();
    hooks.tell(&change());
    wait_for(&hooks, 1, 0);
    let text = std::fs::read_to_string(out).unwrap();
    let (json, rest) = text.split_once('\n').unwrap();
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(value["kind"], "output-error");
    assert_eq!(value["change"], "raised");
    assert_eq!(value["station"], "a.toml");
    assert_eq!(rest, "critical output-error\n");
}

#[test]
fn a_webhook_gets_the_change_and_a_refusal_is_tried_again() {
    let (address, server) = web_server(&["503 Busy", "204 No Content"]);
    let config = AlarmsConfig { webhook: Some(address), ..AlarmsConfig::default() };
    let hooks = Hooks::start(&config, "a.toml").unwrap();
    hooks.tell(&change());
    wait_for(&hooks, 1, 0);
    let bodies = server.join().unwrap();
    assert_eq!(bodies[0], bodies[1]);
    assert!(bodies[0].contains("\"subject\":\"rural-1/modulator\""), "{}", bodies[0]);
}

#[test]
fn a_letter_tells_what_is_wrong_and_what_to_do() {
    let (port, server) = mail_server();
    let mail = Some(MailConfig {
        server: "127.0.0.1".into(),
        port,
        tls: MailTls::None,
        from: "Headend <headend@example.org>".into(),
        to: vec!["noc@example.org".into(), "duty@example.org".into()],
        user: None,
        password_file: None,
    });
    let hooks = Hooks::start(&AlarmsConfig { mail, ..AlarmsConfig::default() }, "a.toml").unwrap();
    hooks.tell(&change());
    wait_for(&hooks, 1, 0);
    let told = server.join().unwrap();
    for expected in [
        "RCPT TO:<noc@example.org>",
        "RCPT TO:<duty@example.org>",
        "Subject: headend critical raised: output-error rural-1/modulator",
        "network is down",
        "What to do: look at the interface",
    ] {
        assert!(told.contains(expected), "no {expected} in:\n{told}");
    }
}

#[test]
fn what_is_below_the_level_is_not_told_but_for_the_test() {
    let exec = Some(vec!["/bin/true".to_owned()]);
    let config = AlarmsConfig { exec, level: Level::Critical, ..AlarmsConfig::default() };
    let hooks = Hooks::start(&config, "a.toml").unwrap();
    let Change::Raised(alarm) = change() else { unreachable!() };
    hooks.tell(&Change::Raised(Alarm { level: Level::Warning, ..alarm.clone() }));
    hooks.tell(&Change::Raised(Alarm { kind: AlarmKind::Test, level: Level::Notice, ..alarm }));
    wait_for(&hooks, 1, 0);
}
