//! The configuration: what a sound one says, and what is answered to faulty ones.

use headend::config::{Config, ConfigError, parse};
use library::bundles::Pattern;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use timetable::{Code, Diagnostic, Source, render_human, to_json};
use ts::Rate;
use uplink::{Carriage, Interface};

const SAMPLE: &str = include_str!("../../../config/headend.toml");

/// Texts with the code that each must draw.
const FAULTY: &[(Code, &str, &str)] = &[
    (Code::Syntax, "syntax", include_str!("faulty_config/syntax.toml")),
    (Code::UnknownKey, "unknown_key", include_str!("faulty_config/unknown_key.toml")),
    (Code::WrongType, "wrong_type", include_str!("faulty_config/wrong_type.toml")),
    (Code::MissingKey, "missing_key", include_str!("faulty_config/missing_key.toml")),
    (Code::MissingKey, "no_multiplex", include_str!("faulty_config/no_multiplex.toml")),
    (Code::BadFormat, "bad_format", include_str!("faulty_config/bad_format.toml")),
    (Code::BadName, "bad_name", include_str!("faulty_config/bad_name.toml")),
    (Code::BadText, "bad_text", include_str!("faulty_config/bad_text.toml")),
    (Code::OutOfRange, "out_of_range", include_str!("faulty_config/out_of_range.toml")),
    (Code::UnknownWord, "unknown_word", include_str!("faulty_config/unknown_word.toml")),
    (Code::Duplicate, "duplicate", include_str!("faulty_config/duplicate.toml")),
    (Code::UnknownReference, "unknown_profile", include_str!("faulty_config/unknown_profile.toml")),
    (Code::Conflict, "conflict", include_str!("faulty_config/conflict.toml")),
    (Code::EmptyRange, "empty_range", include_str!("faulty_config/empty_range.toml")),
    (Code::TooLarge, "too_large", include_str!("faulty_config/too_large.toml")),
    (Code::BadAddress, "bad_address", include_str!("faulty_config/bad_address.toml")),
    (Code::AddressInUse, "address_in_use", include_str!("faulty_config/address_in_use.toml")),
    (Code::BadCarrier, "bad_carrier", include_str!("faulty_config/bad_carrier.toml")),
    (Code::BadMatrix, "bad_matrix", include_str!("faulty_config/bad_matrix.toml")),
    (Code::NoFile, "no_file", include_str!("faulty_config/no_file.toml")),
    (Code::OpenToAll, "open_to_all", include_str!("faulty_config/open_to_all.toml")),
    (Code::UnknownWord, "control", include_str!("faulty_config/control.toml")),
];

fn read(name: &str, text: &str) -> (Option<Config>, Vec<Diagnostic>) {
    let source = Source { name, text };
    let mut files = |pattern: &Pattern| match pattern.is_plain() {
        true => Ok(vec![Path::new("/srv").join(pattern.base())]),
        false if pattern.as_str().contains('?') => Err("no file matches".to_owned()),
        false => Ok(["b", "a"].map(|n| PathBuf::from(format!("/srv/{n}.toml"))).to_vec()),
    };
    parse(&source, Path::new("/srv"), &mut files)
}

fn sample() -> Config {
    let (config, findings) = read("headend.toml", SAMPLE);
    let source = Source { name: "headend.toml", text: SAMPLE };
    config.unwrap_or_else(|| panic!("{}", render_human(&findings, &[source], false)))
}

#[test]
fn every_faulty_text_draws_its_findings() {
    for (code, name, text) in FAULTY {
        let (config, findings) = read("headend.toml", text);
        assert!(config.is_none(), "{name}");
        assert!(findings.iter().any(|d| d.code == *code), "{name}: {findings:#?}");
        let source = Source { name: "headend.toml", text };
        insta::assert_snapshot!(*name, render_human(&findings, &[source], false));
    }
}

#[test]
fn every_finding_has_its_place() {
    for (_, name, text) in FAULTY {
        let (_, findings) = read("headend.toml", text);
        for finding in &findings {
            assert!(finding.location().is_some(), "{name}: {finding:?}");
        }
        let source = Source { name: "headend.toml", text };
        let json = to_json(&findings, &[source]);
        assert!(json[0]["labels"][0]["line"].is_u64(), "{name}");
    }
}

