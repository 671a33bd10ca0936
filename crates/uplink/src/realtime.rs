//! Scheduling and memory of the sending thread.

use rustix::io::Errno;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{Resource, Rlimit, getrlimit, setpriority_process, setrlimit};
use rustix::thread::{gettid, set_current_timer_slack};
use std::num::NonZeroU64;

/// What the sending thread asks the system for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Realtime {
    /// The SCHED_FIFO priority, 1 to 99; `None` leaves the thread among all others.
    pub priority: Option<u8>,
    /// Whether the memory of the process shall stay resident.
    pub lock_memory: bool,
}

/// What the system granted. Without real-time priority the thread works, but other processes
/// may delay it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealtimeReport {
    /// Real-time priority.
    pub priority: Grant,
    /// Resident memory.
    pub memory: Grant,
}

/// The answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// It was not asked for.
    NotAsked,
    /// It was granted.
    Granted,
    /// It was refused with this error number.
    Refused {
        /// The error number.
        errno: i32,
    },
    /// Memory was not locked, as the process may not lock all it will ever have: beyond its
    /// limit (RLIMIT_MEMLOCK) every later allocation would fail.
    Limited {
        /// The limit.
        bytes: u64,
    },
}

/// The niceness of threads that make what is sent: nine tenths of a processor beside one ordinary
/// thread, and still no starving of it.
const MAKER_NICENESS: i32 = -10;

impl Default for Realtime {
    fn default() -> Realtime {
        Realtime { priority: Some(50), lock_memory: true }
    }
}

impl Realtime {
    /// Asks for all of it, for the calling thread.
    pub fn request(self) -> RealtimeReport {
        // Threads without real-time priority wake up to 50 us late unless told otherwise. A
        // refusal only leaves it so.
        let _ = set_current_timer_slack(NonZeroU64::new(1));
        RealtimeReport {
            priority: self.priority.map_or(Grant::NotAsked, set_fifo),
            memory: if self.lock_memory { lock_memory() } else { Grant::NotAsked },
        }
    }

    /// Lets the calling thread, which makes what the sending thread sends, go before the ordinary
    /// work of the machine. It is refused without `CAP_SYS_NICE` or `RLIMIT_NICE`.
    pub fn favour_maker(self) -> Grant {
        // Linux keeps niceness for each thread, and takes a thread where POSIX says process.
        match self.priority.map(|_| setpriority_process(Some(gettid()), MAKER_NICENESS)) {
            None => Grant::NotAsked,
            Some(answer) => answer.map_or_else(refused, |()| Grant::Granted),
        }
    }
}

fn set_fifo(priority: u8) -> Grant {
    let parameter = libc::sched_param { sched_priority: libc::c_int::from(priority) };
    // SAFETY: the call reads the structure behind the pointer, which outlives it; thread 0 is
    // the calling thread.
    let answer = unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const parameter) };
    match std::io::Error::last_os_error().raw_os_error() {
        _ if answer == 0 => Grant::Granted,
        errno => Grant::Refused { errno: errno.unwrap_or(0) },
    }
}

fn lock_memory() -> Grant {
    let unlimited = Rlimit { current: None, maximum: None };
    if setrlimit(Resource::Memlock, unlimited).is_err() {
        let limit = getrlimit(Resource::Memlock);
        if let Some(bytes) = limit.maximum {
            return Grant::Limited { bytes };
        }
        if let Err(error) = setrlimit(Resource::Memlock, Rlimit { current: None, ..limit }) {
            return refused(error);
        }
    }
    // Pages are locked as they are first touched, not all that is ever mapped.
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    mlockall(flags).map_or_else(refused, |()| Grant::Granted)
}

fn refused(error: Errno) -> Grant {
    Grant::Refused { errno: error.raw_os_error() }
}
