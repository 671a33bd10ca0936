//! Multicast on the loopback interface, and sources that are not there.

use crate::air::{Air, Bundle, Sent};
use crate::program::{Ended, assert_holds, ended, receive, start};
use socket2::{Domain, Socket, Type};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Waits until the program listens on this port and the groups of FEC flows, if it does at all.
fn wait_for_sockets(child: &mut Child, ports: &[u16]) {
    let begun = Instant::now();
    let is_listening = || {
        let sockets = std::fs::read_to_string("/proc/net/udp").unwrap();
        ports.iter().all(|port| sockets.contains(&format!(":{port:04X} ")))
    };
    while !is_listening() && begun.elapsed() < Duration::from_secs(20) {
        assert!(child.try_wait().unwrap().is_none(), "the program has ended");
        std::thread::sleep(Duration::from_millis(10));
    }
    // Between binding and joining there is a moment that cannot be seen from here.
    std::thread::sleep(Duration::from_millis(100));
}

fn sender() -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    socket.set_multicast_if_v4(&Ipv4Addr::LOCALHOST).unwrap();
    socket.set_multicast_loop_v4(true).unwrap();
    socket.into()
}

fn send(group: SocketAddr, sent: &[Sent]) {
    let socket = sender();
    for (n, (offset, payload)) in sent.iter().enumerate() {
        let mut to = group;
        to.set_port(group.port() + offset);
        socket.send_to(payload, to).unwrap();
        if n % 16 == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn end(child: Child) -> Ended {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    ended(child.wait_with_output().unwrap())
}

#[test]
fn a_group_in_rtp_gives_its_files_and_ends_with_a_signal_and_a_report() {
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("site");
    let bundle = Bundle::week("week-1", 1);
    let from = "rtp://239.255.77.1:17004?interface=lo";
    let mut child = start(from, &into, &[]);
    wait_for_sockets(&mut child, &[17004, 17006, 17008]);
    let group = "239.255.77.1:17004".parse().unwrap();
    send(group, &Air::of(&bundle, 1).datagrams().sent(|_| false));
    std::thread::sleep(Duration::from_millis(800));
    let ended = end(child);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.report["ended"], "signal");
    assert_holds(&into, &[&bundle]);
    let counts = &ended.report["datagrams"];
    assert_eq!((&counts["lost"], &counts["dropped"]), (&0.into(), &0.into()));
    assert!(counts["receive_buffer_bytes"].as_u64() >= Some(100_000));
    assert!(ended.stderr.contains("week-1: complete"), "{}", ended.stderr);
}

/// Kills of the program, at instants that chance names.
fn kills() -> u32 {
    if std::env::var_os("HEADEND_FULL").is_some() { 50 } else { 10 }
}

/// Each block is sent once while the program lives; behind a kill, only what was sent in the second
/// before it is sent again. So the bundle completes only if nothing older was lost.
#[test]
fn a_program_that_is_killed_loses_no_more_than_a_second_of_what_it_received() {
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("site");
    let files = [("a", crate::air::noise(1_500_000, 5)), ("b", crate::air::noise(400_000, 6))];
    let bundle = Bundle::new("week-1", &files);
    let cycle = bundle.cycle();
    let from = "udp://239.255.77.9:17084?interface=lo";
    let group: SocketAddr = "239.255.77.9:17084".parse().unwrap();
    let port = [17084];
    let socket = sender();
    let mut chance = 0x1234_5678_9abc_def1_u64 ^ u64::from(std::process::id());
    let mut air = Air::default();
    let mut send_sections = |sections: &[Vec<u8>]| {
        air.packets.clear();
        air.tables(&[crate::air::CAROUSEL]);
        air.sections(crate::air::CAROUSEL, sections);
        for datagram in air.packets.chunks(7) {
            socket.send_to(&datagram.concat(), group).unwrap();
        }
    };
    let (mut next, mut times): (usize, Vec<Instant>) = (0, Vec::new());
    for kill in 0..=kills() {
        let mut child = start(from, &into, &[]);
        wait_for_sockets(&mut child, &port);
        chance = chance.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        let until = match kill == kills() {
            true => cycle.len(),
            // 200 blocks a second, for 1.1 to 1.7 seconds.
            false => (next + 220 + (chance >> 40) as usize % 120).min(cycle.len() - 1),
        };
        let begun_at = next;
        while next < until {
            let end = (next + 8).min(until);
            send_sections(&cycle[next..end]);
            times.resize(end, Instant::now());
            next = end;
            std::thread::sleep(Duration::from_millis(40));
        }
        if kill == kills() {
            assert!(begun_at > cycle.len() / 8, "kills let it get on");
            std::thread::sleep(Duration::from_millis(800));
            let ended = end(child);
            assert_eq!(ended.code, Some(0), "{}", ended.stderr);
            break;
        }
        let killed = Instant::now();
        child.kill().unwrap();
        child.wait().unwrap();
        // What was sent in the last second may be lost; the sending goes back to there.
        next = times.partition_point(|at| killed.duration_since(*at) >= Duration::from_secs(1));
        times.truncate(next);
    }
    assert_holds(&into, &[&bundle]);
}

#[test]
fn losses_in_a_group_are_repaired_by_its_fec_flows() {
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("site");
    let bundle = Bundle::week("week-1", 1);
    let mut child = start("rtp://239.255.77.2:17014?interface=127.0.0.1", &into, &[]);
    wait_for_sockets(&mut child, &[17014, 17016, 17018]);
    let sent = Air::of(&bundle, 1).datagrams().sent(|index| (112..120).contains(&index));
    send("239.255.77.2:17014".parse().unwrap(), &sent);
    std::thread::sleep(Duration::from_millis(800));
    let ended = end(child);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_holds(&into, &[&bundle]);
    let counts = &ended.report["datagrams"];
    assert_eq!((&counts["repaired"], &counts["lost"]), (&8.into(), &0.into()));
}

#[test]
fn a_group_in_plain_udp_is_received_until_the_time_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("site");
    let bundle = Bundle::week("week-1", 1);
    let from = "udp://239.255.77.3:17024?interface=lo";
    let mut child = start(from, &into, &["--seconds", "3"]);
    wait_for_sockets(&mut child, &[17024]);
    // The first cycle is joined late.
    let sent = Air::of(&bundle, 2).datagrams().udp();
    let joined = 120;
    send("239.255.77.3:17024".parse().unwrap(), &sent[joined..]);
    let ended = ended(child.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.report["ended"], "time");
    assert_eq!(ended.report["datagrams"]["received"], sent.len() - joined);
    assert_holds(&into, &[&bundle]);
}

