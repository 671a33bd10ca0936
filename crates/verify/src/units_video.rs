//! Where pictures begin in a video stream, and the headers that give its decoder model.

use es::{Codec, VideoFacts, VideoSplitter};

/// Bytes of a picture kept for its headers: parameter sets, messages and the first slice header.
const HEAD_BYTES: usize = 4096;
/// Bytes that a start code with what must be read behind it takes.
const CODE: usize = 6;

/// Watches one video stream.
#[derive(Clone, Debug)]
pub(crate) struct VideoWalk {
    codec: Codec,
    tail: [u8; CODE - 1],
    tail_len: usize,
    /// The picture with which the PES packet began has been seen.
    first_seen: bool,
    temporal_reference: Option<u16>,
    head: Vec<u8>,
    head_has_parameters: bool,
    /// A slice has begun, so that all headers before it are whole.
    head_has_slice: bool,
    /// The headers have been read when the first slice began.
    read_early: bool,
    facts: Option<VideoFacts>,
}

impl VideoWalk {
    /// A watch over a stream of this codec; `None` when it is not video.
    pub(crate) fn new(codec: Codec) -> Option<VideoWalk> {
        codec.is_video().then_some(VideoWalk {
            codec,
            tail: [0; CODE - 1],
            tail_len: 0,
            first_seen: false,
            temporal_reference: None,
            head: Vec::new(),
            head_has_parameters: false,
            head_has_slice: false,
            read_early: false,
            facts: None,
        })
    }

    /// The sequence headers in force.
    pub(crate) fn facts(&self) -> Option<&VideoFacts> {
        self.facts.as_ref()
    }

    /// A PES packet begins, with a time stamp or without. Returns whether the headers in force
    /// have changed with the one before it.
    pub(crate) fn begin_packet(&mut self, stamped: bool) -> bool {
        let changed = self.read_head();
        self.first_seen = !stamped;
        self.temporal_reference = None;
        self.tail_len = 0;
        changed
    }

    /// Goes on by the payload of one packet. Gives the offsets at which pictures begin, beyond the
    /// first of a stamped PES packet; returns whether the headers in force have changed.
    pub(crate) fn scan(&mut self, bytes: &[u8], mut begins: impl FnMut(usize)) -> bool {
        let mut window = [0u8; CODE - 1 + ts::PACKET_SIZE];
        let carried = self.tail_len;
        window[..carried].copy_from_slice(&self.tail[..carried]);
        let len = carried + bytes.len().min(ts::PACKET_SIZE);
        window[carried..len].copy_from_slice(&bytes[..len - carried]);
        let window = &window[..len];
        let mut at = 2;
        // Of three bytes in a row the third decides how far the next start code must be.
        while at + CODE - 2 <= len {
            match window[at] {
                0 => at += 1,
                1 if window[at - 1] == 0 && window[at - 2] == 0 => {
                    let behind = [window[at + 1], window[at + 2], window[at + 3]];
                    if self.starts_picture(behind) {
                        begins((at - 2).saturating_sub(carried));
                    }
                    at += 3;
                }
                _ => at += 3,
            }
        }
        self.tail_len = len.min(CODE - 1);
        self.tail[..self.tail_len].copy_from_slice(&window[len - self.tail_len..]);
        self.keep_head(bytes)
    }

    fn starts_picture(&mut self, behind: [u8; 3]) -> bool {
        let (is_start, is_parameters, is_slice) = match self.codec {
            Codec::H264 => {
                let kind = behind[0] & 0x1f;
                (kind == 9, kind == 7, matches!(kind, 1 | 5))
            }
            Codec::Hevc => {
                let kind = (behind[0] >> 1) & 0x3f;
                (kind == 35, kind == 33, kind < 32)
            }
            _ => (behind[0] == 0, behind[0] == 0xb3, matches!(behind[0], 1..=0xaf)),
        };
        self.head_has_parameters |= is_parameters;
        self.head_has_slice |= is_slice;
        if !is_start {
            return false;
        }
        if self.codec == Codec::Mpeg2Video {
            // The two fields of a frame have one temporal_reference and one time stamp.
            let reference = u16::from_be_bytes([behind[1], behind[2]]) >> 6;
            if self.temporal_reference.replace(reference) == Some(reference) {
                return false;
            }
        }
        core::mem::replace(&mut self.first_seen, true)
    }

    fn keep_head(&mut self, bytes: &[u8]) -> bool {
        let room = HEAD_BYTES - self.head.len();
        if room == 0 {
            return false;
        }
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.head.len() == HEAD_BYTES {
            return self.parse_head();
        }
        // What the headers say of the buffers holds from the picture's first byte, so they are
        // read as soon as they are whole.
        let early = self.head_has_slice && self.head_has_parameters;
        early && !core::mem::replace(&mut self.read_early, true) && self.parse()
    }

    fn read_head(&mut self) -> bool {
        let changed = self.head.len() < HEAD_BYTES && self.parse_head();
        self.head.clear();
        self.head_has_parameters = false;
        self.head_has_slice = false;
        self.read_early = false;
        changed
    }

    fn parse_head(&mut self) -> bool {
        core::mem::take(&mut self.head_has_parameters) && self.parse()
    }

    fn parse(&mut self) -> bool {
        let Some(mut splitter) = VideoSplitter::new(self.codec) else {
            return false;
        };
        let mut units = Vec::new();
        splitter.push(&self.head, &mut units);
        splitter.finish(&mut units);
        let facts = units.into_iter().find_map(|unit| unit.facts);
        if facts.is_none() || facts == self.facts {
            return false;
        }
        self.facts = facts;
        true
    }
}
