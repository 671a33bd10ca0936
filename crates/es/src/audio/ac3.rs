//! AC-3 syncframes (ETSI TS 102 366 clauses 4.3 and 4.4).

use super::header::{Header, Probe, probe_of};
use super::{AudioFacts, AudioFormat};
use crate::HeaderError;
use crate::bits::BitReader;

/// The sync word of AC-3 and Enhanced AC-3.
pub(super) const SYNC: u32 = 0x0b77;
/// Sampling rates by fscod.
pub(super) const SAMPLE_RATES_HZ: [u32; 3] = [48_000, 44_100, 32_000];
/// Samples of a syncframe: six blocks of 256.
const FRAME_SAMPLES: u32 = 6 * 256;
/// Nominal bit rates in kbit/s by half of frmsizecod.
const RATES_KBPS: [u32; 19] =
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

/// syncinfo and the head of bsi.
struct Ac3Header {
    fscod: u8,
    frmsizecod: u8,
    bsid: u8,
    bsmod: u8,
    acmod: u8,
    dolby_surround: bool,
    lfe: bool,
}

/// Looks for a syncframe at the first byte.
pub(super) fn probe(bytes: &[u8]) -> Probe {
    probe_of(Ac3Header::parse(bytes).map(|header| Header {
        bytes: header.frame_bytes(),
        key: u32::from(header.bsid) << 2 | u32::from(header.fscod),
    }))
}

/// Reads the header of a syncframe.
pub(super) fn read(frame: &[u8]) -> Result<AudioFacts, HeaderError> {
    let header = Ac3Header::parse(frame)?;
    let halvings = header.bsid.max(8) - 8;
    Ok(AudioFacts {
        format: AudioFormat::Ac3 {
            bsid: header.bsid,
            bsmod: header.bsmod,
            acmod: header.acmod,
            dolby_surround: header.dolby_surround,
        },
        sample_rate_hz: SAMPLE_RATES_HZ[usize::from(header.fscod)] >> halvings,
        channels: Some(channels_of(header.acmod, header.lfe)),
        frame_samples: FRAME_SAMPLES,
        bit_rate_bps: (header.rate_kbps() * 1000) >> halvings,
    })
}

/// Channels by acmod (table 4.3), with the low frequency one when it is on.
pub(super) fn channels_of(acmod: u8, lfe: bool) -> u8 {
    const FULL_RANGE: [u8; 8] = [2, 1, 2, 3, 3, 4, 4, 5];
    FULL_RANGE[usize::from(acmod & 7)] + u8::from(lfe)
}

impl Ac3Header {
    fn parse(bytes: &[u8]) -> Result<Ac3Header, HeaderError> {
        let mut r = BitReader::new(bytes, "AC-3 syncinfo");
        let sync = r.bits(16)?;
        if sync != SYNC {
            return Err(r.forbidden("syncword", u64::from(sync)));
        }
        r.skip(16)?; // crc1
        let fscod = r.byte(2)?;
        if usize::from(fscod) >= SAMPLE_RATES_HZ.len() {
            return Err(r.forbidden("fscod", u64::from(fscod)));
        }
        let frmsizecod = r.byte(6)?;
        if usize::from(frmsizecod / 2) >= RATES_KBPS.len() {
            return Err(r.forbidden("frmsizecod", u64::from(frmsizecod)));
        }
        let bsid = r.byte(5)?;
        if bsid > 10 {
            return Err(r.forbidden("bsid", u64::from(bsid)));
        }
        let (bsmod, acmod) = (r.byte(3)?, r.byte(3)?);
        if acmod & 1 != 0 && acmod != 1 {
            r.skip(2)?; // cmixlev
        }
        if acmod & 4 != 0 {
            r.skip(2)?; // surmixlev
        }
        let dolby_surround = acmod == 2 && r.bits(2)? == 2;
        let lfe = r.flag()?;
        Ok(Ac3Header { fscod, frmsizecod, bsid, bsmod, acmod, dolby_surround, lfe })
    }

    fn rate_kbps(&self) -> u32 {
        RATES_KBPS[usize::from(self.frmsizecod / 2)]
    }

    /// Length of the syncframe (table 4.13): words of two bytes in 32 ms at 48 kHz.
    fn frame_bytes(&self) -> usize {
        let words = match self.fscod {
            0 => self.rate_kbps() * 2,
            1 => self.rate_kbps() * 320 / 147 + u32::from(self.frmsizecod & 1),
            _ => self.rate_kbps() * 3,
        };
        words as usize * 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_their_published_lengths() {
        let length =
            |fscod_frmsizecod| match probe(&[0x0b, 0x77, 0, 0, fscod_frmsizecod, 0x40, 0x40, 0]) {
                Probe::Frame(found) => found.bytes,
                other => panic!("{other:?}"),
            };
        // 192 kbit/s at 48 kHz, 448 kbit/s at 48 kHz, 32 kbit/s at 44.1 kHz twice, 640 at 32 kHz.
        assert_eq!(length(20), 768);
        assert_eq!(length(30), 1792);
        assert_eq!((length(0x40), length(0x41)), (138, 140));
        assert_eq!(length(0x80 | 36), 3840);
    }

    #[test]
    fn five_channels_and_the_low_one_are_six() {
        // bsid 8, acmod 7, two mix levels, lfeon.
        let facts = read(&[0x0b, 0x77, 0, 0, 30, 0x40, 0xe1, 0]).unwrap();
        assert_eq!((facts.channels, facts.bit_rate_bps), (Some(6), 448_000));
        assert_eq!((facts.sample_rate_hz, facts.frame_samples), (48_000, 1536));
    }
}