#[test]
fn the_sample_says_what_its_comments_say() {
    let config = sample();
    assert_eq!(config.library, Path::new("/srv/library"));
    assert_eq!(config.state, Path::new("/srv/state"));
    assert_eq!(config.bundles, Path::new("/srv/bundles"));
    let files = ["/srv/a.toml", "/srv/b.toml", "/srv/timetable.toml"];
    assert_eq!(config.timetables, files.map(PathBuf::from));
    assert_eq!(config.run.lead, Duration::from_secs(3));
    let rates: Vec<Rate> = config.multiplexes.iter().map(|m| m.rate()).collect();
    let rate = |num, den| Rate::new(num, den).unwrap();
    assert_eq!(rates, [rate(8_446_000, 1), rate(65_319_000, 1), rate(380_000_000, 17)]);
    let first = config.multiplex("rural-1").unwrap();
    assert_eq!(first.superframe_unit(), 100);
    assert_eq!(first.grid.datagrams() % 100, 0);
    let announced = [0x43, 0x0b, 0, 0x39, 0x20, 0, 0x09, 0x22, 0x81, 0, 0x61, 0x11, 0x03];
    assert_eq!(first.delivery.as_bytes(), announced);
    let [media, monitor] = [0, 1].map(|i| first.outputs[i].to_uplink());
    assert_eq!(media.carriage, Carriage::RtpFec);
    assert_eq!(media.interface, Some(Interface::Address("127.0.0.1".parse().unwrap())));
    assert_eq!(monitor.carriage, Carriage::Udp);
    assert_eq!((monitor.ttl, monitor.dscp, monitor.loopback), (16, 34, false));
    let control = config.control.as_ref().unwrap();
    assert_eq!(control.listen.to_string(), "127.0.0.1:8443");
    let files = ["/srv/tls/headend.pem", "/srv/tls/headend.key"].map(PathBuf::from);
    assert_eq!(control.certificate, Some(files.into()));
    assert_eq!(control.names, ["headend-1.example", "192.0.2.7"]);
    assert_eq!((control.connections, control.calls_per_minute), (256, 600));
    assert_eq!(control.tokens[0].1, control::Role::Operator);
    assert_eq!(control.machines[0].name, "headend-2");
    let second = config.multiplex("rural-2").unwrap();
    assert_eq!(second.superframe_unit(), 1);
    assert_eq!(second.ssrc, ts::crc32::crc32(b"rural-2"));
    assert!(second.delivery.is_empty());
}

#[test]
fn what_the_sample_calls_usual_may_be_left_out() {
    let least = "format = 1\ntimetables = [\"t.toml\"]\n[network]\nid = 1\nname = { en = \"N\" }\n\
        [[multiplex]]\nname = \"m\"\ntransport_stream_id = 1\noriginal_network_id = 1\n\
        profile = \"dvbs-6111-34\"\nservices = [\"tv\"]\n\
        [[multiplex.output]]\nname = \"o\"\nto = \"239.255.42.1:5004\"\n";
    let config = read("headend.toml", least).0.unwrap();
    let sample = sample();
    assert_eq!(config.library, sample.library);
    assert_eq!(config.state, sample.state);
    assert_eq!(config.bundles, sample.bundles);
    assert_eq!(config.bundle_limits, sample.bundle_limits);
    assert_eq!(config.run, sample.run);
    assert_eq!(config.control, None);
    assert_eq!(config.network.characters, sample.network.characters);
    assert_eq!(config.network.country, sample.network.country);
    let (multiplex, shown) = (&config.multiplexes[0], &sample.multiplexes[0]);
    assert_eq!(multiplex.null_share_e4, shown.null_share_e4);
    let (output, shown) = (multiplex.outputs[0].to_uplink(), shown.outputs[0].to_uplink());
    assert_eq!((output.ttl, output.dscp, output.carriage), (shown.ttl, shown.dscp, Carriage::Rtp));
}

