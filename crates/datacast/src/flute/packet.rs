//! A packet of ALC (RFC 5775): LCT header (RFC 5651), FEC payload id, symbol.
//!
//! ```text
//! V 4 (1) | C 2 | PSI 2 | S | O 2 | H | 0 2 | A | B | header length 8 (words) | codepoint 8
//! congestion control 32 * (C + 1) | TSI 32 * S + 16 * H | TOI 32 * O + 16 * H
//! extensions: type 8 | (length 8 in words, when type < 128) | content
//! source block number, encoding symbol id | symbol
//! ```

use super::oti::{FTI_SIZE, Oti, OtiError, PayloadId};

const VERSION: u8 = 1;
const EXT_FTI: u8 = 64;
const EXT_FDT: u8 = 192;
const EXT_CENC: u8 = 193;
/// The version of FLUTE in EXT_FDT: RFC 6726.
const FLUTE_VERSION: u32 = 2;
/// FDT instance ids have 20 bits.
const FDT_ID_BITS: u32 = 20;

/// A packet that carries one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Transport session identifier, 48 bits at most.
    pub tsi: u64,
    /// Transport object identifier; 0 for FDT instances.
    pub toi: u128,
    /// No more packets of the session will come.
    pub close_session: bool,
    /// No more packets of the object will come.
    pub close_object: bool,
    /// FEC encoding id, which is the codepoint.
    pub encoding_id: u8,
    /// FDT instance id, 20 bits, in packets of object 0.
    pub fdt_instance: Option<u32>,
    /// How the object is cut.
    pub oti: Option<Oti>,
    /// Whether the object is compressed (EXT_CENC other than null); none of ours is.
    pub is_compressed: bool,
    /// Which symbol this is.
    pub payload: PayloadId,
    /// The symbol; empty in packets that only close something.
    pub symbol: &'a [u8],
}

/// Why bytes are no packet that could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// The packet ends inside its header.
    #[error("packet of {size} bytes ends inside its {part}")]
    Short {
        /// Bytes of the packet.
        size: usize,
        /// What is not there as a whole.
        part: &'static str,
    },
    /// Another version of LCT.
    #[error("LCT version {version}, where 1 is known")]
    Version {
        /// As received.
        version: u8,
    },
    /// An extension whose length leads out of the header.
    #[error("extension {kind} does not fit the header")]
    Extension {
        /// Its type.
        kind: u8,
    },
    /// The object is cut in a way that is not known or cannot be.
    #[error(transparent)]
    Oti(#[from] OtiError),
}

impl<'a> Packet<'a> {
    /// Appends the packet to `out`: with identifiers of 16 bits where they suffice, else of 32.
    ///
    /// # Panics
    /// When an identifier has more than 32 bits, which no sender here gives.
    pub fn append(&self, out: &mut Vec<u8>) {
        let tsi = u32::try_from(self.tsi).expect("a TSI of 32 bits");
        let toi = u32::try_from(self.toi).expect("a TOI of 32 bits");
        let start = out.len();
        let close = u8::from(self.close_session) << 1 | u8::from(self.close_object);
        let (narrow_tsi, narrow_toi) = (u16::try_from(tsi), u16::try_from(toi));
        if let (Ok(tsi), Ok(toi)) = (narrow_tsi, narrow_toi) {
            out.extend_from_slice(&[VERSION << 4, 0x10 | close, 0, self.encoding_id]);
            out.extend_from_slice(&[0; 4]);
            out.extend_from_slice(&tsi.to_be_bytes());
            out.extend_from_slice(&toi.to_be_bytes());
        } else {
            out.extend_from_slice(&[VERSION << 4, 0xa0 | close, 0, self.encoding_id]);
            out.extend_from_slice(&[0; 4]);
            out.extend_from_slice(&tsi.to_be_bytes());
            out.extend_from_slice(&toi.to_be_bytes());
        }
        if let Some(instance) = self.fdt_instance {
            let instance = instance & ((1 << FDT_ID_BITS) - 1);
            let content = u32::from(EXT_FDT) << 24 | FLUTE_VERSION << FDT_ID_BITS | instance;
            out.extend_from_slice(&content.to_be_bytes());
        }
        if let Some(oti) = self.oti {
            out.extend_from_slice(&[EXT_FTI, (FTI_SIZE as u8 + 2) / 4]);
            out.extend_from_slice(&oti.to_fti());
        }
        out[start + 2] = ((out.len() - start) / 4) as u8;
        let PayloadId { source_block, id } = self.payload;
        let payload = match self.encoding_id {
            6 => u32::from(source_block) << 24 | id & 0xff_ffff,
            _ => u32::from(source_block) << 16 | id & 0xffff,
        };
        out.extend_from_slice(&payload.to_be_bytes());
        out.extend_from_slice(self.symbol);
    }

