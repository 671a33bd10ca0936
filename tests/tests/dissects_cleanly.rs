//! tshark takes the stream and all its flows apart without a complaint.

use tests::dissect::Dissection;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

#[test]
fn packets_tables_and_carousels_dissect_without_a_note() {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    let file = station.path("stretch.ts");
    std::fs::write(&file, station.render("2026-09-01T00:09:30Z", "240s")).expect("a file");
    let dissection = Dissection::of(&file);
    assert_eq!(dissection.complaints(), "");
    let found = dissection.protocols();
    let wanted = [
        "mp2t",
        "mpeg_pat",
        "mpeg_pmt",
        "dvb_nit",
        "dvb_sdt",
        "dvb_bat",
        "dvb_eit",
        "dvb_tdt",
        "dvb_tot",
        "mpeg_dsmcc",
        "mpeg-pes",
        "mpeg-video.picture",
        "mpeg-audio",
    ];
    for protocol in wanted {
        assert!(found.get(protocol).is_some_and(|count| *count > 0), "no {protocol}: {found:?}");
    }
}

#[test]
fn rtp_and_fec_flows_dissect_without_a_note() {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    let file = station.path("flows.pcap");
    std::fs::write(&file, station.capture("2026-09-01T00:10:00Z", "30s")).expect("a file");
    let dissection = Dissection::of(&file).with_rtp(station.group.port());
    assert_eq!(dissection.complaints(), "");
    let found = dissection.protocols();
    // 30 s are 24,067 datagrams; a matrix of 10 by 10 adds 20 to each 100.
    let rtp = found["rtp"];
    assert!((28_600..29_000).contains(&rtp), "{rtp} RTP packets");
    let fec = found["2dparityfec"];
    assert!((4_760..4_860).contains(&fec), "{fec} repair packets");
}

/// A judge that never complains proves nothing: one bit of a PAT turned must be told.
#[test]
fn a_damaged_table_is_told() {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    let mut stretch = station.render("2026-09-01T00:10:00Z", "1s");
    let is_pat = |packet: &&mut [u8; 188]| packet[1] & 0x1f == 0 && packet[2] == 0;
    let pat = stretch.as_chunks_mut::<188>().0.iter_mut().find(is_pat).expect("there is a PAT");
    let skipped = if pat[3] & 0x20 == 0 { 4 } else { 5 + usize::from(pat[4]) };
    pat[skipped + 12] ^= 1;
    let file = station.path("damaged.ts");
    std::fs::write(&file, stretch).expect("a file");
    assert!(Dissection::of(&file).complaints().contains("Invalid CRC"));
}
