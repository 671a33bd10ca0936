//! Each check fires on its fault and stays silent on the clean stream.

mod stream;

use stream::{AUDIO, DATA, Item, MS, PCR, PMT, Plan, SECOND, VIDEO};
use ts::Packet;
use ts::time::PCR_PERIOD;
use verify::{Check, Options, Report, Verifier};

fn judge(bytes: &[u8]) -> Report {
    let mut verifier = Verifier::new(Options { rate: Some(stream::rate()), ..Options::default() });
    verifier.push(bytes);
    verifier.finish()
}

/// The checks that found an error.
fn fired(report: &Report) -> Vec<Check> {
    report.checks.iter().filter(|tally| tally.errors > 0).map(|tally| tally.check).collect()
}

/// The checks must be the ones wanted, and only they.
fn expect(name: &str, report: &Report, wanted: &[Check]) {
    assert_eq!(fired(report), wanted, "{name}:\n{report}");
    assert_eq!(report.is_conformant(), wanted.is_empty());
}

/// A stream bent as it is made.
fn bent(name: &str, bend: impl FnOnce(&mut Plan), wanted: &[Check]) {
    let mut plan = Plan::default();
    bend(&mut plan);
    expect(name, &judge(&stream::bytes(&stream::packets(&plan))), wanted);
}

/// A sound stream damaged behind its making.
fn damaged(name: &str, damage: impl FnOnce(&mut Vec<Packet>), wanted: &[Check]) {
    let mut packets = stream::packets(&Plan::default());
    damage(&mut packets);
    expect(name, &judge(&stream::bytes(&packets)), wanted);
}

/// A stream without one item between two seconds.
fn without(items: &'static [Item], from_s: u64, to_s: u64, wanted: &[Check]) {
    let name = format!("without {items:?}");
    let window = from_s * SECOND..to_s * SECOND;
    let omit = move |item: Item, time: u64| items.contains(&item) && window.contains(&time);
    bent(&name, |plan| plan.omit = Box::new(omit), wanted);
}

/// Puts a packet where a null packet was, behind a time.
fn insert(packets: &mut [Packet], from: u64, packet: Packet) -> usize {
    let place = stream::place_of(packets, 0x1fff, from);
    packets[place] = packet;
    place
}

#[test]
fn the_clean_stream_passes_every_check() {
    let report = judge(&stream::bytes(&stream::packets(&Plan::default())));
    expect("clean", &report, &[]);
    assert!(report.findings.is_empty(), "{report}");
    let service = &report.services[0];
    assert_eq!((service.name.as_deref(), service.components.len()), (Some("One"), 3));
    assert_eq!(report.guide.event_changes, 1);
    assert!(report.guide.present_checked > 40 && report.guide.schedule_checked > 40);
    let video = report.buffers.iter().find(|buffer| buffer.pid == VIDEO).unwrap();
    assert!(video.model_known && video.units > 1000, "{report}");
    assert_eq!(video.main_size_bytes, 1_500_000);
    let audio = report.buffers.iter().find(|buffer| buffer.pid == AUDIO).unwrap();
    assert_eq!((audio.main_size_bytes, audio.tb_size_bytes), (3584, 512));
    assert!(audio.units > 1800 && audio.min_margin_ns.unwrap() > 100_000_000);
    assert!(report.clocks[0].accuracy_max_ps < 37_037);
}

#[test]
fn the_wrap_of_clock_and_time_stamps_is_no_fault() {
    bent("wrap", |plan| plan.clock_start = PCR_PERIOD - 20 * SECOND, &[]);
}

#[test]
fn a_time_table_that_is_off_is_told_when_the_start_is_known() {
    for (offset, wanted) in
        [(0, vec![]), (2, vec![]), (3, vec![Check::Tdt]), (-3, vec![Check::Tdt])]
    {
        let plan = Plan { tdt_offset_s: offset, ..Plan::default() };
        let mut verifier = Verifier::new(Options {
            rate: Some(stream::rate()),
            start_utc_ticks: Some(stream::START_UTC_S * SECOND as i64),
            epg_tolerance_ticks: 2 * SECOND,
            ..Options::default()
        });
        verifier.push(&stream::bytes(&stream::packets(&plan)));
        expect("an offset of the TDT", &verifier.finish(), &wanted);
    }
}

