//! What a site can tell about its reception.

use crate::event::VersionId;
use ts::Pid;

/// Counts since the site began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Transport packets, null packets included.
    pub packets: u64,
    /// Packets that the demodulator marked as damaged.
    pub transport_errors: u64,
    /// Places where a continuity counter jumped.
    pub continuity_errors: u64,
    /// Places where packets did not begin where they should.
    pub sync_losses: u64,
    /// Datagrams that are neither transport packets nor RTP.
    pub datagrams_unknown: u64,
    /// Sections of the tables and carousels that are followed, with the right CRC.
    pub sections: u64,
    /// Such sections with a wrong CRC or content that cannot be read.
    pub sections_bad: u64,
    /// Such sections of which the end did not come.
    pub sections_cut: u64,
    /// Blocks that were new.
    pub blocks: u64,
    /// Blocks that were there already or belong to what is complete.
    pub blocks_repeated: u64,
    /// Blocks that belong to no module, or do not fit it.
    pub blocks_stray: u64,
    /// Source blocks of fountains that were decoded.
    pub source_blocks_decoded: u64,
    /// Modules with the right CRC_32.
    pub modules_complete: u64,
    /// Modules whose blocks were all there and whose CRC_32 was wrong.
    pub modules_broken: u64,
    /// Files put into their places.
    pub files_complete: u64,
    /// Files whose digest was wrong.
    pub files_damaged: u64,
    /// Bundles of which all files are in their places.
    pub bundles_complete: u64,
    /// Versions that replaced an unfinished one.
    pub bundles_interrupted: u64,
    /// Carousels and versions refused.
    pub refused: u64,
}

/// How far one bundle has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleProgress {
    /// The version.
    pub version: VersionId,
    /// Where it is on air.
    pub pid: Pid,
    /// A service that has it, its program_number.
    pub service: u16,
    /// What that service is called; empty while its SDT has not come.
    pub service_name: String,
    /// The id of the bundle; from the carousel, and from the manifest once that is there.
    pub bundle: String,
    /// Its title, once the manifest is there.
    pub title: String,
    /// Bytes of all modules.
    pub bytes: u64,
    /// Blocks of the modules that are known so far.
    pub blocks: u64,
    /// Blocks of these that are not needed any more.
    pub blocks_done: u64,
    /// Files, once the manifest is there.
    pub files: usize,
    /// Files in their places.
    pub files_done: usize,
}

/// The reception report of a site: what came in, what was lost, what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Counts since the site began.
    pub counters: Counters,
    /// The same for the datagrams of an RTP stream: lost, repaired, late, and so on.
    pub rtp: rtp::Statistics,
    /// The bundles on air, by PID.
    pub bundles: Vec<BundleProgress>,
}
