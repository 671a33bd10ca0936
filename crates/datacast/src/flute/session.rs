//! Reading the packets of one session: FDT instances are put together here, symbols of files are
//! handed on.

use super::fdt::{FDT_SIZE_MAX, FdtInstance};
use super::object::Object;
use super::oti::{Oti, PayloadId};
use super::packet::Packet;
use std::collections::VecDeque;

/// How much a session may make its reader keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Bytes of an FDT instance.
    pub fdt_size_max: u64,
    /// FDT instances that are received at a time; a new one displaces the oldest.
    pub fdts_max: usize,
}

impl Default for SessionLimits {
    fn default() -> SessionLimits {
        SessionLimits { fdt_size_max: FDT_SIZE_MAX as u64, fdts_max: 4 }
    }
}

/// What has been seen and refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionCounters {
    /// Packets of this session.
    pub packets: u64,
    /// Packets of other sessions.
    pub other_sessions: u64,
    /// Datagrams that are no packet of FLUTE.
    pub packets_bad: u64,
    /// FDT instances that are no XML, name impossible files or are too large.
    pub fdts_bad: u64,
    /// FDT instances that were received and read.
    pub fdts: u64,
}

/// What a packet has brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// Nothing to act on.
    Nothing,
    /// An FDT instance is whole, with its id.
    Fdt(u32, Box<FdtInstance>),
    /// A symbol of an object.
    Symbol {
        /// The object.
        toi: u128,
        /// How it is cut, when the packet tells.
        oti: Option<Oti>,
        /// Which symbol.
        payload: PayloadId,
        /// Its bytes.
        symbol: &'a [u8],
    },
    /// No more packets will come.
    Closed,
}

/// A session that is received.
#[derive(Debug)]
pub struct Session {
    tsi: u64,
    limits: SessionLimits,
    /// Instances that are not whole yet, oldest first.
    partial: VecDeque<(u32, Object)>,
    /// Ids of the latest instances that are done with, read or refused.
    done: VecDeque<u32>,
    counters: SessionCounters,
}

impl Session {
    /// A session of which nothing has come.
    pub fn new(tsi: u64, limits: SessionLimits) -> Session {
        let (partial, done) = (VecDeque::new(), VecDeque::new());
        Session { tsi, limits, partial, done, counters: SessionCounters::default() }
    }

    /// What has been seen so far.
    pub fn counters(&self) -> SessionCounters {
        self.counters
    }

    /// Takes the payload of a UDP datagram.
    pub fn push<'a>(&mut self, datagram: &'a [u8]) -> Received<'a> {
        let Ok(packet) = Packet::parse(datagram) else {
            self.counters.packets_bad += 1;
            return Received::Nothing;
        };
        if packet.tsi != self.tsi {
            self.counters.other_sessions += 1;
            return Received::Nothing;
        }
        self.counters.packets += 1;
        if packet.symbol.is_empty() {
            return if packet.close_session { Received::Closed } else { Received::Nothing };
        }
        if packet.toi == 0 {
            return self.take_fdt(&packet).unwrap_or(Received::Nothing);
        }
        let Packet { toi, oti, payload, symbol, .. } = packet;
        Received::Symbol { toi, oti, payload, symbol }
    }

    fn take_fdt(&mut self, packet: &Packet<'_>) -> Option<Received<'static>> {
        let (Some(id), Some(oti), false) = (packet.fdt_instance, packet.oti, packet.is_compressed)
        else {
            self.counters.fdts_bad += 1;
            return None;
        };
        if self.done.contains(&id) {
            return None;
        }
        let known =
            self.partial.iter().position(|(known, object)| *known == id && *object.oti() == oti);
        let at = match known {
            Some(at) => at,
            None => {
                let Ok(object) = Object::new(oti, self.limits.fdt_size_max) else {
                    self.finish(id);
                    self.counters.fdts_bad += 1;
                    return None;
                };
                if self.partial.len() >= self.limits.fdts_max {
                    self.partial.pop_front();
                }
                self.partial.push_back((id, object));
                self.partial.len() - 1
            }
        };
        if !self.partial[at].1.push(packet.payload, packet.symbol) {
            return None;
        }
        let (_, object) = self.partial.remove(at)?;
        self.finish(id);
        match FdtInstance::parse(&object.into_bytes()) {
            Ok(instance) => {
                self.counters.fdts += 1;
                Some(Received::Fdt(id, Box::new(instance)))
            }
            Err(_) => {
                self.counters.fdts_bad += 1;
                None
            }
        }
    }

    /// Remembers an id, so that the same instance is not read each time it is sent. An id comes
    /// back once it has expired, so only the latest are remembered.
    fn finish(&mut self, id: u32) {
        if self.done.len() >= self.limits.fdts_max {
            self.done.pop_front();
        }
        self.done.push_back(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets_of(xml: &str, id: u32, symbol_size: u16) -> Vec<Vec<u8>> {
        let oti = Oti::no_code(xml.len() as u64, symbol_size, 64).unwrap();
        let packet = |number| {
            let payload = oti.payload_id(number).unwrap();
            let range = oti.range(payload).unwrap();
            let mut out = Vec::new();
            let packet = Packet {
                tsi: 9,
                toi: 0,
                close_session: false,
                close_object: false,
                encoding_id: 0,
                fdt_instance: Some(id),
                oti: Some(oti),
                is_compressed: false,
                payload,
                symbol: &xml.as_bytes()[range.start as usize..range.end as usize],
            };
            packet.append(&mut out);
            out
        };
        (0..oti.symbols()).map(packet).collect()
    }

    const XML: &str = "<FDT-Instance Expires='1'></FDT-Instance>";

    #[test]
    fn an_instance_in_several_packets_is_read_once() {
        let mut session = Session::new(9, SessionLimits::default());
        let mut read = 0;
        for _ in 0..3 {
            for packet in packets_of(XML, 3, 8).iter().rev() {
                if let Received::Fdt(id, instance) = session.push(packet) {
                    read += 1;
                    assert_eq!((id, instance.files.len()), (3, 0));
                }
            }
        }
        assert_eq!((read, session.counters().fdts), (1, 1));
    }

    #[test]
    fn endless_new_instances_keep_no_more_than_the_limit() {
        let mut session = Session::new(9, SessionLimits { fdt_size_max: 100, fdts_max: 3 });
        for id in 0..1000 {
            session.push(&packets_of(XML, id, 8)[0]);
        }
        assert_eq!(session.partial.len(), 3);
        let large = "x".repeat(101);
        session.push(&packets_of(&large, 2000, 8)[0]);
        assert_eq!((session.partial.len(), session.counters().fdts_bad), (3, 1));
    }

    #[test]
    fn what_is_of_no_use_is_counted() {
        let mut session = Session::new(8, SessionLimits::default());
        assert_eq!(session.push(&packets_of(XML, 1, 80)[0]), Received::Nothing);
        assert_eq!(session.push(b"no packet"), Received::Nothing);
        let counters = session.counters();
        assert_eq!((counters.other_sessions, counters.packets_bad, counters.packets), (1, 1, 0));
        let mut session = Session::new(9, SessionLimits::default());
        session.push(&packets_of("no xml at all", 1, 80)[0]);
        assert_eq!(session.counters().fdts_bad, 1);
    }
}
