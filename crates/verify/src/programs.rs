//! What the PAT, the PMTs and the CAT say is in the stream: TR 101 290 rows 1.3, 1.5 and 2.6.

use crate::check::Check;
use crate::findings::{Findings, Measure, Place};
use crate::presence::Presence;
use std::collections::{BTreeMap, BTreeSet};
use ts::TICKS_PER_SECOND;
use ts::psi::{Pat, Pmt, descriptors};
use ts::section::SectionView;

/// The longest interval between two PAT, and between two of the same PMT.
const PSI_INTERVAL: u64 = TICKS_PER_SECOND / 2;
/// CA_descriptor (ISO/IEC 13818-1 clause 2.6.16).
const CA_DESCRIPTOR: u8 = 0x09;

/// A programme of the PAT.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) pmt_pid: u16,
    pub(crate) pmt: Option<Pmt>,
    presence: Presence,
}

/// The programmes of the stream.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pat: Presence,
    pat_version: Option<u8>,
    pat_sections: BTreeMap<u8, Pat>,
    pub(crate) programs: BTreeMap<u16, Program>,
    cat_seen: bool,
    emm_pids: BTreeSet<u16>,
    first_scrambled: Option<u64>,
    told_no_cat: bool,
}

impl Programs {
    /// None are known at the start of the stream, and the PAT is awaited.
    pub(crate) fn new() -> Programs {
        Programs {
            pat: Presence::new(0),
            pat_version: None,
            pat_sections: BTreeMap::new(),
            programs: BTreeMap::new(),
            cat_seen: false,
            emm_pids: BTreeSet::new(),
            first_scrambled: None,
            told_no_cat: false,
        }
    }

    /// transport_stream_id, when there was a PAT.
    pub(crate) fn transport_stream_id(&self) -> Option<u16> {
        self.pat_sections.values().next().map(|pat| pat.transport_stream_id)
    }

    /// A section of the PAT; returns whether the programmes have changed.
    pub(crate) fn take_pat(
        &mut self,
        section: &SectionView<'_>,
        place: Place,
        findings: &mut Findings,
    ) -> bool {
        self.judge_pat(place, findings);
        self.pat.seen(place.time_ticks);
        let Ok(pat) = Pat::parse(section) else {
            return false;
        };
        if self.pat_version != Some(pat.version) {
            self.pat_version = Some(pat.version);
            self.pat_sections.clear();
        }
        if self.pat_sections.get(&section.number()) == Some(&pat) {
            return false;
        }
        self.pat_sections.insert(section.number(), pat);
        let wanted: BTreeMap<u16, u16> = self
            .pat_sections
            .values()
            .flat_map(|pat| pat.programs.iter())
            .filter(|(number, _)| *number != 0)
            .map(|(number, pid)| (*number, pid.value()))
            .collect();
        self.programs.retain(|number, program| wanted.get(number) == Some(&program.pmt_pid));
        for (number, pmt_pid) in wanted {
            let presence = Presence::new(place.time_ticks);
            self.programs.entry(number).or_insert(Program { pmt_pid, pmt: None, presence });
        }
        true
    }

    /// A section of a PMT on a PID; returns whether the programme has changed.
    pub(crate) fn take_pmt(
        &mut self,
        pid: u16,
        section: &SectionView<'_>,
        place: Place,
        findings: &mut Findings,
    ) -> bool {
        let number = section.extension();
        let Some(program) = self.programs.get_mut(&number).filter(|p| p.pmt_pid == pid) else {
            return false;
        };
        judge_pmt(number, program, place, findings);
        program.presence.seen(place.time_ticks);
        let Ok(pmt) = Pmt::parse(section) else {
            return false;
        };
        if program.pmt.as_ref() == Some(&pmt) {
            return false;
        }
        program.pmt = Some(pmt);
        true
    }

    /// A section of the CAT; returns whether the PIDs that it names have changed.
    pub(crate) fn take_cat(&mut self, section: &SectionView<'_>) -> bool {
        self.cat_seen = true;
        let before = self.emm_pids.len();
        self.emm_pids.extend(ca_pids(section.body()));
        self.emm_pids.len() != before
    }

    /// A scrambled packet has come.
    pub(crate) fn scrambled(&mut self, place: Place) {
        self.first_scrambled.get_or_insert(place.time_ticks);
    }

    /// Tells what has stayed away for too long.
    pub(crate) fn sweep(&mut self, place: Place, findings: &mut Findings) {
        self.judge_pat(place, findings);
        for (number, program) in &mut self.programs {
            judge_pmt(*number, program, place, findings);
        }
        let waited = self.first_scrambled.map_or(0, |first| place.time_ticks - first);
        if waited > PSI_INTERVAL {
            self.judge_cat(place, findings);
        }
    }

    /// Ends the stream.
    pub(crate) fn finish(&mut self, place: Place, findings: &mut Findings) {
        self.sweep(place, findings);
        if self.first_scrambled.is_some() {
            self.judge_cat(place, findings);
        }
    }

    /// PIDs that carry conditional access data, by PMT and CAT.
    pub(crate) fn conditional_access_pids(&self) -> BTreeSet<u16> {
        let mut pids = self.emm_pids.clone();
        for pmt in self.programs.values().filter_map(|program| program.pmt.as_ref()) {
            pids.extend(ca_pids(&pmt.descriptors));
            pids.extend(pmt.streams.iter().flat_map(|stream| ca_pids(&stream.descriptors)));
        }
        pids
    }

    fn judge_pat(&mut self, place: Place, findings: &mut Findings) {
        if let Some(away) = self.pat.overdue(place.time_ticks, PSI_INTERVAL) {
            let measure = Measure::ticks(PSI_INTERVAL, away as i64);
            findings.error(Check::Pat, place, Some(0), measure, || "no PAT on PID 0".into());
        }
    }

    fn judge_cat(&mut self, place: Place, findings: &mut Findings) {
        if self.cat_seen || core::mem::replace(&mut self.told_no_cat, true) {
            return;
        }
        findings.error(Check::Cat, place, Some(1), Measure::count(1, 0), || {
            "scrambled packets, but no CAT".into()
        });
    }
}

fn judge_pmt(number: u16, program: &mut Program, place: Place, findings: &mut Findings) {
    if let Some(away) = program.presence.overdue(place.time_ticks, PSI_INTERVAL) {
        let measure = Measure::ticks(PSI_INTERVAL, away as i64);
        findings.error(Check::Pmt, place, Some(program.pmt_pid), measure, || {
            format!("no PMT of programme {number}")
        });
    }
}

fn ca_pids(loop_bytes: &[u8]) -> impl Iterator<Item = u16> {
    descriptors(loop_bytes).filter(|(tag, _)| *tag == CA_DESCRIPTOR).filter_map(|(_, body)| {
        let pid = body.get(2..4)?;
        Some(u16::from_be_bytes([pid[0] & 0x1f, pid[1]]))
    })
}
