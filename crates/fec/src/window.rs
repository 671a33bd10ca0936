//! A sliding window over an unbounded sequence of packets, and the parities that cover them.
//!
//! Packets and parities may arrive in any order. A parity whose packets are all there but one
//! restores that one; a restored packet may complete further parities, so rows and columns are
//! tried in turn until nothing changes. Memory is bounded and allocated once.

use crate::xor::accumulate;

/// The packets that one parity covers: `count` of them from index `first`, `step` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Check {
    /// The index of the first packet.
    pub first: u64,
    /// The distance between neighbours, at least 1.
    pub step: u8,
    /// The number of packets, at least 2.
    pub count: u8,
}

impl Check {
    /// The indices that are covered, ascending.
    pub fn indices(self) -> impl Iterator<Item = u64> {
        (0..u64::from(self.count)).map(move |i| self.first + i * u64::from(self.step))
    }

    fn span(self) -> u64 {
        u64::from(self.count).saturating_sub(1) * u64::from(self.step)
    }
}

/// What became of a packet that was put into the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It was not there before.
    New,
    /// It was there, received or restored.
    Duplicate,
    /// It is older than the window.
    TooOld,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Missing,
    Received,
    Restored,
}

/// The window: the newest `capacity` packets of a sequence, and parities that wait for packets.
#[derive(Debug)]
pub struct Window {
    packet_len: usize,
    /// One behind the newest index that was seen.
    end: u64,
    slots: Vec<Slot>,
    packets: Vec<u8>,
    checks: Vec<Check>,
    checks_max: usize,
    /// The parity of `checks[i]` stands at `i * packet_len`.
    parities: Vec<u8>,
}

impl Window {
    /// A window of `capacity` packets of `packet_len` bytes, which keeps up to `checks_max`
    /// parities that cannot be used yet.
    pub fn new(packet_len: usize, capacity: usize, checks_max: usize) -> Window {
        Window {
            packet_len,
            end: 0,
            slots: vec![Slot::Missing; capacity.max(1)],
            packets: vec![0; capacity.max(1) * packet_len],
            checks: Vec::with_capacity(checks_max),
            checks_max,
            parities: vec![0; checks_max * packet_len],
        }
    }

    /// Forgets everything; the next packet may have any index from `start` on.
    pub fn restart(&mut self, start: u64) {
        self.slots.fill(Slot::Missing);
        self.checks.clear();
        self.end = start;
    }

    /// Puts the packet with this index in its place. A packet ahead of the window moves it on; a
    /// packet that is shorter than the window's length is filled with zeros, a longer one is cut.
    pub fn insert(&mut self, index: u64, packet: &[u8]) -> Inserted {
        if index < self.oldest() {
            return Inserted::TooOld;
        }
        self.extend_to(index);
        let slot = self.slot_of(index);
        let answer = match self.slots[slot] {
            Slot::Missing => Inserted::New,
            Slot::Received | Slot::Restored => Inserted::Duplicate,
        };
        self.slots[slot] = Slot::Received;
        if answer == Inserted::New {
            copy_padded(self.packet_mut(index), packet);
            self.recover(self.end);
        }
        answer
    }

    /// Takes a parity and restores what it completes. A parity that says nothing new, reaches
    /// behind the window or more than a window ahead is dropped; when too many wait, the one
    /// that reaches back farthest goes.
    pub fn insert_check(&mut self, check: Check, parity: &[u8]) {
        let sound = check.count >= 2 && check.step >= 1 && check.first >= self.oldest();
        let near = check.first.saturating_add(check.span()) < self.end + self.slots.len() as u64;
        if !sound || !near || self.checks.contains(&check) || self.missing(check).0 == 0 {
            return;
        }
        if self.checks.len() == self.checks_max {
            let oldest = (0..self.checks.len()).min_by_key(|&i| self.checks[i].first);
            match oldest {
                Some(i) => self.remove_check(i),
                None => return,
            }
        }
        let at = self.checks.len() * self.packet_len;
        self.checks.push(check);
        copy_padded(&mut self.parities[at..at + self.packet_len], parity);
        self.recover(self.end);
    }

