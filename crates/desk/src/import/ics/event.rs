//! One VEVENT as an entry.

use super::line::Line;
use super::rule;
use crate::import::Fault;
use crate::import::csv::{asset, language_of, on_axis};
use crate::import::entry::{Entry, Weekly, length, place};
use crate::import::times::{FileTime, compact, instant};
use std::collections::BTreeMap;
use timetable::civil::Day;
use timetable::{Language, LocalTime, Zone, parse_duration};
use ts::{Span, Ticks};

/// The lines of one event.
pub(super) struct Event {
    /// The line on which it begins.
    pub line: usize,
    pub lines: Vec<Line>,
}

/// An event as it was read.
pub(super) struct Read {
    pub uid: Option<String>,
    /// The day of the recurrence that it stands for.
    pub replaces: Option<Day>,
    pub entry: Entry,
}

/// Zones by their names, each looked up once.
pub(super) struct Zones<'z> {
    own: &'z Zone,
    others: BTreeMap<String, Option<Zone>>,
}

impl<'z> Zones<'z> {
    pub fn new(own: &'z Zone) -> Zones<'z> {
        Zones { own, others: BTreeMap::new() }
    }

    /// The instant that a line names, and whether its clock is that of the timetable.
    fn time(&mut self, line: &Line) -> Result<(Ticks, bool), Fault> {
        let fault = |message: String| Fault::new(line.number, message);
        let (name, value) = (line.name.as_str(), line.value.trim());
        let shown = value.escape_debug();
        if value.len() == 8 || line.parameter("VALUE") == Some("DATE") {
            return Err(fault(format!("{name} is a whole day; an airing has a time")));
        }
        let wrong = || fault(format!("{name} `{shown}` is no time like 20270301T193000"));
        if let Some(utc) = value.strip_suffix('Z') {
            let at = compact(utc).and_then(|local| instant(local, 0)).ok_or_else(wrong)?;
            return Ok((at, self.own.name() == "UTC"));
        }
        let local = compact(value).ok_or_else(wrong)?;
        let own = self.own;
        let zone = match line.parameter("TZID") {
            Some(name) if name != own.name() => self.other(name).ok_or_else(|| {
                let name = name.escape_debug();
                fault(format!("TZID `{name}` is not in the time zone database"))
            })?,
            _ => own,
        };
        let is_own = zone.name() == own.name();
        Ok((on_axis(zone, FileTime::Local(local)).map_err(fault)?, is_own))
    }

    fn other(&mut self, name: &str) -> Option<&Zone> {
        // A file that names very many zones names none that is there.
        if self.others.len() > 64 && !self.others.contains_key(name) {
            return None;
        }
        let look_up = || Zone::named(name).ok();
        self.others.entry(name.to_owned()).or_insert_with(look_up).as_ref()
    }
}

impl Event {
    pub fn new(line: usize) -> Event {
        Event { line, lines: Vec::new() }
    }

    fn find(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.find(name).map(Line::text).filter(|text| !text.is_empty())
    }

