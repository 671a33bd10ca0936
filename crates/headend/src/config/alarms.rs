//! `[alarms]`: who is told of what is wrong, and from when on it is wrong.

use super::table::{advise, boolean, plain_text};
use evidence::alarm::Level;
use std::path::{Path, PathBuf};
use std::time::Duration;
use timetable::Code;
use timetable::read::{Report, Value, value};

/// Alarms of the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmsConfig {
    /// Somebody is told of alarms from this level on.
    pub level: Level,
    /// A program and its arguments, which gets each change as JSON on standard input.
    pub exec: Option<Vec<String>>,
    /// An address that each change is sent to as JSON, by HTTP POST.
    pub webhook: Option<String>,
    /// Who gets a letter.
    pub mail: Option<MailConfig>,
    /// When, as seconds of the local day, the daily test alarm is raised.
    pub test_at_s: Option<u32>,
    /// A datagram that leaves later than this is late.
    pub late: Duration,
    /// A clock that is further off than this is wrong.
    pub clock: Duration,
    /// A disk with less room than this, in percent, is full; with less than twice as much it soon
    /// will be.
    pub disk_percent: u8,
    /// Whether the daemon judges what it sends by TR 101 290.
    pub monitor: bool,
}

/// How letters are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConfig {
    /// The server and its port.
    pub server: String,
    /// The server's port.
    pub port: u16,
    /// How the way to it is kept secret.
    pub tls: MailTls,
    /// Who it is from.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// The name to log in with.
    pub user: Option<String>,
    /// The file that holds the password.
    pub password_file: Option<PathBuf>,
}

/// How the way to a mail server is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// It is not: for a server on the same machine or network.
    None,
    /// From the first byte on.
    Implicit,
    /// After a greeting in the open.
    StartTls,
}

impl Default for AlarmsConfig {
    fn default() -> AlarmsConfig {
        AlarmsConfig {
            level: Level::Warning,
            exec: None,
            webhook: None,
            mail: None,
            test_at_s: None,
            late: Duration::from_millis(5),
            clock: Duration::from_millis(20),
            disk_percent: 5,
            monitor: false,
        }
    }
}

/// Reads `[alarms]`; paths are relative to `folder`.
pub(super) fn read_alarms(
    given: Value<'_>,
    report: &mut Report,
    folder: &Path,
) -> Option<AlarmsConfig> {
    let levels =
        [("notice", Level::Notice), ("warning", Level::Warning), ("critical", Level::Critical)];
    let mut table = value::table(given, report, "alarms")?;
    let level = table.optional("level", report, |v, r| value::word(v, r, &levels));
    let exec = table.optional("exec", report, read_exec);
    let webhook = table.optional("webhook", report, read_address);
    let mail = table.optional("mail", report, |v, r| read_mail(v, r, folder));
    let test_at = table.optional("test_at", report, read_time);
    let late = table.optional("late_us", report, |v, r| value::integer(v, r, 100..=1_000_000));
    let clock = table.optional("clock_ms", report, |v, r| value::integer(v, r, 1..=10_000));
    let disk = table.optional("disk_percent", report, |v, r| value::integer(v, r, 0..=50));
    let monitor = table.optional("monitor", report, boolean);
    table.finish(report);
    let usual = AlarmsConfig::default();
    Some(AlarmsConfig {
        level: level.map_or(usual.level, |l| l.value),
        exec: exec.map(|e| e.value),
        webhook: webhook.map(|w| w.value),
        mail: mail.map(|m| m.value),
        test_at_s: test_at.map(|t| t.value),
        late: late.map_or(usual.late, |l| Duration::from_micros(l.value)),
        clock: clock.map_or(usual.clock, |c| Duration::from_millis(c.value)),
        disk_percent: disk.map_or(usual.disk_percent, |d| d.value as u8),
        monitor: monitor.is_some_and(|m| m.value),
    })
}

