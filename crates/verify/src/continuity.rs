//! The continuity counter of one PID (ISO/IEC 13818-1 clause 2.4.3.3, TR 101 290 row 1.4).

use ts::{Packet, PacketView};

/// How a packet follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sequence {
    /// As it should.
    Next,
    /// As the one legal copy of it.
    Duplicate,
    /// As a copy too many, or one whose bytes differ.
    WrongDuplicate,
    /// With another counter than this one.
    Jump {
        /// The counter that should have come.
        expected: u8,
    },
}

/// What is remembered of a PID.
#[derive(Clone, Debug, Default)]
pub(crate) struct Continuity {
    last: Option<Box<Packet>>,
    counter: Option<u8>,
    copied: bool,
}

impl Continuity {
    /// The stream of the PID is broken here: any counter may follow.
    pub(crate) fn forget(&mut self) {
        self.counter = None;
    }

    /// Judges the next packet.
    pub(crate) fn follow(&mut self, packet: &Packet) -> Sequence {
        let view = PacketView::new(packet);
        let counter = view.continuity();
        let Some(last) = self.counter else {
            self.remember(packet, view);
            return Sequence::Next;
        };
        if view.discontinuity() {
            self.remember(packet, view);
            return Sequence::Next;
        }
        if !view.has_payload() {
            // The counter stands still. A wrong one is told, and counting goes on from the last.
            return if counter == last {
                Sequence::Next
            } else {
                Sequence::Jump { expected: last }
            };
        }
        if counter == last {
            let same = self.last.as_ref().is_some_and(|last| is_copy(last, packet));
            if same && !self.copied {
                self.copied = true;
                return Sequence::Duplicate;
            }
            return Sequence::WrongDuplicate;
        }
        let expected = (last + 1) & 0x0f;
        self.remember(packet, view);
        if counter == expected { Sequence::Next } else { Sequence::Jump { expected } }
    }

    fn remember(&mut self, packet: &Packet, view: PacketView<'_>) {
        self.counter = Some(view.continuity());
        self.copied = false;
        if view.has_payload() {
            match &mut self.last {
                Some(last) => **last = *packet,
                None => self.last = Some(Box::new(*packet)),
            }
        } else {
            self.last = None;
        }
    }
}

/// Whether a packet repeats another. The clock reference alone may differ.
fn is_copy(first: &Packet, second: &Packet) -> bool {
    let has_pcr = |packet| PacketView::new(packet).pcr().is_some();
    if has_pcr(first) && has_pcr(second) {
        first[..6] == second[..6] && first[12..] == second[12..]
    } else {
        first == second
    }
}
