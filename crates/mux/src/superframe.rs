//! The slots of one superframe and who owns them.
//!
//! Reserved packets (clock references, tables) stand at fixed slots. Stream packets are merged by
//! their nominal slot, ties by the order in which streams were given, and pushed to the next free
//! slot; where that runs over the end, the last ones are pushed back. The rest is shared evenly
//! among opportunistic streams. The outcome depends on nothing but the demands.

/// The owner of a slot that nobody asked for.
pub const FREE: u16 = u16::MAX;

/// More packets belong to a superframe than it has slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} packets belong to a superframe of {slots} slots")]
pub struct Overbooked {
    /// Packets that must leave in this superframe.
    pub wanted: u32,
    /// Slots that it has.
    pub slots: u32,
}

/// Fills superframes. One value is used again and again, so that nothing is allocated on air.
#[derive(Clone, Debug, Default)]
pub struct Merger {
    owners: Vec<u16>,
    /// Demands in the order given: nominal slot, and runs of owners.
    wants: Vec<u32>,
    runs: Vec<(u16, u32)>,
    /// Scratch of the counting sort: first place of each slot, then owner and slot in order.
    places: Vec<u32>,
    order: Vec<(u32, u16)>,
    assigned: Vec<u32>,
    reserved: u32,
    displacement: u32,
}

impl Merger {
    /// Begins a superframe of `slots` slots, all free.
    pub fn begin(&mut self, slots: u32) {
        self.owners.clear();
        self.owners.resize(slots as usize, FREE);
        self.wants.clear();
        self.runs.clear();
        self.reserved = 0;
        self.displacement = 0;
    }

    /// Gives `owner` the first slot at or after `slot` that no reservation has taken, or the last
    /// free one before the end. Reservations come before demands.
    pub fn reserve(&mut self, slot: u32, owner: u16) -> Result<(), Overbooked> {
        let slots = self.owners.len();
        let from = (slot as usize).min(slots);
        let ahead = self.owners[from..].iter().position(|o| *o == FREE).map(|i| from + i);
        let place = ahead.or_else(|| self.owners[..from].iter().rposition(|o| *o == FREE));
        self.reserved += 1;
        match place {
            Some(place) => self.owners[place] = owner,
            None => {
                return Err(Overbooked { wanted: self.reserved, slots: slots as u32 });
            }
        }
        Ok(())
    }

    /// Asks for slots for `owner` at or after these nominal slots, which must not fall.
    pub fn demand(&mut self, owner: u16, nominal: impl Iterator<Item = u32>) {
        let before = self.wants.len();
        let last = (self.owners.len() as u32).saturating_sub(1);
        self.wants.extend(nominal.map(|slot| slot.min(last)));
        self.runs.push((owner, (self.wants.len() - before) as u32));
    }

    /// Gives every demanded packet its slot and returns how many slots are still free.
    pub fn merge(&mut self) -> Result<u32, Overbooked> {
        let slots = self.owners.len() as u32;
        let wanted = self.wants.len() as u32 + self.reserved;
        if wanted > slots {
            return Err(Overbooked { wanted, slots });
        }
        self.sort();
        self.push_forward();
        self.push_back();
        for (&slot, &(nominal, owner)) in self.assigned.iter().zip(&self.order) {
            self.owners[slot as usize] = owner;
            self.displacement = self.displacement.max(slot.abs_diff(nominal));
        }
        Ok(slots - wanted)
    }

    /// Shares free slots out: each owner gets its count, spread evenly; the rest stays free. The
    /// counts together must not exceed what [`Merger::merge`] returned.
    pub fn share(&mut self, free: u32, counts: &[(u16, u32)]) {
        self.order.clear();
        for &(owner, count) in counts {
            let (free, count) = (u64::from(free), u64::from(count));
            let nominal = move |i: u64| ((2 * i + 1) * free / (2 * count)) as u32;
            self.order.extend((0..count).map(|i| (nominal(i), owner)));
        }
        // Stable, so that equal places keep the order in which owners were given.
        self.order.sort_by_key(|(nominal, _)| *nominal);
        let total = self.order.len() as u32;
        let mut taken = 0u32;
        let slots = self.owners.iter_mut().filter(|o| **o == FREE);
        for (index, slot) in (0u32..).zip(slots) {
            let Some(&(nominal, owner)) = self.order.get(taken as usize) else {
                break;
            };
            let must = total - taken >= free - index;
            if nominal <= index || must {
                *slot = owner;
                taken += 1;
            }
        }
    }

    /// The owner of each slot.
    pub fn owners(&self) -> &[u16] {
        &self.owners
    }

