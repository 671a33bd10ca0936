//! DVB subtitles (ETSI EN 300 743): the pages that a descriptor announces, and the segments of a
//! PES packet.

use crate::Codec;

/// Pages of one stream that are told.
pub const PAGES_MAX: usize = 4;
/// Bytes of a page in a subtitling_descriptor (EN 300 468 clause 6.2.42).
const PAGE_BYTES: usize = 8;
/// data_identifier and subtitle_stream_id of a PES packet (EN 300 743 clause 7.1).
const HEAD: [u8; 2] = [0x20, 0x00];
const SEGMENT_SYNC: u8 = 0x0f;
const END_MARKER: u8 = 0xff;
/// Bytes of a segment before its data.
const SEGMENT_HEADER: usize = 6;
const PAGE_COMPOSITION: u8 = 0x10;

/// What a subtitling_descriptor says of one page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubtitlePage {
    /// ISO 639-2 code of the language.
    pub language: [u8; 3],
    /// subtitling_type, by the component_type of EN 300 468 table 26: 0x10 to 0x1f for everyone,
    /// 0x20 to 0x2f for the hard of hearing.
    pub kind: u8,
    /// composition_page_id.
    pub composition: u16,
    /// ancillary_page_id.
    pub ancillary: u16,
}

/// The pages of a stream, as its descriptor announces them: one at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubtitleFacts {
    pages: [SubtitlePage; PAGES_MAX],
    count: u8,
}

/// Why the data of a PES packet are no subtitles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no whole segments of DVB subtitles (EN 300 743 clause 7.1): byte {at}")]
pub struct SegmentError {
    /// Where in the data they go wrong.
    pub at: usize,
}

impl SubtitleFacts {
    /// The facts of these pages; `None` without any, or with more than [`PAGES_MAX`].
    pub fn new(pages: &[SubtitlePage]) -> Option<SubtitleFacts> {
        if pages.is_empty() || pages.len() > PAGES_MAX {
            return None;
        }
        let mut all = [SubtitlePage::default(); PAGES_MAX];
        all[..pages.len()].copy_from_slice(pages);
        Some(SubtitleFacts { pages: all, count: pages.len() as u8 })
    }

    /// Reads the body of a subtitling_descriptor; `None` when it announces no page.
    pub fn from_descriptor(body: &[u8]) -> Option<SubtitleFacts> {
        let page = |entry: &[u8]| SubtitlePage {
            language: [entry[0], entry[1], entry[2]].map(|b| b.to_ascii_lowercase()),
            kind: entry[3],
            composition: u16::from_be_bytes([entry[4], entry[5]]),
            ancillary: u16::from_be_bytes([entry[6], entry[7]]),
        };
        let pages: Vec<_> = body.chunks_exact(PAGE_BYTES).take(PAGES_MAX).map(page).collect();
        SubtitleFacts::new(&pages)
    }

    /// The body of the subtitling_descriptor.
    pub fn to_descriptor(self) -> Vec<u8> {
        let mut body = Vec::with_capacity(PAGES_MAX * PAGE_BYTES);
        for page in self.pages() {
            body.extend_from_slice(&page.language);
            body.push(page.kind);
            body.extend_from_slice(&page.composition.to_be_bytes());
            body.extend_from_slice(&page.ancillary.to_be_bytes());
        }
        body
    }

    /// The pages.
    pub fn pages(&self) -> &[SubtitlePage] {
        &self.pages[..usize::from(self.count)]
    }

    /// The codec.
    pub const fn codec(&self) -> Codec {
        Codec::DvbSubtitles
    }

    /// The rate in bit/s at which the transport buffer empties and the bytes of the coded data
    /// buffer behind it (EN 300 743 clause 5): pages for high definition have more of both.
    pub fn buffer(&self) -> (u64, u32) {
        let is_high_definition = |page: &SubtitlePage| page.kind & 0x0f >= 4;
        match self.pages().iter().any(is_high_definition) {
            true => (400_000, 100 * 1024),
            false => (192_000, 24 * 1024),
        }
    }
}

/// The segments in the data of a PES packet, without what stands around them, and whether a decoder
/// can begin with them: a page composition that is no mere change of the one before.
pub fn segments(data: &[u8]) -> Result<(&[u8], bool), SegmentError> {
    if !data.starts_with(&HEAD) {
        return Err(SegmentError { at: 0 });
    }
    let (mut at, mut entry) = (HEAD.len(), false);
    loop {
        match data.get(at) {
            Some(&SEGMENT_SYNC) => {
                let fail = SegmentError { at };
                let header = data.get(at..at + SEGMENT_HEADER).ok_or(fail)?;
                let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
                let start = at + SEGMENT_HEADER;
                let body = data.get(start..start + length).ok_or(fail)?;
                // page_state: 1 is an acquisition point, 2 a change of mode.
                let state = body.get(1).map(|b| b >> 2 & 3);
                entry |= header[1] == PAGE_COMPOSITION && matches!(state, Some(1 | 2));
                at = start + length;
            }
            Some(&END_MARKER) => return Ok((&data[HEAD.len()..at], entry)),
            _ => return Err(SegmentError { at }),
        }
    }
}

/// The data of a PES packet of these segments.
pub fn data_of(segments: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(HEAD.len() + segments.len() + 1);
    data.extend_from_slice(&HEAD);
    data.extend_from_slice(segments);
    data.push(END_MARKER);
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: [u8; 8] = [SEGMENT_SYNC, PAGE_COMPOSITION, 0, 1, 0, 2, 10, 0x04];
    const END: [u8; 6] = [SEGMENT_SYNC, 0x80, 0, 1, 0, 0];

    #[test]
    fn segments_are_taken_out_and_put_back() {
        let inner = [&PAGE[..], &END].concat();
        let data = data_of(&inner);
        assert_eq!(segments(&data), Ok((&inner[..], true)));
        let stuffed = [&data[..], &[0xff; 9]].concat();
        assert_eq!(segments(&stuffed), Ok((&inner[..], true)));
        let mut change = inner;
        change[7] = 0;
        assert!(!segments(&data_of(&change)).unwrap().1);
    }

    #[test]
    fn what_is_cut_or_something_else_is_refused_with_its_place() {
        let data = data_of(&PAGE);
        for end in 0..data.len() {
            assert!(segments(&data[..end]).is_err(), "{end} bytes");
        }
        assert_eq!(segments(&[0x10, 0, 0xff]), Err(SegmentError { at: 0 }));
        assert_eq!(segments(&[0x20, 0, 0x77]), Err(SegmentError { at: 2 }));
    }

    #[test]
    fn a_descriptor_is_written_as_it_was_read() {
        let body = [b'b', b'o', b'd', 0x10, 0, 1, 0, 2, b'u', b'i', b'g', 0x24, 0, 3, 0, 3];
        let facts = SubtitleFacts::from_descriptor(&body).unwrap();
        assert_eq!(facts.pages().len(), 2);
        assert_eq!(facts.pages()[0].ancillary, 2);
        assert_eq!(facts.to_descriptor(), body);
        assert_eq!(facts.buffer(), (400_000, 102_400));
        assert_eq!(SubtitleFacts::from_descriptor(&body[..7]), None);
    }
}
