//! Having tshark take streams and captures apart.

use crate::judge::{ask, judge};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Preferences that make tshark check what it can.
const CHECKS: &[&str] = &[
    "mpeg_sect.verify_crc:TRUE",
    "mpeg_dsmcc.verify_crc:TRUE",
    "2dparityfec.enable:TRUE",
    "ip.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
];

/// A file, and what is on which of its ports.
#[derive(Clone, Debug)]
pub struct Dissection<'a> {
    file: &'a Path,
    decode_as: Vec<String>,
}

impl<'a> Dissection<'a> {
    /// A transport stream, or a capture whose protocols need no telling.
    pub fn of(file: &'a Path) -> Dissection<'a> {
        Dissection { file, decode_as: Vec::new() }
    }

    /// What tshark calls a rule of the form `udp.port==5004,rtp`.
    pub fn with(mut self, rule: impl Into<String>) -> Dissection<'a> {
        self.decode_as.push(rule.into());
        self
    }

    /// A capture with media on a port and FEC on the two ports that follow it by two each.
    pub fn with_rtp(mut self, media_port: u16) -> Dissection<'a> {
        for offset in [0, 2, 4] {
            self = self.with(format!("udp.port=={},rtp", media_port + offset));
        }
        self.with("rtp.pt==33,mp2t")
    }

    fn command(&self) -> Command {
        let mut command = judge("tshark");
        command.arg("-n").arg("-r").arg(self.file);
        for check in CHECKS {
            command.args(["-o", check]);
        }
        for rule in &self.decode_as {
            command.args(["-d", rule]);
        }
        command
    }

    /// Everything that the dissectors call wrong, suspicious or worth a note.
    pub fn complaints(&self) -> String {
        let filter = "_ws.expert || _ws.malformed || mp2t.cc.drop || mpeg_sect.crc.invalid";
        let fields = ["frame.number", "_ws.expert.severity", "_ws.expert.message"];
        self.fields(filter, &fields).lines().take(20).collect::<Vec<_>>().join("\n")
    }

    /// Fields of the frames that a filter lets through, a line for each.
    pub fn fields(&self, filter: &str, fields: &[&str]) -> String {
        let mut command = self.command();
        command.args(["-Y", filter, "-T", "fields"]);
        for field in fields {
            command.args(["-e", field]);
        }
        let verdict = ask(&mut command);
        assert!(verdict.success, "{}", verdict.stderr);
        verdict.stdout + &verdict.stderr
    }

    /// How many frames each protocol was found in.
    pub fn protocols(&self) -> BTreeMap<String, u64> {
        let mut command = self.command();
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
}