    /// The furthest that any packet stands from its nominal slot, in slots.
    pub const fn displacement(&self) -> u32 {
        self.displacement
    }

    /// Counting sort of the demands by nominal slot, stable in the order given.
    fn sort(&mut self) {
        self.places.clear();
        self.places.resize(self.owners.len() + 1, 0);
        for &slot in &self.wants {
            self.places[slot as usize + 1] += 1;
        }
        for i in 1..self.places.len() {
            self.places[i] += self.places[i - 1];
        }
        self.order.clear();
        self.order.resize(self.wants.len(), (0, 0));
        let mut wants = self.wants.iter();
        for &(owner, count) in &self.runs {
            for &slot in wants.by_ref().take(count as usize) {
                let place = &mut self.places[slot as usize];
                self.order[*place as usize] = (slot, owner);
                *place += 1;
            }
        }
    }

    /// First free slot at or after the nominal one and behind the packet before; beyond the end
    /// where there is none.
    fn push_forward(&mut self) {
        self.assigned.clear();
        let slots = self.owners.len() as u32;
        let mut next = 0;
        for &(nominal, _) in &self.order {
            let mut slot = nominal.max(next);
            while slot < slots && self.owners[slot as usize] != FREE {
                slot += 1;
            }
            self.assigned.push(slot);
            next = slot + 1;
        }
    }

    /// Moves the last packets back into the superframe.
    fn push_back(&mut self) {
        let mut limit = self.owners.len() as u32;
        for slot in self.assigned.iter_mut().rev() {
            while limit > 0 && self.owners[limit as usize - 1] != FREE {
                limit -= 1;
            }
            if *slot < limit {
                break;
            }
            limit -= 1;
            *slot = limit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn overbooking_is_an_error_with_both_numbers() {
        let mut merger = Merger::default();
        merger.begin(4);
        merger.reserve(0, 9).unwrap();
        merger.demand(1, [0, 1, 2, 3].into_iter());
        assert_eq!(merger.merge(), Err(Overbooked { wanted: 5, slots: 4 }));
    }

    #[test]
    fn late_demands_are_pushed_back_before_the_end() {
        let mut merger = Merger::default();
        merger.begin(6);
        merger.reserve(5, 9).unwrap();
        merger.demand(1, [4, 4, 4].into_iter());
        assert_eq!(merger.merge(), Ok(2));
        assert_eq!(merger.owners(), [FREE, FREE, 1, 1, 1, 9]);
    }

    #[test]
    fn free_slots_are_shared_evenly() {
        let mut merger = Merger::default();
        merger.begin(8);
        let free = merger.merge().unwrap();
        merger.share(free, &[(1, 4), (2, 2)]);
        let owners = merger.owners();
        assert_eq!(owners.iter().filter(|o| **o == 1).count(), 4);
        assert_eq!(owners.iter().filter(|o| **o == 2).count(), 2);
    }

    proptest! {
        #[test]
        fn any_demand_that_fits_gets_each_packet_one_slot_in_order(
            slots in 50u32..300,
            reserved in proptest::collection::vec(0u32..300, 0..20),
            streams in proptest::collection::vec(proptest::collection::vec(0u32..300, 0..40), 0..5),
            share in proptest::collection::vec(0u32..30, 0..3),
        ) {
            let mut merger = Merger::default();
            merger.begin(slots);
            for slot in &reserved {
                merger.reserve(*slot, 1000).unwrap();
            }
            for (owner, stream) in streams.iter().enumerate() {
                let mut stream = stream.clone();
                stream.sort_unstable();
                merger.demand(owner as u16, stream.into_iter());
            }
            let wanted: usize = streams.iter().map(Vec::len).sum::<usize>() + reserved.len();
            let Ok(free) = merger.merge() else {
                prop_assert!(wanted > slots as usize);
                return Ok(());
            };
            prop_assert_eq!(free as usize, slots as usize - wanted);
            let mut left = free;
            let mut counts = Vec::new();
            for (i, count) in share.iter().enumerate() {
                let count = (*count).min(left);
                left -= count;
                if count > 0 {
                    counts.push((2000 + i as u16, count));
                }
            }
            merger.share(free, &counts);
            let count = |owner: u16| merger.owners().iter().filter(|o| **o == owner).count();
            prop_assert_eq!(count(1000), reserved.len());
            for (owner, stream) in streams.iter().enumerate() {
                prop_assert_eq!(count(owner as u16), stream.len());
            }
            for (owner, wanted) in counts {
                prop_assert_eq!(count(owner), wanted as usize);
            }
            prop_assert_eq!(count(FREE), left as usize);
        }
    }
}