#[test]
fn the_sample_shows_every_key() {
    // A table with an unknown key is answered with the keys that it may have.
    let odd = "zzzzzzzzzzzz = 1\n";
    let heads = [
        "",
        "[bundle_limits]\n",
        "[network]\n",
        "[network.bouquet]\n",
        "[run]\n",
        "[control]\n",
        "[[control.token]]\n",
        "[[control.machine]]\n",
        "[[multiplex]]\n",
        "[multiplex.rate]\n",
        "[multiplex.modulation]\n",
        "[multiplex.carrier]\n",
        "[[multiplex.output]]\n",
        "[multiplex.output.fec]\n",
    ];
    for head in heads {
        let parent = match head.matches('.').count() {
            0 => "",
            _ if head.starts_with("[network") => "[network]\n",
            _ if head.starts_with("[[control") => "",
            1 => "[[multiplex]]\n",
            _ => "[[multiplex]]\n[[multiplex.output]]\n",
        };
        let root = if head.is_empty() { odd } else { "" };
        let odd = if head.is_empty() { "" } else { odd };
        let text = format!("{root}format = 1\n{parent}{head}{odd}");
        let (_, findings) = read("headend.toml", &text);
        let unknown = findings.iter().find(|d| d.code == Code::UnknownKey);
        let help = unknown.and_then(|d| d.help.as_deref()).expect(&text);
        let keys = help.strip_prefix("known keys: ").unwrap();
        for key in keys.split(", ") {
            let shown = [format!("{key} = "), format!("[{key}]"), format!(".{key}]")];
            assert!(shown.iter().any(|s| SAMPLE.contains(s)), "{head}{key} is not in the sample");
        }
    }
}

#[test]
fn a_file_and_its_timetables_are_found_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("headend.toml");
    fs::write(&path, SAMPLE.replace("timetable/**/*.toml", "*.toml")).unwrap();
    let error = Config::load(&path).unwrap_err();
    let ConfigError::Faulty { text, diagnostics } = &error else { panic!("{error}") };
    assert_eq!(diagnostics.len(), 2, "{error}");
    assert!(text.short(diagnostics).contains("headend.toml:18:15: error[E0905]"), "{error}");
    for name in ["timetable.toml", "more.toml"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let config = Config::load(&path).unwrap();
    let names = ["more.toml", "timetable.toml"].map(|name| folder.path().join(name));
    assert_eq!(config.timetables, names);
    let missing = Config::load(&folder.path().join("other.toml")).unwrap_err();
    assert!(matches!(missing, ConfigError::Unreadable { .. }));
}

const TIMETABLE: &str = r#"
format = 1
zone = "Asia/Shanghai"

[[service]]
id = "tv-1"
number = 101
kind = "television"
name = { zh = "一套", en = "One" }
slate = "slate"

[[service]]
id = "files"
number = 901
kind = "data"
name = { en = "Files" }
provider = { en = "Library" }
"#;

#[test]
fn a_multiplex_takes_its_services_from_the_timetable() {
    let source = Source { name: "timetable.toml", text: TIMETABLE };
    let timetable = timetable::parse(&[source]).0.unwrap();
    let listing = |ids: &str| {
        let text = SAMPLE.replace("\"tv-1\", \"tv-2\", \"radio-1\", \"files\"", ids);
        read("headend.toml", &text).0.unwrap()
    };
    let config = listing("\"tv-1\", \"tv-2\", \"files\"");
    let found = config.check_services(&timetable);
    insta::assert_snapshot!("unknown_service", config.text.human(&found, false));
    let config = listing("\"tv-1\", \"files\"");
    let network = &config.network;
    let made = config.multiplexes[0].to_engine(network, &timetable, |_| Vec::new()).unwrap();
    assert_eq!(made.network.network_id, 0x3001);
    assert_eq!(made.ssrc, 0x6a3c_1f02);
    assert_eq!(made.network.delivery, config.multiplexes[0].delivery);
    let ids: Vec<_> = made.services.iter().map(|s| (s.id.as_str(), s.service_id)).collect();
    assert_eq!(ids, [("tv-1", 101), ("files", 901)]);
    assert_eq!(made.services[0].provider, network.name);
    assert_eq!(made.services[1].provider.en, "Library");
    assert_eq!(made.services[1].service_type.0, 0x0c);
}