#[test]
fn sync_faults_are_told() {
    damaged(
        "one bad sync byte",
        |p| {
            let place = stream::place_of(p, 0x1fff, 6 * SECOND);
            p[place][0] = 0x46;
        },
        &[Check::SyncByte],
    );
    let loss = &[Check::SyncLoss, Check::SyncByte];
    damaged("two bad sync bytes", |p| (7000..7002).for_each(|n| p[n][0] = 0), loss);
    damaged("other bytes in between", |p| (7000..7050).for_each(|n| p[n][0] = 0), loss);
    expect("no stream", &judge(&[0x11; 20_000]), &[Check::SyncLoss]);
}

#[test]
fn faults_of_association_and_map_tables_are_told() {
    without(&[Item::Pat], 10, 11, &[Check::Pat]);
    without(&[Item::Pmt], 10, 11, &[Check::Pmt]);
    let foreign = stream::section_packet(0, &[0x80, 0x30, 1, 0]);
    damaged(
        "another table on PID 0",
        |p| {
            insert(p, 5 * SECOND, foreign);
            stream::count(p);
        },
        &[Check::Pat],
    );
    damaged(
        "a scrambled map table",
        |p| {
            let place = stream::place_of(p, PMT, 5 * SECOND);
            p[place][3] |= 0x80;
        },
        &[Check::Pmt, Check::Cat],
    );
}

#[test]
fn faults_of_continuity_are_told() {
    damaged(
        "a lost packet",
        |p| {
            let place = stream::place_of(p, DATA, 5 * SECOND);
            p[place] = ts::NULL_PACKET;
        },
        &[Check::Continuity],
    );
    let copies = |wanted: usize| {
        move |p: &mut Vec<Packet>| {
            let place = stream::place_of(p, DATA, 5 * SECOND);
            let packet = p[place];
            (0..wanted).for_each(|n| {
                insert(p, (place + n) as u64 * stream::SLOT, packet);
            });
        }
    };
    damaged("one copy is legal", copies(1), &[]);
    damaged("two copies are not", copies(2), &[Check::Continuity]);
    damaged(
        "a copy that differs",
        |p| {
            let place = stream::place_of(p, DATA, 5 * SECOND);
            let mut packet = p[place];
            packet[100] ^= 1;
            insert(p, place as u64 * stream::SLOT, packet);
        },
        &[Check::Continuity],
    );
}

#[test]
fn missing_and_unnamed_pids_are_told() {
    bent("sound that never comes", |plan| plan.ghosts = vec![(0x03, 0x99)], &[Check::Pid]);
    bent("a carousel that rests", |plan| plan.ghosts = vec![(0x0b, 0x99)], &[]);
    without(&[Item::Audio], 10, 16, &[Check::Pid, Check::Pts]);
    damaged(
        "a PID that no table names",
        |p| {
            let stranger = stream::section_packet(0x77, &[0x80, 0x30, 1, 0]);
            insert(p, 5 * SECOND, stranger);
        },
        &[Check::UnreferencedPid],
    );
}

#[test]
fn a_pid_is_no_stranger_for_what_came_before_the_first_tables() {
    let stranger = || stream::section_packet(0x77, &[0x80, 0x30, 1, 0]);
    let first = |p: &mut Vec<Packet>| {
        p[0] = stranger();
    };
    damaged("the end of a stream", first, &[]);
    let again = |p: &mut Vec<Packet>| {
        p[0] = stranger();
        insert(p, SECOND, stranger());
    };
    damaged("a stream that goes on", again, &[Check::UnreferencedPid]);
}

