//! One packet after another, each to the checks that it concerns.

use crate::check::Check;
use crate::clock::Clock;
use crate::continuity::Sequence;
use crate::data::DataStream;
use crate::elementary::{Elementary, is_sparse, judge_passage};
use crate::findings::{Findings, Measure, Place};
use crate::fit::Fit;
use crate::guide::Guide;
use crate::options::Options;
use crate::pids::{Pids, Role};
use crate::programs::Programs;
use crate::report::BufferFigures;
use crate::sections::Si;
use crate::sync::Frame;
use crate::tables::Tables;
use crate::timeline::{Step, Timeline};
use crate::tstd::SystemBuffer;
use ts::{PACKET_SIZE, Packet, PacketView, Pcr, TICKS_PER_SECOND};

/// How often absences are looked for.
const SWEEP: u64 = TICKS_PER_SECOND / 10;
/// Null packets.
const NULL: u16 = 0x1fff;
/// Figures of streams that are gone, kept for the report.
const RETIRED_MAX: usize = 1024;

/// The buffers for system data of one programme.
#[derive(Clone, Debug)]
pub(crate) struct System {
    pub(crate) program: u16,
    pub(crate) pmt_pid: u16,
    pub(crate) buffer: SystemBuffer,
}

/// The whole judge, for a stream whose rate is known.
#[derive(Clone, Debug)]
pub(crate) struct Judge {
    pub(crate) options: Options,
    pub(crate) timeline: Timeline,
    pub(crate) findings: Findings,
    pub(crate) pids: Pids,
    pub(crate) programs: Programs,
    pub(crate) si: Si,
    pub(crate) clocks: Vec<Clock>,
    pub(crate) elementary: Vec<Elementary>,
    data: Vec<DataStream>,
    pub(crate) system: Vec<System>,
    pub(crate) retired: Vec<BufferFigures>,
    /// How the rate is followed, when it was not given.
    pub(crate) fit: Option<Fit>,
    pub(crate) null_packets: u64,
    pub(crate) skipped_bytes: u64,
    next_sweep: u64,
    next_second: u64,
}

impl Judge {
    /// A judge at the start of a stream.
    pub(crate) fn new(options: Options, step: Step, fit: Option<Fit>) -> Judge {
        Judge {
            timeline: Timeline::new(step),
            findings: Findings::new(options.keep_findings),
            pids: Pids::new(),
            programs: Programs::new(),
            si: Si::new(
                Tables::new(),
                Guide::new(options.epg_tolerance_ticks, options.start_utc_ticks),
            ),
            clocks: Vec::new(),
            elementary: Vec::new(),
            data: Vec::new(),
            system: Vec::new(),
            retired: Vec::new(),
            fit,
            null_packets: 0,
            skipped_bytes: 0,
            next_sweep: SWEEP,
            next_second: TICKS_PER_SECOND,
            options,
        }
    }

    /// Takes what the framer hands out.
    pub(crate) fn frame(&mut self, frame: Frame<'_>) {
        let place = self.timeline.place();
        match frame {
            Frame::Packet(packet) => {
                self.packet(packet, place);
                self.timeline.advance_one();
            }
            Frame::BadSync(byte) => {
                let measure = Measure::count(0x47, i64::from(byte));
                self.findings.error(Check::SyncByte, place, None, measure, || {
                    "packet begins with another byte than 0x47".into()
                });
                self.timeline.advance_one();
            }
            Frame::Lost => {
                self.findings.error(Check::SyncLoss, place, None, Measure::count(1, 2), || {
                    "two packets in a row begin with a wrong byte".into()
                });
                self.pids.break_off();
            }
            Frame::Found { skipped } => {
                self.skipped_bytes += skipped;
                self.timeline.advance(skipped / PACKET_SIZE as u64);
            }
        }
        if self.timeline.place().time_ticks >= self.next_sweep {
            self.sweep();
        }
    }

