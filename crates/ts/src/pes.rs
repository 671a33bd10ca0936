//! Packetised elementary stream headers (ISO/IEC 13818-1 clause 2.4.3.6).
//!
//! ```text
//! 00 00 01 | stream_id 8 | length 16 | 10 .. alignment 1 .. | PTS_DTS 2 .. | header length 8 |
//! [PTS 40] [DTS 40] [stuffing] | payload
//! ```

use crate::packet::{Packet, PacketView};
use crate::time::Timestamp;

/// Bytes before the optional fields of an audio or video PES packet.
const FIXED: usize = 9;

/// What is wrong with a PES header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PesError {
    /// No start code 00 00 01.
    #[error("no PES start code")]
    StartCode,
    /// The bytes end inside the header.
    #[error("PES header ends after {present} of {wanted} bytes")]
    Short {
        /// Bytes that the header needs.
        wanted: usize,
        /// Bytes that are there.
        present: usize,
    },
    /// The fixed bits, PTS_DTS_flags or markers are not as the standard wants them.
    #[error("PES header of stream {stream_id:#04x} is damaged")]
    Damaged {
        /// The stream as it was read.
        stream_id: u8,
    },
}

/// The header of a PES packet that carries audio, video or private_stream_1 data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PesHeader {
    /// stream_id: 0xe0 and up for video, 0xc0 and up for audio, 0xbd for private_stream_1.
    pub stream_id: u8,
    /// When the first access unit is presented.
    pub pts: Option<Timestamp>,
    /// When it is decoded, if that differs. Written only together with a PTS.
    pub dts: Option<Timestamp>,
    /// data_alignment_indicator: the payload begins with an access unit.
    pub data_alignment: bool,
    /// Bytes of payload; `None` for the unbounded form that only video may use.
    pub payload_len: Option<usize>,
}

impl PesHeader {
    /// Bytes that [`PesHeader::write`] appends.
    pub const fn size(&self) -> usize {
        FIXED
            + match (self.pts, self.dts) {
                (None, _) => 0,
                (Some(_), None) => 5,
                (Some(_), Some(_)) => 10,
            }
    }

    /// Appends the header. A payload that is too long for the length field is written unbounded.
    pub fn write(&self, out: &mut Vec<u8>) {
        let optional = self.size() - FIXED;
        let length = self.payload_len.map_or(0, |len| len + optional + 3);
        let length = u16::try_from(length).unwrap_or(0);
        let flags = [0, 0x80, 0xc0][optional / 5];
        out.extend_from_slice(&[0, 0, 1, self.stream_id]);
        out.extend_from_slice(&length.to_be_bytes());
        out.push(0x80 | (u8::from(self.data_alignment) << 2));
        out.push(flags);
        out.push(optional as u8);
        if let Some(pts) = self.pts {
            out.extend_from_slice(&pts.to_bytes(if self.dts.is_some() { 3 } else { 2 }));
            if let Some(dts) = self.dts {
                out.extend_from_slice(&dts.to_bytes(1));
            }
        }
    }

    /// Reads a header and says how many bytes it takes. Streams without the optional header
    /// (padding, private_stream_2) take six.
    pub fn parse(bytes: &[u8]) -> Result<(PesHeader, usize), PesError> {
        let present = bytes.len();
        let [0, 0, 1, stream_id, high, low, rest @ ..] = bytes else {
            return Err(if present >= 3 && bytes[..3] != [0, 0, 1] {
                PesError::StartCode
            } else {
                PesError::Short { wanted: FIXED, present }
            });
        };
        let stream_id = *stream_id;
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if !has_optional_header(stream_id) {
            let plain = PesHeader {
                stream_id,
                pts: None,
                dts: None,
                data_alignment: false,
                payload_len: (length > 0).then_some(length),
            };
            return Ok((plain, 6));
        }
        let [first, flags, header_len, fields @ ..] = rest else {
            return Err(PesError::Short { wanted: FIXED, present });
        };
        let size = FIXED + usize::from(*header_len);
        if first & 0xc0 != 0x80 {
            return Err(PesError::Damaged { stream_id });
        }
        let Some(fields) = fields.get(..usize::from(*header_len)) else {
            return Err(PesError::Short { wanted: size, present });
        };
        let (pts, dts) = parse_stamps(flags >> 6, fields).ok_or(PesError::Damaged { stream_id })?;
        let payload_len = match length {
            0 => None,
            _ => Some((length + 6).checked_sub(size).ok_or(PesError::Damaged { stream_id })?),
        };
        let data_alignment = first & 0x04 != 0;
        Ok((PesHeader { stream_id, pts, dts, data_alignment, payload_len }, size))
    }
}

