//! A daemon that is running.

use crate::judge;
use crate::station::Station;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// `headend run`, killed when it is dropped.
#[derive(Debug)]
pub struct OnAir {
    child: Child,
    log: PathBuf,
}

impl OnAir {
    /// Starts the daemon of a station; what it says goes to a file in its folder.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(station: &Station) -> OnAir {
        let log = station.path("run.log");
        let file = File::options().create(true).append(true).open(&log).expect("a log file");
        let mut command = station.prepare("run", &[]);
        command.stderr(file.try_clone().expect("a file handle")).stdout(file);
        OnAir { child: command.spawn().expect("the daemon starts"), log }
    }

    /// The number of its process.
    pub fn number(&self) -> u32 {
        self.child.id()
    }

    /// The thread of this name, by its number.
    ///
    /// # Panics
    /// When there is none.
    pub fn thread(&self, name: &str) -> u32 {
        let tasks = format!("/proc/{}/task", self.child.id());
        let tasks = std::fs::read_dir(tasks).expect("the daemon is there");
        let mut paths = tasks.map(|task| task.expect("threads can be listed").path());
        let is_it = |path: &PathBuf| {
            std::fs::read_to_string(path.join("comm")).is_ok_and(|found| found.trim() == name)
        };
        let path = paths.find(is_it).unwrap_or_else(|| panic!("no thread {name}"));
        let number = path.file_name().and_then(|number| number.to_str());
        number.and_then(|number| number.parse().ok()).expect("a thread has a number")
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// When the daemon has ended.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id() as i32).expect("a process has a number");
        kill_process(pid, signal).expect("the daemon is there");
    }

    /// Kills it at once, as a power failure would, and waits until it is gone.
    ///
    /// # Panics
    /// When it had ended by itself.
    pub fn kill(mut self) {
        let ended = self.child.try_wait().expect("a child can be waited for");
        assert!(ended.is_none(), "the daemon ended by itself: {ended:?}\n{}", self.said());
        self.child.kill().expect("a process can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// Waits until it ends by itself; `None` when it does not in time.
    pub fn wait(mut self, within: Duration) -> Option<ExitStatus> {
        judge::wait(&mut self.child, within)
    }

    /// Whether it runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_none()
    }

    /// Everything that daemons of this station have said.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until it has said this.
    ///
    /// # Panics
    /// When it does not in ten seconds.
    pub fn wait_for(&self, words: &str) {
        let begin = Instant::now();
        while !self.said().contains(words) {
            let waited = begin.elapsed();
            assert!(waited < Duration::from_secs(10), "no `{words}` in:\n{}", self.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for OnAir {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
