//! Where audio frames begin: a walk from header to header.
//!
//! ADTS (ISO/IEC 13818-7 clause 6.2), LOAS (14496-3 clause 1.7.2), MPEG audio (11172-3 clause
//! 2.4.1.3), AC-3 and Enhanced AC-3 (TS 102 366 clauses 4.3 and E.1).

/// Bytes of header that any of the codecs needs.
const HEADER: usize = 7;

/// The framing of an audio stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Adts,
    Loas,
    Mpeg,
    Ac3,
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Bytes of the frame, header included.
    pub(crate) bytes: usize,
    /// Samples of the frame and their rate in Hz; `None` when the header does not tell.
    pub(crate) samples: Option<(u32, u32)>,
    /// Channels, when the header tells.
    pub(crate) channels: Option<u8>,
}

/// Walks through the frames of one stream.
#[derive(Clone, Debug)]
pub(crate) struct AudioWalk {
    framing: Framing,
    header: [u8; HEADER],
    have: usize,
    rest: usize,
    lost: bool,
}

impl AudioWalk {
    /// A walk that waits for the first PES packet.
    pub(crate) fn new(framing: Framing) -> AudioWalk {
        AudioWalk { framing, header: [0; HEADER], have: 0, rest: 0, lost: true }
    }

    /// A PES packet begins; a lost walk starts again with it.
    pub(crate) fn begin_packet(&mut self) {
        if core::mem::take(&mut self.lost) {
            self.have = 0;
            self.rest = 0;
        }
    }

    /// Whether the walk has lost its way and waits for a PES packet.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Goes on by some bytes. Returns how many of them belong to the part of one frame, and what
    /// is known by then.
    pub(crate) fn step(&mut self, bytes: &[u8]) -> Step {
        if self.lost || bytes.is_empty() {
            return Step { bytes: bytes.len(), begins: false, header: None };
        }
        if self.rest > 0 {
            let taken = self.rest.min(bytes.len());
            self.rest -= taken;
            return Step { bytes: taken, begins: false, header: None };
        }
        let begins = self.have == 0;
        let taken = (HEADER - self.have).min(bytes.len());
        self.header[self.have..self.have + taken].copy_from_slice(&bytes[..taken]);
        self.have += taken;
        if self.have < HEADER {
            return Step { bytes: taken, begins, header: None };
        }
        self.have = 0;
        let header = parse(self.framing, &self.header).filter(|h| h.bytes >= HEADER);
        match header {
            Some(header) => self.rest = header.bytes - HEADER,
            None => self.lost = true,
        }
        Step { bytes: taken, begins, header }
    }
}

/// One step of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Bytes gone over.
    pub(crate) bytes: usize,
    /// Whether a frame begins with the first of them.
    pub(crate) begins: bool,
    /// The header that they complete.
    pub(crate) header: Option<Header>,
}

fn parse(framing: Framing, h: &[u8; HEADER]) -> Option<Header> {
    match framing {
        Framing::Adts => adts(h),
        Framing::Loas => loas(h),
        Framing::Mpeg => mpeg(h),
        Framing::Ac3 => ac3(h),
    }
}