#[test]
fn transport_errors_and_bad_checksums_are_told() {
    damaged(
        "transport_error_indicator",
        |p| {
            let place = stream::place_of(p, DATA, 5 * SECOND);
            p[place][1] |= 0x80;
        },
        &[Check::Transport],
    );
    for (pid, at) in [(0x00, 20), (PMT, 20), (0x10, 12), (0x11, 25), (0x12, 30)] {
        let damage = |p: &mut Vec<Packet>| {
            let place = stream::place_of(p, pid, 5 * SECOND);
            p[place][at] ^= 4;
        };
        damaged(&format!("a wrong bit on PID {pid:#x}"), damage, &[Check::Crc]);
    }
}

#[test]
fn clock_faults_are_told() {
    let slow = |plan: &mut Plan| plan.pcr_interval = 120 * MS;
    bent("references too rare", slow, &[Check::PcrRepetition, Check::PcrDiscontinuity]);
    let jump = |time: u64| {
        if time > 10 * SECOND { 40 * MS as i64 } else { 0 }
    };
    bent(
        "a jump within the window",
        |plan| plan.bend_clock = Box::new(jump),
        &[Check::PcrAccuracy, Check::ClockFrequency],
    );
    let once = |ticks: i64| {
        move |time: u64| {
            if (10 * SECOND..10 * SECOND + 30 * MS).contains(&time) { ticks } else { 0 }
        }
    };
    bent("13 ticks off", |plan| plan.bend_clock = Box::new(once(13)), &[]);
    bent("14 ticks off", |plan| plan.bend_clock = Box::new(once(14)), &[Check::PcrAccuracy]);
    bent("14 ticks early", |plan| plan.bend_clock = Box::new(once(-14)), &[Check::PcrAccuracy]);
    bent(
        "backwards once",
        |plan| plan.bend_clock = Box::new(once(-60 * MS as i64)),
        &[Check::PcrDiscontinuity, Check::PcrAccuracy],
    );
    bent(
        "50 ppm too fast",
        |plan| plan.bend_clock = Box::new(|time| (time / 20_000) as i64),
        &[Check::PcrAccuracy, Check::ClockFrequency],
    );
}

#[test]
fn intervals_above_40_ms_are_a_note_and_no_error() {
    let plan = Plan { pcr_interval: 60 * MS, ..Plan::default() };
    let report = judge(&stream::bytes(&stream::packets(&plan)));
    expect("60 ms", &report, &[]);
    assert!(report.tally(Check::PcrRepetition).1 > 700);
}

#[test]
fn an_announced_discontinuity_is_none() {
    let mut packets = stream::packets(&Plan::default());
    let from = stream::place_of(&packets, PCR, 10 * SECOND);
    packets[from][5] |= 0x80;
    let report = judge(&stream::bytes(&packets));
    expect("announced", &report, &[]);
    assert_eq!(report.clocks[0].discontinuities, 1);
}

#[test]
fn time_stamp_faults_are_told() {
    let gap = |time: u64| !(10 * SECOND..11 * SECOND).contains(&time);
    let report = {
        let plan = Plan { stamped: Box::new(gap), ..Plan::default() };
        judge(&stream::bytes(&stream::packets(&plan)))
    };
    assert!(fired(&report).contains(&Check::Pts), "{report}");
    bent("presented before decoded", |plan| plan.reorder = -90 * 300, &[Check::StampOrder]);
    damaged(
        "decoding times that fall",
        |p| {
            let units: Vec<usize> = (0..p.len())
                .filter(|n| stream::pid_of(&p[*n]) == VIDEO && p[*n][1] & 0x40 != 0)
                .collect();
            let (from, to) = (units[100], units[101]);
            let stamps: Vec<u8> = p[from][4 + 9..4 + 19].to_vec();
            p[to][4 + 9..4 + 19].copy_from_slice(&stamps);
        },
        &[Check::StampOrder],
    );
    damaged(
        "no PES start code",
        |p| {
            let place = stream::place_of(p, AUDIO, 5 * SECOND);
            let first = (place..p.len())
                .find(|n| stream::pid_of(&p[*n]) == AUDIO && p[*n][1] & 0x40 != 0)
                .unwrap();
            let at = 4 + if p[first][3] & 0x20 != 0 { 1 + usize::from(p[first][4]) } else { 0 };
            p[first][at + 2] = 7;
        },
        &[Check::PesSyntax],
    );
}

