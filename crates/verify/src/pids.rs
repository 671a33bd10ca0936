//! What is remembered of each PID, found by its number without a search.

use crate::continuity::Continuity;
use crate::findings::{Findings, Measure, Place};
use crate::gather::Gather;
use crate::presence::Presence;
use crate::{check::Check, report::PidFigures};
use ts::{PACKET_BITS, TICKS_PER_SECOND};

/// How many PIDs there are.
const PIDS: usize = 0x2000;
/// A PID that no table names is an error after this time.
const REFERENCE_WITHIN: u64 = TICKS_PER_SECOND / 2;
/// PIDs up to this one are the standards' own.
const RESERVED: u16 = 0x1f;
/// Null packets.
const NULL: u16 = 0x1fff;

/// What the tables say that a PID carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nothing known.
    #[default]
    None,
    /// Null packets.
    Null,
    /// PAT, CAT or TSDT.
    System,
    /// A PMT.
    Pmt,
    /// NIT, SDT, EIT, RST or TDT.
    Si,
    /// A stream of PES packets, by its index.
    Elementary(u16),
    /// Sections or other data of a PMT, by its index.
    Data(u16),
    /// Clock references only.
    Clock,
    /// Conditional access.
    Access,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Role::None => "none",
            Role::Null => "null",
            Role::System => "PSI",
            Role::Pmt => "PMT",
            Role::Si => "SI",
            Role::Elementary(_) => "ES",
            Role::Data(_) => "data",
            Role::Clock => "PCR",
            Role::Access => "CA",
        }
    }

    /// The role that the standards give a PID, whatever the PAT says.
    const fn reserved(pid: u16) -> Role {
        match pid {
            0x00..=0x02 => Role::System,
            0x10..=0x14 => Role::Si,
            NULL => Role::Null,
            _ => Role::None,
        }
    }
}

/// One PID.
#[derive(Clone, Debug, Default)]
pub(crate) struct PidState {
    pub(crate) role: Role,
    pub(crate) stream_type: Option<u8>,
    /// Subtitles and teletext, which may rest as long as nothing is said.
    pub(crate) sparse: bool,
    pub(crate) continuity: Continuity,
    pub(crate) gather: Gather,
    /// Index of the clock that the PID carries.
    pub(crate) clock: Option<u16>,
    pub(crate) duplicates: u64,
    pub(crate) scrambled: u64,
    packets: u64,
    second: u32,
    second_max: u32,
    /// When it came last, when a PMT names it.
    expected: Option<Presence>,
    /// Since when it comes without being named.
    stranger_since: Option<u64>,
    told_stranger: bool,
}

/// All PIDs.
#[derive(Clone, Debug)]
pub(crate) struct Pids {
    states: Vec<PidState>,
    /// PIDs that have come or are named, in the order in which they first did.
    active: Vec<u16>,
    /// The PAT and each of its PMTs have been read once.
    tables_known: bool,
}

impl Pids {
    /// None has come yet.
    pub(crate) fn new() -> Pids {
        let states = (0..PIDS as u16)
            .map(|pid| PidState { role: Role::reserved(pid), ..PidState::default() })
            .collect();
        Pids { states, active: Vec::new(), tables_known: false }
    }

    /// What is remembered of a PID; only its low 13 bits count.
    pub(crate) fn of(&mut self, pid: u16) -> &mut PidState {
        &mut self.states[usize::from(pid) % PIDS]
    }

    /// Counts a packet.
    pub(crate) fn count(&mut self, pid: u16, now: u64) {
        let state = &mut self.states[usize::from(pid) % PIDS];
        if state.packets == 0 && state.expected.is_none() {
            self.active.push(pid);
        }
        state.packets += 1;
        state.second += 1;
        if let Some(expected) = &mut state.expected {
            expected.seen(now);
        } else if state.role == Role::None && pid > RESERVED {
            state.stranger_since.get_or_insert(now);
        }
    }