    /// Restores also what would be newer than all that was received: the sequence has ended. Until
    /// then such a packet is not restored, as it is likely still on its way.
    pub fn finish(&mut self) {
        self.recover(u64::MAX);
    }

    /// The packet with this index, when it is in the window.
    pub fn get(&self, index: u64) -> Option<&[u8]> {
        if !self.has(index) {
            return None;
        }
        let at = self.slot_of(index) * self.packet_len;
        Some(&self.packets[at..at + self.packet_len])
    }

    /// Whether the packet is in the window.
    pub fn has(&self, index: u64) -> bool {
        self.in_window(index) && self.slots[self.slot_of(index)] != Slot::Missing
    }

    /// Whether the packet is in the window only because a parity restored it.
    pub fn is_restored(&self, index: u64) -> bool {
        self.in_window(index) && self.slots[self.slot_of(index)] == Slot::Restored
    }

    /// One behind the newest index that was received or restored.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The oldest index that the window can hold now.
    pub fn oldest(&self) -> u64 {
        self.end.saturating_sub(self.slots.len() as u64)
    }

    fn in_window(&self, index: u64) -> bool {
        (self.oldest()..self.end).contains(&index)
    }

    fn slot_of(&self, index: u64) -> usize {
        (index % self.slots.len() as u64) as usize
    }

    fn packet_mut(&mut self, index: u64) -> &mut [u8] {
        let at = self.slot_of(index) * self.packet_len;
        &mut self.packets[at..at + self.packet_len]
    }

    /// Moves the window on so that it ends behind `index`.
    fn extend_to(&mut self, index: u64) {
        if index < self.end {
            return;
        }
        if index - self.end >= self.slots.len() as u64 {
            self.slots.fill(Slot::Missing);
        } else {
            for fresh in self.end..=index {
                let slot = self.slot_of(fresh);
                self.slots[slot] = Slot::Missing;
            }
        }
        self.end = index + 1;
    }

    /// How many packets of a check are missing, and the last of those.
    fn missing(&self, check: Check) -> (usize, u64) {
        let mut missing = (0, 0);
        for index in check.indices().filter(|&index| !self.has(index)) {
            missing = (missing.0 + 1, index);
        }
        missing
    }

    /// Restores packets below `before` until no parity lacks exactly one of them.
    fn recover(&mut self, before: u64) {
        let mut changed = !self.checks.is_empty();
        while changed {
            changed = false;
            for i in (0..self.checks.len()).rev() {
                let check = self.checks[i];
                let missing = self.missing(check);
                match missing {
                    _ if check.first < self.oldest() => self.remove_check(i),
                    (0, _) => self.remove_check(i),
                    (1, index) if index < before => {
                        self.restore(i, index);
                        self.remove_check(i);
                        changed = true;
                    }
                    _ => {}
                }
            }
        }
    }

    /// Puts the one missing packet of check `i` in its place: the parity less all the others.
    fn restore(&mut self, i: usize, index: u64) {
        self.extend_to(index);
        let check = self.checks[i];
        let at = i * self.packet_len;
        for other in check.indices().filter(|&other| other != index) {
            let from = self.slot_of(other) * self.packet_len;
            let packet = &self.packets[from..from + self.packet_len];
            accumulate(&mut self.parities[at..at + self.packet_len], packet);
        }
        let to = self.slot_of(index);
        self.packets[to * self.packet_len..(to + 1) * self.packet_len]
            .copy_from_slice(&self.parities[at..at + self.packet_len]);
        self.slots[to] = Slot::Restored;
    }

    fn remove_check(&mut self, i: usize) {
        self.checks.swap_remove(i);
        let last = self.checks.len() * self.packet_len;
        self.parities.copy_within(last..last + self.packet_len, i * self.packet_len);
    }
}

fn copy_padded(into: &mut [u8], from: &[u8]) {
    let len = into.len().min(from.len());
    into[..len].copy_from_slice(&from[..len]);
    into[len..].fill(0);
}