/// Parts of configurations, so that arbitrary texts reach into every reader.
fn line() -> impl Strategy<Value = String> {
    let keys = "format|network|name|id|rate|profile|modulation|carrier|services|to|fec|run|\
                timetables|output|multiplex|transport_stream_id|original_network_id|interface";
    let value = prop_oneof![
        Just("1".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("\"dvbs-6111-34\"".to_owned()),
        Just("\"239.1.1.1:65535\"".to_owned()),
        Just("{ columns = 10, rows = 10 }".to_owned()),
        Just("{ system = \"dvb-s2\", symbol_rate = 500000000, code_rate = \"3/4\" }".to_owned()),
        Just("{ num = 9007199254740992, den = 16777216 }".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        "\\PC{0,8}",
        "\"[a-z*?/.:0-9]{0,12}\"",
    ];
    prop_oneof![
        (keys, value).prop_map(|(key, value)| format!("{key} = {value}")),
        Just("[[multiplex]]".to_owned()),
        Just("[[multiplex.output]]".to_owned()),
        Just("[network]".to_owned()),
    ]
}

proptest! {
    #[test]
    fn any_lines_are_read_or_refused_with_findings(lines in prop::collection::vec(line(), 0..20)) {
        let text = format!("format = 1\n{}", lines.join("\n"));
        let (config, findings) = read("t", &text);
        prop_assert_eq!(config.is_none(), !findings.is_empty());
        let source = Source { name: "t", text: &text };
        render_human(&findings, &[source], true);
    }

    #[test]
    fn any_damage_to_the_sample_is_read_or_refused(at: prop::sample::Index, with in "\\PC{0,3}") {
        let at = SAMPLE.floor_char_boundary(at.index(SAMPLE.len()));
        let end = SAMPLE.ceil_char_boundary(at + 1);
        let text = format!("{}{with}{}", &SAMPLE[..at], &SAMPLE[end..]);
        let (config, findings) = read("t", &text);
        prop_assert_eq!(config.is_none(), !findings.is_empty());
    }
}

/// Every table that a configuration may have, with a key that none of them knows.
const UNKNOWN: &str = r#"
qqqqqqqqqqqqqqqq = 0
bundle_limits = { qqqqqqqqqqqqqqqq = 0 }
[run]
qqqqqqqqqqqqqqqq = 0
[alarms]
qqqqqqqqqqqqqqqq = 0
mail = { qqqqqqqqqqqqqqqq = 0 }
[control]
qqqqqqqqqqqqqqqq = 0
[[control.token]]
qqqqqqqqqqqqqqqq = 0
[[control.machine]]
qqqqqqqqqqqqqqqq = 0
[network]
qqqqqqqqqqqqqqqq = 0
bouquet = { qqqqqqqqqqqqqqqq = 0 }
[[multiplex]]
qqqqqqqqqqqqqqqq = 0
carrier = { qqqqqqqqqqqqqqqq = 0 }
modulation = { qqqqqqqqqqqqqqqq = 0 }
[[multiplex]]
rate = { qqqqqqqqqqqqqqqq = 0 }
[[multiplex.output]]
qqqqqqqqqqqqqqqq = 0
fec = { qqqqqqqqqqqqqqqq = 0 }
"#;

#[test]
fn the_schema_has_the_keys_that_the_reader_knows_and_no_others() {
    use std::collections::{BTreeMap, BTreeSet};
    let text = format!("format = 1\n{UNKNOWN}");
    let (_, findings) = read("headend.toml", &text);
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.code == Code::UnknownKey) {
        let what = finding.message.split_once(' ').unwrap().1;
        let name = match what.split_once(" has no key").unwrap().0 {
            "configuration" => "",
            "rate" => "fraction",
            "control listener" => "control",
            name => name,
        };
        let keys = finding.help.as_deref().unwrap().strip_prefix("known keys: ").unwrap();
        known.insert(name, keys.split(", ").collect());
    }
    let tables = desk::schema::Subject::Config.tables().iter();
    let ours: BTreeMap<&str, BTreeSet<&str>> =
        tables.map(|t| (t.name, t.keys.iter().map(|key| key.name).collect())).collect();
    assert_eq!(ours, known, "left: desk/src/schema/config.rs, right: the reader");
}