/// Whether packets of this stream have flags and time stamps (table 2-21).
pub const fn has_optional_header(stream_id: u8) -> bool {
    !matches!(stream_id, 0xbc | 0xbe | 0xbf | 0xf0 | 0xf1 | 0xf2 | 0xf8 | 0xff)
}

type Stamps = (Option<Timestamp>, Option<Timestamp>);

fn parse_stamps(flags: u8, fields: &[u8]) -> Option<Stamps> {
    let stamp = |at: usize| {
        let bytes: [u8; 5] = fields.get(at..at + 5)?.try_into().ok()?;
        Timestamp::from_bytes(bytes)
    };
    match flags {
        0 => Some((None, None)),
        2 => Some((Some(stamp(0)?), None)),
        3 => Some((Some(stamp(0)?), Some(stamp(5)?))),
        _ => None,
    }
}

/// Where the time stamps of the PES header that starts in a packet stand, in bytes of the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StampOffsets {
    /// The five bytes of the PTS.
    pub pts: usize,
    /// The five bytes of the DTS.
    pub dts: Option<usize>,
}

/// Finds the time stamps of the PES header that starts in this packet; `None` when no header
/// starts here or it does not have its time stamps in this packet.
pub fn stamp_offsets(packet: &Packet) -> Option<StampOffsets> {
    let view = PacketView::new(packet);
    let payload = view.payload();
    if !view.unit_start() || payload.len() < FIXED + 5 || payload[..3] != [0, 0, 1] {
        return None;
    }
    let start = packet.len() - payload.len();
    match payload[7] >> 6 {
        2 => Some(StampOffsets { pts: start + FIXED, dts: None }),
        3 if payload.len() >= FIXED + 10 => {
            Some(StampOffsets { pts: start + FIXED, dts: Some(start + FIXED + 5) })
        }
        _ => None,
    }
}

/// Overwrites the time stamps of the PES header that starts in this packet. A header without room
/// for a DTS keeps its form: the stamp is then the PTS. Says whether there was a header to write.
pub fn set_timestamps(packet: &mut Packet, pts: Timestamp, dts: Timestamp) -> bool {
    let Some(offsets) = stamp_offsets(packet) else {
        return false;
    };
    let prefix = if offsets.dts.is_some() { 3 } else { 2 };
    packet[offsets.pts..offsets.pts + 5].copy_from_slice(&pts.to_bytes(prefix));
    if let Some(at) = offsets.dts {
        packet[at..at + 5].copy_from_slice(&dts.to_bytes(1));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::{AdaptationFlags, Pid, write_packet};
    use proptest::prelude::*;

    #[test]
    fn time_stamps_are_overwritten_in_place() {
        let header = PesHeader {
            stream_id: 0xe0,
            pts: Some(Timestamp::new(90_000)),
            dts: Some(Timestamp::new(86_400)),
            data_alignment: true,
            payload_len: None,
        };
        let mut pes = Vec::new();
        header.write(&mut pes);
        pes.extend_from_slice(b"picture");
        let mut packet = [0; 188];
        let flags = AdaptationFlags { random_access: true, pcr: None };
        write_packet(&mut packet, Pid::new(0x101).unwrap(), 0, true, flags, &pes);
        assert!(set_timestamps(&mut packet, Timestamp::new(7), Timestamp::new(5)));
        let (read, size) = PesHeader::parse(PacketView::new(&packet).payload()).unwrap();
        assert_eq!((read.pts, read.dts), (Some(Timestamp::new(7)), Some(Timestamp::new(5))));
        assert_eq!(&PacketView::new(&packet).payload()[size..], b"picture");
    }

    proptest! {
        #[test]
        fn any_header_survives_the_wire(
            stream_id in 0xc0u8..0xf0, pts in proptest::option::of(0u64..(1 << 33)),
            dts: Option<u32>, data_alignment: bool,
            payload_len in proptest::option::of(0usize..60_000),
        ) {
            let header = PesHeader {
                stream_id,
                pts: pts.map(Timestamp::new),
                dts: pts.and(dts).map(|v| Timestamp::new(v.into())),
                data_alignment,
                payload_len,
            };
            let mut bytes = Vec::new();
            header.write(&mut bytes);
            prop_assert_eq!(bytes.len(), header.size());
            let (read, size) = PesHeader::parse(&bytes).unwrap();
            prop_assert_eq!((read, size), (header, bytes.len()));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = PesHeader::parse(&bytes);
            let mut start = vec![0, 0, 1];
            start.extend_from_slice(&bytes);
            let _ = PesHeader::parse(&start);
        }

        #[test]
        fn any_packet_can_be_stamped(bytes in proptest::collection::vec(any::<u8>(), 188)) {
            let mut packet: Packet = bytes.try_into().unwrap();
            packet[0] = 0x47;
            let _ = set_timestamps(&mut packet, Timestamp::new(1), Timestamp::new(1));
        }
    }
}
