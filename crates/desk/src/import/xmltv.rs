//! XMLTV: `programme` elements with their times, titles and what an export put beside them.

use super::csv::{asset, language_of, on_axis};
use super::entry::{Entry, place};
use super::times::{FileTime, compact, instant, offset_s};
use super::{Fault, MAX_ENTRIES, MAX_FAULTS};
use crate::export::xmltv::{ASSET_SYSTEM, START_SYSTEM};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use timetable::{Language, Zone, parse_duration};
use ts::Span;

/// What has been read of one `programme`.
#[derive(Default)]
struct Programme {
    line: usize,
    start: Option<String>,
    stop: Option<String>,
    channel: Option<String>,
    titles: Vec<(Option<String>, String)>,
    asset: Option<String>,
    start_at: Option<String>,
}

/// The text that is being read.
enum Inside {
    Nothing,
    Title(Option<String>),
    Asset,
    StartAt,
}

/// Reads all programmes.
pub(super) fn read(text: &str, zone: &Zone, faults: &mut Vec<Fault>) -> Vec<Entry> {
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut entries = Vec::new();
    let mut open: Option<Programme> = None;
    let mut inside = Inside::Nothing;
    let mut words = String::new();
    while faults.len() <= MAX_FAULTS && entries.len() <= MAX_ENTRIES {
        let line = lines.at(reader.buffer_position());
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(Event::Start(element)) => {
                words.clear();
                inside = opened(&element, line, &mut open, faults);
            }
            Ok(Event::Text(text)) => words.push_str(&text.xml10_content()),
            Ok(Event::CData(text)) => words.push_str(&text.xml10_content()),
            Ok(Event::GeneralRef(reference)) => match resolved(&reference) {
                Some(text) => words.push_str(&text),
                None => faults.push(Fault::new(line, "an entity that is not known")),
            },
            Ok(Event::End(element)) => {
                let read = std::mem::replace(&mut inside, Inside::Nothing);
                if let Some(programme) = &mut open {
                    programme.take(read, words.trim());
                }
                if element.name().as_ref() == "programme"
                    && let Some(programme) = open.take()
                {
                    let line = programme.line;
                    match programme.entry(zone) {
                        Ok(entry) => entries.push(entry),
                        Err(message) => faults.push(Fault::new(line, message)),
                    }
                }
            }
            Ok(_) => {}
            Err(error) => {
                let line = lines.at(reader.error_position());
                faults.push(Fault::new(line, format!("this is no XML: {error}")));
                break;
            }
        }
    }
    if open.is_some() && faults.is_empty() {
        faults.push(Fault::new(lines.at(u64::MAX), "the file ends inside a programme"));
    }
    entries
}

fn opened(
    element: &BytesStart<'_>,
    line: usize,
    open: &mut Option<Programme>,
    faults: &mut Vec<Fault>,
) -> Inside {
    let name = element.name();
    let attribute = |wanted: &str| {
        let found = element.attributes().filter_map(Result::ok);
        let mut found = found.filter(|attribute| attribute.key.as_ref() == wanted);
        let value = found.next()?.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(value.into_owned())
    };
    match (name.as_ref(), open.is_some()) {
        ("programme", false) => {
            *open = Some(Programme {
                line,
                start: attribute("start"),
                stop: attribute("stop"),
                channel: attribute("channel"),
                ..Programme::default()
            });
            Inside::Nothing
        }
        ("programme", true) => {
            faults.push(Fault::new(line, "a programme stands inside another"));
            Inside::Nothing
        }
        ("title", true) => Inside::Title(attribute("lang")),
        ("episode-num", true) => match attribute("system").as_deref() {
            Some(ASSET_SYSTEM) => Inside::Asset,
            Some(START_SYSTEM) => Inside::StartAt,
            _ => Inside::Nothing,
        },
        _ => Inside::Nothing,
    }
}

fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok()?.map(String::from);
    }
    quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned)
}

impl Programme {
    fn take(&mut self, read: Inside, words: &str) {
        let words = words.to_owned();
        match read {
            Inside::Nothing => {}
            Inside::Title(language) => self.titles.push((language, words)),
            Inside::Asset => self.asset = Some(words),
            Inside::StartAt => self.start_at = Some(words),
        }
    }

    fn entry(self, zone: &Zone) -> Result<Entry, String> {
        let start = self.start.ok_or("this programme has no `start`")?;
        let start = on_axis(zone, time(&start)?)?;
        let end = match self.stop {
            Some(stop) => Some(on_axis(zone, time(&stop)?)?),
            None => None,
        };
        let placed = place(zone, start, end)?;
        let asset = self.asset.as_deref().map(asset).transpose()?;
        let start_at = self.start_at.as_deref().map_or(Ok(Span(0)), parse_duration);
        let mut titles = Vec::new();
        for (code, words) in self.titles.into_iter().filter(|(_, words)| !words.is_empty()) {
            // An airing without a title is exported with its asset in the place of one.
            if code.is_none() && asset.as_ref().is_some_and(|asset| asset.as_str() == words) {
                continue;
            }
            let language = code.as_deref().and_then(language);
            titles.push((language.unwrap_or_else(|| language_of(&words)), words));
        }
        Ok(Entry {
            line: self.line,
            channel: self.channel,
            at: placed.at,
            is_second: placed.is_second,
            length_s: placed.length_s,
            asset,
            start_at: start_at.map_err(|error| format!("{START_SYSTEM}: {error}"))?,
            titles,
            weekly: None,
        })
    }
}

/// `zh`, `zh_CN`, `en-GB`, `eng`.
fn language(code: &str) -> Option<Language> {
    Language::new(code.split(['_', '-']).next().unwrap_or(code))
}

fn time(text: &str) -> Result<FileTime, String> {
    let (civil, zone) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let shown = text.escape_debug();
    let local =
        compact(civil).ok_or_else(|| format!("`{shown}` is no time like 20270301193000 +0800"))?;
    if zone.trim().is_empty() {
        return Ok(FileTime::Local(local));
    }
    let offset_s = offset_s(zone.trim()).ok_or_else(|| {
        format!("`{shown}` has a zone that is not clear; write its offset, such as +0800")
    })?;
    instant(local, offset_s).map(FileTime::OnAxis).ok_or_else(|| format!("`{shown}` is too early"))
}

/// Counts lines up to places that come in order.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, position: u64) -> usize {
        let position = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        let passed = self.text.as_bytes().get(self.at..position).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = self.at.max(position);
        self.line
    }
}
