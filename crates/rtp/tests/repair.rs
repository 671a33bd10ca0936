//! FEC flows from the sender to the receiver: layout, times, losses, wraps and damage.

use proptest::prelude::*;
use rtp::{
    DATAGRAM_SIZE, Delivery, Direction, HEADER_SIZE, MediaStream, PAYLOAD_SIZE, ProtectError,
    Protector, Receiver, RepairPackets,
};
use ts::{Rate, SlotGrid, Ticks};

fn stream() -> MediaStream {
    MediaStream { grid: SlotGrid::new(Rate::new(8_446_000, 1).unwrap()), ssrc: 0x4845_4144 }
}

fn protector(columns: u8, rows: u8, both: bool) -> Protector {
    Protector { stream: stream(), matrix: fec::Matrix::new(columns, rows, both).unwrap() }
}

/// Datagrams with headers, whose packets all differ.
fn datagrams(first: u64, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count * DATAGRAM_SIZE];
    for (index, datagram) in (first..).zip(bytes.chunks_exact_mut(DATAGRAM_SIZE)) {
        let (header, payload) = datagram.split_first_chunk_mut::<HEADER_SIZE>().unwrap();
        stream().write_header(index, header);
        for (i, byte) in payload.iter_mut().enumerate() {
            *byte = (index as usize * 7 + i * (index as usize | 1)) as u8;
        }
        payload.iter_mut().step_by(188).for_each(|byte| *byte = 0x47);
    }
    bytes
}

/// Everything that is sent, in the order of due times: media as `None`.
fn sent(first: u64, media: &[u8], repairs: &RepairPackets) -> Vec<(Option<Direction>, Vec<u8>)> {
    let mut all: Vec<(Ticks, Option<Direction>, Vec<u8>)> = (first..)
        .zip(media.chunks_exact(DATAGRAM_SIZE))
        .map(|(index, datagram)| (stream().due(index), None, datagram.to_vec()))
        .collect();
    all.extend(repairs.iter().map(|r| (r.due, Some(r.direction), r.bytes.to_vec())));
    all.sort_by_key(|(due, _, _)| *due);
    for pair in all.windows(2) {
        assert!(pair[0].0 < pair[1].0, "no two packets are due at the same time");
    }
    all.into_iter().map(|(_, direction, bytes)| (direction, bytes)).collect()
}

fn drain(receiver: &mut Receiver, payload: &mut Vec<u8>) -> u64 {
    let mut lost = 0;
    while let Some(delivery) = receiver.pop() {
        match delivery {
            Delivery::Payload { bytes, .. } => payload.extend_from_slice(bytes),
            Delivery::Lost(count) => lost += count,
            Delivery::Restart => {}
        }
    }
    lost
}

fn payloads(media: &[u8]) -> Vec<u8> {
    media.chunks_exact(DATAGRAM_SIZE).flat_map(|d| d[HEADER_SIZE..].iter().copied()).collect()
}

#[test]
fn a_column_packet_has_the_published_layout() {
    let media = datagrams(100, 100);
    let repairs = protector(10, 10, false).protect(100, &media).unwrap();
    assert_eq!(repairs.len(), 10);
    let third = repairs.get(3).unwrap();
    assert_eq!(third.direction, Direction::Column);
    // Matrix 1, column 3: sequence 13, base 103, no parity of the even number of equal fields.
    assert_eq!(third.bytes[..4], [0x80, 96, 0, 13]);
    assert_eq!(third.bytes[4..8], stream().due(103).rtp_timestamp().to_be_bytes());
    assert_eq!(third.bytes[8..12], [0; 4]);
    assert_eq!(third.bytes[12..20], [0, 103, 0, 0, 0x80, 0, 0, 0]);
    let parity = (0..10)
        .map(|row| stream().due(103 + row * 10).rtp_timestamp())
        .fold(0, |parity, timestamp| parity ^ timestamp);
    assert_eq!(third.bytes[20..24], parity.to_be_bytes());
    assert_eq!(third.bytes[24..28], [0, 10, 10, 0]);
    let byte = (0..10).map(|row| media[(3 + row * 10) * DATAGRAM_SIZE + 500]).fold(0, |p, b| p ^ b);
    assert_eq!(third.bytes[500 + 16], byte);
}

#[test]
fn a_row_packet_of_an_odd_number_carries_length_and_type() {
    let media = datagrams(20, 20);
    let repairs = protector(5, 4, true).protect(20, &media).unwrap();
    let row = repairs.iter().filter(|r| r.direction == Direction::Row).nth(2).unwrap();
    assert_eq!(row.bytes[..4], [0x80, 96, 0, 6]);
    assert_eq!(row.bytes[12..20], [0, 30, 0x05, 0x24, 0x80 | 33, 0, 0, 0]);
    assert_eq!(row.bytes[24..28], [0x40, 1, 5, 0]);
}

