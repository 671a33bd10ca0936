//! A daemon of a test, which does not outlive it.

use rustix::process::{Pid, Signal, kill_process};
use std::process::{Child, ExitStatus};

/// A running daemon.
pub struct Daemon(Child);

impl Daemon {
    /// Takes care of a child.
    pub fn new(child: Child) -> Daemon {
        Daemon(child)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.0.id() as i32).expect("a child has a number");
        kill_process(pid, signal).expect("the daemon runs");
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.0.wait().expect("a child can be waited for")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