    fn packet(&mut self, packet: &Packet, place: Place) {
        let view = PacketView::new(packet);
        let pid = view.pid().value();
        self.pids.count(pid, place.time_ticks);
        if pid == NULL {
            self.null_packets += 1;
            return;
        }
        if view.transport_error() {
            self.findings.error(Check::Transport, place, Some(pid), Measure::count(0, 1), || {
                "transport_error_indicator is set".into()
            });
            // Nothing else in such a packet can be believed.
            let state = self.pids.of(pid);
            state.continuity.forget();
            state.gather.break_off();
            return;
        }
        if !view.adaptation_is_sound() {
            let field = i64::from(packet[4]);
            self.findings.error(
                Check::PacketSyntax,
                place,
                Some(pid),
                Measure::count(183, field),
                || "adaptation_field_control or adaptation_field_length is not allowed".into(),
            );
        }
        let repeated = self.follow(packet, place);
        if view.scrambling() != 0 {
            self.take_scrambled(pid, place);
        }
        if view.has_adaptation()
            && let Some(pcr) = view.pcr()
        {
            self.take_pcr(pid, pcr, view.discontinuity(), place);
        }
        self.route(view, pid, repeated, place);
    }

    /// Judges the continuity counter; returns whether the packet repeats another.
    fn follow(&mut self, packet: &Packet, place: Place) -> bool {
        let view = PacketView::new(packet);
        let pid = view.pid().value();
        let state = self.pids.of(pid);
        let (expected, what) = match state.continuity.follow(packet) {
            Sequence::Next => return false,
            Sequence::Duplicate => {
                state.duplicates += 1;
                return true;
            }
            Sequence::WrongDuplicate => {
                (view.continuity().wrapping_add(1) & 0x0f, "counter stands still")
            }
            Sequence::Jump { expected } => {
                state.gather.break_off();
                (expected, "counter jumps")
            }
        };
        let measure = Measure::count(i64::from(expected), i64::from(view.continuity()));
        self.findings.error(Check::Continuity, place, Some(pid), measure, || what.into());
        what == "counter stands still"
    }

    fn take_scrambled(&mut self, pid: u16, place: Place) {
        let state = self.pids.of(pid);
        state.scrambled += 1;
        let check = match state.role {
            Role::System => Some(if pid == 1 { Check::Cat } else { Check::Pat }),
            Role::Pmt => Some(Check::Pmt),
            _ => None,
        };
        if let Some(check) = check {
            self.findings.error(check, place, Some(pid), Measure::count(0, 1), || {
                "tables may not be scrambled".into()
            });
        }
        self.programs.scrambled(place);
    }

    fn take_pcr(&mut self, pid: u16, pcr: Pcr, discontinuity: bool, place: Place) {
        let at = self.timeline.exact();
        let state = self.pids.of(pid);
        let Some(clock) = state.clock.and_then(|index| self.clocks.get_mut(usize::from(index)))
        else {
            state.clock = Some(self.clocks.len() as u16);
            self.clocks.push(Clock::new(pid, pcr, at));
            return;
        };
        clock.read(pcr, at, place, discontinuity, &self.options, &mut self.findings);
        let Some(fit) = &mut self.fit else {
            return;
        };
        if let Some(step) = fit.read(pid, pcr, place.packet, discontinuity) {
            self.timeline.set_step(step);
            let at = self.timeline.exact();
            for clock in &mut self.clocks {
                clock.rebase(at);
            }
        }
    }

    fn route(&mut self, view: PacketView<'_>, pid: u16, repeated: bool, place: Place) {
        let state = self.pids.of(pid);
        match state.role {
            Role::Elementary(index) => {
                let Some(stream) = self.elementary.get_mut(usize::from(index)) else {
                    return;
                };
                let clock_pid = stream.clock_pid();
                let clock = self.pids.of(clock_pid).clock;
                let clock = clock.and_then(|index| self.clocks.get(usize::from(index)));
                stream.packet(view, repeated, clock, place, &mut self.findings);
            }
            Role::Data(index) => {
                if let Some(stream) = self.data.get_mut(usize::from(index)) {
                    stream.packet(place, &mut self.findings);
                }
            }
            Role::System | Role::Pmt => {
                self.fill_system(view, pid, place);
                self.gather(view, pid, repeated, place);
            }
            Role::Si => self.gather(view, pid, repeated, place),
            Role::None | Role::Null | Role::Clock | Role::Access => {}
        }
    }

    fn fill_system(&mut self, view: PacketView<'_>, pid: u16, place: Place) {
        for system in &mut self.system {
            if pid > 2 && pid != system.pmt_pid {
                continue;
            }
            let payload = view.payload().len() as u64;
            let (passage, flooded) = system.buffer.arrive(place.time_ticks, payload);
            judge_passage(passage, 512, "system transport buffer", pid, place, &mut self.findings);
            if let Some(fill) = flooded {
                let size = system.buffer.main.size_bytes() as i64;
                let measure = Measure::bytes(size, fill as i64);
                self.findings.error(Check::Buffer, place, Some(pid), measure, || {
                    format!("system buffer of programme {} overflows", system.program)
                });
            }
        }
    }

