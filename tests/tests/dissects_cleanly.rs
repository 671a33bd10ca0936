//! tshark takes the stream and all its flows apart without a complaint.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tests::judge::{ask, judge};
use tests::station::Station;
use tests::timetables::{Minute, lessons};

/// Preferences that make tshark check what it can.
const CHECKS: &[&str] = &[
    "mpeg_sect.verify_crc:TRUE",
    "mpeg_dsmcc.verify_crc:TRUE",
    "2dparityfec.enable:TRUE",
    "ip.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
];

fn tshark(file: &Path, media_port: Option<u16>) -> Command {
    let mut command = judge("tshark");
    command.arg("-n").arg("-r").arg(file);
    for check in CHECKS {
        command.args(["-o", check]);
    }
    if let Some(port) = media_port {
        for offset in [0, 2, 4] {
            command.args(["-d", &format!("udp.port=={},rtp", port + offset)]);
        }
        command.args(["-d", "rtp.pt==33,mp2t"]);
    }
    command
}

/// Everything that the dissectors call wrong, suspicious or worth a note.
fn complaints(file: &Path, media_port: Option<u16>) -> String {
    let filter = "_ws.expert || _ws.malformed || mp2t.cc.drop || mpeg_sect.crc.invalid";
    let fields = ["frame.number", "_ws.expert.severity", "_ws.expert.message"];
    let mut command = tshark(file, media_port);
    command.args(["-Y", filter, "-T", "fields"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let verdict = ask(&mut command);
    assert!(verdict.success, "{}", verdict.stderr);
    verdict.stdout.lines().take(20).collect::<Vec<_>>().join("\n") + &verdict.stderr
}

/// How many frames each protocol was found in.
fn protocols(file: &Path, media_port: Option<u16>) -> BTreeMap<String, u64> {
    let mut command = tshark(file, media_port);
    let verdict = ask(command.args(["-q", "-z", "io,phs"]));
    assert!(verdict.success, "{}", verdict.stderr);
    let mut found = BTreeMap::new();
    for line in verdict.stdout.lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(frames)) = (words.next(), words.next())
            && let Some(count) = frames.strip_prefix("frames:")
        {
            let count = count.parse::<u64>().expect("a count of frames");
            *found.entry(name.trim_start_matches('.').to_owned()).or_default() += count;
        }
    }
    found
}

#[test]
fn packets_tables_and_carousels_dissect_without_a_note() {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    let file = station.path("stretch.ts");
    std::fs::write(&file, station.render("2026-09-01T00:09:30Z", "240s")).expect("a file");
    assert_eq!(complaints(&file, None), "");
    let found = protocols(&file, None);
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
    let port = Some(station.group.port());
    assert_eq!(complaints(&file, port), "");
    let found = protocols(&file, port);
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
    assert!(complaints(&file, None).contains("Invalid CRC"));
}
