//! The way in: bytes, then the report.

use crate::check::Check;
use crate::findings::{Findings, Measure, Place, Tally};
use crate::fit::Fit;
use crate::judge::Judge;
use crate::options::Options;
use crate::report::{CheckTally, Report};
use crate::summary::summarise;
use crate::sync::{Frame, Framer};
use crate::timeline::Step;
use ts::{PACKET_SIZE, Packet, PacketView};

/// Packets kept at most while the rate is sought: a second at 190 Mbit/s.
const PREROLL_MAX: usize = 1 << 17;

/// Judges one stream, in pieces of any size. Memory does not grow with the length of the stream.
///
/// ```
/// use verify::{Options, Verifier};
/// let mut verifier = Verifier::new(Options::default());
/// verifier.push(&[0x47; 188]);
/// let report = verifier.finish();
/// assert!(!report.is_conformant(), "there is no clock in it");
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    framer: Framer,
    state: State,
}

/// Whether the rate is known.
#[derive(Clone, Debug)]
enum State {
    Seeking(Box<Preroll>),
    Judging(Box<Judge>),
    /// No clock was found. Only packets are counted.
    Blind {
        options: Options,
        packets: u64,
    },
}

/// The start of a stream whose rate is sought.
#[derive(Clone, Debug)]
struct Preroll {
    options: Options,
    frames: Vec<Kept>,
    packets: u64,
    fit: Option<Fit>,
}

/// A frame that is kept.
#[derive(Clone, Debug)]
enum Kept {
    Packet(Packet),
    BadSync(u8),
    Lost,
    Found { skipped: u64 },
}

impl Verifier {
    /// A verifier at the start of a stream.
    pub fn new(options: Options) -> Verifier {
        let state = match options.rate {
            Some(rate) => State::Judging(Box::new(Judge::new(options, Step::of_rate(rate), None))),
            None => State::Seeking(Box::new(Preroll {
                options,
                frames: Vec::new(),
                packets: 0,
                fit: None,
            })),
        };
        Verifier { framer: Framer::default(), state }
    }

    /// Takes the next bytes of the stream. How they are cut makes no difference.
    pub fn push(&mut self, bytes: &[u8]) {
        let state = &mut self.state;
        self.framer.push(bytes, |frame| state.frame(frame));
    }

    /// Ends the stream and gives the report.
    pub fn finish(mut self) -> Report {
        let state = &mut self.state;
        let found = self.framer.finish(|frame| state.frame(frame));
        if let State::Seeking(preroll) = &mut self.state
            && let Some(judge) = preroll.begin()
        {
            self.state = State::Judging(Box::new(judge));
        }
        match self.state {
            State::Judging(mut judge) => {
                if !found {
                    let measure = Measure::count(1, 0);
                    judge.findings.error(Check::SyncLoss, Place::default(), None, measure, || {
                        "no packets in these bytes".into()
                    });
                }
                summarise(*judge)
            }
            State::Seeking(preroll) => blind_report(&preroll.options, preroll.packets, found),
            State::Blind { options, packets } => blind_report(&options, packets, found),
        }
    }
}

impl State {
    fn frame(&mut self, frame: Frame<'_>) {
        match self {
            State::Judging(judge) => judge.frame(frame),
            State::Seeking(preroll) => {
                let enough = preroll.keep(frame);
                if enough && let Some(judge) = preroll.begin() {
                    *self = State::Judging(Box::new(judge));
                } else if preroll.frames.len() >= PREROLL_MAX {
                    let options = preroll.options.clone();
                    *self = State::Blind { options, packets: preroll.packets };
                }
            }
            State::Blind { packets, .. } => *packets += packets_of(&frame),
        }
    }
}

impl Preroll {
    /// Keeps a frame; returns whether the clock has gone far enough to tell the rate.
    fn keep(&mut self, frame: Frame<'_>) -> bool {
        let index = self.packets;
        self.packets += packets_of(&frame);
        let enough = match &frame {
            Frame::Packet(packet) => self.read(packet, index),
            _ => false,
        };
        self.frames.push(match frame {
            Frame::Packet(packet) => Kept::Packet(*packet),
            Frame::BadSync(byte) => Kept::BadSync(byte),
            Frame::Lost => Kept::Lost,
            Frame::Found { skipped } => Kept::Found { skipped },
        });
        enough
    }

    fn read(&mut self, packet: &Packet, index: u64) -> bool {
        let view = PacketView::new(packet);
        let Some(pcr) = view.pcr().filter(|_| !view.transport_error()) else {
            return false;
        };
        let pid = view.pid().value();
        match &mut self.fit {
            Some(fit) => fit.read(pid, pcr, index, view.discontinuity()).is_some(),
            None => {
                self.fit = Some(Fit::new(pid, pcr, index));
                false
            }
        }
    }

    /// Begins to judge, with the frames kept so far; `None` when they do not tell the rate.
    fn begin(&mut self) -> Option<Judge> {
        let step = self.fit.as_ref().and_then(Fit::step)?;
        // The line is read again from its start, so that each reading is judged once.
        let fit = self.fit.as_ref().map(Fit::again);
        let mut judge = Judge::new(self.options.clone(), step, fit);
        for kept in core::mem::take(&mut self.frames) {
            judge.frame(match &kept {
                Kept::Packet(packet) => Frame::Packet(packet),
                Kept::BadSync(byte) => Frame::BadSync(*byte),
                Kept::Lost => Frame::Lost,
                Kept::Found { skipped } => Frame::Found { skipped: *skipped },
            });
        }
        Some(judge)
    }
}

fn packets_of(frame: &Frame<'_>) -> u64 {
    match frame {
        Frame::Packet(_) | Frame::BadSync(_) => 1,
        Frame::Lost => 0,
        Frame::Found { skipped } => skipped / PACKET_SIZE as u64,
    }
}

/// The report of a stream that has no clock, or no packets at all.
fn blind_report(options: &Options, packets: u64, found: bool) -> Report {
    let mut findings = Findings::new(options.keep_findings);
    let place = Place::default();
    if !found {
        findings.error(Check::SyncLoss, place, None, Measure::count(1, 0), || {
            "no packets in these bytes".into()
        });
    }
    findings.error(Check::Rate, place, None, Measure::count(2, 0), || {
        "no two clock references to find the rate from; nothing else was judged".into()
    });
    let (tallies, kept) = findings.into_parts();
    Report { packets, checks: tally_list(&tallies), findings: kept, ..Report::default() }
}

/// The tallies as the report has them.
pub(crate) fn tally_list(tallies: &[Tally; Check::COUNT]) -> Vec<CheckTally> {
    let row = |(check, tally): (Check, &Tally)| CheckTally {
        check,
        name: check.name(),
        errors: tally.errors,
        notes: tally.notes,
    };
    Check::all().zip(tallies).map(row).collect()
}
