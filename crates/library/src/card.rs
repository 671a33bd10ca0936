//! The card of an asset: what people say of it and where it comes from.
//!
//! The card of the asset `maths/4/1` is the file `maths/4/1.json` beside its index, so that a
//! folder holds all that its catalogue knows. Any editor may change it.

use crate::store::FileError;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The longest card that is read.
const CARD_BYTES_MAX: u64 = 1 << 20;

/// What people say of an asset, and where it comes from. All of it may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Card {
    /// Its title.
    #[serde(skip_serializing_if = "Titles::is_empty")]
    pub title: Titles,
    /// The course that it belongs to.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub course: String,
    /// For whom it is: a school year, `farmers`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub grade: String,
    /// The language that is taught in, by its ISO 639-2 code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Words that it is to be found by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// When it may be shown.
    #[serde(skip_serializing_if = "Licence::is_empty")]
    pub licence: Licence,
    /// How it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
    /// What was measured when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// That it must not be shown any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawal>,
}

/// A title by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Titles {
    /// Chinese.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub zh: String,
    /// English.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Titles {
    fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }

    /// The Chinese title, or else the English one.
    pub fn any(&self) -> &str {
        if self.zh.is_empty() { &self.en } else { &self.zh }
    }
}

/// Who owns an asset, and on which days it may be shown, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Licence {
    /// Who gave it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub holder: String,
    /// The first day, `2027-03-01`.
    #[serde(with = "day", skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day.
    #[serde(with = "day", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Licence {
    fn is_empty(&self) -> bool {
        *self == Licence::default()
    }

    /// Whether the asset may be shown on a day.
    pub fn covers(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// How an asset was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// BLAKE3 of the asset file that this speaks of, in hexadecimal.
    pub asset: String,
    /// The files that it was made of.
    pub sources: Vec<SourceFile>,
    /// How.
    pub settings: String,
    /// What was put right or left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Who ingested it; empty when nobody was named.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub who: String,
    /// When, as RFC 3339 in UTC.
    pub when: String,
}

/// A file that an asset was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// Its path at that time.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 of it, in hexadecimal.
    pub blake3: String,
}

/// What is heard and seen in an asset. Stretches are of milliseconds, an open end is that of the
/// asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quality {
    /// Each stream of sound.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sound: Vec<SoundReport>,
    /// Where pictures are black for two seconds or more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub black_ms: Vec<(i64, Option<i64>)>,
    /// Where pictures do not move for ten seconds or more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub frozen_ms: Vec<(i64, Option<i64>)>,
}

/// What is heard in a stream, by ITU-R BS.1770 and EBU R 128.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoundReport {
    /// Its number in the asset.
    pub stream: usize,
    /// Integrated loudness in tenths of LUFS; `None` for silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_lufs_x10: Option<i32>,
    /// True peak in tenths of dBFS; `None` for silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_peak_dbfs_x10: Option<i32>,
    /// Loudness range in tenths of LU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_lu_x10: Option<i32>,
    /// The gate of the integrated loudness in tenths of LUFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_lufs_x10: Option<i32>,
    /// Where nothing is heard for five seconds or more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silent_ms: Vec<(i64, Option<i64>)>,
}

/// That an asset must not be shown any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// Who said so.
    pub who: String,
    /// When, as RFC 3339 in UTC.
    pub when: String,
    /// Why.
    pub why: String,
}

/// Why a card cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: line {line}, column {column}: {what}; put it right or remove the file")]
pub struct CardError {
    /// The file.
    pub path: std::path::PathBuf,
    /// Line, counted from one.
    pub line: usize,
    /// Column, counted from one.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

impl Card {
    /// Reads a card from its text; `path` is for the error only.
    pub fn parse(text: &str, path: &Path) -> Result<Card, CardError> {
        serde_json::from_str(text).map_err(|error| {
            let whole = error.to_string();
            // The place is told by fields of its own.
            let what = whole.split(" at line ").next().unwrap_or_default().to_owned();
            let (line, column) = (error.line(), error.column());
            CardError { path: path.to_owned(), line, column, what }
        })
    }

    /// This card, with what it leaves open as `before` has it.
    pub fn over(self, before: Card) -> Card {
        let text = |new: String, old: String| if new.is_empty() { old } else { new };
        let (new, old) = (self.licence, before.licence);
        Card {
            title: Titles {
                zh: text(self.title.zh, before.title.zh),
                en: text(self.title.en, before.title.en),
            },
            course: text(self.course, before.course),
            grade: text(self.grade, before.grade),
            language: text(self.language, before.language),
            keywords: if self.keywords.is_empty() { before.keywords } else { self.keywords },
            licence: Licence {
                holder: text(new.holder, old.holder),
                from: new.from.or(old.from),
                until: new.until.or(old.until),
            },
            provenance: self.provenance.or(before.provenance),
            quality: self.quality.or(before.quality),
            withdrawn: self.withdrawn.or(before.withdrawn),
        }
    }

    /// The text of the card, one field on a line.
    pub fn to_text(&self) -> String {
        // Strings, numbers and lists have a form in JSON always.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// The text of a card file, empty when there is none.
pub(crate) fn read_text(path: &Path) -> Result<String, FileError> {
    use std::io::Read;
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(FileError::new(path, error)),
    };
    let mut text = String::new();
    let read = file.take(CARD_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|error| FileError::new(path, error))?;
    Ok(text)
}

/// The present instant, as cards have it.
pub fn now() -> String {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

/// The present day in UTC.
pub fn today() -> Date {
    Offset::UTC.to_datetime(Timestamp::now()).date()
}

mod day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        day: &Option<Date>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => serializer.collect_str(day),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Date>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        let wrong = |text: &str| format!("`{text}` is not a day such as 2027-03-01");
        text.map(|text| text.parse().map_err(|_| serde::de::Error::custom(wrong(&text))))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_says_again_what_was_written_and_nothing_that_is_not_known() {
        assert_eq!(Card::default().to_text(), "{}\n");
        let card = Card {
            title: Titles { zh: "有理数".to_owned(), en: String::new() },
            keywords: vec!["数学".to_owned()],
            licence: Licence { until: "2027-08-31".parse().ok(), ..Licence::default() },
            ..Card::default()
        };
        let text = card.to_text();
        assert!(!text.contains("withdrawn"), "{text}");
        assert_eq!(Card::parse(&text, Path::new("a.json")), Ok(card));
    }

    #[test]
    fn a_faulty_card_is_told_with_its_place() {
        let text = "{\n  \"licence\": { \"until\": \"soon\" }\n}";
        let error = Card::parse(text, Path::new("a.json")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.json: line 2, column 32: `soon` is not a day such as 2027-03-01; put it right or \
             remove the file"
        );
        let error = Card::parse("{\n  \"titel\": {}\n}", Path::new("a.json")).unwrap_err();
        assert_eq!((error.line, error.column), (2, 9));
        assert!(error.what.starts_with("unknown field `titel`, expected one of"), "{error}");
    }

    #[test]
    fn a_licence_includes_both_of_its_days() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let licence = Licence {
            from: Some(day("2027-03-01")),
            until: Some(day("2027-03-02")),
            ..Licence::default()
        };
        let shown = ["2027-02-28", "2027-03-01", "2027-03-02", "2027-03-03"].map(day);
        assert_eq!(shown.map(|d| licence.covers(d)), [false, true, true, false]);
    }
}
