//! Cutting an audio stream into frames.

use super::AudioFrame;
use super::header::{Header, Headers, Probe};
use crate::Codec;

/// How much is taken into the buffer at once, which bounds the work of moving what is left.
const PIECE_BYTES: usize = 64 << 10;

/// Cuts an audio elementary stream into frames and finds its way back after damage.
///
/// Feed it the payloads of the PES packets in order. The time stamp of a PES packet belongs to the
/// first frame whose offset lies in its payload. Where the stream has a gap, call
/// [`finish`](AudioSplitter::finish) and go on.
///
/// A frame counts only when a sound header, or the end, follows right behind it: the sync words of
/// audio are short and appear in the payload too. So a frame into which a gap was torn is skipped,
/// and so is one with foreign bytes behind it.
#[derive(Clone, Debug)]
pub struct AudioSplitter {
    headers: Headers,
    /// The bytes that no decision has been made about.
    buffer: Vec<u8>,
    /// Offset of the first byte of the buffer in the stream.
    origin: u64,
    /// Whether the byte at hand follows right behind a frame.
    in_sync: bool,
    skipped: u64,
    skipped_before: u64,
}

/// What to do at a place in the stream.
enum Step {
    Wait,
    Skip,
    Take(Header),
}

impl AudioSplitter {
    /// A splitter at the start of a stream; `None` when the codec is not audio.
    pub fn new(codec: Codec) -> Option<AudioSplitter> {
        Some(AudioSplitter {
            headers: Headers::new(codec)?,
            buffer: Vec::new(),
            origin: 0,
            in_sync: false,
            skipped: 0,
            skipped_before: 0,
        })
    }

    /// Takes the next bytes of the stream and appends the frames that they complete to `out`. A
    /// frame is complete when the header of the next one has come.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<AudioFrame>) {
        for piece in bytes.chunks(PIECE_BYTES) {
            self.buffer.extend_from_slice(piece);
            self.take_frames(false, out);
        }
    }

    /// Ends the stream here, or marks a gap in it, and appends the last frame to `out`. Offsets go
    /// on counting.
    pub fn finish(&mut self, out: &mut Vec<AudioFrame>) {
        self.take_frames(true, out);
        self.in_sync = false;
    }

    /// How many bytes belonged to no frame so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    fn take_frames(&mut self, at_end: bool, out: &mut Vec<AudioFrame>) {
        let mut at = 0;
        while at < self.buffer.len() {
            match self.step(at, at_end) {
                Step::Wait => break,
                Step::Skip => {
                    self.in_sync = false;
                    self.count_skipped(1);
                    at += 1;
                }
                Step::Take(header) => {
                    self.in_sync = true;
                    self.take(at, header, out);
                    at += header.bytes;
                }
            }
        }
        self.buffer.drain(..at);
        self.origin += at as u64;
    }

    fn step(&self, at: usize, at_end: bool) -> Step {
        let short = if at_end { Step::Skip } else { Step::Wait };
        let here = &self.buffer[at..];
        let header = match self.headers.probe(here, at_end) {
            Probe::Short => return short,
            Probe::Bad => return Step::Skip,
            Probe::Frame(header) => header,
        };
        let Some(behind) = here.get(header.bytes..) else {
            return short;
        };
        match self.headers.probe(behind, at_end) {
            Probe::Short if at_end => Step::Take(header),
            Probe::Short => Step::Wait,
            Probe::Bad => Step::Skip,
            Probe::Frame(next) if self.in_sync || next.key == header.key => Step::Take(header),
            Probe::Frame(_) => Step::Skip,
        }
    }

    fn take(&mut self, at: usize, header: Header, out: &mut Vec<AudioFrame>) {
        let bytes = &self.buffer[at..at + header.bytes];
        match self.headers.read(bytes) {
            Ok(facts) => out.push(AudioFrame {
                offset: self.origin + at as u64,
                skipped_before: core::mem::take(&mut self.skipped_before),
                bytes: bytes.to_vec(),
                facts,
            }),
            // A LATM element whose configuration has not come cannot be decoded.
            Err(_) => self.count_skipped(header.bytes as u64),
        }
    }

    fn count_skipped(&mut self, bytes: u64) {
        self.skipped += bytes;
        self.skipped_before += bytes;
    }
}