#[test]
fn rows_follow_at_once_and_columns_over_the_next_matrix() {
    let protector = protector(5, 4, true);
    let repairs = protector.protect(20, &datagrams(20, 20)).unwrap();
    let due = |datagram: u64, slot| stream().grid.time_of(datagram * 7 + slot);
    let rows: Vec<Ticks> =
        repairs.iter().filter(|r| r.direction == Direction::Row).map(|r| r.due).collect();
    assert_eq!(rows, [due(24, 2), due(29, 2), due(34, 2), due(39, 2)]);
    let columns: Vec<Ticks> =
        repairs.iter().filter(|r| r.direction == Direction::Column).map(|r| r.due).collect();
    assert_eq!(columns, [due(40, 5), due(44, 5), due(48, 5), due(52, 5), due(56, 5)]);
}

#[test]
fn superframes_put_together_send_what_one_run_sends() {
    let protector = protector(5, 4, true);
    let media = datagrams(40, 120);
    let whole = protector.protect(40, &media).unwrap();
    let (size, end) = (40 * DATAGRAM_SIZE, stream().due(160));
    let mut parts = Vec::new();
    for k in 0..3usize {
        let previous = if k == 0 { &[][..] } else { &media[k * size - size / 2..k * size] };
        let first = 40 + k as u64 * 40;
        let part = protector.superframe(first, previous, &media[k * size..][..size]).unwrap();
        for packet in part.iter() {
            assert!(packet.due >= stream().due(first) && packet.due < stream().due(first + 40));
        }
        parts.extend(part.iter().map(|r| (r.due, r.direction, *r.bytes)));
    }
    let whole: Vec<_> = whole.iter().map(|r| (r.due, r.direction, *r.bytes)).collect();
    let whole: Vec<_> = whole.into_iter().filter(|(due, ..)| *due < end).collect();
    assert_eq!(parts, whole);
}

#[test]
fn datagrams_that_are_not_whole_matrices_are_refused() {
    let protector = protector(5, 4, true);
    let media = datagrams(0, 20);
    let error = ProtectError::Unaligned { first: 10, packets: 20 };
    assert_eq!(protector.protect(10, &media), Err(error));
    let error = ProtectError::NotWhole { bytes: media.len() - 1, packets: 20 };
    assert_eq!(protector.protect(0, &media[1..]), Err(error));
    assert!(protector.superframe(20, &media[..DATAGRAM_SIZE], &media).is_err());
}

#[test]
fn a_second_path_is_dropped_and_fills_the_gaps_of_the_first() {
    let media = datagrams(65_500, 80);
    let mut receiver = Receiver::default();
    let (mut out, mut lost) = (Vec::new(), 0);
    for (i, datagram) in media.chunks_exact(DATAGRAM_SIZE).enumerate() {
        if i % 7 != 3 {
            receiver.push_media(datagram);
        }
        if i >= 20 {
            receiver.push_media(&media[(i - 20) * DATAGRAM_SIZE..][..DATAGRAM_SIZE]);
        }
        lost += drain(&mut receiver, &mut out);
    }
    assert_eq!(lost, 0);
    assert_eq!(out[..60 * PAYLOAD_SIZE], payloads(&media)[..60 * PAYLOAD_SIZE]);
}

#[test]
fn a_new_sender_is_followed_and_nothing_of_it_is_lost() {
    let old = datagrams(1_000, 50);
    let mut new = datagrams(900, 100);
    new.chunks_exact_mut(DATAGRAM_SIZE).for_each(|d| d[11] ^= 1);
    let mut receiver = Receiver::default();
    let mut out = Vec::new();
    for datagram in old.chunks_exact(DATAGRAM_SIZE).chain(new.chunks_exact(DATAGRAM_SIZE)) {
        receiver.push_media(datagram);
        drain(&mut receiver, &mut out);
    }
    assert_eq!(out, [payloads(&old), payloads(&new)].concat());
    assert_eq!(receiver.statistics().restarts, 1);
}

#[test]
fn a_stream_goes_on_after_an_outage() {
    let before = datagrams(1_000, 50);
    let after = datagrams(9_000, 50);
    let mut receiver = Receiver::default();
    let mut out = Vec::new();
    for datagram in before.chunks_exact(DATAGRAM_SIZE).chain(after.chunks_exact(DATAGRAM_SIZE)) {
        receiver.push_media(datagram);
        drain(&mut receiver, &mut out);
    }
    assert_eq!(out, [payloads(&before), payloads(&after)].concat());
}

