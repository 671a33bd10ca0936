//! The reception report: what `--json` prints, and the summary for people.

use super::ledger::Ledger;
use receiver::{BundleProgress, Report};
use serde::Serialize;
use std::fmt;

/// What came in, what was lost, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceptionReport {
    /// The source as it was named.
    pub source: String,
    /// The folder as it was named.
    pub folder: String,
    /// Why reception ended.
    pub ended: Ending,
    /// What failed, where something did.
    pub error: Option<String>,
    /// How long reception lasted, in milliseconds.
    pub elapsed_ms: u64,
    /// Bundles of which all files are in their places, on air and off.
    pub bundles_complete: u64,
    /// Bundles that were announced and are not complete.
    pub bundles_incomplete: u64,
    /// The bundles on air, by PID.
    pub bundles: Vec<BundleReport>,
    /// Bundles that are not on air any more, by id.
    pub past_bundles: Vec<PastBundle>,
    /// Datagrams; all zero for a recorded transport stream.
    pub datagrams: DatagramReport,
    /// Transport packets.
    pub packets: PacketReport,
    /// Sections of the tables and carousels that are followed.
    pub sections: SectionReport,
    /// Blocks of carousels.
    pub blocks: BlockReport,
    /// Modules of carousels.
    pub modules: ModuleReport,
    /// Files.
    pub files: FileReport,
    /// What was refused or could not be stored, in words; the first of each bundle.
    pub problems: Vec<String>,
    /// Problems beyond those that are told.
    pub problems_untold: u64,
}

/// Why reception ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The recording ended, or the sockets did.
    EndOfSource,
    /// The time that was given was over.
    Time,
    /// A signal asked for it.
    Signal,
    /// Something failed; `error` tells what.
    Error,
}

/// Counts of datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DatagramReport {
    /// Media datagrams that arrived for the first time.
    pub received: u64,
    /// Media datagrams that were there already.
    pub duplicate: u64,
    /// Media datagrams that came when they had been given up.
    pub late: u64,
    /// Lost datagrams that were restored from FEC packets.
    pub repaired: u64,
    /// Datagrams that stayed lost.
    pub lost: u64,
    /// FEC packets.
    pub fec: u64,
    /// Datagrams that contradict themselves or are neither RTP nor transport packets.
    pub foreign: u64,
    /// New senders, and outages too long to be counted.
    pub restarts: u64,
    /// Datagrams that this program dropped, having been too slow.
    pub dropped: u64,
    /// The receive buffer that the system gave, in bytes; `null` for recordings.
    pub receive_buffer_bytes: Option<usize>,
}

/// Counts of transport packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PacketReport {
    /// All packets, null packets included.
    pub received: u64,
    /// Packets that the demodulator marked as damaged.
    pub transport_errors: u64,
    /// Places where a continuity counter jumped.
    pub continuity_errors: u64,
    /// Places where packets did not begin where they should.
    pub sync_losses: u64,
}

/// Counts of sections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SectionReport {
    /// With the right CRC.
    pub good: u64,
    /// With a wrong CRC, or content that cannot be read.
    pub bad: u64,
    /// Of which the end did not come.
    pub cut: u64,
}

/// Counts of blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BlockReport {
    /// That were new.
    pub new: u64,
    /// That were there already or belong to what is complete.
    pub repeated: u64,
    /// That belong to no module, or do not fit it.
    pub stray: u64,
}

/// Counts of modules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ModuleReport {
    /// With the right CRC.
    pub complete: u64,
    /// Whose blocks were all there and whose CRC was wrong.
    pub broken: u64,
}

/// Counts of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Received and put into their places.
    pub received: u64,
    /// In their places before, and so not received again.
    pub found: u64,
    /// Whose digest was wrong, and which were collected once more.
    pub damaged: u64,
}

/// A bundle on air.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BundleReport {
    /// Its id, the folder that its files are in.
    pub id: String,
    /// Its title; empty before its manifest has come.
    pub title: String,
    /// Whether all its files are in their places.
    pub complete: bool,
    /// Where it is on air.
    pub pid: u16,
    /// A service that has it, its program_number.
    pub service: u16,
    /// What that service is called.
    pub service_name: String,
    /// Bytes of all its modules.
    pub bytes: u64,
    /// Blocks of the modules that are known so far.
    pub blocks: u64,
    /// Blocks of these that are not needed any more.
    pub blocks_done: u64,
    /// Files; zero before its manifest has come.
    pub files: usize,
    /// Files in their places.
    pub files_done: usize,
}

/// A bundle that is not on air any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PastBundle {
    /// Its id.
    pub id: String,
    /// Whether all files of its last version were in their places.
    pub complete: bool,
}