const AAC_RATES: [u32; 13] =
    [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

fn adts(h: &[u8; HEADER]) -> Option<Header> {
    if h[0] != 0xff || h[1] & 0xf6 != 0xf0 {
        return None;
    }
    let rate = *AAC_RATES.get(usize::from((h[2] >> 2) & 0x0f))?;
    let bytes = (usize::from(h[3] & 3) << 11) | (usize::from(h[4]) << 3) | usize::from(h[5] >> 5);
    let blocks = u32::from(h[6] & 3) + 1;
    let channels = match (h[2] & 1) << 2 | h[3] >> 6 {
        0 => None,
        7 => Some(8),
        n => Some(n),
    };
    Some(Header { bytes, samples: Some((1024 * blocks, rate)), channels })
}

fn loas(h: &[u8; HEADER]) -> Option<Header> {
    if h[0] != 0x56 || h[1] & 0xe0 != 0xe0 {
        return None;
    }
    let bytes = (usize::from(h[1] & 0x1f) << 8 | usize::from(h[2])) + 3;
    Some(Header { bytes, samples: None, channels: None })
}

/// Bit rates in kbit/s: MPEG-1 layers I, II, III, MPEG-2 layer I, MPEG-2 layers II and III.
const MPEG_KBPS: [[u32; 15]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

fn mpeg(h: &[u8; HEADER]) -> Option<Header> {
    if h[0] != 0xff || h[1] & 0xe0 != 0xe0 {
        return None;
    }
    let full_rate = h[1] & 0x08 != 0;
    let layer = 4 - u32::from((h[1] >> 1) & 3);
    let row = match (full_rate, layer) {
        (_, 4) => return None,
        (true, layer) => layer as usize - 1,
        (false, 1) => 3,
        (false, _) => 4,
    };
    let kbps = *MPEG_KBPS[row].get(usize::from(h[2] >> 4))?;
    let rate =
        [44100, 48000, 32000].get(usize::from((h[2] >> 2) & 3))? / if full_rate { 1 } else { 2 };
    let samples = match (layer, full_rate) {
        (1, _) => 384,
        (3, false) => 576,
        _ => 1152,
    };
    // Layer I counts in slots of four bytes.
    let slot = if layer == 1 { 4 } else { 1 };
    let slots = samples / 8 * kbps * 1000 / rate / slot + u32::from((h[2] >> 1) & 1);
    let channels = if h[3] >> 6 == 3 { 1 } else { 2 };
    Some(Header {
        bytes: (slots * slot) as usize,
        samples: Some((samples, rate)),
        channels: Some(channels),
    })
}

const AC3_KBPS: [u32; 19] =
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

fn ac3(h: &[u8; HEADER]) -> Option<Header> {
    if h[..2] != [0x0b, 0x77] {
        return None;
    }
    if h[5] >> 3 > 10 {
        return eac3(h);
    }
    let rate = *[48000u32, 44100, 32000].get(usize::from(h[4] >> 6))?;
    let code = h[4] & 0x3f;
    let kbps = *AC3_KBPS.get(usize::from(code >> 1))?;
    // 1536 samples in words of 16 bits.
    let words = kbps * 96_000 / rate + u32::from(rate == 44100 && code & 1 == 1);
    Some(Header { bytes: words as usize * 2, samples: Some((1536, rate)), channels: None })
}

fn eac3(h: &[u8; HEADER]) -> Option<Header> {
    let bytes = ((usize::from(h[2] & 7) << 8 | usize::from(h[3])) + 1) * 2;
    let samples = match (h[4] >> 6, (h[4] >> 4) & 3) {
        (3, half) => (1536, *[24000u32, 22050, 16000].get(usize::from(half))?),
        (full, blocks) => {
            let rate = [48000u32, 44100, 32000][usize::from(full)];
            ([256, 512, 768, 1536][usize::from(blocks)], rate)
        }
    };
    // A substream that goes with the one before it lasts no time of its own.
    let dependent = h[2] >> 6 == 1 || (h[2] >> 3) & 7 != 0;
    let samples = if dependent { (0, samples.1) } else { samples };
    Some(Header { bytes, samples: Some(samples), channels: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_each_codec_give_length_and_time() {
        let cases = [
            (Framing::Adts, [0xff, 0xf1, 0x4c, 0x80, 0x2e, 0x7f, 0xfc], 371, Some((1024, 48000))),
            (Framing::Loas, [0x56, 0xe1, 0x70, 0, 0, 0, 0], 371, None),
            (Framing::Mpeg, [0xff, 0xfd, 0xa4, 0, 0, 0, 0], 576, Some((1152, 48000))),
            (Framing::Ac3, [0x0b, 0x77, 0, 0, 0x14, 0x40, 0], 768, Some((1536, 48000))),
        ];
        for (framing, header, bytes, samples) in cases {
            let header = parse(framing, &header).unwrap();
            assert_eq!((header.bytes, header.samples), (bytes, samples), "{framing:?}");
        }
    }

    #[test]
    fn frames_are_found_however_the_bytes_are_cut() {
        let mut frame = vec![0u8; 371];
        frame[..7].copy_from_slice(&[0xff, 0xf1, 0x4c, 0x80, 0x2e, 0x7f, 0xfc]);
        let stream = frame.repeat(5);
        for cut in 1..400 {
            let mut walk = AudioWalk::new(Framing::Adts);
            walk.begin_packet();
            let mut begins = Vec::new();
            let mut at = 0;
            for mut piece in stream.chunks(cut) {
                while !piece.is_empty() {
                    let step = walk.step(piece);
                    if step.begins {
                        begins.push(at);
                    }
                    at += step.bytes;
                    piece = &piece[step.bytes..];
                }
            }
            assert_eq!(begins, [0, 371, 742, 1113, 1484], "pieces of {cut}");
        }
    }
}
