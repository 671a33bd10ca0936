//! A program that gets each change on standard input.

use super::{Message, PATIENCE};
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Runs the program and waits for its end.
pub(super) fn deliver(words: &[String], message: &Message) -> Result<(), String> {
    let (program, arguments) = words.split_first().ok_or("no program is named")?;
    let alarm = &message.alarm;
    let mut child = Command::new(program)
        .args(arguments)
        .env("HEADEND_CHANGE", message.change)
        .env("HEADEND_ALARM", alarm.kind.word())
        .env("HEADEND_SUBJECT", &alarm.subject)
        .env("HEADEND_LEVEL", alarm.level.word())
        .env("HEADEND_TEXT", &alarm.text)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        let text = serde_json::to_string(message).map_err(|error| error.to_string())?;
        // A program that needs no more than the environment may not read.
        let _ = input.write_all(format!("{text}\n").as_bytes());
    }
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("{program}: {status}")),
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(format!("{program}: {error}")),
        }
    }
    end(&mut child);
    Err(format!("{program} did not end within {} s", PATIENCE.as_secs()))
}

fn end(child: &mut Child) {
    // What has ended meanwhile cannot be killed, and need not be.
    let _ = child.kill();
    let _ = child.wait();
}