/// What only the shell knows.
#[derive(Clone, Debug)]
pub(crate) struct Circumstances {
    pub(crate) source: String,
    pub(crate) folder: String,
    pub(crate) ended: Ending,
    pub(crate) error: Option<String>,
    pub(crate) elapsed_ms: u64,
    pub(crate) udp_datagrams: u64,
    pub(crate) dropped: u64,
    pub(crate) receive_buffer_bytes: Option<usize>,
    pub(crate) files_found: u64,
    pub(crate) problems: Vec<String>,
    pub(crate) problems_untold: u64,
}

impl ReceptionReport {
    pub(crate) fn new(site: &Report, ledger: &Ledger, about: Circumstances) -> ReceptionReport {
        let tally = ledger.tally(&site.bundles);
        let bundle = |bundle: &BundleProgress| BundleReport::new(bundle, ledger);
        let counters = &site.counters;
        ReceptionReport {
            datagrams: DatagramReport::new(site, &about),
            source: about.source,
            folder: about.folder,
            ended: about.ended,
            error: about.error,
            elapsed_ms: about.elapsed_ms,
            bundles_complete: tally.complete,
            bundles_incomplete: tally.incomplete,
            bundles: site.bundles.iter().map(bundle).collect(),
            past_bundles: ledger.past(),
            packets: PacketReport {
                received: counters.packets,
                transport_errors: counters.transport_errors,
                continuity_errors: counters.continuity_errors,
                sync_losses: counters.sync_losses,
            },
            sections: SectionReport {
                good: counters.sections,
                bad: counters.sections_bad,
                cut: counters.sections_cut,
            },
            blocks: BlockReport {
                new: counters.blocks,
                repeated: counters.blocks_repeated,
                stray: counters.blocks_stray,
            },
            modules: ModuleReport {
                complete: counters.modules_complete,
                broken: counters.modules_broken,
            },
            files: FileReport {
                received: counters.files_complete.saturating_sub(about.files_found),
                found: about.files_found,
                damaged: counters.files_damaged,
            },
            problems: about.problems,
            problems_untold: about.problems_untold,
        }
    }

    /// Whether there is a complete bundle and none that was announced is incomplete.
    pub fn is_complete(&self) -> bool {
        self.bundles_complete > 0 && self.bundles_incomplete == 0
    }
}

impl DatagramReport {
    fn new(site: &Report, about: &Circumstances) -> DatagramReport {
        let rtp = &site.rtp;
        DatagramReport {
            received: rtp.received + about.udp_datagrams,
            duplicate: rtp.duplicate,
            late: rtp.late,
            repaired: rtp.repaired,
            lost: rtp.lost,
            fec: rtp.fec_received,
            foreign: rtp.malformed + site.counters.datagrams_unknown,
            restarts: rtp.restarts,
            dropped: about.dropped,
            receive_buffer_bytes: about.receive_buffer_bytes,
        }
    }
}

impl BundleReport {
    fn new(bundle: &BundleProgress, ledger: &Ledger) -> BundleReport {
        BundleReport {
            id: bundle.bundle.clone(),
            title: bundle.title.clone(),
            complete: ledger.is_complete(bundle.version),
            pid: bundle.pid.value(),
            service: bundle.service,
            service_name: bundle.service_name.clone(),
            bytes: bundle.bytes,
            blocks: bundle.blocks,
            blocks_done: bundle.blocks_done,
            files: bundle.files,
            files_done: bundle.files_done,
        }
    }
}

impl fmt::Display for ReceptionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let datagrams = &self.datagrams;
        if datagrams.received > 0 {
            writeln!(
                f,
                "datagrams  {} received, {} lost, {} repaired, {} dropped",
                datagrams.received, datagrams.lost, datagrams.repaired, datagrams.dropped
            )?;
        }
        let (packets, files) = (&self.packets, &self.files);
        writeln!(
            f,
            "packets    {} received, {} continuity errors, {} transport errors",
            packets.received, packets.continuity_errors, packets.transport_errors
        )?;
        writeln!(
            f,
            "files      {} received, {} there before, {} damaged",
            files.received, files.found, files.damaged
        )?;
        writeln!(
            f,
            "bundles    {} complete, {} incomplete",
            self.bundles_complete, self.bundles_incomplete
        )?;
        for bundle in &self.bundles {
            writeln!(f, "           {bundle}")?;
        }
        for bundle in &self.past_bundles {
            let state = if bundle.complete { "complete" } else { "incomplete" };
            writeln!(f, "           {}: {state}, not on air any more", bundle.id)?;
        }
        Ok(())
    }
}

impl fmt::Display for BundleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BundleReport { id, files, files_done, blocks, blocks_done, .. } = self;
        match (self.complete, *files) {
            (true, _) => write!(f, "{id}: complete, {files} files"),
            (false, 0) => write!(f, "{id}: {blocks_done} of {blocks} blocks, no manifest yet"),
            (false, _) => {
                write!(f, "{id}: {files_done} of {files} files, {blocks_done} of {blocks} blocks")
            }
        }
    }
}