fn read_exec(given: Value<'_>, report: &mut Report) -> Option<Vec<String>> {
    let words = value::list(given, report, |v, r| plain_text(v, r).map(str::to_owned))?;
    if words.is_empty() {
        let message = "`exec` names no program";
        let help = "exec = [\"/usr/local/bin/on-alarm\", \"argument\"]";
        advise(report, Code::EmptyRange, given.at, message, help);
        return None;
    }
    Some(words.into_iter().map(|word| word.value).collect())
}

fn read_address(given: Value<'_>, report: &mut Report) -> Option<String> {
    let text = plain_text(given, report)?;
    let scheme = ["http://", "https://"].iter().find_map(|s| text.strip_prefix(s));
    if scheme.is_none_or(|rest| rest.is_empty() || rest.starts_with('/')) {
        let message = format!("`{}` is no address of a webhook", text.escape_debug());
        advise(report, Code::BadAddress, given.at, message, "https://HOST/PATH, or http://");
        return None;
    }
    Some(text.to_owned())
}

/// `"07:30"`, as seconds of the day.
fn read_time(given: Value<'_>, report: &mut Report) -> Option<u32> {
    let text = plain_text(given, report)?;
    let digits = |part: &str, below: u32| {
        let number = part.parse().ok().filter(|n: &u32| *n < below);
        number.filter(|_| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let parsed = text.split_once(':');
    let parsed = parsed.and_then(|(h, m)| Some(digits(h, 24)? * 3600 + digits(m, 60)? * 60));
    if parsed.is_none() {
        let message = format!("`{}` is no time of day", text.escape_debug());
        advise(report, Code::BadText, given.at, message, "\"07:30\", on the local clock");
    }
    parsed
}

fn read_mail(given: Value<'_>, report: &mut Report, folder: &Path) -> Option<MailConfig> {
    let ways =
        [("none", MailTls::None), ("tls", MailTls::Implicit), ("starttls", MailTls::StartTls)];
    let mut table = value::table(given, report, "mail")?;
    let server = table.required("server", report, read_server);
    let tls = table.optional("tls", report, |v, r| value::word(v, r, &ways));
    let from = table.required("from", report, read_mailbox);
    let to = table.required("to", report, |v, r| value::list(v, r, read_mailbox));
    let user = table.optional("user", report, |v, r| plain_text(v, r).map(str::to_owned));
    let file = table.optional("password_file", report, |v, r| plain_text(v, r).map(str::to_owned));
    table.finish(report);
    let to = to?;
    if to.value.is_empty() {
        advise(report, Code::EmptyRange, to.at, "`to` names nobody", "to = [\"noc@example.org\"]");
        return None;
    }
    let (server, port) = server?.value;
    Some(MailConfig {
        server,
        port,
        tls: tls.map_or(MailTls::StartTls, |t| t.value),
        from: from?.value,
        to: to.value.into_iter().map(|mailbox| mailbox.value).collect(),
        user: user.map(|u| u.value),
        password_file: file.map(|f| folder.join(f.value)),
    })
}

fn read_server(given: Value<'_>, report: &mut Report) -> Option<(String, u16)> {
    let text = plain_text(given, report)?;
    let parsed = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    match parsed.filter(|(host, port)| !host.is_empty() && *port > 0) {
        Some((host, port)) => Some((host.to_owned(), port)),
        None => {
            let message = format!("`{}` is no server with a port", text.escape_debug());
            advise(report, Code::BadAddress, given.at, message, "\"mail.example.org:587\"");
            None
        }
    }
}

fn read_mailbox(given: Value<'_>, report: &mut Report) -> Option<String> {
    let text = plain_text(given, report)?;
    if text.parse::<lettre::message::Mailbox>().is_err() {
        let message = format!("`{}` is no mail address", text.escape_debug());
        let help = "\"noc@example.org\", or \"Headend <headend@example.org>\"";
        advise(report, Code::BadAddress, given.at, message, help);
        return None;
    }
    Some(text.to_owned())
}