#[test]
fn what_stays_missing_is_counted_and_stepped_over() {
    let media = datagrams(0, 100);
    let mut receiver = Receiver::default();
    let (mut out, mut lost) = (Vec::new(), 0);
    for (i, datagram) in media.chunks_exact(DATAGRAM_SIZE).enumerate() {
        if !(10..13).contains(&i) && i != 98 {
            receiver.push_media(datagram);
        }
        lost += drain(&mut receiver, &mut out);
    }
    assert_eq!(lost, 3);
    receiver.flush();
    assert_eq!(drain(&mut receiver, &mut out), 1);
    assert_eq!(out.len(), 96 * PAYLOAD_SIZE);
    assert_eq!(receiver.statistics().lost, 4);
}

fn any_protector() -> impl Strategy<Value = Protector> {
    (1u8..=20, 4u8..=20, any::<bool>()).prop_filter_map("within the limits", |(l, d, both)| {
        Some(Protector { stream: stream(), matrix: fec::Matrix::new(l, d, both).ok()? })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_burst_no_longer_than_a_row_is_repaired_at_any_sequence_number(
        protector in any_protector(), wrap in 0usize..3, start in 0usize..100, len in 1usize..=20,
    ) {
        let packets = protector.matrix.packets();
        // No wrap, a wrap of the sequence number, a wrap of the time stamp.
        let timestamp_wrap = stream().first_at_or_after(Ticks(300 << 32));
        let around = [1 << 20, (1 << 32) - 50, timestamp_wrap - 50][wrap];
        let first = around / packets as u64 * packets as u64;
        let media = datagrams(first, packets * 3);
        let repairs = protector.protect(first, &media).unwrap();
        let burst = packets + start % packets;
        let burst = burst..burst + len.min(protector.matrix.columns() as usize);
        let mut receiver = Receiver::default();
        let (mut out, mut lost, mut i) = (Vec::new(), 0, 0);
        for (direction, bytes) in sent(first, &media, &repairs) {
            match direction {
                Some(_) => receiver.push_fec(&bytes),
                None => {
                    if !burst.contains(&i) {
                        receiver.push_media(&bytes);
                    }
                    i += 1;
                }
            }
            lost += drain(&mut receiver, &mut out);
        }
        receiver.flush();
        lost += drain(&mut receiver, &mut out);
        prop_assert_eq!(lost, 0);
        prop_assert!(out == payloads(&media), "the payloads differ");
        prop_assert_eq!(receiver.statistics().repaired, burst.len() as u64);
    }

    #[test]
    fn any_order_losses_and_duplicates_give_true_payloads_in_order(
        protector in any_protector(),
        changes in prop::collection::vec((0u8..3, any::<prop::sample::Index>(), 0usize..40), 0..60),
    ) {
        let packets = protector.matrix.packets();
        let first = 65_536 / packets as u64 * packets as u64;
        let media = datagrams(first, packets * 4);
        let repairs = protector.protect(first, &media).unwrap();
        let mut all = sent(first, &media, &repairs);
        for (kind, index, distance) in changes {
            let at = index.index(all.len());
            match kind {
                0 => drop(all.remove(at)),
                1 => all.insert(at, all[at.saturating_sub(distance)].clone()),
                _ => all.swap(at, at.saturating_sub(distance)),
            }
        }
        let mut receiver = Receiver::default();
        let mut out = Vec::new();
        for (direction, bytes) in &all {
            match direction {
                Some(_) => receiver.push_fec(bytes),
                None => receiver.push_media(bytes),
            }
            drain(&mut receiver, &mut out);
        }
        receiver.flush();
        drain(&mut receiver, &mut out);
        let expected = payloads(&media);
        let mut sent = expected.chunks_exact(PAYLOAD_SIZE);
        for payload in out.chunks_exact(PAYLOAD_SIZE) {
            prop_assert!(sent.any(|s| s == payload), "a payload is false or out of order");
        }
    }

    #[test]
    fn any_bytes_are_taken_without_panic(
        pushes in prop::collection::vec(
            (any::<bool>(), any::<u16>(), any::<u8>(), any::<u8>(), any::<u8>(), 0usize..1600),
            0..200,
        ),
    ) {
        let mut receiver = Receiver::default();
        let mut out = Vec::new();
        for (is_fec, sequence, flags, a, b, len) in pushes {
            let mut bytes = vec![0x47; len];
            bytes.iter_mut().take(12).for_each(|byte| *byte = 0);
            let [s0, s1] = sequence.to_be_bytes();
            let start = if is_fec {
                vec![0x80 | flags & 0x3f, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, s0, s1, 5, 36, 0x80,
                    0, 0, 0, 0, 0, 0, 0, flags & 0x40, a % 24, b % 24, 0]
            } else {
                vec![0x80 | flags & 0x31, 33, s0, s1, 0, 0, 0, 0, 0, 0, 0, a & 1]
            };
            let common = len.min(start.len());
            bytes[..common].copy_from_slice(&start[..common]);
            if is_fec { receiver.push_fec(&bytes) } else { receiver.push_media(&bytes) }
            drain(&mut receiver, &mut out);
        }
    }
}
