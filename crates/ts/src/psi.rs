//! Programme specific information: PAT and PMT (ISO/IEC 13818-1 clauses 2.4.4.3 and 2.4.4.8).

use crate::packet::Pid;
use crate::section::{LongHeader, SectionError, SectionView, write_section};

/// table_id of the programme association table.
pub const PAT_TABLE_ID: u8 = 0x00;
/// table_id of the programme map table.
pub const PMT_TABLE_ID: u8 = 0x02;

/// What is wrong with a PAT or PMT whose section is sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PsiError {
    /// The section belongs to another table.
    #[error("table {found:#04x} where {wanted:#04x} is expected")]
    Table {
        /// The table that was asked for.
        wanted: u8,
        /// The table of the section.
        found: u8,
    },
    /// A length inside the section points beyond it.
    #[error("table {table_id:#04x} ends inside its loop at byte {at} of its body")]
    Truncated {
        /// The table.
        table_id: u8,
        /// Where in the body the loop breaks.
        at: usize,
    },
}

/// A programme association table of one section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pat {
    /// The transport stream.
    pub transport_stream_id: u16,
    /// version_number, five bits.
    pub version: u8,
    /// programme numbers and their PMT PIDs; programme 0 names the NIT.
    pub programs: Vec<(u16, Pid)>,
}

impl Pat {
    /// The section that carries the table.
    pub fn to_section(&self) -> Result<Vec<u8>, SectionError> {
        let mut body = Vec::with_capacity(self.programs.len() * 4);
        for (number, pid) in &self.programs {
            body.extend_from_slice(&number.to_be_bytes());
            body.extend_from_slice(&(0xe000 | pid.value()).to_be_bytes());
        }
        write_section(&header(PAT_TABLE_ID, self.transport_stream_id, self.version), &body)
    }

    /// Reads the table from a section.
    pub fn parse(section: &SectionView<'_>) -> Result<Pat, PsiError> {
        expect_table(section, PAT_TABLE_ID)?;
        let entries = section.body().chunks_exact(4);
        if !entries.remainder().is_empty() {
            let at = section.body().len() - entries.remainder().len();
            return Err(PsiError::Truncated { table_id: PAT_TABLE_ID, at });
        }
        Ok(Pat {
            transport_stream_id: section.extension(),
            version: section.version(),
            programs: entries
                .map(|e| (u16::from_be_bytes([e[0], e[1]]), Pid::from_wire(e[2], e[3])))
                .collect(),
        })
    }
}

/// The kind of an elementary stream in the PMT (table 2-34). Unknown codes stay what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamType(pub u8);

impl StreamType {
    /// MPEG-1 video.
    pub const MPEG1_VIDEO: StreamType = StreamType(0x01);
    /// MPEG-2 video.
    pub const MPEG2_VIDEO: StreamType = StreamType(0x02);
    /// MPEG-1 audio.
    pub const MPEG1_AUDIO: StreamType = StreamType(0x03);
    /// MPEG-2 audio with half sampling rates.
    pub const MPEG2_AUDIO: StreamType = StreamType(0x04);
    /// Private sections.
    pub const PRIVATE_SECTIONS: StreamType = StreamType(0x05);
    /// Private data in PES packets: AC-3, subtitles, teletext by descriptor.
    pub const PRIVATE_PES: StreamType = StreamType(0x06);
    /// DSM-CC U-N messages: data and object carousels.
    pub const DSMCC_UN: StreamType = StreamType(0x0b);
    /// DSM-CC sections: multiprotocol encapsulation.
    pub const DSMCC_SECTIONS: StreamType = StreamType(0x0d);
    /// AAC in ADTS.
    pub const AAC_ADTS: StreamType = StreamType(0x0f);
    /// AAC in LATM.
    pub const AAC_LATM: StreamType = StreamType(0x11);
    /// H.264.
    pub const H264: StreamType = StreamType(0x1b);
    /// HEVC.
    pub const HEVC: StreamType = StreamType(0x24);
}

/// One elementary stream of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PmtStream {
    /// What it is.
    pub stream_type: StreamType,
    /// Where it is.
    pub pid: Pid,
    /// Its descriptor loop.
    pub descriptors: Vec<u8>,
}

/// A programme map table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pmt {
    /// The programme, which in DVB is the service.
    pub program_number: u16,
    /// version_number, five bits.
    pub version: u8,
    /// The PID that carries the programme's clock; the null PID when it has none.
    pub pcr_pid: Pid,
    /// The programme's descriptor loop.
    pub descriptors: Vec<u8>,
    /// The elementary streams.
    pub streams: Vec<PmtStream>,
}

impl Pmt {
    /// The section that carries the table.
    pub fn to_section(&self) -> Result<Vec<u8>, SectionError> {
        let mut body = Vec::new();
        body.extend_from_slice(&(0xe000 | self.pcr_pid.value()).to_be_bytes());
        push_loop(&mut body, &self.descriptors)?;
        for stream in &self.streams {
            body.push(stream.stream_type.0);
            body.extend_from_slice(&(0xe000 | stream.pid.value()).to_be_bytes());
            push_loop(&mut body, &stream.descriptors)?;
        }
        write_section(&header(PMT_TABLE_ID, self.program_number, self.version), &body)
    }

