//! Cutting a video stream into access units.

use super::AccessUnit;
use crate::Codec;

/// Cuts a video elementary stream into access units.
#[derive(Clone, Debug)]
pub struct VideoSplitter {
    skipped: u64,
}

impl VideoSplitter {
    /// A splitter at the start of a stream; `None` when the codec is not video.
    pub fn new(codec: Codec) -> Option<VideoSplitter> {
        codec.is_video().then_some(VideoSplitter { skipped: 0 })
    }

    /// Takes the next bytes of the stream and appends the units that they complete to `out`. A
    /// unit is complete when the first slice of the next one has come.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<AccessUnit>) {
        let _ = out;
        self.skipped += bytes.len() as u64;
    }

    /// Ends the stream here, or marks a gap in it, and appends the last unit to `out`. Offsets go
    /// on counting, and parameter sets stay in force.
    pub fn finish(&mut self, out: &mut Vec<AccessUnit>) {
        let _ = out;
    }

    /// How many bytes belonged to no unit so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}
