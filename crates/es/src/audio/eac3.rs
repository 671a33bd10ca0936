//! Enhanced AC-3 syncframes (ETSI TS 102 366 annex E).

use super::ac3::{SAMPLE_RATES_HZ, SYNC, channels_of};
use super::header::{Header, Probe, probe_of, rate_of_length};
use super::{AudioFacts, AudioFormat};
use crate::HeaderError;
use crate::bits::BitReader;

/// Samples of a block.
const BLOCK_SAMPLES: u32 = 256;
/// Blocks by numblkscod.
const BLOCKS: [u32; 4] = [1, 2, 3, 6];
/// strmtyp of a dependent substream, and the reserved one.
const DEPENDENT: u8 = 1;
const RESERVED: u8 = 3;
/// The most syncframes that belong together: eight independent substreams with eight dependent
/// ones each.
const SUBSTREAMS_MAX: usize = 72;

/// syncinfo and the head of bsi.
struct Eac3Header {
    strmtyp: u8,
    substreamid: u8,
    frame_bytes: usize,
    sample_rate_hz: u32,
    blocks: u32,
    acmod: u8,
    lfe: bool,
    bsid: u8,
}

/// Looks for a frame at the first byte: a syncframe of substream 0, and those of other substreams
/// that follow it. What follows must have come for the frame to be found.
pub(super) fn probe(bytes: &[u8], at_end: bool) -> Probe {
    let first = match Eac3Header::parse(bytes) {
        Ok(header) if header.leads() => header,
        Ok(_) => return Probe::Bad,
        Err(fault) => return probe_of(Err(fault)),
    };
    let mut length = first.frame_bytes;
    for _ in 0..SUBSTREAMS_MAX {
        match Eac3Header::parse(bytes.get(length..).unwrap_or(&[])) {
            Ok(next) if !next.leads() => length += next.frame_bytes,
            Err(HeaderError::Truncated { .. }) if !at_end => return Probe::Short,
            _ => break,
        }
    }
    Probe::Frame(Header { bytes: length, key: first.sample_rate_hz })
}

/// Reads the headers of a frame.
pub(super) fn read(frame: &[u8]) -> Result<AudioFacts, HeaderError> {
    let first = Eac3Header::parse(frame)?;
    let (mut at, mut substreams) = (first.frame_bytes, 0u8);
    while let Ok(next) = Eac3Header::parse(frame.get(at..).unwrap_or(&[])) {
        at += next.frame_bytes;
        substreams = substreams.saturating_add(1);
    }
    let frame_samples = first.blocks * BLOCK_SAMPLES;
    Ok(AudioFacts {
        format: AudioFormat::Eac3 { bsid: first.bsid, acmod: first.acmod, substreams },
        sample_rate_hz: first.sample_rate_hz,
        channels: Some(channels_of(first.acmod, first.lfe)),
        frame_samples,
        bit_rate_bps: rate_of_length(frame.len(), frame_samples, first.sample_rate_hz),
    })
}

impl Eac3Header {
    fn parse(bytes: &[u8]) -> Result<Eac3Header, HeaderError> {
        let mut r = BitReader::new(bytes, "E-AC-3 syncinfo");
        let sync = r.bits(16)?;
        if sync != SYNC {
            return Err(r.forbidden("syncword", u64::from(sync)));
        }
        let strmtyp = r.byte(2)?;
        if strmtyp == RESERVED {
            return Err(r.forbidden("strmtyp", u64::from(strmtyp)));
        }
        let substreamid = r.byte(3)?;
        let frame_bytes = (r.bits(11)? as usize + 1) * 2;
        let (fscod, code) = (r.bits(2)? as usize, r.bits(2)? as usize);
        let (sample_rate_hz, blocks) = match SAMPLE_RATES_HZ.get(fscod) {
            Some(rate_hz) => (*rate_hz, BLOCKS[code]),
            // The second code is fscod2 then: halved rates.
            None => match SAMPLE_RATES_HZ.get(code) {
                Some(rate_hz) => (rate_hz / 2, 6),
                None => return Err(r.forbidden("fscod2", code as u64)),
            },
        };
        let (acmod, lfe, bsid) = (r.byte(3)?, r.flag()?, r.byte(5)?);
        if !(11..=16).contains(&bsid) {
            return Err(r.forbidden("bsid", u64::from(bsid)));
        }
        let header = Eac3Header {
            strmtyp,
            substreamid,
            frame_bytes,
            sample_rate_hz,
            blocks,
            acmod,
            lfe,
            bsid,
        };
        Ok(header)
    }

    /// Whether a frame begins with this syncframe.
    fn leads(&self) -> bool {
        self.strmtyp != DEPENDENT && self.substreamid == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A syncframe of 8 bytes: 48 kHz, six blocks, stereo, bsid 16.
    fn syncframe(strmtyp: u8, substreamid: u8) -> [u8; 8] {
        [0x0b, 0x77, strmtyp << 6 | substreamid << 3, 3, 0x34, 0x80, 0, 0]
    }

    #[test]
    fn substreams_of_the_same_time_make_one_frame() {
        let stream = [syncframe(0, 0), syncframe(1, 0), syncframe(0, 1), syncframe(0, 0)].concat();
        let found = Probe::Frame(Header { bytes: 24, key: 48_000 });
        assert_eq!(probe(&stream, false), found);
        assert_eq!(probe(&stream[..26], false), Probe::Short);
        let facts = read(&stream[..24]).unwrap();
        assert_eq!(facts.format, AudioFormat::Eac3 { bsid: 16, acmod: 2, substreams: 2 });
        assert_eq!((facts.channels, facts.frame_samples), (Some(2), 1536));
    }

    #[test]
    fn a_dependent_substream_begins_no_frame() {
        assert_eq!(probe(&syncframe(1, 0), true), Probe::Bad);
    }
}
