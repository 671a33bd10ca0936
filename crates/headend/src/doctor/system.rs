//! Clock, priority, memory, disk.

use super::{Diagnosis, Health};
use crate::config::Config;
use rustix::process::{Resource, geteuid, getrlimit};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The bit of CAP_SYS_NICE.
const CAP_SYS_NICE: u64 = 1 << 23;
/// What is written to tell the speed of a disk.
const PROBE_BYTES: usize = 16 << 20;
/// A disk that takes longer than this to write that is slow.
const PROBE_SLOW: Duration = Duration::from_secs(1);
/// A lead that makes up for reads of this length.
const PROBE_BAD: Duration = Duration::from_secs(10);

/// Whether the clock follows a reference, as the programs that see to that tell it.
pub(super) fn clock() -> Diagnosis {
    let told = [
        (&["chronyc", "-n", "tracking"][..], "Leap status     : Normal"),
        (&["timedatectl", "show", "-p", "NTPSynchronized"][..], "NTPSynchronized=yes"),
    ];
    let mut heard = None;
    for (words, good) in told {
        let output = Command::new(words[0]).args(&words[1..]).output();
        let Ok(output) = output.as_ref().map(|o| String::from_utf8_lossy(&o.stdout).into_owned())
        else {
            continue;
        };
        if output.contains(good) {
            heard = Some((Health::Good, format!("synchronised, says {}", words[0])));
            break;
        }
        if !output.trim().is_empty() {
            heard = Some((Health::Weak, format!("not synchronised, says {}", words[0])));
        }
    }
    let (health, found) = heard
        .unwrap_or_else(|| (Health::Unknown, "neither chronyc nor timedatectl answers".to_owned()));
    let advice = "install chrony, give it servers, and wait for `chronyc tracking`";
    Diagnosis {
        subject: "clock".to_owned(),
        health,
        found,
        why: "lessons begin by this clock, and two machines only send the same when theirs agree",
        advice: if health == Health::Good { String::new() } else { advice.to_owned() },
    }
}

/// Whether the sending thread may have real-time priority.
pub(super) fn priority(config: &Config) -> Diagnosis {
    let limit = getrlimit(Resource::Rtprio).current;
    let capable = capabilities().is_some_and(|set| set & CAP_SYS_NICE != 0);
    let granted = geteuid().is_root() || capable || limit.is_none_or(|limit| limit > 0);
    let wanted = config.run.settings.realtime.priority.is_some();
    let (health, found) = match (granted, wanted) {
        (true, _) => (Health::Good, "granted"),
        (false, true) => (Health::Weak, "not granted"),
        (false, false) => (Health::Good, "not granted, and not asked for"),
    };
    Diagnosis {
        subject: "real-time priority".to_owned(),
        health,
        found: found.to_owned(),
        why: "without it other programs make datagrams late",
        advice: if health == Health::Good {
            String::new()
        } else {
            "AmbientCapabilities=CAP_SYS_NICE in the unit, or run this as the daemon's user to see \
             what it gets"
                .to_owned()
        },
    }
}

/// The effective capabilities of this process.
fn capabilities() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

/// Whether memory may be locked.
pub(super) fn memory(config: &Config) -> Diagnosis {
    let limit = getrlimit(Resource::Memlock).current;
    let wanted = config.run.settings.realtime.lock_memory;
    let granted = geteuid().is_root() || limit.is_none();
    let health = if granted || !wanted { Health::Good } else { Health::Weak };
    Diagnosis {
        subject: "locked memory".to_owned(),
        health,
        found: limit.map_or("unlimited".to_owned(), |limit| format!("{} kB", limit / 1024)),
        why: "memory that is swapped out makes datagrams late by the time of a disk",
        advice: if health == Health::Good {
            String::new()
        } else {
            "LimitMEMLOCK=infinity in the unit".to_owned()
        },
    }
}

/// How fast the disk of the state folder writes, durably.
pub(super) fn disk(config: &Config) -> Diagnosis {
    let (health, found, advice) = match probe(&config.state) {
        Ok(took) => {
            let rate = PROBE_BYTES as u128 * 1000 / took.as_micros().max(1) / 1000;
            let found = format!("16 MiB written in {} ms ({rate} MB/s)", took.as_millis());
            let advice = "look at `iostat -x 1`; raise `run.lead_ms` above the longest wait";
            match took {
                took if took < PROBE_SLOW => (Health::Good, found, String::new()),
                took if took < PROBE_BAD => (Health::Weak, found, advice.to_owned()),
                _ => (Health::Bad, found, advice.to_owned()),
            }
        }
        Err(error) => {
            let advice = "give the daemon's user the folder, and room on its disk".to_owned();
            (Health::Bad, format!("{}: {error}", config.state.display()), advice)
        }
    };
    Diagnosis {
        subject: "disk".to_owned(),
        health,
        found,
        why: "a lesson that is not read in time is replaced by the slate",
        advice,
    }
}

fn probe(folder: &Path) -> io::Result<Duration> {
    fs::create_dir_all(folder)?;
    let path = folder.join(".doctor");
    let write = || -> io::Result<Duration> {
        let bytes = vec![0x47; PROBE_BYTES];
        let begin = Instant::now();
        let mut file = File::create(&path)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        Ok(begin.elapsed())
    };
    let took = write();
    // It may not have been made.
    let _ = fs::remove_file(&path);
    took
}
