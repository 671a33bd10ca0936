//! From the packets of one PID to PES packets, with every loss noticed.

use super::error::{Place, SourceFault};
use ts::pes::PesHeader;
use ts::{PacketView, Pid};

/// Bytes of the longest PES packet that is taken: twice the coded picture buffer of H.264 level 5.1
/// in any profile.
const PES_BYTES_MAX: usize = 1 << 26;

/// A PES packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pes {
    /// Where it begins.
    pub(super) place: Place,
    pub(super) header: PesHeader,
    pub(super) payload: Vec<u8>,
    /// Whether it is known to be there to its last byte.
    pub(super) whole: bool,
}

/// Puts the PES packets of one PID together.
pub(super) struct PesAssembler {
    pid: Pid,
    continuity: Option<u8>,
    bytes: Vec<u8>,
    /// Where the PES packet begins; `None` before the first.
    start: Option<Place>,
    /// Whether the last transport packet was stuffed, as the last one of a PES packet is.
    stuffed: bool,
}

impl PesAssembler {
    pub(super) fn new(pid: Pid) -> PesAssembler {
        PesAssembler { pid, continuity: None, bytes: Vec::new(), start: None, stuffed: false }
    }

    /// Takes the next packet of the PID and gives the PES packet that it ends by beginning another.
    pub(super) fn push(
        &mut self,
        packet: PacketView<'_>,
        place: Place,
    ) -> Result<Option<Pes>, SourceFault> {
        let pid = self.pid;
        if packet.transport_error() {
            return Err(SourceFault::TransportError { pid, place });
        }
        if packet.scrambling() != 0 {
            return Err(SourceFault::Scrambled { pid, place });
        }
        if !packet.adaptation_is_sound() {
            let what = "an adaptation field of impossible length".to_owned();
            return Err(SourceFault::Damaged { pid, place, what });
        }
        if !packet.has_payload() || self.is_duplicate(packet, place)? {
            return Ok(None);
        }
        let mut ended = None;
        if packet.unit_start() {
            ended = self.take(true)?;
            self.start = Some(place);
        }
        if self.start.is_some() {
            self.bytes.extend_from_slice(packet.payload());
            self.stuffed = is_stuffed(packet);
        }
        if self.bytes.len() > PES_BYTES_MAX {
            let limit = PES_BYTES_MAX;
            return Err(SourceFault::UnitTooLarge { pid, place, limit });
        }
        Ok(ended)
    }

    /// The PES packet that has come to the length that it states, if there is one.
    pub(super) fn complete(&mut self) -> Result<Option<Pes>, SourceFault> {
        let whole = PesHeader::parse(&self.bytes).is_ok_and(|(header, size)| {
            header.payload_len.is_some_and(|stated| self.bytes.len() >= size + stated)
        });
        if whole { self.take(true) } else { Ok(None) }
    }

    /// The PES packet that the end of the source cuts or completes.
    pub(super) fn finish(&mut self) -> Result<Option<Pes>, SourceFault> {
        self.take(false)
    }

    /// Follows the continuity counter (ISO/IEC 13818-1 clause 2.4.3.3): one repetition of a packet
    /// is allowed, a jump only where the packet announces it.
    fn is_duplicate(&mut self, packet: PacketView<'_>, place: Place) -> Result<bool, SourceFault> {
        let found = packet.continuity();
        let last = self.continuity.replace(found);
        let Some(last) = last else { return Ok(false) };
        let wanted = (last + 1) & 0x0f;
        if found == wanted || packet.discontinuity() {
            return Ok(false);
        }
        if found == last {
            return Ok(true);
        }
        Err(SourceFault::Gap { pid: self.pid, place, wanted, found })
    }

    /// Ends the PES packet; `followed` when another begins behind it.
    fn take(&mut self, followed: bool) -> Result<Option<Pes>, SourceFault> {
        let Some(place) = self.start.take() else {
            return Ok(None);
        };
        let bytes = core::mem::take(&mut self.bytes);
        let (header, size) = match PesHeader::parse(&bytes) {
            Ok(parsed) => parsed,
            Err(_) if !followed => return Ok(None),
            Err(error) => {
                let what = error.to_string();
                return Err(SourceFault::Damaged { pid: self.pid, place, what });
            }
        };
        let mut payload = bytes;
        payload.drain(..size.min(payload.len()));
        let whole = match header.payload_len {
            Some(stated) if payload.len() >= stated => {
                payload.truncate(stated);
                true
            }
            Some(stated) if followed => {
                let what = format!("a PES packet has {} of {stated} bytes", payload.len());
                return Err(SourceFault::Damaged { pid: self.pid, place, what });
            }
            Some(_) => false,
            // The end of an unbounded PES packet shows by the stuffing of its last packet, but for
            // the rare one that fits exactly and is given up with its picture.
            None => followed || self.stuffed,
        };
        Ok(Some(Pes { place, header, payload, whole }))
    }
}

/// Whether the adaptation field is longer than what it carries (ISO/IEC 13818-1 clause 2.4.3.4).
fn is_stuffed(packet: PacketView<'_>) -> bool {
    let Some((flags, fields)) = packet.adaptation().split_first() else {
        return packet.has_adaptation();
    };
    let flag = |mask: u8, size: usize| if flags & mask != 0 { size } else { 0 };
    let mut used = flag(0x10, 6) + flag(0x08, 6) + flag(0x04, 1);
    // transport_private_data and the extension begin with their own length.
    for mask in [0x02, 0x01] {
        if flags & mask != 0 {
            used += 1 + fields.get(used).map_or(0, |length| usize::from(*length));
        }
    }
    // A field that announces nothing is there for its length alone.
    *flags == 0 || fields.len() > used
}

#[cfg(test)]
mod tests {
    use super::*;
    use ts::Ticks;
    use ts::packet::{AdaptationFlags, write_packet};

    #[test]
    fn a_clock_reference_is_not_stuffing() {
        let flags = AdaptationFlags { random_access: true, pcr: Some(Ticks(7).pcr()) };
        let mut packet = [0; 188];
        for (size, stuffed) in [(200, false), (176, false), (175, true), (1, true)] {
            write_packet(&mut packet, Pid::NULL, 0, true, flags, &vec![0; size]);
            assert_eq!(is_stuffed(PacketView::new(&packet)), stuffed, "{size} bytes");
        }
        for (size, stuffed) in [(184, false), (183, true), (182, true)] {
            let flags = AdaptationFlags::default();
            write_packet(&mut packet, Pid::NULL, 0, true, flags, &vec![0; size]);
            assert_eq!(is_stuffed(PacketView::new(&packet)), stuffed, "{size} bytes");
        }
    }
}
