//! Runs of programs and what they cost.

use rustix::process::{Pid, Signal, kill_process};
use std::io;
use std::mem::MaybeUninit;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// What one run of a program took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Processor time of all its threads, in user and in system mode.
    pub cpu: Duration,
    /// Time on the clock.
    pub wall: Duration,
    /// The most memory that was resident at a time, in bytes.
    pub memory_bytes: u64,
}

/// Runs a command to its end.
///
/// # Panics
/// When it cannot be started or fails.
#[expect(clippy::zombie_processes, reason = "wait4 waits for it, and tells what it used")]
pub fn run(command: &mut Command) -> Cost {
    let begin = Instant::now();
    let child = command.spawn().unwrap_or_else(|e| panic!("{command:?} cannot be started: {e}"));
    let (status, usage) = wait(child.id()).expect("a child can be waited for");
    assert_eq!(status, 0, "{command:?} failed with status {status}");
    Cost {
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        wall: begin.elapsed(),
        memory_bytes: usage.ru_maxrss as u64 * 1024,
    }
}

/// Asks a running child to end and waits until it has.
///
/// # Panics
/// When it had ended before, as then it did not do its work to the last.
pub fn end(mut child: Child) {
    let early = child.try_wait().expect("a child can be looked at");
    assert!(early.is_none(), "a program ended before its time: {early:?}");
    kill_process(Pid::from_child(&child), Signal::TERM).expect("a child can be told to end");
    child.wait().expect("a child can be waited for");
}

/// Waits for a child; gives its status and what it used.
fn wait(child: u32) -> io::Result<(i32, libc::rusage)> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are to values that outlive the call.
    let ended = unsafe { libc::wait4(child as i32, &raw mut status, 0, usage.as_mut_ptr()) };
    if ended < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: zeros are a value of this structure of numbers, and the call has filled it in.
    Ok((status, unsafe { usage.assume_init() }))
}

fn time(value: libc::timeval) -> Duration {
    Duration::from_secs(value.tv_sec as u64) + Duration::from_micros(value.tv_usec as u64)
}
