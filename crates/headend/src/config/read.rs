//! The root of a configuration, its network and its run settings.

use super::Config;
use super::alarms::{AlarmsConfig, read_alarms};
use super::clash::check_clashes;
use super::control::read_control;
use super::error::ConfigText;
use super::multiplex::read_multiplex;
use super::table::{advise, boolean, plain_text};
use library::bundles::{BundleLimits, Pattern};
use rundown::{Title, title_of};
use si::{CharacterSet, CountryCode};
use std::path::{Path, PathBuf};
use std::time::Duration;
use timetable::read::{Fields, Report, Value, value};
use timetable::{Code, Located, Source};
use uplink::{Realtime, Settings};

/// The version of the configuration language.
const FORMAT: u64 = 1;

/// The network that the multiplexes belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkConfig {
    /// network_id.
    pub id: u16,
    /// Its name.
    pub name: Title,
    /// How texts are encoded.
    pub characters: CharacterSet,
    /// The country whose time the TOT tells.
    pub country: CountryCode,
    /// The bouquet that the services form: bouquet_id and name.
    pub bouquet: Option<(u16, Title)>,
}

/// How the daemon runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunConfig {
    /// How long before its time a superframe is made.
    pub lead: Duration,
    /// How the sending thread works.
    pub settings: Settings,
    /// Whether a changed timetable is taken without being asked to.
    pub watch: bool,
}

impl Default for RunConfig {
    fn default() -> RunConfig {
        RunConfig { lead: Duration::from_millis(3000), settings: Settings::default(), watch: false }
    }
}

/// Reads everything. `None` when something is missing or faulty, which is then reported.
pub(super) fn read_root(
    mut root: Fields<'_>,
    report: &mut Report,
    source: &Source<'_>,
    folder: &Path,
    files: &mut dyn FnMut(&Pattern) -> Result<Vec<PathBuf>, String>,
) -> Option<Config> {
    let format = root.required("format", report, |v, r| value::integer(v, r, 0..=u64::MAX))?;
    if format.value != FORMAT {
        let message = format!("format {} is not known to this program", format.value);
        let help = format!("this program reads format {FORMAT}");
        advise(report, Code::BadFormat, format.at, message, help);
        return None;
    }
    let mut path = |key: &'static str, report: &mut Report| {
        let given = root.optional(key, report, plain_text);
        folder.join(given.map_or(key, |path| path.value))
    };
    let library = path("library", report);
    let state = path("state", report);
    let bundles = path("bundles", report);
    let limits = root.optional("bundle_limits", report, read_limits);
    let timetables = root.required("timetables", report, |v, r| read_timetables(v, r, files));
    let network = root.required("network", report, read_network);
    let at = root.at();
    let tables = root.tables("multiplex", report);
    if tables.is_empty() {
        let message = "this configuration has no multiplex";
        advise(report, Code::MissingKey, at, message, "write one behind [[multiplex]]");
    }
    let read = tables.into_iter().map(|table| read_multiplex(table, report));
    let multiplexes: Vec<_> = read.collect();
    let run = root.optional("run", report, read_run);
    let alarms = root.optional("alarms", report, |v, r| read_alarms(v, r, folder));
    let control = root.optional("control", report, |v, r| read_control(v, r, folder));
    root.finish(report);

    let sound: Vec<_> = multiplexes.iter().flatten().collect();
    check_clashes(&sound, report);
    let multiplexes: Option<Vec<_>> = multiplexes.into_iter().collect();
    Some(Config {
        text: ConfigText { name: source.name.to_owned(), text: source.text.to_owned() },
        folder: folder.to_owned(),
        library,
        state,
        bundles,
        bundle_limits: limits.map_or_else(BundleLimits::default, |l| l.value),
        timetables: timetables?.value,
        network: network?.value,
        multiplexes: multiplexes?,
        run: run.map_or_else(RunConfig::default, |r| r.value),
        alarms: alarms.map_or_else(AlarmsConfig::default, |a| a.value),
        control: control.map(|c| c.value),
    })
}

fn read_limits(value: Value<'_>, report: &mut Report) -> Option<BundleLimits> {
    let mut table = value::table(value, report, "bundle_limits")?;
    let usual = BundleLimits::default();
    let most = usual.files as u64;
    let files = table.optional("files", report, |v, r| value::integer(v, r, 1..=most));
    let bytes = table.optional("bytes", report, |v, r| value::integer(v, r, 1..=1 << 40));
    table.finish(report);
    Some(BundleLimits {
        files: files.map_or(usual.files, |f| f.value as usize),
        bytes: bytes.map_or(usual.bytes, |b| b.value),
    })
}