    /// The entry; `None` when the event is cancelled.
    pub fn read(&self, zones: &mut Zones<'_>) -> Result<Option<Read>, Fault> {
        if self.text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
            return Ok(None);
        }
        let begins = self.find("DTSTART");
        let begins = begins.ok_or_else(|| Fault::new(self.line, "this event has no DTSTART"))?;
        let (start, is_own) = zones.time(begins)?;
        let end = match (self.find("DTEND"), self.find("DURATION")) {
            (Some(line), _) => Some(zones.time(line)?.0),
            (None, Some(line)) => {
                let span = duration(line.value.trim());
                let span = span.ok_or_else(|| Fault::new(line.number, "DURATION is no length"))?;
                Some(start.saturating_add(span))
            }
            (None, None) => None,
        };
        let fault = |message: String| Fault::new(begins.number, message);
        let placed = place(zones.own, start, end).map_err(fault)?;
        let weekly = match self.find("RRULE") {
            Some(line) if is_own => Some(self.weekly(line, placed.at, zones)?),
            Some(line) => {
                let message = format!(
                    "what comes back must be in the zone of the timetable: write DTSTART;TZID={}",
                    zones.own.name()
                );
                return Err(Fault::new(line.number, message));
            }
            None => None,
        };
        if weekly.is_some() && placed.length_s.is_none() {
            return Err(fault("what comes back needs DTEND or DURATION".to_owned()));
        }
        let named = self.text("X-HEADEND-ASSET");
        let start_at = self.text("X-HEADEND-START-AT");
        let start_at = start_at.as_deref().map_or(Ok(Span(0)), parse_duration);
        let replaces = self.find("RECURRENCE-ID").map(|line| zones.time(line)).transpose()?;
        let entry = Entry {
            line: self.line,
            channel: self.text("X-HEADEND-SERVICE"),
            at: placed.at,
            is_second: placed.is_second,
            length_s: placed.length_s,
            asset: named.as_deref().map(asset).transpose().map_err(fault)?,
            start_at: start_at.map_err(|e| fault(format!("X-HEADEND-START-AT: {e}")))?,
            titles: self.titles(named.as_deref()),
            weekly,
        };
        let replaces = replaces.map(|(at, _)| zones.own.local_time(at).day());
        Ok(Some(Read { uid: self.text("UID"), replaces, entry }))
    }

    fn weekly(&self, line: &Line, at: LocalTime, zones: &mut Zones<'_>) -> Result<Weekly, Fault> {
        let rule = rule::parse(&line.value, at.day())
            .map_err(|message| Fault::new(line.number, message))?;
        let own = zones.own;
        let last = rule.last(at, |utc| instant(utc, 0).map_or(utc, |at| own.local_time(at)));
        let (mut except, mut extra) = (Vec::new(), Vec::new());
        for line in &self.lines {
            let times = match line.name.as_str() {
                "EXDATE" | "RDATE" => line.value.split(','),
                _ => continue,
            };
            for time in times {
                let one = Line { value: time.to_owned(), ..line.clone() };
                let local = zones.own.local_time(zones.time(&one)?.0);
                match line.name.as_str() {
                    "EXDATE" => except.push(local.day()),
                    _ => extra.push(local),
                }
            }
        }
        Ok(Weekly { days: rule.days, last, except, extra })
    }

    /// What the event is called; an export puts every language beside the summary.
    fn titles(&self, asset: Option<&str>) -> Vec<(Language, String)> {
        let own = self.lines.iter().filter(|line| line.name == "X-HEADEND-TITLE");
        let own =
            own.filter_map(|line| Some((Language::new(line.parameter("LANGUAGE")?)?, line.text())));
        let own: Vec<(Language, String)> = own.filter(|(_, text)| !text.is_empty()).collect();
        if !own.is_empty() {
            return own;
        }
        let summary = self.text("SUMMARY").filter(|text| Some(text.as_str()) != asset);
        summary.into_iter().map(|text| (language_of(&text), text)).collect()
    }
}

/// `PT45M`, `P1DT2H` (section 3.3.6), from 30 s to 24 h.
fn duration(text: &str) -> Option<Span> {
    let rest = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let (mut seconds, mut number, mut in_time) = (0i64, String::new(), false);
    for c in rest.chars() {
        let unit_s = match (c, in_time) {
            ('T', false) => {
                in_time = true;
                continue;
            }
            ('0'..='9', _) if number.len() < 6 => {
                number.push(c);
                continue;
            }
            ('W', false) => 604_800,
            ('D', false) => 86_400,
            ('H', true) => 3600,
            ('M', true) => 60,
            ('S', true) => 1,
            _ => return None,
        };
        seconds += number.parse::<i64>().ok()? * unit_s;
        number.clear();
    }
    let length_s = length(seconds).ok()?;
    number.is_empty().then_some(Span::from_seconds(i64::from(length_s)))
}
