//! Entries as the text of a timetable, read again before it is given.

use super::entry::Entry;
use super::{Fault, Request};
use std::collections::{BTreeMap, BTreeSet};
use timetable::civil::Day;
use timetable::{AssetId, Id, LocalTime, Severity, Source, Weekdays, format_duration, parse};
use ts::Span;

/// Writes slots and items, and has the timetable's own reader judge them.
pub(super) fn write(
    slots: &[Entry],
    items: &[Entry],
    request: &Request<'_>,
) -> Result<String, Vec<Fault>> {
    let mut writer = Writer::new(request);
    for slot in slots {
        writer.slot(slot);
    }
    for item in items {
        writer.item(item);
    }
    let found = judged(&writer.text, request);
    if found.is_empty() {
        return Ok(writer.text);
    }
    let line = |start: usize| {
        let behind = writer.places.partition_point(|(at, _)| *at <= start);
        behind.checked_sub(1).map_or(0, |i| writer.places[i].1)
    };
    Err(found.into_iter().map(|(at, message)| Fault::new(at.map_or(0, line), message)).collect())
}

/// What is wrong with a text whose service is defined elsewhere: the place in the text, and what.
fn judged(text: &str, request: &Request<'_>) -> Vec<(Option<usize>, String)> {
    let service = format!(
        "format = 1\n[[service]]\nid = \"{}\"\nnumber = 1\nkind = \"television\"\n\
         name = {{ en = \"S\" }}\nslate = \"slate\"\n",
        request.service
    );
    let sources =
        [Source { name: "imported", text }, Source { name: "service", text: service.as_str() }];
    let (_, findings) = parse(&sources);
    let errors = findings.iter().filter(|finding| finding.severity() == Severity::Error);
    let told = errors.map(|finding| {
        let at = finding.location().filter(|at| at.source == 0).map(|at| at.start);
        (at, format!("{} ({})", finding.message, finding.code))
    });
    told.collect()
}

struct Writer<'r> {
    request: &'r Request<'r>,
    text: String,
    /// Where each table begins, and the line of the file that it comes from.
    places: Vec<(usize, usize)>,
    ids: BTreeSet<String>,
    /// Names for what the file has no asset for, by title.
    unnamed: BTreeMap<String, AssetId>,
}

impl<'r> Writer<'r> {
    fn new(request: &'r Request<'r>) -> Writer<'r> {
        let text = format!("format = 1\nzone = \"{}\"\n", request.zone.name());
        let (places, ids, unnamed) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        Writer { request, text, places, ids, unnamed }
    }

    fn slot(&mut self, slot: &Entry) {
        let Some(weekly) = &slot.weekly else { return };
        let asset = self.asset(slot);
        let id = self.id(&slug(asset.as_str()));
        self.heading("slot", &id, &asset, slot);
        if weekly.days.count() < 7 {
            let names = Weekdays::NAMES.iter().enumerate();
            let days = names.filter(|(day, _)| weekly.days.contains(*day as u8));
            let days: Vec<String> = days.map(|(_, name)| format!("\"{name}\"")).collect();
            self.key("days", &format!("[{}]", days.join(", ")));
        }
        self.key("at", &clock(slot.at));
        let length_s = slot.length_s.unwrap_or(timetable::MIN_AIRING_S);
        self.key("length", &quoted(&format_duration(Span::from_seconds(i64::from(length_s)))));
        self.key("from", &slot.at.day().to_string());
        if let Some(last) = weekly.last {
            self.key("until", &last.to_string());
        }
        if slot.start_at.0 != 0 {
            self.key("from_offset", &quoted(&format_duration(slot.start_at)));
        }
        self.list("except", weekly.except.iter().map(Day::to_string).collect());
        self.list("extra", weekly.extra.iter().copied().map(date_and_clock).collect());
    }

    fn item(&mut self, item: &Entry) {
        let asset = self.asset(item);
        let second = item.at.second_of_day();
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let date = item.at.day().to_string().replace('-', "");
        let service: String = self.request.service.as_str().chars().take(32).collect();
        let service = service.trim_end_matches('-');
        let mut id = format!("{service}-{date}-{hour:02}{minute:02}");
        if second != 0 {
            id.push_str(&format!("{second:02}"));
        }
        let id = self.id(&id);
        self.heading("item", &id, &asset, item);
        self.key("at", &date_and_clock(item.at));
        if let Some(length_s) = item.length_s {
            self.key("length", &quoted(&format_duration(Span::from_seconds(i64::from(length_s)))));
        }
        if item.start_at.0 != 0 {
            self.key("start_at", &quoted(&format_duration(item.start_at)));
        }
        if item.is_second {
            self.key("on_fold", "\"second\"");
        }
    }

    fn heading(&mut self, kind: &str, id: &Id, asset: &AssetId, entry: &Entry) {
        self.text.push('\n');
        self.places.push((self.text.len(), entry.line));
        self.text.push_str(&format!("[[{kind}]]\n"));
        self.key("id", &quoted(id.as_str()));
        self.key("service", &quoted(self.request.service.as_str()));
        self.key("asset", &quoted(asset.as_str()));
        let mut titles: BTreeMap<String, &str> = BTreeMap::new();
        for (language, words) in &entry.titles {
            titles.insert(language.as_str().to_owned(), words);
        }
        if !titles.is_empty() {
            let texts = titles.iter().map(|(code, words)| {
                let code = match code.as_str() {
                    "zho" => "zh",
                    "eng" => "en",
                    code => code,
                };
                format!("{code} = {}", quoted(words))
            });
            self.key("title", &format!("{{ {} }}", texts.collect::<Vec<_>>().join(", ")));
        }
    }

    fn key(&mut self, key: &str, value: &str) {
        self.text.push_str(&format!("{key} = {value}\n"));
    }

    fn list(&mut self, key: &str, entries: Vec<String>) {
        if !entries.is_empty() {
            let list = format!("{key} = [{}]\n", entries.join(", "));
            // The house form breaks a list that is too long for a line.
            self.text.push_str(&crate::format::format(&list).unwrap_or(list));
        }
    }

    /// The asset of an entry; one without gets a name that stands for its title.
    fn asset(&mut self, entry: &Entry) -> AssetId {
        if let Some(asset) = &entry.asset {
            return asset.clone();
        }
        let title = entry.titles.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>();
        let next = self.unnamed.len() + 1;
        let named = || AssetId::new(&format!("import/{next:03}")).expect("it is a proper name");
        self.unnamed.entry(title.join("\n")).or_insert_with(named).clone()
    }

    /// An id that no other table has.
    fn id(&mut self, wanted: &str) -> Id {
        let mut id = wanted.to_owned();
        let mut number = 1;
        while !self.ids.insert(id.clone()) {
            number += 1;
            id = format!("{wanted}-{number}");
        }
        Id::new(&id).expect("ids are made of what ids are made of")
    }
}

/// A name as an id.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().take(48) {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "slot".to_owned() } else { slug.to_owned() }
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

fn clock(at: LocalTime) -> String {
    let second = at.second_of_day();
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    match second {
        0 => format!("{hour:02}:{minute:02}"),
        second => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}

fn date_and_clock(at: LocalTime) -> String {
    format!("{}T{}", at.day(), clock(at))
}