    fn gather(&mut self, view: PacketView<'_>, pid: u16, repeated: bool, place: Place) {
        if repeated || view.scrambling() != 0 || !view.has_payload() {
            return;
        }
        let mut gather = core::mem::take(&mut self.pids.of(pid).gather);
        let mut renamed = false;
        let sound = gather.push(view, self.timeline.byte(), |section, extent| {
            renamed |= self.si.take(
                pid,
                section,
                extent,
                &self.timeline,
                &mut self.programs,
                &mut self.findings,
            );
        });
        if !sound {
            self.findings.error(
                Check::PacketSyntax,
                place,
                Some(pid),
                Measure::count(0, 1),
                || "pointer_field does not point behind the section before it".into(),
            );
        }
        self.pids.of(pid).gather = gather;
        if renamed {
            self.name_pids(place.time_ticks);
        }
    }

    /// Gives each PID the role that the tables say, keeping what goes on as it was.
    fn name_pids(&mut self, now: u64) {
        let mut elementary = core::mem::take(&mut self.elementary);
        let mut data = core::mem::take(&mut self.data);
        let mut system = core::mem::take(&mut self.system);
        let rate_bps = self.timeline.step().rate_bps();
        self.pids.clear_roles();
        for pid in self.programs.conditional_access_pids() {
            self.pids.name(pid, Role::Access, false, now);
        }
        for (number, program) in &self.programs.programs {
            self.pids.name(program.pmt_pid, Role::Pmt, false, now);
            let kept =
                system.iter().position(|s| s.program == *number && s.pmt_pid == program.pmt_pid);
            self.system.push(match kept {
                Some(index) => system.swap_remove(index),
                None => System {
                    program: *number,
                    pmt_pid: program.pmt_pid,
                    buffer: SystemBuffer::new(rate_bps, now),
                },
            });
            let Some(pmt) = &program.pmt else {
                continue;
            };
            let clock_pid = pmt.pcr_pid.value();
            if clock_pid != NULL {
                self.pids.name(clock_pid, Role::Clock, true, now);
            }
            for stream in &pmt.streams {
                let kept = elementary.iter().position(|e| e.is(stream, clock_pid));
                let known = kept.map(|index| elementary.swap_remove(index));
                let role = match known.or_else(|| Elementary::new(stream, clock_pid, now)) {
                    Some(stream) => {
                        self.elementary.push(stream);
                        Role::Elementary(self.elementary.len() as u16 - 1)
                    }
                    None => {
                        let kept = data.iter().position(|d| d.is(stream));
                        let known = kept.map(|index| data.swap_remove(index));
                        self.data.push(known.unwrap_or_else(|| DataStream::new(stream, now)));
                        Role::Data(self.data.len() as u16 - 1)
                    }
                };
                self.pids.name(stream.pid.value(), role, true, now);
                let state = self.pids.of(stream.pid.value());
                state.stream_type = Some(stream.stream_type.0);
                state.sparse = is_sparse(stream);
            }
        }
        let all = self.programs.programs.iter().all(|(_, program)| program.pmt.is_some());
        self.pids.settle_roles(all);
        self.retired.extend(elementary.iter().map(Elementary::figures));
        self.retired.truncate(RETIRED_MAX);
    }

    fn sweep(&mut self) {
        let place = self.timeline.place();
        let now = place.time_ticks;
        self.next_sweep = now - now % SWEEP + SWEEP;
        self.programs.sweep(place, &mut self.findings);
        self.pids.sweep(self.options.pid_absence_ticks, place, &mut self.findings);
        for stream in &mut self.elementary {
            stream.wait(place, &mut self.findings);
        }
        if now >= self.next_second {
            self.next_second = now - now % TICKS_PER_SECOND + TICKS_PER_SECOND;
            self.pids.end_second();
            self.si.sweep(place, &mut self.findings);
        }
    }

    /// Looks for what is missing at the end of the stream.
    pub(crate) fn last_sweep(&mut self) {
        self.sweep();
        let place = self.timeline.place();
        self.si.sweep(place, &mut self.findings);
        self.programs.finish(place, &mut self.findings);
    }
}