#[test]
fn foreign_datagrams_are_counted_and_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("site");
    let bundle = Bundle::week("week-1", 1);
    let mut child = start("rtp://239.255.77.4:17034?interface=lo", &into, &[]);
    wait_for_sockets(&mut child, &[17034, 17036, 17038]);
    let mut sent = Air::of(&bundle, 1).datagrams().sent(|_| false);
    for at in (0..sent.len()).rev().step_by(5) {
        let offset = [0, 2, 4][at % 3];
        sent.insert(at, (offset, crate::air::noise(at * 7 % 1500, at as u64)));
    }
    send("239.255.77.4:17034".parse().unwrap(), &sent);
    std::thread::sleep(Duration::from_millis(800));
    let ended = end(child);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.report["datagrams"]["foreign"].as_u64() > Some(0));
    assert_holds(&into, &[&bundle]);
}

#[test]
fn a_second_process_on_the_same_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("site");
    let from = "udp://239.255.77.5:17044?interface=lo";
    let mut first = start(from, &into, &[]);
    wait_for_sockets(&mut first, &[17044]);
    let second = receive(from, &into);
    assert_eq!(second.code, Some(74), "{}", second.stderr);
    assert!(second.stderr.contains(&format!("process {}", first.id())), "{}", second.stderr);
    assert_eq!(end(first).code, Some(1), "nothing was received");
}

#[test]
fn sources_that_are_not_there_are_told_and_no_folder_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("site");
    for (from, code, told) in [
        ("http://239.255.77.6:5004", 64, "http:// is no source"),
        ("udp://239.255.77.6", 64, "ADDRESS:PORT"),
        ("/nowhere/lesson.ts", 69, "/nowhere/lesson.ts"),
        ("rtp://239.255.77.6:17054?interface=absent0", 69, "absent0"),
        ("rtp://192.0.2.1:17064", 69, "192.0.2.1:17064"),
    ] {
        let result = receive(from, &into);
        assert_eq!(result.code, Some(code), "{from}: {}", result.stderr);
        assert!(result.stderr.contains(told), "{from}: {}", result.stderr);
        assert!(!into.exists());
    }
}