fn read_timetables(
    value: Value<'_>,
    report: &mut Report,
    files: &mut dyn FnMut(&Pattern) -> Result<Vec<PathBuf>, String>,
) -> Option<Vec<PathBuf>> {
    let before = report.diagnostics.len();
    let patterns = value::list(value, report, |entry, report| {
        let text = plain_text(entry, report)?;
        let found = Pattern::new(text)
            .map_err(|error| error.to_string())
            .and_then(|pattern| files(&pattern));
        match found {
            Ok(found) => Some(found),
            Err(why) => {
                let message = format!("`{}` names no timetable", text.escape_debug());
                report.fault(Code::NoFile, entry.at, message, &why);
                None
            }
        }
    })?;
    if patterns.is_empty() && report.diagnostics.len() == before {
        let message = "`timetables` names no file";
        let help = "timetables = [\"timetable.toml\"], or a pattern like \"timetable/*.toml\"";
        advise(report, Code::EmptyRange, value.at, message, help);
        return None;
    }
    let mut files: Vec<PathBuf> = patterns.into_iter().flat_map(|p| p.value).collect();
    files.sort();
    files.dedup();
    Some(files)
}

fn read_network(value: Value<'_>, report: &mut Report) -> Option<NetworkConfig> {
    let mut table = value::table(value, report, "network")?;
    let id = table.required("id", report, identifier);
    let name = table.required("name", report, title);
    let sets = [
        ("utf8", CharacterSet::Utf8),
        ("gb2312", CharacterSet::Gb2312),
        ("ucs2", CharacterSet::Ucs2),
        ("gb2312-raw", CharacterSet::Gb2312Raw),
    ];
    let characters = table.optional("characters", report, |v, r| value::word(v, r, &sets));
    let country = table.optional("country", report, read_country);
    let bouquet = table.optional("bouquet", report, read_bouquet);
    table.finish(report);
    Some(NetworkConfig {
        id: id?.value,
        name: name?.value,
        characters: characters.map_or(CharacterSet::Utf8, |c| c.value),
        country: country.map_or(CountryCode::CHINA, |c| c.value),
        bouquet: bouquet.map(|b| b.value),
    })
}

fn read_bouquet(value: Value<'_>, report: &mut Report) -> Option<(u16, Title)> {
    let mut table = value::table(value, report, "bouquet")?;
    let id = table.required("id", report, identifier);
    let name = table.required("name", report, title);
    table.finish(report);
    Some((id?.value, name?.value))
}

/// A 16-bit identifier; zero is kept by DVB for itself.
pub(super) fn identifier(value: Value<'_>, report: &mut Report) -> Option<u16> {
    Some(value::integer(value, report, 1..=0xffff)? as u16)
}

fn title(value: Value<'_>, report: &mut Report) -> Option<Title> {
    let title = title_of(Some(&value::texts(value, report)?));
    if title == Title::default() {
        let message = format!("`{}` has neither a Chinese nor an English text", value.key);
        let help = "{ zh = \"…\", en = \"…\" }, or one of the two";
        advise(report, Code::BadText, value.at, message, help);
        return None;
    }
    Some(title)
}

fn read_country(value: Value<'_>, report: &mut Report) -> Option<CountryCode> {
    let text = value::string(value, report)?;
    let country = CountryCode::new(text);
    if country.is_none() {
        let message = format!("`{}` is no country code", text.escape_debug());
        let help = "three capital letters of ISO 3166-1, such as \"CHN\"";
        advise(report, Code::BadName, value.at, message, help);
    }
    country
}

fn read_run(value: Value<'_>, report: &mut Report) -> Option<RunConfig> {
    let mut table = value::table(value, report, "run")?;
    let ms = |given: Located<u64>| Duration::from_millis(given.value);
    let lead = table.optional("lead_ms", report, |v, r| value::integer(v, r, 1000..=60_000));
    let spin = table.optional("spin_us", report, |v, r| value::integer(v, r, 0..=100));
    let skip = table.optional("skip_after_ms", report, |v, r| value::integer(v, r, 1..=10_000));
    let realtime = table.optional("realtime", report, boolean);
    let watch = table.optional("watch", report, boolean);
    table.finish(report);
    let usual = RunConfig::default();
    let mut settings = usual.settings;
    settings.spin = spin.map_or(settings.spin, |s| Duration::from_micros(s.value));
    settings.skip_after = skip.map_or(settings.skip_after, ms);
    if realtime.is_some_and(|r| !r.value) {
        settings.realtime = Realtime { priority: None, lock_memory: false };
    }
    let lead = lead.map_or(usual.lead, ms);
    Some(RunConfig { lead, settings, watch: watch.is_some_and(|w| w.value) })
}
