//! Each check on RTP datagrams fires on its fault and stays silent on the clean stream.

mod stream;

use stream::{CLOCK_START, Plan, SLOT};
use verify::rtp::{RtpOptions, RtpReport, RtpVerifier};
use verify::{Check, Options, Verifier};

/// Datagrams of seven packets with the time at which each leaves.
fn datagrams() -> Vec<(u64, Vec<u8>)> {
    let packets = stream::packets(&Plan { seconds: 5, ..Plan::default() });
    let datagram = |(n, seven): (u64, &[ts::Packet])| {
        let time = n * 7 * SLOT;
        // The sequence number wraps on the way.
        let sequence = (n as u16).wrapping_add(65_500);
        let mut out = vec![0x80, 33];
        out.extend_from_slice(&sequence.to_be_bytes());
        out.extend_from_slice(&(((CLOCK_START + time) / 300) as u32).to_be_bytes());
        out.extend_from_slice(&[0, 0, 0, 9]);
        out.extend_from_slice(&seven.concat());
        (time, out)
    };
    (0..).zip(packets.chunks_exact(7)).map(datagram).collect()
}

fn judge(datagrams: &[(u64, Vec<u8>)]) -> RtpReport {
    let mut rtp = RtpVerifier::new(RtpOptions::new(stream::rate()));
    let mut inner = Verifier::new(Options { rate: Some(stream::rate()), ..Options::default() });
    for (time, bytes) in datagrams {
        inner.push(rtp.push(*time, bytes));
    }
    let _ = inner.finish();
    rtp.finish()
}

fn damaged(damage: impl FnOnce(&mut Vec<(u64, Vec<u8>)>), wanted: &[Check]) {
    let mut datagrams = datagrams();
    damage(&mut datagrams);
    let report = judge(&datagrams);
    let fired: Vec<Check> =
        report.checks.iter().filter(|tally| tally.errors > 0).map(|tally| tally.check).collect();
    assert_eq!(fired, wanted, "{:?}", report.findings);
    assert_eq!(report.conformant, wanted.is_empty());
}

#[test]
fn clean_datagrams_pass_every_check() {
    damaged(|_| (), &[]);
    let report = judge(&datagrams());
    assert_eq!((report.ssrc, report.spacing_error_max_ns), (Some(9), 0));
}

#[test]
fn lost_and_swapped_datagrams_are_told() {
    damaged(|d| drop(d.remove(100)), &[Check::RtpSequence]);
    damaged(|d| d[100].1[11] = 8, &[Check::RtpSequence]);
}

#[test]
fn time_stamps_off_the_line_are_told() {
    damaged(|d| d[100].1[7] ^= 4, &[Check::RtpTimestamp]);
    // All datagrams of the rest are late by a second of RTP time, but not by their clock.
    let shift = |d: &mut Vec<(u64, Vec<u8>)>| {
        for (_, bytes) in &mut d[100..] {
            let stamp = u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) + 90_000;
            bytes[4..8].copy_from_slice(&stamp.to_be_bytes());
        }
    };
    damaged(shift, &[Check::RtpTimestamp]);
}

#[test]
fn payloads_of_another_shape_are_told() {
    damaged(|d| d[100].1.truncate(12 + 6 * 188), &[Check::RtpShape]);
    damaged(|d| d[100].1[1] = 34, &[Check::RtpShape]);
    damaged(|d| d[100].1[0] = 0x90, &[Check::RtpShape]);
    damaged(|d| d[100].1[12] = 0, &[Check::RtpShape]);
    damaged(|d| d[100].1.truncate(5), &[Check::RtpSequence, Check::RtpShape]);
}

#[test]
fn datagrams_off_their_time_are_told() {
    damaged(|d| d[100].0 += 26_000, &[]);
    damaged(|d| d[100].0 += 28_000, &[Check::RtpSpacing]);
}
