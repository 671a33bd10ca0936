//! One service of a multiplex as a stream of its own, as a remultiplexer would pass it on.

use crate::stretch::{clock_pids, packets, pmt_pids, sections, streams};
use std::collections::BTreeSet;
use ts::psi::Pat;
use ts::section::packetise_exact;
use ts::{NULL_PACKET, PACKET_SIZE, Packet, PacketView, Pid};

/// The stretch in which only one service remains: the PAT names it alone, and the packets of the
/// others are replaced by null packets, so that everything keeps its time.
///
/// # Panics
/// When the stretch has no such service, or its PAT is longer than one packet.
pub fn service(bytes: &[u8], service_id: u16) -> Vec<u8> {
    let mut pat = None;
    sections(bytes, Pid::PAT, |section| {
        pat.get_or_insert(Pat::parse(section).expect("the PAT can be read"));
    });
    let mut pat = pat.expect("there is a PAT");
    pat.programs.retain(|(number, _)| *number == service_id || *number == 0);
    assert!(pat.programs.iter().any(|(number, _)| *number == service_id), "no such service");
    let section = pat.to_section().expect("a shorter PAT can be written");

    let strange_streams = streams(bytes).into_iter().filter(|(_, s)| s.service_id != service_id);
    let strange_maps = pmt_pids(bytes).into_iter().filter(|(_, number)| *number != service_id);
    let strange_clocks = pmt_pids(bytes).into_values().flat_map(|id| clock_pids(bytes, id));
    let mut strange: BTreeSet<Pid> = strange_streams
        .map(|(pid, _)| pid)
        .chain(strange_maps.map(|(pid, _)| pid))
        .chain(strange_clocks)
        .collect();
    for pid in clock_pids(bytes, service_id) {
        strange.remove(&pid);
    }

    let mut single = Vec::with_capacity(bytes.len());
    let mut packet_of_pat: Vec<Packet> = Vec::new();
    for packet in packets(bytes) {
        let view = PacketView::new(packet);
        let out = if view.pid() == Pid::PAT {
            assert!(view.unit_start(), "the PAT fits a packet");
            packet_of_pat.clear();
            packetise_exact(Pid::PAT, view.continuity(), &section, 1, &mut packet_of_pat);
            &packet_of_pat[0]
        } else if strange.contains(&view.pid()) {
            &NULL_PACKET
        } else {
            packet
        };
        single.extend_from_slice(out);
    }
    assert_eq!(single.len() % PACKET_SIZE, 0);
    single
}