    /// Forgets what the tables say, to be told anew.
    pub(crate) fn clear_roles(&mut self) {
        for (pid, state) in (0..).zip(&mut self.states) {
            state.role = Role::reserved(pid);
            state.stream_type = None;
            state.sparse = false;
        }
    }

    /// A table names the PID. An `expected` one must come, too.
    pub(crate) fn name(&mut self, pid: u16, role: Role, expected: bool, now: u64) {
        let state = &mut self.states[usize::from(pid) % PIDS];
        state.role = role;
        state.stranger_since = None;
        state.told_stranger = false;
        if expected && pid != NULL && state.expected.is_none() {
            if state.packets == 0 {
                self.active.push(pid);
            }
            state.expected = Some(Presence::new(now));
        }
    }

    /// The tables have been told anew, whether or not all of them: what they no longer name is no
    /// longer awaited.
    ///
    /// What came before all were known for the first time is forgotten: it may have been the end of
    /// a stream that was named until then.
    pub(crate) fn settle_roles(&mut self, all: bool) {
        let first = all && !self.tables_known;
        self.tables_known |= all;
        for pid in &self.active {
            let state = &mut self.states[usize::from(*pid)];
            let awaited = matches!(state.role, Role::Elementary(_) | Role::Data(_) | Role::Clock);
            if !awaited {
                state.expected = None;
            }
            if first {
                state.stranger_since = None;
            }
        }
    }

    /// Loses the thread on every PID, when sync is lost.
    pub(crate) fn break_off(&mut self) {
        for pid in &self.active {
            let state = &mut self.states[usize::from(*pid)];
            state.continuity.forget();
            state.gather.break_off();
        }
    }

    /// Tells what is missing (row 1.6, from whose limit data services are excluded: for them it is
    /// worth a note) and what nobody named (row 3.4).
    pub(crate) fn sweep(&mut self, absence: u64, place: Place, findings: &mut Findings) {
        let now = place.time_ticks;
        for pid in &self.active {
            let state = &mut self.states[usize::from(*pid)];
            let overdue = state.expected.as_mut().and_then(|p| p.overdue(now, absence));
            if let Some(away) = overdue {
                let measure = Measure::ticks(absence, away as i64);
                let what = || "PID is named by a PMT and does not come".into();
                // A carousel may rest for hours, and subtitles too: the limit is that of video and
                // audio.
                match state.sparse || matches!(state.role, Role::Data(_)) {
                    true => findings.note(Check::Pid, place, Some(*pid), measure, what),
                    false => findings.error(Check::Pid, place, Some(*pid), measure, what),
                }
            }
            let Some(since) = state.stranger_since.filter(|_| !state.told_stranger) else {
                continue;
            };
            if now - since > REFERENCE_WITHIN {
                state.told_stranger = true;
                let measure = Measure::ticks(REFERENCE_WITHIN, (now - since) as i64);
                findings.error(Check::UnreferencedPid, place, Some(*pid), measure, || {
                    "PID comes, and no table names it".into()
                });
            }
        }
    }

    /// A second of the stream is over.
    pub(crate) fn end_second(&mut self) {
        for pid in &self.active {
            let state = &mut self.states[usize::from(*pid)];
            state.second_max = state.second_max.max(state.second);
            state.second = 0;
        }
    }

    /// What was measured, by PID.
    pub(crate) fn figures(&self, duration: u64) -> Vec<PidFigures> {
        let figures_of = |(pid, state): (u16, &PidState)| {
            let bits_ticks = u128::from(state.packets * PACKET_BITS) * u128::from(TICKS_PER_SECOND);
            let mean_bps = (bits_ticks / u128::from(duration.max(1))) as u64;
            // A stream of less than a second has no whole one.
            let max_bps = (u64::from(state.second_max) * PACKET_BITS).max(mean_bps);
            PidFigures {
                pid,
                role: state.role.name(),
                stream_type: state.stream_type,
                packets: state.packets,
                mean_bps,
                max_bps,
                duplicates: state.duplicates,
                scrambled: state.scrambled,
            }
        };
        (0..).zip(&self.states).filter(|(_, state)| state.packets > 0).map(figures_of).collect()
    }
}