#[test]
fn scrambling_without_access_table_is_told() {
    damaged(
        "scrambled data",
        |p| {
            let place = stream::place_of(p, DATA, 5 * SECOND);
            p[place][3] |= 0x80;
        },
        &[Check::Cat],
    );
    let foreign = stream::section_packet(1, &[0x80, 0x30, 1, 0]);
    damaged(
        "another table on PID 1",
        |p| {
            insert(p, 5 * SECOND, foreign);
        },
        &[Check::Cat],
    );
}

#[test]
fn missing_tables_are_told() {
    without(&[Item::Nit], 10, 22, &[Check::NitActual]);
    without(&[Item::NitOther], 10, 22, &[Check::NitOther]);
    without(&[Item::Sdt], 10, 13, &[Check::SdtActual]);
    without(&[Item::SdtOther], 10, 22, &[Check::SdtOther]);
    without(&[Item::Present], 10, 13, &[Check::EitActual, Check::EitPf]);
    without(&[Item::Following], 10, 13, &[Check::EitActual, Check::EitPf]);
    without(&[Item::Present, Item::Following], 10, 13, &[Check::EitActual]);
    without(&[Item::FollowingOther], 10, 24, &[Check::EitOther, Check::EitPf]);
    without(&[Item::Schedule], 10, 24, &[Check::SiRepetition]);
    without(&[Item::Tdt], 5, 42, &[Check::Tdt]);
    without(&[Item::Tdt], 0, 60, &[Check::Tdt]);
    without(&[Item::Nit], 0, 60, &[Check::NitActual]);
    without(&[Item::Present, Item::Following], 0, 60, &[Check::EitActual]);
}

#[test]
fn foreign_tables_on_the_pids_of_si_are_told() {
    let foreign = [0x80, 0x30, 1, 0];
    for (pid, check) in [
        (0x10, Check::NitActual),
        (0x11, Check::SdtActual),
        (0x12, Check::EitActual),
        (0x13, Check::Rst),
        (0x14, Check::Tdt),
    ] {
        let damage = |p: &mut Vec<Packet>| {
            insert(p, 5 * SECOND, stream::section_packet(pid, &foreign));
            stream::count(p);
        };
        damaged(&format!("foreign table on {pid:#x}"), damage, &[check]);
    }
}

#[test]
fn sections_closer_than_25_ms_are_told() {
    for (pid, check) in [
        (0x10, Check::NitActual),
        (0x11, Check::SdtActual),
        (0x12, Check::EitActual),
        (0x14, Check::Tdt),
    ] {
        let damage = |p: &mut Vec<Packet>| {
            let from = if pid == 0x14 { 10 } else { 6 };
            let place = stream::place_of(p, pid, from * SECOND);
            let packet = p[place];
            insert(p, place as u64 * stream::SLOT, packet);
            stream::count(p);
        };
        damaged(&format!("twice on {pid:#x}"), damage, &[check]);
    }
    damaged(
        "two running status tables",
        |p| {
            let table = stream::section_packet(0x13, &[0x71, 0x70, 1, 0]);
            let place = insert(p, 5 * SECOND, table);
            insert(p, place as u64 * stream::SLOT, table);
            stream::count(p);
        },
        &[Check::Rst],
    );
}

#[test]
fn buffer_faults_are_told() {
    // multiplex_buffer_descriptor: TB leaks at 48 kbit/s.
    let slow = vec![0x23, 6, 0, 4, 0, 0, 0, 120];
    let burst = |plan: &mut Plan, interval: u64| {
        plan.data_descriptors = slow.clone();
        plan.data_interval = Some(interval);
    };
    // 188 bytes at 48 kbit/s take 31.33 ms.
    bent("data within its leak rate", |plan| burst(plan, 40 * MS), &[]);
    bent(
        "data above its leak rate",
        |plan| burst(plan, 29 * MS),
        &[Check::Buffer, Check::EmptyBuffer],
    );
    bent("late pictures", |plan| plan.video_lead = 20 * MS, &[Check::Buffer]);
    bent("late sound", |plan| plan.audio_lead = 10 * MS, &[Check::Buffer]);
    bent("too much sound ahead", |plan| plan.audio_lead = 700 * MS, &[Check::Buffer]);
    // 480 kbit/s of PAT and PMT through Bsys, which lets 80 through.
    bent("too many tables", |plan| plan.psi_interval = 8 * MS, &[Check::Buffer]);
}