    /// Reads the table from a section.
    pub fn parse(section: &SectionView<'_>) -> Result<Pmt, PsiError> {
        expect_table(section, PMT_TABLE_ID)?;
        let mut reader = Reader { body: section.body(), at: 0 };
        let pcr = reader.take(2)?;
        let descriptors = reader.take_loop()?.to_vec();
        let mut streams = Vec::new();
        while reader.at < reader.body.len() {
            let head = reader.take(3)?;
            let descriptors = reader.take_loop()?.to_vec();
            let pid = Pid::from_wire(head[1], head[2]);
            streams.push(PmtStream { stream_type: StreamType(head[0]), pid, descriptors });
        }
        Ok(Pmt {
            program_number: section.extension(),
            version: section.version(),
            pcr_pid: Pid::from_wire(pcr[0], pcr[1]),
            descriptors,
            streams,
        })
    }
}

/// The descriptors of a loop as (tag, body); stops before one that does not end within the loop.
pub fn descriptors(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    core::iter::from_fn(move || {
        let (&[tag, length], rest) = bytes.split_first_chunk::<2>()?;
        let (body, rest) = rest.split_at_checked(usize::from(length))?;
        bytes = rest;
        Some((tag, body))
    })
}

fn header(table_id: u8, extension: u16, version: u8) -> LongHeader {
    LongHeader {
        table_id,
        private: false,
        extension,
        version,
        current: true,
        number: 0,
        last_number: 0,
    }
}

fn expect_table(section: &SectionView<'_>, wanted: u8) -> Result<(), PsiError> {
    let found = section.table_id();
    if found == wanted { Ok(()) } else { Err(PsiError::Table { wanted, found }) }
}

/// Appends a descriptor loop behind its 12-bit length.
fn push_loop(body: &mut Vec<u8>, descriptors: &[u8]) -> Result<(), SectionError> {
    let size = descriptors.len();
    if size > 1012 {
        return Err(SectionError::TooLong { table_id: PMT_TABLE_ID, size, limit: 1012 });
    }
    body.extend_from_slice(&(0xf000 | size as u16).to_be_bytes());
    body.extend_from_slice(descriptors);
    Ok(())
}

struct Reader<'a> {
    body: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], PsiError> {
        let taken = self.body.get(self.at..self.at + count);
        let taken = taken.ok_or(PsiError::Truncated { table_id: PMT_TABLE_ID, at: self.at })?;
        self.at += count;
        Ok(taken)
    }

    fn take_loop(&mut self) -> Result<&'a [u8], PsiError> {
        let length = self.take(2)?;
        self.take(usize::from(u16::from_be_bytes([length[0] & 0x0f, length[1]])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pid(value: u16) -> Pid {
        Pid::new(value).unwrap()
    }

    #[test]
    fn map_table_matches_the_published_bytes() {
        let pmt = Pmt {
            program_number: 1,
            version: 0,
            pcr_pid: pid(0x101),
            descriptors: Vec::new(),
            streams: vec![
                PmtStream {
                    stream_type: StreamType::H264,
                    pid: pid(0x101),
                    descriptors: vec![0x52, 1, 1],
                },
                PmtStream {
                    stream_type: StreamType::AAC_ADTS,
                    pid: pid(0x102),
                    descriptors: vec![0x0a, 4, b'c', b'h', b'i', 0, 0x52, 1, 2],
                },
            ],
        };
        let section = pmt.to_section().unwrap();
        let expected = [
            0x02, 0xb0, 0x23, 0x00, 0x01, 0xc1, 0x00, 0x00, 0xe1, 0x01, 0xf0, 0x00, 0x1b, 0xe1,
            0x01, 0xf0, 0x03, 0x52, 0x01, 0x01, 0x0f, 0xe1, 0x02, 0xf0, 0x09, 0x0a, 0x04, 0x63,
            0x68, 0x69, 0x00, 0x52, 0x01, 0x02, 0x3e, 0xf4, 0xc7, 0x3c,
        ];
        assert_eq!(section, expected);
        assert_eq!(Pmt::parse(&SectionView::parse(&section).unwrap()), Ok(pmt));
    }

    proptest! {
        #[test]
        fn any_association_table_survives(
            programs in proptest::collection::vec((any::<u16>(), 0u16..0x2000), 0..100),
            version in 0u8..32,
        ) {
            let programs = programs.into_iter().map(|(n, p)| (n, pid(p))).collect();
            let pat = Pat { transport_stream_id: 7, version, programs };
            let section = pat.to_section().unwrap();
            prop_assert_eq!(Pat::parse(&SectionView::parse(&section).unwrap()), Ok(pat));
        }

        #[test]
        fn any_sound_section_is_read_or_refused(
            body in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            for table_id in [PAT_TABLE_ID, PMT_TABLE_ID] {
                let section = write_section(&header(table_id, 1, 0), &body).unwrap();
                let view = SectionView::parse(&section).unwrap();
                let _ = (Pat::parse(&view), Pmt::parse(&view));
            }
            let _ = descriptors(&body).count();
        }
    }
}
