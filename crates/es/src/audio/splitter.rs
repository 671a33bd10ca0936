//! Cutting an audio stream into frames.

use super::AudioFrame;
use crate::Codec;

/// Cuts an audio elementary stream into frames and finds its way back after damage.
#[derive(Clone, Debug)]
pub struct AudioSplitter {
    skipped: u64,
}

impl AudioSplitter {
    /// A splitter at the start of a stream; `None` when the codec is not audio.
    pub fn new(codec: Codec) -> Option<AudioSplitter> {
        (!codec.is_video()).then_some(AudioSplitter { skipped: 0 })
    }

    /// Takes the next bytes of the stream and appends the frames that they complete to `out`. A
    /// frame is complete when the header of the next one has come.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<AudioFrame>) {
        let _ = out;
        self.skipped += bytes.len() as u64;
    }

    /// Ends the stream here, or marks a gap in it, and appends the last frame to `out`. Offsets go
    /// on counting.
    pub fn finish(&mut self, out: &mut Vec<AudioFrame>) {
        let _ = out;
    }

    /// How many bytes belonged to no frame so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}
