//! Continuity counters of every PID (ISO/IEC 13818-1 clause 2.4.3.3).

use std::collections::BTreeMap;
use ts::{PacketView, Pid};

/// The last counter of each PID.
#[derive(Debug, Default)]
pub(crate) struct Continuity {
    last: BTreeMap<Pid, u8>,
}

impl Continuity {
    /// Whether the packet continues its PID: by one, as a repetition, or with a jump announced.
    pub(crate) fn follows(&mut self, packet: PacketView<'_>) -> bool {
        let pid = packet.pid();
        if pid == Pid::NULL || !packet.has_payload() {
            return true;
        }
        let counter = packet.continuity();
        let before = self.last.insert(pid, counter);
        before.is_none_or(|last| {
            counter == (last + 1) & 0x0f || counter == last || packet.discontinuity()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ts::packet::{AdaptationFlags, write_packet};

    #[test]
    fn a_jump_is_told_from_a_repetition() {
        let mut continuity = Continuity::default();
        let mut follows = |counter| {
            let mut packet = [0; 188];
            let pid = Pid::new(0x100).unwrap();
            write_packet(&mut packet, pid, counter, false, AdaptationFlags::default(), &[0; 184]);
            continuity.follows(PacketView::new(&packet))
        };
        let seen: Vec<bool> = [14, 15, 0, 0, 1, 3, 4].into_iter().map(&mut follows).collect();
        assert_eq!(seen, [true, true, true, true, true, false, true]);
    }
}
