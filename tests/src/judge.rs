//! Running the judges: programs that are not part of this project.

use std::borrow::BorrowMut;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The Debian packages that bring the judges.
const PACKAGES: &[(&str, &str)] = &[
    ("ffmpeg", "ffmpeg"),
    ("ffprobe", "ffmpeg"),
    ("strace", "strace"),
    ("curl", "curl"),
    ("openssl", "openssl"),
    ("tshark", "tshark"),
    ("editcap", "wireshark-common"),
    (
        "gst-launch-1.0",
        "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
         gstreamer1.0-plugins-bad",
    ),
];

/// How long a judge may take before it is taken for stuck.
const PATIENCE: Duration = Duration::from_secs(300);

/// A judge, to be given its arguments.
///
/// # Panics
/// When it is not installed: a judge that cannot speak must not be taken for one that is content.
pub fn judge(program: &str) -> Command {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    });
    if !found {
        let package = PACKAGES.iter().find(|(name, _)| *name == program);
        let package = package.map_or(program, |(_, package)| package);
        panic!("the judge `{program}` is not installed: apt-get install {package}");
    }
    let mut command = Command::new(program);
    command.env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
    command
}

/// The Python in which the judges from PyPI are installed, to be given its arguments.
///
/// # Panics
/// When it is not there.
pub fn python() -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/judges");
    let program = folder.join("bin/python3");
    assert!(program.is_file(), "the judges in Python are not installed: cargo xtask judges");
    let mut command = Command::new(program);
    command.env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
    command
}

/// What a judge said.
#[derive(Debug)]
pub struct Verdict {
    /// Whether it ended with success.
    pub success: bool,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error, without the notes that say nothing about the stream.
    pub stderr: String,
}

/// Lines on standard error that tell of no fault.
const NOTES: &[&str] = &[
    // What a judge writes about itself.
    "Running as user \"root\" and group \"root\"",
    // The PMT comes to name the sound of another language, as it should where a lesson has it.
    "New audio stream 0:",
    // Where time stamps wrap in a file, ffmpeg looks for the last one, finds it smaller than the
    // first, and does without a duration.
    "no PTS found at end of file, duration not set",
];

/// Runs a judge to its end.
///
/// # Panics
/// When it cannot be started or takes longer than five minutes.
pub fn ask(command: &mut Command) -> Verdict {
    let output = run(command, PATIENCE);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines = stderr.lines().filter(|line| !NOTES.iter().any(|note| line.contains(note)));
    Verdict {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: lines.map(|line| format!("{line}\n")).collect(),
    }
}

/// Runs a program to its end and collects what it writes.
///
/// # Panics
/// When it cannot be started or does not end in time; it is killed then.
pub fn run(mut command: impl BorrowMut<Command>, within: Duration) -> Output {
    let command = command.borrow_mut();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let status = wait(&mut child, within);
    let (stdout, stderr) =
        (stdout.join().expect("a reader ends"), stderr.join().expect("a reader ends"));
    let Some(status) = status else {
        let said = String::from_utf8_lossy(&stderr);
        panic!("{command:?} did not end within {within:?}; it said: {said}");
    };
    Output { status, stdout, stderr }
}

/// Waits for a child; `None` when it had to be killed.
pub fn wait(child: &mut Child, within: Duration) -> Option<std::process::ExitStatus> {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        if begin.elapsed() > within {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}