#[test]
fn bursts_into_a_transport_buffer_are_told() {
    // The same stream in four times the rate, so that packets can come faster than sound leaves.
    let sparse: Vec<Packet> = stream::packets(&Plan::default())
        .into_iter()
        .flat_map(|packet| [packet, ts::NULL_PACKET, ts::NULL_PACKET, ts::NULL_PACKET])
        .collect();
    let mut stuffing = [0xff; 188];
    stuffing[..6].copy_from_slice(&[0x47, 0, AUDIO as u8, 0x20, 183, 0]);
    // A packet leaves at 2 Mbit/s while 2.4 come: 188, 298, 408 and 518 bytes.
    for (burst, wanted) in [(2, vec![]), (3, vec![Check::Buffer])] {
        let mut packets = sparse.clone();
        let place = stream::place_of(&packets, AUDIO, 5 * SECOND);
        packets[place + 1..=place + burst].fill(stuffing);
        stream::count(&mut packets);
        let rate = ts::Rate::new(4 * stream::RATE_BPS, 1);
        let mut verifier = Verifier::new(Options { rate, ..Options::default() });
        verifier.push(&stream::bytes(&packets));
        expect("a burst of sound", &verifier.finish(), &wanted);
    }
}

#[test]
fn buffers_that_never_empty_are_told() {
    // Leaks 188 bytes in 40.1 ms; one comes every 40 ms.
    bent(
        "never empty",
        |plan| {
            // Later it would flood the buffer, too.
            plan.seconds = 6;
            plan.data_descriptors = vec![0x23, 6, 0, 4, 0, 0, 0, 93];
            plan.data_interval = Some(40 * MS);
        },
        &[Check::EmptyBuffer],
    );
}

#[test]
fn long_stays_in_the_decoder_are_told() {
    let report = {
        let plan = Plan { video_lead: 2 * SECOND, ..Plan::default() };
        judge(&stream::bytes(&stream::packets(&plan)))
    };
    expect("two seconds of H.264 are legal", &report, &[]);
    assert!(report.tally(Check::DataDelay).1 > 1000);
    bent(
        "eleven seconds are not",
        |plan| plan.video_lead = 11 * SECOND,
        &[Check::DataDelay, Check::StampOrder],
    );
    bent(
        "more than a second of sound",
        |plan| plan.audio_lead = 1100 * MS,
        &[Check::Buffer, Check::DataDelay],
    );
}

#[test]
fn damaged_packets_are_told() {
    damaged(
        "an adaptation field that is too long",
        |p| {
            let place = stream::place_of(p, PCR, 5 * SECOND);
            p[place][4] = 184;
        },
        &[Check::PacketSyntax],
    );
    damaged(
        "a pointer out of the packet",
        |p| {
            let place = stream::place_of(p, 0x14, 10 * SECOND);
            p[place][4] = 200;
        },
        &[Check::PacketSyntax],
    );
}

#[test]
fn guide_faults_are_told() {
    let late = |plan: &mut Plan| plan.guide_late = 5 * SECOND;
    bent("present changes late", late, &[Check::EpgPresent]);
    let other = |plan: &mut Plan| plan.schedule_short_s = 7;
    bent("schedule differs", other, &[Check::EpgSchedule]);
}

#[test]
fn a_stream_without_clock_cannot_be_judged() {
    let plan = Plan { omit: Box::new(|item, _| item == Item::Clock), ..Plan::default() };
    let mut verifier = Verifier::new(Options::default());
    verifier.push(&stream::bytes(&stream::packets(&plan)));
    let report = verifier.finish();
    assert_eq!((fired(&report), report.rate), (vec![Check::Rate], None));
}
