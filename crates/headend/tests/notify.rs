//! The service manager's protocol, spoken to a socket that stands for the manager.

#[path = "support/daemon.rs"]
mod daemon;

use daemon::Daemon;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Waits for a message with these words and returns those that came before it, and it.
fn wait_for(socket: &UnixDatagram, words: &str, patience: Duration) -> Vec<String> {
    let begin = Instant::now();
    let mut messages = Vec::new();
    let mut buffer = [0; 4096];
    while begin.elapsed() < patience {
        if let Ok(length) = socket.recv(&mut buffer) {
            let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let is_it = message.contains(words);
            messages.push(message);
            if is_it {
                return messages;
            }
        }
    }
    panic!("no {words} in {messages:?}");
}

fn start(folder: &Path, socket: &Path) -> Daemon {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headend"));
    command
        .args(["demo", "--folder"])
        .arg(folder.join("demo"))
        .env("NOTIFY_SOCKET", socket)
        .env("WATCHDOG_USEC", "2000000")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Daemon::new(command.spawn().unwrap())
}

#[test]
fn the_manager_hears_of_the_start_a_reload_the_life_and_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut daemon = start(folder.path(), &path);
    let first = wait_for(&socket, "READY=1", Duration::from_secs(60));
    let ready = first.last().unwrap();
    assert!(ready.contains("STATUS=on air: demo; revision 0; "), "{ready}");
    // Two seconds are allowed; it is fed four times in that time while datagrams leave.
    let begin = Instant::now();
    for _ in 0..4 {
        wait_for(&socket, "WATCHDOG=1", Duration::from_millis(1900));
    }
    assert!(begin.elapsed() < Duration::from_secs(6));
    daemon.signal(rustix::process::Signal::HUP);
    let reload = wait_for(&socket, "RELOADING=1", Duration::from_secs(10));
    let usec = reload.last().unwrap().lines().find_map(|l| l.strip_prefix("MONOTONIC_USEC="));
    assert!(usec.is_some_and(|usec| usec.parse::<u64>().is_ok()), "{reload:?}");
    wait_for(&socket, "READY=1", Duration::from_secs(20));
    // A daemon that stands still feeds nothing.
    daemon.signal(rustix::process::Signal::STOP);
    std::thread::sleep(Duration::from_millis(300));
    let mut buffer = [0; 4096];
    while socket.recv(&mut buffer).is_ok() {}
    std::thread::sleep(Duration::from_secs(2));
    assert!(socket.recv(&mut buffer).is_err(), "a stopped daemon feeds the watchdog");
    daemon.signal(rustix::process::Signal::CONT);
    wait_for(&socket, "WATCHDOG=1", Duration::from_secs(5));
    daemon.signal(rustix::process::Signal::TERM);
    wait_for(&socket, "STOPPING=1", Duration::from_secs(5));
    assert!(daemon.wait().success());
}
