//! Typed access to the keys of one table, with findings for what is missing or unknown.
//!
//! The keys a table may have are the keys that its reader asks for: there is no second list.

use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::source::{Located, Location};
use crate::text::Id;
use toml::de::{DeTable, DeValue};

/// What the names in a timetable stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Service,
    Course,
    Slot,
    Item,
    Filler,
    Bundle,
    Term,
    Season,
    Region,
    SiteClass,
    Live,
    Audience,
    Notice,
}

/// Findings and names of one source.
pub struct Report {
    source: usize,
    /// By how much places in the source lie behind those in the text that is parsed.
    shift: i64,
    /// The findings so far.
    pub diagnostics: Vec<Diagnostic>,
    pub(crate) declared: Vec<(Kind, Located<Id>)>,
    pub(crate) referenced: Vec<(Kind, Located<Id>)>,
    /// Whom classes of sites serve.
    pub(crate) audiences: Vec<Located<Id>>,
}

/// A value and the key it stands behind.
#[derive(Clone, Copy)]
pub struct Value<'t> {
    /// The key.
    pub key: &'static str,
    /// The value.
    pub inner: &'t DeValue<'t>,
    /// Where the value stands.
    pub at: Location,
}

/// The keys of one table.
pub struct Fields<'t> {
    what: &'static str,
    at: Location,
    table: &'t DeTable<'t>,
    known: Vec<&'static str>,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Service => "service",
            Kind::Course => "course",
            Kind::Slot => "slot",
            Kind::Item => "item",
            Kind::Filler => "filler",
            Kind::Bundle => "bundle",
            Kind::Term => "term",
            Kind::Season => "season",
            Kind::Region => "region",
            Kind::SiteClass => "site class",
            Kind::Live => "live source",
            Kind::Audience => "audience",
            Kind::Notice => "notice",
        }
    }
}

impl Report {
    /// No findings yet about the source with this index.
    pub fn new(source: usize) -> Report {
        let (declared, referenced, audiences) = (Vec::new(), Vec::new(), Vec::new());
        Report { source, shift: 0, diagnostics: Vec::new(), declared, referenced, audiences }
    }

    /// Reports a finding; a text with very many has nothing to gain from more.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_FINDINGS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports a finding about one place.
    pub fn fault(&mut self, code: Code, at: Location, message: impl Into<String>, label: &str) {
        self.push(Diagnostic::new(code, message).primary(at, label));
    }

    /// Says by how much places in the source lie behind those in the text that is parsed.
    pub(crate) fn shift(&mut self, bytes: i64) {
        self.shift = bytes;
    }

    /// A byte range of the source as a place.
    pub fn location(&self, span: core::ops::Range<usize>) -> Location {
        let place = |at: usize| (at as i64 + self.shift).max(0) as usize;
        Location { source: self.source, start: place(span.start), end: place(span.end) }
    }
}

impl<'t> Fields<'t> {
    /// The keys of `table`, which is a `what` and stands (or has its heading) at `at`.
    pub fn new(what: &'static str, table: &'t DeTable<'t>, at: Location) -> Fields<'t> {
        Fields { what, at, table, known: Vec::new() }
    }

    /// Where the table stands.
    pub fn at(&self) -> Location {
        self.at
    }

    /// What a key holds, if the key is there.
    pub fn value(&mut self, key: &'static str, report: &Report) -> Option<Value<'t>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let value = self.table.get(key)?;
        Some(Value { key, inner: value.get_ref(), at: report.location(value.span()) })
    }

    /// Where the value of a key stands, if the key is there and was asked for.
    pub(crate) fn given(&self, key: &'static str, report: &Report) -> Option<Location> {
        let value = self.table.get(key).filter(|_| self.known.contains(&key))?;
        Some(report.location(value.span()))
    }

    /// What a key holds, read by `read`; `None` when the key is not there or its value is faulty.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        report: &mut Report,
        read: impl FnOnce(Value<'t>, &mut Report) -> Option<T>,
    ) -> Option<Located<T>> {
        let value = self.value(key, report)?;
        Some(Located { value: read(value, report)?, at: value.at })
    }

    /// As [`Self::optional`], with a finding when the key is not there.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        report: &mut Report,
        read: impl FnOnce(Value<'t>, &mut Report) -> Option<T>,
    ) -> Option<Located<T>> {
        if !self.table.contains_key(key) {
            self.missing(key, report);
        }
        self.optional(key, report, read)
    }

    /// Reports that a key is missing.
    pub fn missing(&self, key: &str, report: &mut Report) {
        let message = format!("this {} has no `{key}`", self.what);
        report.fault(Code::MissingKey, self.at, message, "");
    }

    /// The tables under a key that is written `[[key]]`.
    pub fn tables(&mut self, key: &'static str, report: &mut Report) -> Vec<Fields<'t>> {
        let Some(value) = self.value(key, report) else {
            return Vec::new();
        };
        let DeValue::Array(list) = value.inner else {
            let message = format!("`{key}` can be there several times");
            let finding = Diagnostic::new(Code::WrongType, message)
                .primary(value.at, "")
                .help(format!("write [[{key}]]"));
            report.push(finding);
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(list.len());
        for entry in list.iter() {
            let at = report.location(entry.span());
            match entry.get_ref() {
                DeValue::Table(table) => tables.push(Fields::new(key, table, at)),
                other => {
                    let message =
                        format!("{} is a table, not {}", with_article(key), type_name(other));
                    report.fault(Code::WrongType, at, message, "");
                }
            }
        }
        tables
    }

    /// Reports every key that was not asked for.
    pub fn finish(self, report: &mut Report) {
        for (key, _) in self.table.iter() {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            if report.diagnostics.len() >= MAX_FINDINGS {
                break;
            }
            let message =
                format!("{} has no key `{}`", with_article(self.what), name.escape_debug());
            let mut finding = Diagnostic::new(Code::UnknownKey, message)
                .primary(report.location(key.span()), "unknown key");
            finding.help = Some(match nearest(name, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys: {}", self.known.join(", ")),
            });
            report.push(finding);
        }
    }
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// What a TOML value is called in findings.
pub fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(d) => match (d.date, d.time, d.offset) {
            (Some(_), None, _) => "a date",
            (None, Some(_), _) => "a time of day",
            (_, _, None) => "a date with a time",
            (_, _, Some(_)) => "a date and time with an offset",
        },
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// Far more findings than are shown, and few enough to hold.
pub(crate) const MAX_FINDINGS: usize = 10_000;
