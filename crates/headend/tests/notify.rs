//! What the machine around a daemon has of it: the service manager's protocol, spoken to a socket
//! that stands for the manager, the doctor's findings, and what packages install beside it.

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

/// The program's exit code and what it prints.
fn run(words: &[&str], folder: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headend"));
    let output = command.args(words).current_dir(folder).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    headend::demo::write(folder.path()).unwrap();
    let (_, told) = run(&["doctor", "headend.toml", "--json"], folder.path());
    let found: serde_json::Value = serde_json::from_str(&told).unwrap();
    let of = |subject: &str| {
        let mut all = found.as_array().unwrap().iter();
        all.find(|diagnosis| diagnosis["subject"] == subject).expect(subject)
    };
    assert_eq!(of("route of demo/loopback")["health"], "good");
    assert_eq!(of("rate of demo")["health"], "good");
    assert!(of("disk")["found"].as_str().unwrap().contains("16 MiB"), "{told}");
    assert!(!folder.path().join("state/.doctor").exists(), "nothing is left behind");

    let config = headend::demo::CONFIG.replace("interface = \"lo\"", "interface = \"absent0\"");
    std::fs::write(folder.path().join("headend.toml"), config).unwrap();
    std::fs::remove_dir_all(folder.path().join("state")).unwrap();
    std::fs::write(folder.path().join("state"), "a file where the folder should be").unwrap();
    let (code, told) = run(&["doctor", "headend.toml"], folder.path());
    assert_eq!(code, Some(1));
    for words in [
        "BAD      route of demo/loopback: there is no interface absent0\n",
        "do: `ip link` lists the interfaces\n",
        "BAD      disk: ",
        "do: give the daemon's user the folder, and room on its disk\n",
    ] {
        assert!(told.contains(words), "no {words:?} in:\n{told}");
    }
}

#[test]
fn each_command_has_a_manual_page_and_shells_complete_it() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&["manual", "man"], folder.path()).0, Some(0));
    let (_, help) = run(&["--help"], folder.path());
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let names = commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<&str> = names.filter(|name| !name.is_empty() && *name != "help").collect();
    assert!(names.contains(&"run") && names.contains(&"doctor"), "{help}");
    for shell in ["bash", "zsh", "fish"] {
        let (code, script) = run(&["completions", shell], folder.path());
        assert_eq!(code, Some(0));
        for name in &names {
            assert!(script.contains(name), "{shell} does not complete {name}");
        }
    }
    for name in names {
        let path = folder.path().join(format!("man/headend-{name}.1"));
        let page = std::fs::read_to_string(&path).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
    std::fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(run(&["manual", "file"], folder.path()).0, Some(74));
}
