//! A timetable without a library: what a scheduler's desk has.
//!
//! `export`, `plan --diff` and `import` need no asset, so they take a timetable wherever it is: by
//! a configuration, as a file or as a folder.

use crate::amendments::LogFile;
use crate::config::Config;
use crate::edition::Edition;
use crate::exit::{Code, Failure};
use crate::station::{Texts, parse, read_texts};
use crate::text;
use crate::when;
use std::path::{Path, PathBuf};
use timetable::civil::{Day, ticks_from_unix};
use timetable::{Id, LocalInstants, LocalTime, Timetable, Zone, nearest};
use toml::value::Datetime;
use ts::Ticks;

/// A timetable and the texts it was read from.
#[derive(Debug)]
pub struct Schedule {
    /// The texts.
    pub texts: Texts,
    /// The timetable.
    pub timetable: Timetable,
}

impl Schedule {
    /// Reads the timetable of a configuration, or a file or folder of a timetable.
    pub fn open(path: &Path) -> Result<Schedule, Failure> {
        let unreadable = |e| Failure::new(Code::Unavailable, format!("{}: {e}", path.display()));
        let texts = if path.is_dir() {
            read_texts(&files_of(path).map_err(unreadable)?)?
        } else {
            let text = text::read(path).map_err(unreadable)?;
            match is_config(&text) {
                true => return Schedule::configured(&Config::load(path)?),
                false if includes(&text) => read_texts(&[path.to_owned()])?,
                // A pipe can be read but once.
                false => Texts(vec![(path.display().to_string(), text)]),
            }
        };
        let (timetable, _) = parse(&texts)?;
        Ok(Schedule { texts, timetable })
    }

    /// The timetable of a configuration, as amendments leave it.
    fn configured(config: &Config) -> Result<Schedule, Failure> {
        let texts = read_texts(&config.timetables)?;
        let log_text = LogFile::new(&config.state).read()?;
        let (_, timetable, _) = Edition::judge(&texts, &log_text).sound(&texts, &log_text)?;
        Ok(Schedule { texts, timetable })
    }

    /// The id of a service that is there.
    pub fn service(&self, name: &str) -> Result<Id, Failure> {
        service_of(&self.timetable, name)
    }
}

/// The id of a service that a timetable has.
pub fn service_of(timetable: &Timetable, name: &str) -> Result<Id, Failure> {
    let found = Id::new(name).filter(|id| timetable.service(id).is_some());
    found.ok_or_else(|| {
        let names = || timetable.services().iter().map(|service| service.id.as_str());
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there is {}", names().collect::<Vec<_>>().join(", ")),
        };
        let name = name.escape_debug();
        Failure::new(Code::Usage, format!("there is no service {name}; {help}"))
    })
}

/// The files of a folder of a timetable, in the order of their names.
fn files_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        if is_toml && path.is_file() && !is_config(&std::fs::read_to_string(&path)?) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The text names other files.
fn includes(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("include"))
}

/// The text is that of a configuration: it names the files of a timetable.
pub fn is_config(text: &str) -> bool {
    let rests = text.lines().filter_map(|line| line.trim_start().strip_prefix("timetables"));
    rests.into_iter().any(|rest| rest.trim_start().starts_with('='))
}

/// The instant of a text: RFC 3339, `now`, or a date with or without a time on the local clock.
pub fn instant(zone: &Zone, text: &str) -> Result<Ticks, String> {
    match (when::parse_instant(text), local_time(text)) {
        (Ok(at), _) => Ok(at),
        (_, Some(local)) => Ok(on_axis(zone, local)),
        _ => {
            let shown = text.escape_debug();
            Err(format!("`{shown}` is no time; write it like 2027-03-01T19:30, 2027-03-01 or now"))
        }
    }
}

fn local_time(text: &str) -> Option<LocalTime> {
    let Datetime { date: Some(date), time, offset: None } = text.parse().ok()? else {
        return None;
    };
    let day = Day::from_ymd(i32::from(date.year), date.month, date.day)?;
    let day = Some(day).filter(|day| (Day::FIRST..=Day::LAST).contains(day))?;
    let second = time.map_or(0, |time| {
        let second = u32::from(time.second.unwrap_or(0).min(59));
        u32::from(time.hour) * 3600 + u32::from(time.minute) * 60 + second
    });
    Some(LocalTime::new(day, second))
}

/// The instant of a civil time: the later of one that is skipped, the first of two.
pub fn on_axis(zone: &Zone, local: LocalTime) -> Ticks {
    let unix_s = match zone.instants(local) {
        LocalInstants::One(unix_s) => unix_s,
        LocalInstants::Gap { later, .. } => later,
        LocalInstants::Fold { first, .. } => first,
    };
    ticks_from_unix(unix_s).unwrap_or(Ticks(0))
}