    /// Reads a packet; any bytes may be given.
    ///
    /// # Errors
    /// [`PacketError`] telling what is wrong.
    pub fn parse(bytes: &'a [u8]) -> Result<Packet<'a>, PacketError> {
        let short = |part| PacketError::Short { size: bytes.len(), part };
        let &[first, flags, words, encoding_id, ..] = bytes else {
            return Err(short("first word"));
        };
        if first >> 4 != VERSION {
            return Err(PacketError::Version { version: first >> 4 });
        }
        let (header, rest) =
            bytes.split_at_checked(usize::from(words) * 4).ok_or(short("header"))?;
        let half = usize::from(flags >> 4 & 1) * 2;
        let control = (usize::from(first >> 2 & 3) + 1) * 4;
        let tsi_size = usize::from(flags >> 7) * 4 + half;
        let toi_size = usize::from(flags >> 5 & 3) * 4 + half;
        let mut fields = header.get(4 + control..).ok_or(short("congestion control"))?;
        let tsi = take_number(&mut fields, tsi_size).ok_or(short("TSI"))? as u64;
        let toi = take_number(&mut fields, toi_size).ok_or(short("TOI"))?;
        let mut packet = Packet {
            tsi,
            toi,
            close_session: flags & 2 != 0,
            close_object: flags & 1 != 0,
            encoding_id,
            fdt_instance: None,
            oti: None,
            is_compressed: false,
            payload: PayloadId { source_block: 0, id: 0 },
            symbol: &[],
        };
        packet.read_extensions(fields)?;
        if rest.is_empty() && (packet.close_session || packet.close_object) {
            return Ok(packet);
        }
        let (payload, symbol) = rest.split_first_chunk::<4>().ok_or(short("payload id"))?;
        let payload = u32::from_be_bytes(*payload);
        let (source_block, id) = match encoding_id {
            6 => (payload >> 24, payload & 0xff_ffff),
            _ => (payload >> 16, payload & 0xffff),
        };
        packet.payload = PayloadId { source_block: source_block as u16, id };
        packet.symbol = symbol;
        Ok(packet)
    }

    fn read_extensions(&mut self, mut bytes: &[u8]) -> Result<(), PacketError> {
        while let Some(&kind) = bytes.first() {
            let outside = PacketError::Extension { kind };
            let words = if kind < 128 { *bytes.get(1).ok_or(outside)? } else { 1 };
            let size = usize::from(words.max(1)) * 4;
            let (extension, rest) = bytes.split_at_checked(size).ok_or(outside)?;
            match kind {
                EXT_FTI => self.oti = Some(Oti::from_fti(self.encoding_id, &extension[2..])?),
                EXT_FDT => {
                    let content = u32::from_be_bytes([0, extension[1], extension[2], extension[3]]);
                    self.fdt_instance = Some(content & ((1 << FDT_ID_BITS) - 1));
                }
                EXT_CENC => self.is_compressed = extension[1] != 0,
                _ => {}
            }
            bytes = rest;
        }
        Ok(())
    }
}

/// A number of at most 16 bytes.
fn take_number(bytes: &mut &[u8], size: usize) -> Option<u128> {
    let (taken, rest) = bytes.split_at_checked(size)?;
    *bytes = rest;
    Some(taken.iter().fold(0, |number, byte| number << 8 | u128::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_packet_of_an_fdt_has_the_bytes_of_the_standards() {
        let packet = Packet {
            tsi: 1,
            toi: 0,
            close_session: false,
            close_object: false,
            encoding_id: 0,
            fdt_instance: Some(5),
            oti: Some(Oti::no_code(300, 1400, 64).unwrap()),
            is_compressed: false,
            payload: PayloadId { source_block: 0, id: 2 },
            symbol: b"xml",
        };
        let mut out = Vec::new();
        packet.append(&mut out);
        let wanted = [
            0x10, 0x10, 8, 0, 0, 0, 0, 0, 0, 1, 0, 0, 192, 0x20, 0, 5, 64, 4, 0, 0, 0, 0, 1, 44, 0,
            0, 5, 120, 0, 0, 0, 64, 0, 0, 0, 2, b'x', b'm', b'l',
        ];
        assert_eq!(out, wanted);
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        let parse = |bytes: &[u8]| Packet::parse(bytes).map(|_| ());
        let short = |size, part| Err(PacketError::Short { size, part });
        assert_eq!(parse(&[0x10, 0, 1]), short(3, "first word"));
        assert_eq!(parse(&[0x20, 0, 1, 0]), Err(PacketError::Version { version: 2 }));
        assert_eq!(parse(&[0x10, 0x10, 3, 0]), short(4, "header"));
        assert_eq!(parse(&[0x10, 0x10, 2, 0, 0, 0, 0, 0]), short(8, "TSI"));
        let mut bytes = vec![0x10, 0x10, 4, 0, 0, 0, 0, 0, 0, 1, 0, 0, 64, 2, 0, 0];
        assert_eq!(parse(&bytes), Err(PacketError::Extension { kind: 64 }));
        bytes.truncate(12);
        bytes[2] = 3;
        assert_eq!(parse(&bytes), short(12, "payload id"));
        bytes[1] |= 2;
        assert_eq!(parse(&bytes), Ok(()), "a packet that closes the session has no symbol");
    }

    proptest! {
        #[test]
        fn any_packet_reads_back(
            (tsi, toi) in (any::<u32>(), any::<u32>()), narrow: bool, close: (bool, bool),
            fdt in proptest::option::of(0u32..1 << 20), coded: bool, with_oti: bool,
            number in 0u16..256, id in 0u32..65_536,
            symbol in prop::collection::vec(any::<u8>(), 0..50),
        ) {
            let oti = match coded {
                true => Oti::raptorq(1_000_000, 1400, 1 << 20),
                false => Oti::no_code(1_000_000, 1400, 64),
            }.unwrap();
            let mask = if narrow { 0xffff } else { u32::MAX };
            let packet = Packet {
                tsi: u64::from(tsi & mask),
                toi: u128::from(toi & mask),
                close_session: close.0,
                close_object: close.1,
                encoding_id: oti.encoding_id(),
                fdt_instance: fdt,
                oti: with_oti.then_some(oti),
                is_compressed: false,
                payload: PayloadId { source_block: number, id },
                symbol: &symbol,
            };
            let mut out = Vec::new();
            packet.append(&mut out);
            prop_assert_eq!(Packet::parse(&out), Ok(packet));
        }

        #[test]
        fn any_bytes_are_read_without_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..80), tame: bool,
        ) {
            if tame && bytes.len() > 3 {
                bytes[0] = 0x10;
                bytes[2] %= 16;
                bytes[3] = if bytes[3] & 1 == 0 { 0 } else { 6 };
            }
            let _ = Packet::parse(&bytes);
        }
    }
}
